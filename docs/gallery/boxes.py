"""The municipalities of each region in the first and in the last year."""

import bayes_saude as bs

panel = bs.read_panel("sa2015/esf_coverage")
ax = bs.plot_boxes(panel, group="region", label="coverage (%)")

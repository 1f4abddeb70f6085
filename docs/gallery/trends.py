"""Data and trends of units from the top, the middle and the bottom."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
axes = bs.plot_trends(fit, level="region", label="coverage (%)")

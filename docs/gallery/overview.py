"""All 853 units at once, without names."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_overview(fit, label="coverage in 2011 (%)")

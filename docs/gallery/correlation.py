"""The correlation of intercepts and slopes: a whole posterior beside REML's single number."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_correlation(fit, level="region")

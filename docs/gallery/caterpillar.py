"""Units in order, with intervals, and the mean of all."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_caterpillar(fit, level="region", by="slope", label="slope (% per year)")

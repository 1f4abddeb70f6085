"""Each year's mean, and the trend of the mean."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_yearly_means(fit, label="Family Health Strategy coverage (%)")

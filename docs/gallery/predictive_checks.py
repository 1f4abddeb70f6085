"""What rankings rest on, observed against predicted."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_predictive_checks(fit)

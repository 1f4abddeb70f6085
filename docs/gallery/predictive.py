"""What the model expects of each year, before the data and after them."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
axes = bs.plot_predictive(fit, label="coverage (%)")

"""Prior and posterior of every hyperparameter, with REML's estimates."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
axes = bs.plot_prior_posterior(fit, hyperparameters=bs.hyperparameters(fit, bs.reml(fit)))

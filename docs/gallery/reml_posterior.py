"""REML against posterior, with the units whose class differs."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_reml_posterior(fit, parameter="slope", label="slope (% per year)")

"""Ranks by REML and by the posterior."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_slopegraph(fit, level="region", parameter="slope", label="slope")

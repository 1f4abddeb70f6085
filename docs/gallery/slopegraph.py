"""Ranks by REML and by the posterior, of many units those at the ends."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_slopegraph(fit, level="municipality", parameter="slope", label="slope")

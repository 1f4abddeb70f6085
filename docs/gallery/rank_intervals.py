"""How sure the rank of each unit is."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_rank_intervals(fit, level="region", label="coverage in 2011")

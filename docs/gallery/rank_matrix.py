"""The probability of each unit to hold each rank: here of all 853 municipalities, in groups."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_rank_matrix(fit, level="municipality", label="coverage in 2011")

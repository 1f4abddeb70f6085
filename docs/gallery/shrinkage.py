"""How far units are drawn from their own lines to REML's and to the posterior."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_shrinkage(fit, labels=("coverage in 2011 (%)", "slope (% per year)"))

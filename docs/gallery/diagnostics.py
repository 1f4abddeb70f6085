"""How the draws were come by: do the chains agree, and are there enough of them."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
axes = bs.plot_diagnostics(fit)

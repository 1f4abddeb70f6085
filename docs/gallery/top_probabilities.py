"""Who is among the first and who among the last, and how surely."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
ax = bs.plot_top_probabilities(fit, level="region", by="slope", top=5, label="slope")

"""All units, region by region."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
axes = bs.plot_overview_by_group(fit, group="region", by="slope", label="slope (% per year)")

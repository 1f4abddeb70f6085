"""A map of the probability to be among the worst fifth."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
polygons = bs.read_polygons("municipalities.geojson")
ax = bs.plot_probability_map(fit, polygons, label="coverage in 2011")

"""A map of the units above the mean, below it, and not separable from it."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
polygons = bs.read_polygons("municipalities.geojson")
regions = bs.dissolve(polygons, "region")
ax = bs.plot_class_map(fit, polygons, borders=regions, label="coverage in 2011")

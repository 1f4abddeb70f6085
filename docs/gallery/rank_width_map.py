"""A map of how sure ranks are."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
polygons = bs.read_polygons("municipalities.geojson")
ax = bs.plot_rank_width_map(fit, polygons, label="coverage in 2011")

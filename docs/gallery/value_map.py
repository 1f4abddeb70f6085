"""A map of values, hatched where the side of the mean is unsure."""

import bayes_saude as bs

fit = bs.load("results/sa2015-esf-nested")
regions = bs.dissolve(bs.read_polygons("municipalities.geojson"), "region")
ax = bs.plot_value_map(fit, regions, level="region", by="slope", label="slope (% per year)")

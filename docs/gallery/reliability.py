"""Of the units that were given a probability to be among the first, how many were."""

import numpy as np
import pandas as pd

import bayes_saude as bs

given = np.linspace(0.05, 0.95, 10)
happened = np.random.default_rng(1).binomial(300, given)
table = pd.DataFrame({"by": "intercept", "n": 300, "forecast": 300 * given, "observed": happened})
ax = bs.plot_reliability(table, top=10)

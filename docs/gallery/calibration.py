"""Simulation-based calibration: where a sampler is right, true values rank evenly among the draws."""

import numpy as np
import pandas as pd

import bayes_saude as bs

# Two hundred simulations, of a sampler that is right but for the last quantity.
ranks = np.random.default_rng(1).integers(0, 99, size=(200, 4), endpoint=True)
ranks[:, -1] //= 2
names = ["intercept", "slope", "residual sd", "wrong"]
axes = bs.plot_calibration(pd.DataFrame(ranks, columns=names), n_draws=99)

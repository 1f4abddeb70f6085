"""A panel in no order, the same on every machine, for comparison with other programs."""

import numpy as np
import pandas as pd


def wave(n: int, step: float) -> np.ndarray:
    """Give numbers between -1 and 1 in no order, the same on every machine."""
    return np.sin(step * np.arange(1, n + 1) ** 2)


def panel_of_waves(sd_intercept: float, sd_slope: float, corr: float) -> pd.DataFrame:
    """Make 20 municipalities in 4 regions in 4 years, two of them without a year."""
    unit, year = np.arange(20).repeat(4), np.tile([0, 1, 2, 3], 20)
    intercept = wave(20, 1.3)
    slope = corr * intercept + np.sqrt(1 - corr**2) * wave(20, 2.1)
    height = 50 + sd_intercept * (intercept[unit] + wave(4, 0.7)[unit // 5])
    growth = 3 + sd_slope * (slope[unit] + 0.7 * wave(4, 1.9)[unit // 5])
    frame = pd.DataFrame(
        {
            "replicate": 1,
            "region": [f"R{place // 5}" for place in unit],
            "municipality": [f"M{place:02d}" for place in unit],
            "time": 2011 + year,
            "value": (height + growth * year + 4 * wave(80, 0.37)).round(3),
        }
    )
    return frame.drop(index=[3, 45])

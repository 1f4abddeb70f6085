"""What another model of the same panel changes of each unit's expected rank."""

import numpy as np
import pandas as pd

import bayes_saude as bs

# Numbers to show the figure; bs.ranking_moves(first_fit, second_fit) gives those of two fits.
rng = np.random.default_rng(4)
table = pd.DataFrame(
    {
        "unit": [f"Unit {number}" for number in range(1, 121)],
        "first_rank": np.linspace(4, 117, 120),
        "shift": 4 * rng.standard_t(4, 120),
        "by_chance": 1.5,
        "first_class": "none",
        "second_class": np.where(rng.random(120) < 0.04, "above", "none"),
    }
)
table["second_rank"] = table["first_rank"] + table["shift"]
table = table.sort_values("shift", key=abs, ascending=False)
ax = bs.plot_ranking_moves(table, models=("the Gaussian family", "Student's t"), label="slope", names=6)

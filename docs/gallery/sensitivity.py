"""How many units another prior would move to another class, and how far ranks would move."""

import pandas as pd

import bayes_saude as bs

# Numbers to show the figure; bs.sensitivity(fit) fits the model again with each prior.
priors = [
    *("same, another seed", "LKJ(1)", "LKJ(4)", "exponential", "halfcauchy"),
    *("half the scales", "twice the scales"),
]
table = pd.DataFrame(
    {
        "priors": priors,
        "level": "region",
        "by": "intercept",
        "units": 28,
        "changed": [0, 1, 2, 1, 1, 1, 0],
        "gained": [0, 1, 0, 1, 1, 0, 0],
        "lost": [0, 0, 2, 0, 0, 1, 0],
        "turned": 0,
        "largest_shift": [0.2, 0.6, 1.1, 0.3, 0.4, 0.5, 0.3],
        "passed": True,
    }
)
ax = bs.plot_sensitivity(table)

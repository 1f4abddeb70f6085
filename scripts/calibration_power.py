"""Tell what faults a calibration of so many simulations would have shown: the power of its bands.

    python scripts/calibration_power.py

Prints how often the ECDF of the ranks of *one* quantity leaves the band for all of its model (`inside_all` of
`uniformity.csv`) if the posterior's draws are spread too widely or too narrowly, or off to one side, by 2,000
sets of simulations each. The truth is standard normal; so are draws of a right posterior.
"""

import argparse

import numpy as np
import pandas as pd
from scipy.stats import norm

from bayes_saude.summaries.uniformity import uniformity

DRAWS, SETS, SEED = 99, 2000, 1
# Draws of a posterior that is wrong: their standard deviation and mean, in those of the right one.
FAULTS = {
    "none": (1.0, 0.0),
    "twice the spread": (2.0, 0.0),
    "1.5 times": (1.5, 0.0),
    "1.25 times": (1.25, 0.0),
    "three quarters": (0.75, 0.0),
    "half": (0.5, 0.0),
    "off by half an s.d.": (1.0, 0.5),
    "by a quarter": (1.0, 0.25),
}
# Simulations and quantities, as models have them.
SIZES = ((100, 37), (200, 16), (500, 16), (500, 38), (1000, 16))


def power(simulations: int, quantities: int, spread: float, bias: float) -> float:
    """Give the share of sets in which the first of the quantities is seen to be wrong."""
    rng = np.random.default_rng([SEED, simulations, quantities])
    seen = 0
    # A row per simulation, a column per set: sets are tested as if they were the quantities of one model.
    for _ in range(0, SETS, quantities):
        truth = rng.normal(size=(simulations, quantities))
        ranks = rng.binomial(DRAWS, norm.cdf((truth - bias) / spread))
        seen += int((~uniformity(pd.DataFrame(ranks), DRAWS)["inside_all"]).sum())
    return seen / (len(range(0, SETS, quantities)) * quantities)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    print(f"| simulations | quantities | {' | '.join(FAULTS)} |")
    print("|---|---|" + "---|" * len(FAULTS))
    for simulations, quantities in SIZES:
        shares = (power(simulations, quantities, *fault) for fault in FAULTS.values())
        print(f"| {simulations:,} | {quantities} | {' | '.join(f'{share:.1%}' for share in shares)} |")


if __name__ == "__main__":
    main()

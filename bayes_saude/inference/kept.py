"""The sampler of the families whose units' effects are parameters: NUTS, by nutpie."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import nutpie
import pandas as pd
from numpy.typing import NDArray
from nutpie.compile_pymc import CompiledPyMCModel

from bayes_saude.inference.sampler import STATISTICS, THIN, Sample, run, thinned
from bayes_saude.models.kept import kept_data, kept_trend
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.predictor import Tree
from bayes_saude.models.priors import AnyPrior
from bayes_saude.models.spec import prior_distributions

# On 853 municipalities in 77 health regions in 13 macro-regions, an iteration takes 18 gradients at 0.8, and
# at 0.9 it takes 31. Two at 0.8 for each draw kept serve better than one at 0.9: R-hat of units is 1.004 at
# most, for 1.008, and neither diverges. Few units leave scales wide open, where long steps diverge (nine age
# groups: up to five times at 0.8, twice at 0.9 and 0.95, never in four runs at 0.99), and short ones take
# seconds.
TARGET_ACCEPT, TARGET_ACCEPT_OF_FEW, FEW = 0.8, 0.99, 200


class KeptTrend:
    """A trend of a family other than the Gaussian, compiled.

    A trend of the same family, numbers of units and distributions of priors is compiled once.

    Parameters
    ----------
    family : str
    priors : mapping
        From `resolve_priors`.
    tree : Tree
    origin : float
        The trend's zero.
    """

    def __init__(self, family: str, priors: Mapping[str, AnyPrior], tree: Tree, origin: float) -> None:
        self.family, self.priors, self.tree, self.origin = family, priors, tree, origin
        slopes = any(name.startswith("corr") for name in priors)
        numbers = [str(depth) for depth in range(len(tree.levels))]
        slots = prior_distributions(numbers, slopes=slopes, family=family)
        self._slots = dict(zip(priors, slots, strict=True))
        dists = tuple((self._slots[name], prior.dist) for name, prior in priors.items())
        sizes = tuple(len(units) for units in tree.units)
        self.target_accept = TARGET_ACCEPT if sum(sizes) > FEW else TARGET_ACCEPT_OF_FEW
        self._compiled = _compile(family, dists, sizes)

    def sample(
        self, panel: pd.DataFrame, *, draws: int, tune: int, chains: int, seed: int, progress: bool
    ) -> tuple[Sample, dict[str, NDArray[np.float32]]]:
        """Sample the posterior given one replicate of the panel.

        Parameters
        ----------
        panel : pandas.DataFrame
        draws, tune, chains, seed, progress
            As in `sampler.Trend.sample`.

        Returns
        -------
        Sample
        dict
            `{level}_effect`, shape (chains, draws, units, terms): each unit's deviation from its parent.
        """
        data = kept_data(self.family, panel, self.tree, self.origin, self.priors)
        trace = run(
            self._compiled.with_data(**data), target_accept=self.target_accept,
            draws=draws * THIN, tune=tune, chains=chains, seed=seed, progress=progress,
        )  # fmt: skip
        posterior, statistics = trace["posterior"], trace["sample_stats"]
        effects = {
            f"{level}_effect": posterior[f"effect_{depth}"].to_numpy()[:, THIN - 1 :: THIN].astype(np.float32)
            for depth, level in enumerate(self.tree.levels)
        }
        hyperparameters = {name: thinned(posterior[slot].to_numpy()) for name, slot in self._slots.items()}
        return (
            Sample(
                hyperparameters,
                {ours: thinned(statistics[theirs].to_numpy()) for theirs, ours in STATISTICS.items()},
            ),
            effects,
        )


@cache
def _compile(family: str, dists: tuple[tuple[str, str], ...], sizes: tuple[int, ...]) -> CompiledPyMCModel:
    placeholder: dict[str, NDArray] = {
        "leaf": np.zeros(1, dtype=np.int64),
        "elapsed": np.zeros(1),
        "place": np.zeros(2),
        "priors": np.ones((len(dists), 2)),
        **{f"parents_{depth}": np.zeros(size, dtype=np.int64) for depth, size in enumerate(sizes) if depth},
        **{name: np.ones(1) for name in FAMILIES[family].columns},
    }
    model = kept_trend(family, dict(dists), sizes, placeholder)
    names = [name for name, _ in dists] + [f"effect_{depth}" for depth in range(len(sizes))]
    return nutpie.compile_pymc_model(model, var_names=names)

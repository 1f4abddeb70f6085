"""The sampler of the families whose units' effects are parameters: NUTS, by nutpie."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from nutpie.compile_pymc import CompiledPyMCModel

from bayes_saude.inference.sampler import THIN, Sample, compiled, run, thinned, thinned_statistics
from bayes_saude.models.kept import Shape, kept_trend
from bayes_saude.models.kept_data import UNITLESS, kept_data, unit_of
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.parameters import prior_distributions
from bayes_saude.models.predictor import Tree
from bayes_saude.models.priors import AnyPrior
from bayes_saude.models.shifts import Shifts
from bayes_saude.models.spec import ModelSpec
from bayes_saude.models.years import make_years

# On 853 municipalities in 77 health regions in 13 macro-regions, an iteration takes 18 gradients at 0.8, and
# at 0.9 it takes 31. Two at 0.8 for each draw kept serve better than one at 0.9: R-hat of units is 1.004 at
# most, for 1.008, and neither diverges; one of four simulated panels did once at 0.8. Few units leave scales
# wide open, where long steps diverge (nine age groups: up to five times at 0.8, twice at 0.9 and 0.95, never
# in four runs at 0.99), and short ones take seconds.
TARGET_ACCEPT, TARGET_ACCEPT_OF_FEW, FEW = 0.8, 0.99, 200


class KeptTrend:
    """A trend whose units' effects are parameters, compiled.

    A trend of the same family, numbers of units and distributions of priors is compiled once.

    Parameters
    ----------
    spec : ModelSpec
    priors : mapping
        From `resolve_priors`.
    tree : Tree
    shifts : Shifts
    basis : array or None
        From `sequence_basis`, where the units of the outermost level stand in an order.
    """

    def __init__(
        self,
        spec: ModelSpec,
        priors: Mapping[str, AnyPrior],
        tree: Tree,
        shifts: Shifts,
        basis: NDArray[np.float64] | None,
    ) -> None:
        self.spec, self.priors, self.tree, self.shifts, self.basis = spec, priors, tree, shifts, basis
        slots = prior_distributions(
            [str(depth) for depth in range(len(tree.levels))],
            slopes=spec.model.slopes,
            family=spec.model.family,
            predictors=[f"group_{k}" for k in range(len(shifts.groups))],
            year_effects=shifts.of_times,
        )
        self._slots = dict(zip(priors, slots, strict=True))
        dists = tuple((self._slots[name], prior.dist) for name, prior in priors.items())
        units = tuple(len(names) for names in tree.units)
        self.target_accept = TARGET_ACCEPT if sum(units) > FEW else TARGET_ACCEPT_OF_FEW
        self._compiled = _compile(
            spec.model.family, dists, Shape(units, shifts.sizes, sequence=basis is not None)
        )

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
        family = self.spec.model.family
        data = kept_data(
            family, panel, self.tree, self.spec.data.origin, self.priors, self.shifts, self.basis
        )
        trace = run(
            self._compiled.with_data(**data), self.priors, target_accept=self.target_accept,
            draws=draws * THIN, tune=tune, chains=chains, seed=seed, progress=progress,
        )  # fmt: skip
        posterior = trace["posterior"]
        unit = unit_of(family, panel)
        effects = {
            f"{level}_effect": (unit * thinned(posterior[f"effect_{depth}"].to_numpy())).astype(np.float32)
            for depth, level in enumerate(self.tree.levels)
        }
        hyperparameters = {
            name: thinned(posterior[slot].to_numpy()) * (1 if self.priors[name].dist in UNITLESS else unit)
            for name, slot in self._slots.items()
        }
        if self.shifts.of_times:
            hyperparameters["year_effect"] = unit * thinned(posterior["year_effect"].to_numpy())
        return Sample(hyperparameters, thinned_statistics(trace)), effects


@cache
def _compile(family: str, dists: tuple[tuple[str, str], ...], shape: Shape) -> CompiledPyMCModel:
    units, n_times = shape.units, shape.shifts.times
    placeholder: dict[str, NDArray] = {
        "leaf": np.zeros(1, dtype=np.int64),
        "elapsed": np.zeros(1),
        "place": np.zeros(2),
        "information": np.ones((2, units[-1])),
        "priors": np.ones((len(dists), 2)),
        **{f"parents_{depth}": np.zeros(size, dtype=np.int64) for depth, size in enumerate(units) if depth},
        **{name: np.ones(1) for name in FAMILIES[family].columns},
        **{f"group_{k}": np.zeros(units[-1], dtype=np.int64) for k in range(len(shape.shifts.groups))},
    }
    names = [name for name, _ in dists] + [f"effect_{depth}" for depth in range(len(units))]
    if shape.sequence:
        placeholder["basis"] = np.ones((units[0], units[0] - 1))
    if n_times:
        elapsed = np.arange(n_times, dtype=float)
        placeholder |= {"time": np.zeros(1, dtype=np.int64), "line": np.ones((2, n_times))}
        placeholder |= make_years(elapsed, elapsed, elapsed)._asdict()
        names.append("year_effect")
    return compiled(kept_trend(family, dict(dists), shape, placeholder), var_names=names)

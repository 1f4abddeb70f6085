"""The model read forwards: hyperparameters from their priors, units from those, outcomes from the units.

What is written for sampling in `build`, `kept` and `families`, written again for drawing. Draws are on the
scale of the family's link and laid out as in a fit: the first axis counts draws, a level's parameters stand
side by side on the last.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pydantic import TypeAdapter
from scipy import stats

from bayes_saude.errors import BayesSaudeError, listed
from bayes_saude.models.kept import LEAST_DF
from bayes_saude.models.parameters import OF_LEVELS, Prior
from bayes_saude.models.predictor import TERMS, Tree, make_tree
from bayes_saude.models.priors import AnyPrior, location_and_scale
from bayes_saude.models.sequence import sequence_basis
from bayes_saude.models.shifts import Shifts, contrasts, make_shifts
from bayes_saude.models.spec import ModelSpec

type Values = NDArray[np.float64]
type Draws = Mapping[str, Values]


class Above:
    """A distribution cut off below, as SciPy's own are called.

    Parameters
    ----------
    least : float
    whole : frozen distribution
    """

    def __init__(self, least: float, whole: Any) -> None:
        self.least, self.whole = least, whole

    def rvs(self, size: int, random_state: np.random.Generator) -> Values:
        """Draw by the inverse of the distribution function."""
        return self.ppf(random_state.uniform(size=size))

    def pdf(self, x: Values) -> Values:
        """Give the density: none below."""
        return np.where(x >= self.least, self.whole.pdf(x), 0.0) / self.whole.sf(self.least)

    def logpdf(self, x: Values) -> Values:
        """Give the density's logarithm."""
        return np.where(x >= self.least, self.whole.logpdf(x), -np.inf) - self.whole.logsf(self.least)

    def ppf(self, q: ArrayLike) -> Values:
        """Give quantiles."""
        return self.whole.isf((1 - np.asarray(q)) * self.whole.sf(self.least))

    def support(self) -> tuple[float, float]:
        """Give the ends."""
        return self.least, self.whole.support()[1]


PRIORS: Mapping[str, Callable] = {
    "normal": lambda prior: stats.norm(prior.mu, prior.sigma),
    "halfnormal": lambda prior: stats.halfnorm(scale=prior.sigma),
    "exponential": lambda prior: stats.expon(scale=prior.scale),
    "halfcauchy": lambda prior: stats.halfcauchy(scale=prior.scale),
    # In two dimensions LKJ(eta) is Beta(eta, eta) of (corr + 1) / 2.
    "lkj": lambda prior: stats.beta(prior.eta, prior.eta, loc=-1, scale=2),
    "gamma": lambda prior: Above(LEAST_DF, stats.gamma(prior.shape, scale=1 / prior.rate)),
}


class Population(NamedTuple):
    """Whom a model is about, as its file and a panel say.

    Parameters
    ----------
    tree : Tree
    shifts : Shifts
    basis : array, shape (units, units - 1), or None
        Of the outermost level, where its units stand in an order: see `sequence.sequence_basis`.
    """

    tree: Tree
    shifts: Shifts
    basis: Values | None


def population_of(spec: ModelSpec, panel: pd.DataFrame) -> Population:
    """Read the population off a validated panel, all its replicates together."""
    tree = make_tree(panel, spec.data.levels)
    shifts = make_shifts(panel, tree, spec.data.predictors, spec.model.year_effects)
    return Population(tree, shifts, sequence_basis(panel, tree) if spec.model.sequence else None)


def distribution(prior: AnyPrior) -> Any:
    """Give a prior as one of SciPy's continuous distributions: `rvs`, `pdf`, `logpdf`, `ppf`, `support`."""
    if prior.dist not in PRIORS:
        raise BayesSaudeError(
            f"The prior '{prior.dist}' cannot be drawn from yet, only {listed(PRIORS)}. "
            "Give it a line in `models.generative.PRIORS`."
        )
    return PRIORS[prior.dist](prior)


def priors_from_json(text: str) -> dict[str, AnyPrior]:
    """Read what `priors_as_json` wrote."""
    return TypeAdapter(dict[str, Prior]).validate_json(text)


def draw_hyperparameters(
    priors: Mapping[str, AnyPrior], draws: int, rng: np.random.Generator
) -> dict[str, Values]:
    """Draw hyperparameters, independent of one another, from their priors.

    Parameters
    ----------
    priors : mapping
        From `resolve_priors`.
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    dict
        As a fit has them: shape (draws,), and (draws, levels) for `sd_intercept`, `sd_slope` and `corr`;
        without the effects of predictors.
    """
    drawn: dict[str, list[Values]] = {}
    for name, prior in priors.items():
        parameter = name.partition("[")[0]
        # Those of a predictor's groups are not independent: `draw_shifts`.
        if parameter in TERMS and parameter != name:
            continue
        drawn.setdefault(parameter, []).append(distribution(prior).rvs(draws, random_state=rng))
    return {
        name: np.stack(values, axis=-1) if name in OF_LEVELS else values[0] for name, values in drawn.items()
    }


def draw_shifts(
    hyperparameters: Draws, priors: Mapping[str, AnyPrior], shifts: Shifts, rng: np.random.Generator
) -> dict[str, Values]:
    """Draw what shifts the trend of many units.

    Parameters
    ----------
    hyperparameters : mapping
        See `draw_hyperparameters`.
    priors : mapping
        From `resolve_priors`: those of the predictors' groups.
    shifts : Shifts
    rng : numpy.random.Generator

    Returns
    -------
    dict
        As a fit has them: `year_effect`, shape (draws, times), and for each predictor P `{P}_effect`, shape
        (draws, groups, terms); empty where nothing does.
    """
    n_draws = len(hyperparameters["intercept"])
    drawn = {}
    if shifts.of_times:
        z = rng.standard_normal((n_draws, len(shifts.times)))
        drawn["year_effect"] = hyperparameters["sd_year"][:, None] * z
    for name, groups in shifts.groups.items():
        of_terms = [priors[key] for key in (f"{term}[{name}]" for term in TERMS) if key in priors]
        z = rng.standard_normal((n_draws, len(groups) - 1, len(of_terms)))
        scale = np.array([location_and_scale(prior)[1] for prior in of_terms])
        drawn[f"{name}_effect"] = scale * np.einsum("gk,dkt->dgt", contrasts(len(groups)), z)
    return drawn


def draw_units(
    hyperparameters: Draws, population: Population, rng: np.random.Generator, shifted: Draws
) -> dict[str, Values]:
    """Draw the units' effects from the population that the hyperparameters describe, whatever the data.

    Parameters
    ----------
    hyperparameters : mapping
        See `draw_hyperparameters`.
    population : Population
    rng : numpy.random.Generator
    shifted : mapping
        See `draw_shifts`.

    Returns
    -------
    dict
        As a fit has them: for each level L `{L}_effect`, shape (draws, units, terms), each unit's deviation
        from its parent; of the innermost level with those of its groups.
    """
    tree, shifts, basis = population
    n_terms = 2 if "corr" in hyperparameters else 1
    effects = {}
    for depth, (level, units) in enumerate(zip(tree.levels, tree.units, strict=True)):
        in_order = basis if depth == 0 else None
        sd_intercept = hyperparameters["sd_intercept"][:, depth, None]
        size = len(units) if in_order is None else in_order.shape[1]
        z = rng.standard_normal((n_terms, len(sd_intercept), size))
        z = z if in_order is None else z @ in_order.T
        terms = [sd_intercept * z[0]]
        if n_terms > 1:
            sd_slope, corr = (hyperparameters[name][:, depth, None] for name in ("sd_slope", "corr"))
            terms.append(sd_slope * (corr * z[0] + np.sqrt((1 - corr) * (1 + corr)) * z[1]))
        effects[f"{level}_effect"] = np.stack(terms, axis=-1)
    innermost = f"{tree.levels[-1]}_effect"
    for name, of_leaf in shifts.of_leaf.items():
        effects[innermost] = effects[innermost] + shifted[f"{name}_effect"][:, of_leaf]
    return effects


def trend(draws: Draws, population: Population, panel: pd.DataFrame, origin: float) -> Values:
    """Add up the line of every row's unit at the row's time.

    Parameters
    ----------
    draws : mapping
        As a fit has them: `intercept` and `slope`, shape (draws,), `{L}_effect` of each level, and
        `year_effect` where times have one.
    population : Population
    panel : pandas.DataFrame
        Validated, of the population.
    origin : float
        The time at which intercepts are.

    Returns
    -------
    array, shape (draws, rows)
    """
    tree, shifts, _ = population
    lines = [draws["intercept"][:, None], draws["slope"][:, None]]
    for level, parents in zip(tree.levels, tree.parents, strict=True):
        effect = draws[f"{level}_effect"]
        lines = [line[:, parents] for line in lines]
        for term in range(effect.shape[-1]):
            lines[term] = lines[term] + effect[..., term]
    leaf = tree.leaf_of(panel)
    elapsed = panel["time"].to_numpy(dtype=np.float64) - origin
    eta = lines[0][:, leaf] + lines[1][:, leaf] * elapsed
    return eta + draws["year_effect"][:, shifts.time_of(panel)] if shifts.of_times else eta

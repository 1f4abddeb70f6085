"""The density of a unit's rows with its line integrated out: in closed form, and as a sum over nodes."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from events import event_model
from scipy import integrate, stats
from scipy.special import expit
from trends import trend_model

from bayes_saude.models.spec import ModelSpec
from bayes_saude.summaries.quadrature import halved
from bayes_saude.summaries.row_densities import log_measure
from bayes_saude.summaries.unit_densities import (
    by_nodes,
    in_closed_form,
    rows_of_units,
)

# So many draws of the hyperparameters, of each so many lines of the unit.
DRAWS, LINES = 8, 50
YEARS = {"gaussian": 2011, "student_t": 2011}


def model(family: str, *, slopes: bool = True) -> ModelSpec:
    """A model of municipalities, of values or of events."""
    if family in YEARS:
        return trend_model(["municipality"], family=family, slopes=slopes)
    return event_model(family, ["municipality"], slopes=slopes)


def one_unit(family: str, outcome: dict[str, list[float]]) -> pd.DataFrame:
    """The rows of one municipality, a year each."""
    size = len(next(iter(outcome.values())))
    first = YEARS.get(family, 2009)
    return pd.DataFrame(
        {"replicate": 1, "municipality": "A", "time": np.arange(first, first + size, dtype=float), **outcome}
    )


def hyperparameters(rng, *, fixed, scatter, slopes=True, **besides) -> xr.Dataset:
    """Draws that differ as those of a posterior do: a tenth of each scale, more of the correlation."""
    spread = np.exp(0.1 * rng.normal(size=(3 + len(besides), DRAWS)))
    of_level = {"sd_intercept": scatter[0] * spread[0]}
    if slopes:
        of_level |= {
            "sd_slope": scatter[1] * spread[1],
            "corr": np.clip(scatter[2] + 0.1 * rng.normal(size=DRAWS), -0.9, 0.9),
        }
    draws = {
        "intercept": fixed[0] + 0.1 * scatter[0] * rng.normal(size=DRAWS),
        "slope": np.full(DRAWS, fixed[1]),
    }
    draws |= {name: value * spread[3 + k] for k, (name, value) in enumerate(besides.items())}
    return xr.Dataset(
        {name: ("draw", values) for name, values in draws.items()}
        | {name: (("draw", "level"), values[:, None]) for name, values in of_level.items()},
        coords={"level": ["municipality"], "term": ["intercept", "slope"][: 1 + slopes]},
    )


def log_densities(spec: ModelSpec, panel: pd.DataFrame, one: xr.Dataset, z: np.ndarray) -> np.ndarray:
    """Log density of a unit's rows and of its deviation, of shape (..., terms), written out by SciPy."""
    by = {name: float(one[name]) for name in ("sd_resid", "df", "dispersion") if name in one}
    deviation = z @ root_of(one).T
    total = stats.norm.logpdf(z).sum(axis=-1)
    for row in panel.itertuples():
        elapsed = row.time - spec.data.origin
        slope = float(one["slope"]) + (deviation[..., 1] if z.shape[-1] == 2 else 0)
        eta = float(one["intercept"]) + deviation[..., 0] + slope * elapsed
        match spec.model.family:
            case "gaussian":
                log = stats.norm.logpdf(row.value, eta, by["sd_resid"])
            case "student_t":
                log = stats.t.logpdf(row.value, by["df"], eta, by["sd_resid"])
            case "binomial":
                log = stats.binom.logpmf(row.successes, row.trials, expit(eta))
            case "beta_binomial":
                a, b = by["dispersion"] ** -2 * expit(eta), by["dispersion"] ** -2 * expit(-eta)
                log = stats.betabinom.logpmf(row.successes, row.trials, a, b)
            case _:
                size, mean = by["dispersion"] ** -2, row.exposure * np.exp(eta)
                log = stats.nbinom.logpmf(row.count_, size, size / (size + mean))
        total = total + log
    return total


def root_of(one: xr.Dataset) -> np.ndarray:
    """The lower Cholesky factor of the deviations' covariance."""
    sd = float(one["sd_intercept"][0])
    if "sd_slope" not in one:
        return np.array([[sd]])
    sd_slope, corr = float(one["sd_slope"][0]), float(one["corr"][0])
    return np.array([[sd, 0], [sd_slope * corr, sd_slope * np.sqrt(1 - corr**2)]])


def grid(*sides: np.ndarray) -> np.ndarray:
    return np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, len(sides))


def brute_force(
    spec: ModelSpec, panel: pd.DataFrame, one: xr.Dataset, rng: np.random.Generator
) -> tuple[float, np.ndarray]:
    """Integrate a draw over all that counts, point by point; give deviations of its posterior too."""
    coarse = grid(*[np.linspace(-8, 8, 65)] * len(one["term"]))
    log = log_densities(spec, panel, one, coarse)
    near = coarse[log > log.max() - 60]
    sides = [
        np.linspace(low - 0.25, high + 0.25, 401) for low, high in zip(near.min(0), near.max(0), strict=True)
    ]
    cell = np.array([side[1] - side[0] for side in sides])
    z = grid(*sides)
    log = log_densities(spec, panel, one, z)
    share = np.exp(log - log.max())
    drawn = z[rng.choice(len(z), size=LINES, p=share / share.sum())]
    drawn = drawn + cell * (rng.random(drawn.shape) - 0.5)
    return float(log.max() + np.log(share.sum() * cell.prod())), drawn @ root_of(one).T


def with_lines(spec: ModelSpec, panel: pd.DataFrame, drawn: xr.Dataset) -> tuple[xr.Dataset, np.ndarray]:
    """Repeat every draw for lines of the unit; give the integral of each by brute force."""
    rng = np.random.default_rng(4)
    found = [
        brute_force(spec, panel.rename(columns={"count": "count_"}), drawn.isel(draw=draw), rng)
        for draw in range(DRAWS)
    ]
    drawn = drawn.isel(draw=np.repeat(np.arange(DRAWS), LINES)).assign_coords(municipality=["A"])
    lines = np.concatenate([deviations for _, deviations in found])
    drawn["municipality_effect"] = (("draw", "municipality", "term"), lines[:, None])
    return drawn, np.repeat([integral for integral, _ in found], LINES)


class Case(NamedTuple):
    family: str
    outcome: dict[str, list[float]]
    fixed: tuple[float, float]
    scatter: tuple[float, float, float]
    besides: dict[str, float]

    def made(self, *, slopes: bool = True) -> tuple[ModelSpec, pd.DataFrame, xr.Dataset]:
        spec, panel = model(self.family, slopes=slopes), one_unit(self.family, self.outcome)
        rng = np.random.default_rng(3)
        return (
            spec,
            panel,
            hyperparameters(rng, fixed=self.fixed, scatter=self.scatter, slopes=slopes, **self.besides),
        )


OF_NORMAL_ROWS = Case(
    "gaussian", {"value": [88.0, 95.0, 154.0, 91.0]}, (100.0, 0.0), (30.0, 6.0, -0.3), {"sd_resid": 9.0}
)
CASES = {
    "few trials": Case(
        "binomial", {"successes": [0, 1, 0, 0], "trials": [5, 5, 5, 5]}, (-2.0, 0.0), (1.0, 0.2, 0.2), {}
    ),
    "one trial": Case("binomial", {"successes": [0], "trials": [1]}, (-1.0, 0.1), (1.5, 0.3, -0.5), {}),
    "many trials": Case(
        "binomial",
        {"successes": [1300, 1400, 1610], "trials": [9000, 9000, 9500]},
        (-1.0, 0.0),
        (0.8, 0.3, 0.0),
        {},
    ),
    "dispersed": Case(
        "beta_binomial",
        {"successes": [0, 3, 1, 9], "trials": [5, 12, 4, 40]},
        (-1.0, 0.0),
        (0.7, 0.1, 0.3),
        {"dispersion": 0.2},
    ),
    "counts": Case(
        "negative_binomial",
        {"count": [0, 2, 30, 1], "exposure": [10.0, 12.0, 11.0, 9.0]},
        (-1.0, 0.0),
        (1.0, 0.3, 0.3),
        {"dispersion": 0.4},
    ),
    "354% in one year": Case(
        "student_t",
        {"value": [88.0, 95.0, 354.0, 91.0]},
        (100.0, 0.0),
        (30.0, 6.0, -0.3),
        {"sd_resid": 9.0, "df": 2.0},
    ),
    "two against two": Case(
        "student_t",
        {"value": [88.0, 90.0, 221.0, 219.0]},
        (110.0, 0.0),
        (60.0, 5.0, 0.0),
        {"sd_resid": 8.0, "df": 1.5},
    ),
}


@pytest.mark.parametrize(
    ("case", "slopes"), [*[(case, True) for case in CASES], ("few trials", False), ("two against two", False)]
)
def test_the_sum_over_nodes_is_the_integral(case, slopes):
    spec, panel, drawn = CASES[case].made(slopes=slopes)
    drawn, expected = with_lines(spec, panel, drawn)
    own = rows_of_units(panel, spec, 1)
    [(unit, found, site)] = by_nodes(drawn, own, spec)
    assert unit == "A"
    # A share of 1e-5 outermost leaves about ten times as much beyond.
    assert found + log_measure(spec, panel).sum() == pytest.approx(expected, abs=1e-4)
    # Nodes half as far apart say the same.
    [(_, finer, _)] = by_nodes(drawn, own, spec, {"A": site._replace(nodes=halved(site.nodes))})
    assert finer == pytest.approx(found, abs=1e-4)


def test_brute_force_is_scipys_integral():
    spec, panel, drawn = CASES["few trials"].made()
    one = drawn.isel(draw=0)
    integral = integrate.cubature(
        lambda z: np.exp(log_densities(spec, panel, one, z)), [-8.0, -8.0], [8.0, 8.0], rtol=1e-8
    )
    assert integral.status == "converged"
    found, _ = brute_force(spec, panel, one, np.random.default_rng(1))
    assert found == pytest.approx(np.log(integral.estimate), abs=1e-6)


@pytest.mark.parametrize("small", [1.0, 1e-5])
@pytest.mark.parametrize("slopes", [True, False])
def test_of_normal_rows_the_sum_over_nodes_is_the_closed_form(small, slopes):
    """In draws in which lines hardly differ too: the nodes move with the draw."""
    spec, panel, drawn = OF_NORMAL_ROWS.made(slopes=slopes)
    drawn, _ = with_lines(spec, panel, drawn)
    own = rows_of_units(panel, spec, 1)
    [(unit, _, site)] = by_nodes(drawn, own, spec)
    for name in ("sd_intercept", "sd_slope"):
        if name in drawn:
            drawn[name] = drawn[name] * small
    [(_, found, _)] = by_nodes(drawn, own, spec, {unit: site})
    assert found == pytest.approx(in_closed_form(drawn, own, spec)[:, 0], abs=1e-6)


@pytest.mark.parametrize("case", ["few trials", "dispersed"])
def test_probabilities_of_all_outcomes_add_up_to_one(case):
    of_case = CASES[case]
    years = {"successes": [0, 0], "trials": [3, 2]}
    spec, panel, drawn = of_case._replace(outcome=years).made()
    drawn, _ = with_lines(spec, panel, drawn)
    total = 0.0
    for successes in np.ndindex(4, 3):
        rows = panel.assign(successes=successes)
        [(_, found, _)] = by_nodes(drawn, rows_of_units(rows, spec, 1), spec)
        total = total + np.exp(found + log_measure(spec, rows).sum())
    assert total == pytest.approx(np.ones(len(found)), abs=1e-3)

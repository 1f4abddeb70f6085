"""How well a model predicts what it has not seen: a whole unit, or a whole year.

Leaving out single rows would flatter a hierarchical model: a row is nearly known from the others of its unit.

**Whole units.** The density of all rows of a unit, its own line integrated out, given what the other units
say of the hyperparameters and of the units around it, see `unit_densities`. The posterior of the others is
not sampled anew: the fit's draws are weighted, see `left_out`. A unit hardly moves the hyperparameters, so
that the weights are even; `khat` says so, and where it does not, the model is fitted again without the unit.
A unit so far away that its density hangs on a few draws of that fit, too, has no score to be trusted.
With the unit's line not integrated they would not be, as its own rows are nearly all that is known of it.

**Whole years.** The model is fitted again without each year, and each row of the year is predicted by its
unit's line. A year effect that was not seen is drawn from N(0, sd_year). Of each row by itself: the joint
density of a year's hundreds of rows could not be had from some thousand draws.
"""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from bayes_saude.data.spreadsheet_text import as_named
from bayes_saude.errors import BayesSaudeError
from bayes_saude.inference.steps import Once, every_time
from bayes_saude.summaries.coefficients import panel_of, replicates_of, spec_of
from bayes_saude.summaries.left_out import Track, weighted_units, without_units, without_years
from bayes_saude.summaries.monte_carlo import LARGEST_KHAT

COLUMNS = ("by", "replicate", "left_out", "unit", "rows", "elpd", "mcse", "khat", "refitted")
TEXTS = ("by", "left_out", "unit")
NUMBERS = {name: [""] for name in ("elpd", "mcse", "khat")}
SCORES = ("by", "elpd", "se", "mcse", "units", "left_out", "refitted", "unreliable")


def cross_validate(
    fit: xr.DataTree,
    *,
    by: Literal["unit", "year", "both"] = "unit",
    refits: int | None = None,
    seed: int = 0,
    track: Track = iter,
    once: Once = every_time,
) -> pd.DataFrame:
    """Score a model by what it predicts of units or years that it has not seen.

    Parameters
    ----------
    fit : xarray.DataTree
    by : {"unit", "year", "both"}
        What is left out: each unit of the innermost level; each year, for which the model is fitted again; or
        one and then the other, as far as the model has both.
    refits : int, optional
        The most units for which the model is fitted again, those of the highest khat first; as many as need
        it if left out.
    seed : int
        Of the fits and of unseen year effects.
    track : callable, optional
        Takes names of steps, such as "without 2011", and yields them again, one by one, as each is taken: for
        a display of progress. It is called for the replicates, for the units to fit without, for the years.
    once : callable, optional
        Computes a step, here a fit without a unit or a year, or remembers it; see
        `inference.steps.remembered`.

    Returns
    -------
    pandas.DataFrame
        One row for each replicate, unit or year left out, and unit, with the columns `COLUMNS`. `elpd` is the
        log density of the unit's `rows` that were left out, of the outcome in its own unit, of events the log
        probability, so that families may be compared; `mcse` its Monte Carlo error, no more than a guess
        where `khat` is above 0.7, the Pareto shape of the weights or, where the model was fitted again, of
        the densities in that fit's draws (by year the largest of the unit's rows); `refitted`, whether it was
        fitted again, as is done for every year, and for the units whose weights have a khat above 0.7, in the
        replicates where they have. Such a unit is not refitted if `refits` forbids it, or if the panel has no
        fit without it. Rows of units that the rest of the panel does not have are left out of the score.

    Raises
    ------
    BayesSaudeError
        If only units are to be left out and they stand in an order, so that the others fix the line of one,
        or only years, and too few are left to fit; with "both", if it is both.
    """
    refusals = {way: _refusal(fit, way) for way in ("unit", "year") if by in (way, "both")}
    ways = [way for way, refusal in refusals.items() if not refusal]
    if not ways:
        raise BayesSaudeError(" ".join(refusals.values()))
    tables = []
    for way in ways:
        scores = (
            without_units(fit, refits=refits, seed=seed, track=track, once=once)
            if way == "unit"
            else without_years(fit, seed=seed, track=track, once=once)
        )
        tables.append(pd.DataFrame(scores).assign(by=way)[list(COLUMNS)])
    return pd.concat(tables, ignore_index=True)


def read_cross_validation(path: str | Path) -> pd.DataFrame:
    """Read `cross_validation.csv` of a result folder: the table as `cross_validate` gave it.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    pandas.DataFrame
    """
    # A unit may be called "NA" or "001".
    return as_named(
        pd.read_csv(path, dtype=dict.fromkeys(TEXTS, str), keep_default_na=False, na_values=NUMBERS)
    )


def prediction_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Add up a table of `cross_validate`.

    Parameters
    ----------
    table : pandas.DataFrame

    Returns
    -------
    pandas.DataFrame
        One row for each way that is in the table, with the columns `SCORES`: `elpd`, the sum over units,
        averaged over replicates; `se`, its standard error over `units`, whose years hang together, for other
        units in the same years, so that it says nothing of other years; `mcse`, the Monte Carlo error, at the
        most, as errors of units are of the same draws; `left_out`, how many units or years were; `refitted`,
        without how many of them the model was fitted again; `unreliable`, how many have a khat above 0.7 in a
        replicate, years of any unit: their elpd is not to be trusted, nor is its `mcse`.
    """
    rows = []
    for by, own in table.groupby("by", sort=False):
        of_units = own.groupby("unit")["elpd"].sum() / own["replicate"].nunique()
        left_out = own.groupby("left_out")
        rows.append(
            {
                "by": by,
                "elpd": of_units.sum(),
                "se": _error_of_sum(of_units),
                "mcse": _monte_carlo_error(own),
                "units": len(of_units),
                "left_out": left_out.ngroups,
                "refitted": int(left_out["refitted"].any().sum()),
                "unreliable": len(_unreliable(own)),
            }
        )
    return pd.DataFrame(rows, columns=list(SCORES))


def compare_predictions(
    first: pd.DataFrame, second: pd.DataFrame, *, by: Literal["unit", "year"] | None = None
) -> pd.Series:
    """Say which of two models predicts better.

    Parameters
    ----------
    first, second : pandas.DataFrame
        From `cross_validate` of two models of one panel.
    by : {"unit", "year"}, optional
        Which rows of the tables; needed where they have both.

    Returns
    -------
    pandas.Series
        `difference`, the sum over units of the first one's elpd less the second's, averaged over replicates:
        above 0 the first predicts better; `se`, its standard error over units, whose years hang together;
        `mcse`, the Monte Carlo error of the difference, at the most; `units`; `first_better`, the share of
        units that the first predicts better; and `unreliable`, how many of what was left out have a khat
        above 0.7 in one of the tables.

    Raises
    ------
    BayesSaudeError
        If the two tables do not score the same rows, or have both ways and `by` does not say which.
    """
    if by:
        first, second = (table[table["by"] == by] for table in (first, second))
    elif max(table["by"].nunique() for table in (first, second)) > 1:
        raise BayesSaudeError(
            "The tables are of units left out and of years left out, whose scores do not add up. "
            'Say which to compare: by="unit" or by="year".'
        )
    keys = ["by", "replicate", "left_out", "unit", "rows"]
    both = first.merge(second, on=keys, how="outer", suffixes=("_first", "_second"), indicator=True)
    if both.empty or (both["_merge"] != "both").any():
        raise BayesSaudeError(
            "The two tables do not score the same rows. "
            "Cross-validate both models on one panel, and leave out the same."
        )
    apart = both["elpd_first"] - both["elpd_second"]
    of_units = apart.groupby(both["unit"]).sum() / both["replicate"].nunique()
    return pd.Series(
        {
            "difference": of_units.sum(),
            "se": _error_of_sum(of_units),
            "mcse": float(np.hypot(_monte_carlo_error(first), _monte_carlo_error(second))),
            "units": len(of_units),
            "first_better": (of_units > 0).mean(),
            "unreliable": len(_unreliable(first) | _unreliable(second)),
        }
    )


def influential_units(fit: xr.DataTree) -> pd.DataFrame:
    """Find the units that move the hyperparameters: without them the model would be another.

    Parameters
    ----------
    fit : xarray.DataTree
        Of an integrated family takes a second or a few; of others as long as `cross_validate` without any
        fit.

    Returns
    -------
    pandas.DataFrame
        One row for each unit whose khat is above 0.7 in a replicate, the worst first: `unit`, `khat`, the
        largest of any replicate, and `replicates`, in how many it is above 0.7. None of units in order, each
        of which the others' line fixes.
    """
    if _refusal(fit, "unit"):
        return pd.DataFrame(columns=["unit", "khat", "replicates"])
    replicates = np.unique(replicates_of(fit)).tolist()
    scores = pd.DataFrame([score for name in replicates for score in weighted_units(fit, name)])
    heavy = (
        scores[scores["khat"] > LARGEST_KHAT]
        .groupby("unit")
        .agg(khat=("khat", "max"), replicates=("khat", "size"))
    )
    return heavy.sort_values("khat", ascending=False).reset_index()


def _refusal(fit: xr.DataTree, way: str) -> str:
    """Say why a model has no score by unit, or by year, and what to do; nothing where it has."""
    spec = spec_of(fit)
    if way == "unit":
        if spec.model.sequence != spec.data.levels[-1]:
            return ""
        return (
            f"The units of '{spec.name}' stand in an order and their effects add up to zero, so that "
            'the others would fix the line of one that is left out. Leave out years: by="year".'
        )
    times = panel_of(fit)["time"].nunique()
    if times > (3 if spec.model.year_effects else 2):
        return ""
    return (
        f"The panel has {times} times; with one left out '{spec.name}' cannot be fitted. "
        'Leave out units: by="unit".'
    )


def _error_of_sum(of_units: pd.Series) -> float:
    return float(np.sqrt(len(of_units)) * of_units.std())


def _monte_carlo_error(table: pd.DataFrame) -> float:
    """Bound the Monte Carlo error of the mean over replicates, scores of the same draws erring together."""
    draws = ["replicate"] if (table["by"] == "unit").all() else ["replicate", "left_out"]
    return float(np.sqrt((table.groupby(draws)["mcse"].sum() ** 2).sum()) / table["replicate"].nunique())


def _unreliable(table: pd.DataFrame) -> set[str]:
    return set(table.loc[table["khat"] > LARGEST_KHAT, "left_out"])

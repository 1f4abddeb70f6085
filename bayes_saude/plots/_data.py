"""What figures of units are drawn from: a table of the summaries, or a fit, of which it is made."""

from collections.abc import Iterable

import pandas as pd
import xarray as xr

from bayes_saude.errors import BayesSaudeError, listed
from bayes_saude.summaries.coefficients import spec_of
from bayes_saude.summaries.comparison import compare
from bayes_saude.summaries.ranked import ALL, level_around
from bayes_saude.summaries.ranking import rank, select
from bayes_saude.summaries.reml import reml

DEFAULT_PROB, DEFAULT_TOP = 0.95, 10


def ranking_of(
    data: pd.DataFrame | xr.DataTree,
    *,
    by: str = "intercept",
    level: str | None = None,
    within: str = ALL,
    ci_prob: float | None = None,
    top: int | None = None,
) -> pd.DataFrame:
    """Take one ranking from a table of rankings, or make it of a fit.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `rank` or `all_rankings`, or a fit.
    by : str
    level : str, optional
        The innermost, as the last in the table, if left out.
    within : str
        "all", or the name of the unit, of a level around, inside which the ranks count.
    ci_prob : float, optional
        Probability of the intervals: 0.95 for a fit if left out. A table has its own.
    top : int, optional
        The group that `p_top` is about: the first 10 of a fit if left out. A table has its own.

    Returns
    -------
    pandas.DataFrame
        One row per unit, best expected rank first. `DataFrame.attrs` holds `prob`, `top` and `bottom`: those
        of the table, or where it has none, as one read from a file, the defaults of `rank`.

    Raises
    ------
    BayesSaudeError
        If `data` is neither, or has no such ranking, or `ci_prob` or `top` are not the table's.
    """
    if isinstance(data, pd.DataFrame):
        ranking = _chosen(data, by, level, within)
        for option, name, asked in (("ci_prob", "prob", ci_prob), ("top", "top", top)):
            if asked is not None and asked != ranking.attrs[name]:
                raise BayesSaudeError(
                    f"The table's ranking was made with {name} = {ranking.attrs[name]:g}, not {asked:g}. "
                    f"Leave `{option}` out, or give the fit instead of the table."
                )
        return ranking
    fit = fit_of(data, "rank or all_rankings")
    level = level or spec_of(fit).data.levels[-1]
    outer = None if within == ALL else level_around(fit, level, within)
    prob = DEFAULT_PROB if ci_prob is None else ci_prob
    top = DEFAULT_TOP if top is None else top
    whole = rank(fit, by=by, level=level, within_each=outer, prob=prob, top=top)
    return select(whole, level, by, within)


def comparison_of(
    data: pd.DataFrame | xr.DataTree, *, parameter: str, level: str | None, ci_prob: float | None = None
) -> pd.DataFrame:
    """Take the units of one level and parameter from a comparison, or from that made of a fit and its REML.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `compare`, or a fit of the Gaussian family.
    parameter : {"intercept", "slope"}
    level : str, optional
        The innermost, as the last in the table, if left out.
    ci_prob : float, optional
        Probability of the intervals, and so of the classes: 0.95 for a fit if left out. A table has its own.

    Returns
    -------
    pandas.DataFrame
        One row per unit.

    Raises
    ------
    BayesSaudeError
        If `data` is neither, or holds no such units, or `ci_prob` is not the table's.
    """
    if isinstance(data, pd.DataFrame):
        comparison = data
        _require_columns(comparison, ("level", "parameter", "unit", "reml", "bayes"), "compare")
        prob = comparison.attrs.get("prob", DEFAULT_PROB)
        if ci_prob is not None and ci_prob != prob:
            raise BayesSaudeError(
                f"The comparison was made with prob = {prob:g}, not {ci_prob:g}. "
                "Leave `ci_prob` out, or give the fit instead of the table."
            )
    else:
        fit = fit_of(data, "compare")
        comparison = compare(fit, reml(fit, prob=DEFAULT_PROB if ci_prob is None else ci_prob))
    level = level or comparison["level"].iloc[-1]
    units = comparison[(comparison["level"] == level) & (comparison["parameter"] == parameter)]
    if units.empty:
        raise BayesSaudeError(
            f"The comparison has no {parameter} of '{level}'. "
            "Use 'intercept' or 'slope' and a level of its column 'level'."
        )
    return units


def _chosen(table: pd.DataFrame, by: str, level: str | None, within: str) -> pd.DataFrame:
    _require_columns(table, ("level", "within", "unit", "by", "expected_rank"), "rank or all_rankings")
    ranking = select(table, level or table["level"].iloc[-1], by, within)
    if ranking["unit"].duplicated().any():
        raise BayesSaudeError(
            f"The table has more than one ranking {ranking['level'].iloc[0]} / {within} / {by}. "
            "Give the rows of one, or the fit."
        )
    ranking.attrs = {"prob": DEFAULT_PROB, "top": DEFAULT_TOP, "bottom": None} | table.attrs
    return ranking


def fit_of(data: object, makers: str = "") -> xr.DataTree:
    """Take a fit for what it is, and refuse all else, naming the functions whose tables would do as well."""
    if not isinstance(data, xr.DataTree) or "posterior" not in data:
        wanted = f"a table of {makers}, or a fit" if makers else "a fit"
        raise BayesSaudeError(f"The figure cannot be drawn from this {type(data).__name__}. Give {wanted}.")
    return data


def _require_columns(table: pd.DataFrame, names: Iterable[str], makers: str) -> None:
    missing = [name for name in names if name not in table]
    if missing:
        raise BayesSaudeError(
            f"The table lacks {listed(missing)}, so that it is none of {makers}. Give one of these, or a fit."
        )

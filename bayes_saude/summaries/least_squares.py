"""Each unit's own line by least squares, as if there were no other unit: what shrinkage starts from."""

import numpy as np
import pandas as pd
import xarray as xr

from bayes_saude.errors import BayesSaudeError
from bayes_saude.models.predictor import INTERCEPT, SLOPE, TERMS
from bayes_saude.summaries.coefficients import panel_of, posterior_of, spec_of, unit_quantity
from bayes_saude.summaries.empirical import empirical_trend
from bayes_saude.summaries.reml import reml

COLUMNS = (
    "level", "unit", "own_intercept", "own_slope", "reml_intercept", "reml_slope",
    "bayes_intercept", "bayes_slope", "moved",
)  # fmt: skip


def least_squares(fit: xr.DataTree, level: str | None = None) -> pd.DataFrame:
    """Fit a line to the rows of each unit alone.

    Parameters
    ----------
    fit : xarray.DataTree
        Its panel is what lines are fitted to, on the link's scale, see `empirical_trend`.
    level : str, optional
        The innermost if left out. The line of a unit that holds others is the mean of the lines of the
        innermost units in it that have one, as it is for the posterior and for REML.

    Returns
    -------
    pandas.DataFrame
        One row per unit, in the order of the fit: unit, intercept, at the model's origin, and slope. Where
        the panel has replicates, the mean over those in which the unit has a line. Missing for a unit with
        one time only, through which no line is drawn.
    """
    spec, panel = spec_of(fit), panel_of(fit)
    levels = spec.data.levels
    level = level or levels[-1]
    units = posterior_of(fit)[level].values
    panel = panel.assign(
        x=panel["time"].astype(float) - spec.data.origin, y=empirical_trend(panel, spec.model.family)
    )
    keys = ["replicate", levels[-1]]
    # About the unit's own mean time, which keeps the digits.
    panel = panel.assign(dx=panel["x"] - panel.groupby(keys)["x"].transform("mean"))
    rows = panel.assign(dx2=panel["dx"] ** 2, dxy=panel["dx"] * panel["y"]).groupby(keys)
    several = rows["x"].max() > rows["x"].min()
    slope = (rows["dxy"].sum() / rows["dx2"].sum().where(several)).rename(SLOPE)
    intercept = (rows["y"].mean() - slope * rows["x"].mean()).rename(INTERCEPT)
    lines = pd.concat([intercept, slope], axis=1).groupby(level=levels[-1]).mean()
    if level != levels[-1]:
        home = panel.drop_duplicates(levels[-1]).set_index(levels[-1])[level]
        lines = lines.groupby(home.loc[lines.index]).mean()
    return lines.loc[units].rename_axis("unit").reset_index()


def shrinkage(
    fit: xr.DataTree, *, level: str | None = None, frequentist: xr.Dataset | None = None
) -> pd.DataFrame:
    """Put each unit's own line beside that of REML and that of the posterior.

    Parameters
    ----------
    fit : xarray.DataTree
        Of a model whose units have slopes.
    level : str, optional
        The innermost if left out.
    frequentist : xarray.Dataset, optional
        From `reml` of the same fit, where it is at hand.

    Returns
    -------
    pandas.DataFrame
        One row per unit with the columns `COLUMNS`, those farthest from their own line first: own is that of
        `least_squares`, reml that of `reml`, bayes the posterior mean, all on the link's scale. `moved` is
        the distance from own to bayes, each coefficient in standard deviations of the units' own; units
        without a line of their own come last. `DataFrame.attrs` holds the model's `origin`.

    Raises
    ------
    BayesSaudeError
        If the units of the fit share one slope.
    """
    spec = spec_of(fit)
    if not spec.model.slopes:
        raise BayesSaudeError(
            "The units of this fit share one slope: there is no plane of intercepts and slopes to shrink in. "
            "Fit the model with slopes = true."
        )
    level = level or spec.data.levels[-1]
    own = least_squares(fit, level)
    units = own["unit"].to_numpy()
    frequentist = reml(fit) if frequentist is None else frequentist
    estimate = frequentist[f"{level}_estimate"].sel({level: units})
    table = pd.DataFrame({"level": level, "unit": units})
    for term in TERMS:
        table[f"own_{term}"] = own[term]
        table[f"reml_{term}"] = estimate.sel(term=term).values
        posterior = unit_quantity(fit, level, term).mean(("chain", "draw"), dtype=np.float64)
        table[f"bayes_{term}"] = posterior.sel({level: units}).values
    across, up = (
        (table[f"bayes_{term}"] - table[f"own_{term}"]) / table[f"own_{term}"].std() for term in TERMS
    )
    table["moved"] = np.hypot(across, up)
    table = table.sort_values("moved", ascending=False, kind="stable", ignore_index=True)[list(COLUMNS)]
    table.attrs = {"origin": spec.data.origin}
    return table

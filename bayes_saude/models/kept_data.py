"""What a trend with kept effects needs of a panel: `kept` writes the model, this is its data.

Values are taken on the scale of the family's link, divided by their standard deviation, so that the sampler
meets numbers of the order of one whatever the outcome's unit. Shares and rates are of that order on theirs.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bayes_saude.models.outcomes import FAMILIES, VALUE
from bayes_saude.models.predictor import Tree
from bayes_saude.models.priors import AnyPrior, location_and_scale, pooled
from bayes_saude.models.shifts import Shifts
from bayes_saude.models.years import make_years

# Priors of what has no unit.
UNITLESS = ("lkj", "gamma")


def unit_of(family: str, panel: pd.DataFrame) -> float:
    """Give what one on the model's scale is on that of the family's link."""
    if FAMILIES[family].columns != VALUE:
        return 1.0
    return float(FAMILIES[family].link.to_trend(panel["value"].to_numpy(dtype=np.float64)).std())


def kept_data(
    family: str,
    panel: pd.DataFrame,
    tree: Tree,
    origin: float,
    priors: Mapping[str, AnyPrior],
    shifts: Shifts,
    basis: NDArray[np.float64] | None = None,
) -> dict[str, NDArray]:
    """Collect what a model takes as data.

    Parameters
    ----------
    family : str
    panel : pandas.DataFrame
        One replicate of a validated panel.
    tree : Tree
    origin : float
        The trend's zero.
    priors : mapping
        From `resolve_priors`.
    shifts : Shifts
    basis : array, shape (units, units - 1), optional
        From `sequence_basis`, where the units of the outermost level stand in an order.

    Returns
    -------
    dict
        `leaf` : shape (rows,), position of each row's unit; `elapsed` : shape (rows,), time since the mean
        time; `place` : shape (2,), the mean time since the origin, and the pooled outcome on the trend's
        scale, from which heights are counted; `priors` : shape (hyperparameters, 2); `parents_1`, ... : shape
        (units,), for each level but the outermost; the outcome's columns; `group_0`, ... : shape (leaves,),
        for each predictor; `basis`; where times have deviations `time` : shape (rows,), position of each
        row's time, `line` : shape (2, times), which takes deviations to the height and slope of their line of
        least squares, and the arrays of `Years`.
    """
    time, unit = panel["time"].to_numpy(dtype=np.float64), unit_of(family, panel)
    outcome = {name: panel[name].to_numpy(dtype=np.float64) for name in FAMILIES[family].columns}
    if "value" in outcome:
        outcome["value"] = FAMILIES[family].link.to_trend(outcome["value"]) / unit
    return {
        "leaf": tree.leaf_of(panel),
        "elapsed": time - time.mean(),
        "place": np.array([time.mean() - origin, pooled(family, panel) / unit]),
        "priors": np.array(
            [
                np.array(location_and_scale(prior)) / (1 if prior.dist in UNITLESS else unit)
                for prior in priors.values()
            ]
        ),
        **{f"parents_{depth}": tree.parents[depth] for depth in range(1, len(tree.levels))},
        **outcome,
        **{f"group_{k}": code for k, code in enumerate(shifts.of_leaf.values())},
        **({} if basis is None else {"basis": basis}),
        **(_year_data(family, panel, shifts, unit) if shifts.of_times else {}),
    }


def _year_data(family: str, panel: pd.DataFrame, shifts: Shifts, unit: float) -> dict[str, NDArray]:
    place = shifts.time_of(panel)
    count = np.bincount(place, minlength=len(shifts.times)).astype(np.float64)
    elapsed = shifts.times - panel["time"].to_numpy(dtype=np.float64).mean()
    means = np.zeros(len(count))
    for k in np.flatnonzero(count):
        means[k] = pooled(family, panel[place == k]) / unit
    weights = count * elapsed
    return {
        "time": place,
        "line": np.stack([count / count.sum(), weights / (weights @ elapsed)]),
        **make_years(elapsed, count, means * count)._asdict(),
    }

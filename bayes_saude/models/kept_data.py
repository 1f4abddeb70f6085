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
# Of the absolute difference of two normal variables with a standard deviation of one.
MEDIAN_STEP = 0.954


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
        (units,), for each level but the outermost; the outcome's columns; `information` : shape (2, leaves),
        see `kept_units.Level`; `group_0`, ... : shape (leaves,), for each predictor; `basis`; where times
        have deviations `time` : shape (rows,), position of each row's time, `line` : shape (2, times), which
        takes deviations to the height and slope of their line of least squares, and the arrays of `Years`.
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
        "information": _information(family, panel, tree) * unit**2,
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


def _information(family: str, panel: pd.DataFrame, tree: Tree) -> NDArray[np.float64]:
    """Guess what data alone tell of each unit's height and slope, one over the variance, shape (2, leaves).

    The scatter of rows about their unit's line is read off successive rows of a unit, of whose differences it
    is the most. It does not follow the hyperparameters, which would bind theirs to the units': of 853
    municipalities, with what the dispersion and each row's trials give, 3,000 draws were worth 190 of the
    dispersion, for 1,300.
    """
    link, leaf = FAMILIES[family].link, tree.leaf_of(panel)
    if FAMILIES[family].columns == VALUE:
        on_trend = link.to_trend(panel["value"].to_numpy(dtype=np.float64))
    else:
        events, size = (panel[name].to_numpy(dtype=np.float64) for name in FAMILIES[family].columns)
        on_trend = link.to_trend((events + 0.5) / (size + 1))
    in_turn = np.lexsort([panel["time"].to_numpy(), leaf])
    steps = np.abs(np.diff(on_trend[in_turn]))[np.diff(leaf[in_turn]) == 0]
    sd = float(np.median(steps)) / MEDIAN_STEP if steps.any() else 0.0
    elapsed = (panel["time"] - panel["time"].mean()).to_numpy(dtype=np.float64)
    counts = [np.bincount(leaf, elapsed**power, len(tree.units[-1])) for power in (0, 2)]
    return np.stack(counts) / (sd or on_trend.std() or 1.0) ** 2

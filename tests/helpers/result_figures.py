"""The figures of a result folder, of tables and fits made by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
from small_fits import build_fit

from bayes_saude.figures.result import each_figure
from bayes_saude.models.catalogue import read_model

NESTED = read_model("sa2015-prenatal-nested")
SHARES = read_model("costa2014-share-age")


def tables(levels, n=6):
    """Make a ranking and a comparison of n units per level, the inner ones in the outer ones in turn."""
    mean = np.linspace(90, 10, n)
    unit = [f"Unit {place}" for place in range(n)]
    ranking = pd.DataFrame({"within": "all", "unit": unit, "mean": mean, "low": mean - 7, "high": mean + 6})
    ranking = ranking.assign(expected_rank=np.arange(1.0, n + 1), p_above_mean=np.linspace(1, 0, n))
    ranking = ranking.assign(rank_low=1, rank_high=n)
    inside = [ranking.assign(level=levels[-1], within=unit)] if len(levels) > 1 else []
    compared = pd.DataFrame({"unit": unit, "reml": mean, "bayes": mean + 1, "agrees": np.arange(n) > 0})
    return (
        pd.concat(
            table.assign(by=by)
            for table in (*(ranking.assign(level=level) for level in levels), *inside)
            for by in ("intercept", "slope", "level:2014")
        ),
        pd.concat(compared.assign(level=level, parameter="intercept") for level in levels),
    )


def hyperparameters(levels):
    """Make the rows of a table of hyperparameters that texts are made of."""
    names = [f"corr[{level}]" for level in levels] if len(levels) > 1 else ["corr"]
    numbers = {"reml": np.nan, "bayes_mean": 0.25, "bayes_low": -0.5, "bayes_high": 0.75}
    return pd.DataFrame({"parameter": names, **numbers})


def fit_of(spec, n=6, note=""):
    """Make a fit of n units per level, whose draws are noise."""
    unit = [f"Unit {place}" for place in range(n)]
    rng = np.random.default_rng(1)
    family = spec.model.family
    outcome = {"value": 1.0} if family == "gaussian" else {"successes": 10, "trials": 40}
    rows = {**dict.fromkeys(spec.data.levels, unit * 2), "time": np.repeat([2011, 2014], n), "replicate": 1}
    fit = build_fit(
        {level: rng.normal(size=(1, 20, n, 2)) for level in spec.data.levels},
        dict.fromkeys(spec.data.levels, unit),
        parents=dict.fromkeys(spec.data.levels[1:], unit),
        family=family,
        panel=pd.DataFrame({**rows, **outcome}),
    )
    fit.attrs |= {"model_file": spec.text, "model": spec.name, "panel_note": note}
    return fit


def read(folder: Path, text: str):
    """Read a model with this for its title."""
    path = folder / "model.toml"
    path.write_text(NESTED.text.replace(NESTED.title, text), encoding="utf-8")
    return read_model(path)


def figures(spec=NESTED, *, note="", n=6, passed=True, lang="en"):
    fit = fit_of(spec, n, note)
    levels = spec.data.levels
    kinds = each_figure(
        fit, {"passed": passed}, *tables(levels, n), hyperparameters=hyperparameters(levels), lang=lang
    )
    return {figure.name: figure for figure in kinds}


def draw(*args, kinds=("caterpillar", "reml-posterior"), **kwargs):
    """Draw the figures of some kinds."""
    every = figures(*args, **kwargs)
    drawn = {name: figure.draw() for name, figure in every.items() if name.startswith(kinds)}
    for figure in drawn.values():
        figure.draw_without_rendering()
    return drawn


def inside(figure, text) -> bool:
    # As saved: drawing once more would lay it out anew.
    box = text.get_window_extent()
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height


def labels(figures, kind="caterpillar", level="region"):
    return [
        figures[f"{kind}-{level}-{by}"].axes[0].get_xlabel() for by in ("intercept", "slope", "level-2014")
    ]

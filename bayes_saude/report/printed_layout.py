"""The layout in which mixed models are printed: fixed effects, then variances, as tables 3-10 of Sá (2015).

Beside the columns of the print, which are REML's, stand those of the posterior.
"""

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_saude.plots.style import Lang, comma, level_word
from bayes_saude.report.text_tables import Column, TextTable, interval_text, number_text, time_word
from bayes_saude.report.words import say
from bayes_saude.summaries.coefficients import spec_of

TERMS = ("intercept", "slope")
COLUMNS = (
    "effect", "level", "term", "reml", "reml_se", "reml_p", "reml_variance",
    "bayes", "bayes_sd", "bayes_low", "bayes_high", "bayes_variance",
    "reml_corr", "bayes_corr", "bayes_corr_low", "bayes_corr_high",
)  # fmt: skip


def mixed_model(parameters: pd.DataFrame, fit: xr.DataTree) -> pd.DataFrame:
    """Arrange hyperparameters as a mixed model is printed.

    Parameters
    ----------
    parameters : DataFrame
        From `hyperparameters`.
    fit : xarray.DataTree
        The fit that they are of.

    Returns
    -------
    DataFrame
        One row per fixed effect, `effect` being "fixed", then one per random effect of every level, "random",
        and the residual, "residual". Of random effects `reml` and `bayes` are standard deviations, and
        `_variance` variances, the posterior's the mean of its draws' squares. A correlation stands beside the
        slope, as in print. `reml_p` is two-sided, of the estimate over its standard error.
    """
    spec = spec_of(fit)
    by_name = {row["parameter"]: row for row in parameters.to_dict("records")}
    levels = spec.data.levels
    terms = TERMS[: 1 + spec.model.slopes]
    rows = [_row("fixed", "", term, by_name[term]) for term in TERMS if term in by_name]
    for level in levels:
        ending = "" if len(levels) == 1 else f"[{level}]"
        for term in terms:
            row = _row("random", level, term, by_name[f"sd_{term}{ending}"])
            if term == "slope":
                corr = by_name[f"corr{ending}"]
                row |= {"reml_corr": corr["reml"], "bayes_corr": corr["bayes_mean"]}
                row |= {f"bayes_corr_{end}": corr[f"bayes_{end}"] for end in ("low", "high")}
            rows.append(row)
    if "sd_resid" in by_name:
        rows.append(_row("residual", "", "", by_name["sd_resid"]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(effect: str, level: str, term: str, values: Mapping[Any, Any]) -> dict[str, object]:
    row: dict[str, object] = {
        "effect": effect, "level": level, "term": term, "reml": values["reml"],
        "bayes": values["bayes_mean"], "bayes_sd": values["bayes_sd"],
        "bayes_low": values["bayes_low"], "bayes_high": values["bayes_high"],
    }  # fmt: skip
    if effect == "fixed":
        se = values["reml_se"]
        p = 2 * NormalDist().cdf(-abs(values["reml"] / se)) if se > 0 else np.nan
        return row | {"reml_se": se, "reml_p": p}
    return row | {
        "reml_variance": values["reml"] ** 2,
        "bayes_variance": values["bayes_mean"] ** 2 + values["bayes_sd"] ** 2,
    }


def mixed_model_tables(parameters: pd.DataFrame, fit: xr.DataTree, lang: Lang) -> list[TextTable]:
    """Show a mixed model as it is printed: a table of fixed effects and one of random effects.

    Parameters
    ----------
    parameters, fit
        As for `mixed_model`.
    lang : {"en", "pt"}

    Returns
    -------
    list of TextTable
    """
    spec = spec_of(fit)
    model = mixed_model(parameters, fit)
    since = f"{time_word(spec.data.time, lang).capitalize()} − {spec.data.origin:.15g}"
    names = {"intercept": say("intercept", lang), "slope": since, "": say("residual", lang)}

    def name(row: pd.Series) -> str:
        several = row["level"] and len(spec.data.levels) > 1
        return names[row["term"]] + (f", {level_word(row['level'], lang)}" if several else "")

    fixed = [
        [
            name(row),
            *(number_text(row[key], row["bayes_sd"], lang) for key in ("reml", "reml_se")),
            _p_value(row["reml_p"], lang),
            *(number_text(row[key], row["bayes_sd"], lang) for key in ("bayes", "bayes_sd")),
            interval_text(row["bayes_low"], row["bayes_high"], row["bayes_sd"], lang),
        ]
        for _, row in model[model["effect"] == "fixed"].iterrows()
    ]
    random = [
        [
            name(row),
            *(_plain(row[key], lang) for key in ("reml_variance", "reml", "reml_corr", "bayes_variance")),
            number_text(row["bayes"], row["bayes_sd"], lang),
            interval_text(row["bayes_low"], row["bayes_high"], row["bayes_sd"], lang),
            _plain(row["bayes_corr"], lang),
            ""
            if pd.isna(row["bayes_corr"])
            else f"[{_plain(row['bayes_corr_low'], lang)}; {_plain(row['bayes_corr_high'], lang)}]",
        ]
        for _, row in model[model["effect"] != "fixed"].iterrows()
    ]
    return [
        _block(
            "fixed_effects", ("beta", "se_beta", "p_value", "posterior_mean", "sd", "interval"), fixed, lang
        ),
        _block(
            "random_effects",
            (
                "variance",
                "sd_reml",
                "corr",
                "posterior_variance",
                "posterior_sd",
                "interval",
                "posterior_corr",
                "interval",
            ),
            random,
            lang,
        ),
    ]


def _block(caption: str, keys: tuple[str, ...], rows: list[list[str]], lang: Lang) -> TextTable:
    columns = [Column(say("effect", lang), False), *(Column(say(key, lang)) for key in keys)]
    return TextTable(say(caption, lang), columns, rows)


def _p_value(p: float, lang: Lang) -> str:
    if pd.isna(p):
        return ""
    return "<" + comma("0.001", lang) if p < 0.001 else comma(f"{p:.3f}", lang)


def _plain(value: float, lang: Lang) -> str:
    """Write a number that has no spread of its own to round it by."""
    return "" if pd.isna(value) else comma(f"{value:.4g}", lang)

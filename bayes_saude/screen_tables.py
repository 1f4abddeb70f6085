"""The tables of an analysis, laid out for a person at a terminal."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from bayes_saude.console import narrowed, number, probability, text_table
from bayes_saude.inference.checks import gate_value
from bayes_saude.models.predictor import TERMS
from bayes_saude.summaries.checks import moving
from bayes_saude.summaries.ranking import ALL


def checks_table(report: Mapping[str, Any]) -> Table:
    """Show each gate; `checks_advice` says what to do about those that fail.

    Parameters
    ----------
    report : mapping
        From `check`.
    """
    rows = [
        (
            "passes" if gate["passed"] else "FAILS",
            gate["name"],
            gate["parameter"],
            gate_value(gate),
            f"{gate['threshold']:g}",
        )
        for gate in report["gates"]
    ]
    return narrowed(text_table(rows, ("", "check", "worst in", "value", "limit"), texts=3))


def checks_advice(report: Mapping[str, Any]) -> list[str]:
    """Say what to do about the gates that fail: one line for each advice, with the checks that it is about.

    Parameters
    ----------
    report : mapping
        From `check`.
    """
    checks: dict[str, list[str]] = {}
    for gate in report["gates"]:
        if not gate["passed"]:
            checks.setdefault(gate["advice"], []).append(gate["name"])
    return [f"{', '.join(names)}: {advice}" for advice, names in checks.items()]


def misfits_table(report: Mapping[str, Any]) -> Table:
    """Show what the model does not reproduce; `misfits_advice` says what to try.

    Parameters
    ----------
    report : mapping
        From `check`.
    """
    from bayes_saude.plots.predictive_checks import statistic_name  # noqa: PLC0415 (it loads Matplotlib)

    rows = [
        (
            statistic_name(warning["statistic"], "en"),
            f"{warning['observed']:.4g}",
            f"{warning['low']:.4g} to {warning['high']:.4g}",
            f"{warning['value']:.3f}",
            f"{warning['mcse']:.3f}",
            _near(warning),
        )
        for warning in report["warnings"]
    ]
    return narrowed(text_table(rows, ("not reproduced", "observed", "predicted (95%)", "p", "MC error", "")))


def misfits_advice(report: Mapping[str, Any]) -> list[str]:
    """Say what to try where the model does not reproduce the data, each advice once."""
    return list(dict.fromkeys(warning["advice"] for warning in report["warnings"] if warning["advice"]))


def priors_table(report: Mapping[str, Any]) -> Table:
    """Show what moves with its priors; `priors_advice` says what that means.

    Parameters
    ----------
    report : mapping
        From `check`.
    """
    replicated = len({found["replicate"] for found in report["prior_sensitivity"]}) > 1
    rows = [
        (
            found["parameter"],
            *(_distance(found[name], found[f"{name}_error"]) for name in ("prior", "likelihood")),
            str(found["replicate"]) if replicated else "",
            _near(found),
        )
        for found in moving(report)
    ]
    where = "replicate" if replicated else ""
    return narrowed(text_table(rows, ("moves with its priors", "by (± error)", "with the data", where, "")))


def _distance(value: float | None, error: float) -> str:
    return f"not told ±{error:.2g}" if value is None else f"{value:.3f} ±{error:.3f}"


def _near(warning: Mapping[str, Any]) -> str:
    """Mark what other draws might say otherwise."""
    return "" if warning["clear"] else "near limit"


def priors_advice(report: Mapping[str, Any]) -> list[str]:
    """Say what it means that posteriors move with their priors: a line for each advice, with whose it is.

    Parameters
    ----------
    report : mapping
        From `check`.
    """
    whose: dict[str, list[str]] = {}
    for found in moving(report):
        whose.setdefault(found["advice"], []).append(found["parameter"])
    return [f"{', '.join(names)}: {advice}" for advice, names in whose.items()]


def scores_table(report: Mapping[str, Any]) -> Table:
    """Show how well a model predicts what it has not seen.

    Parameters
    ----------
    report : mapping
        As `results.write_checks` gives it, with `cross_validation`.
    """
    rows = [
        (
            f"each {score['by']}",
            str(score["left_out"]),
            f"{score['elpd']:.0f}",
            f"{score['se']:.0f}",
            "" if score["mcse"] is None else f"{score['mcse']:.1f}",
            str(score["refitted"]),
            str(score["unreliable"]),
        )
        for score in report["cross_validation"]
    ]
    headings = ("left out", "of them", "elpd", "se", "MC error", "fitted again", "not to be trusted")
    return text_table(rows, headings)


def ends(ranking: pd.DataFrame, *, top: int, bottom: int = 0) -> pd.DataFrame:
    """Take the first and the last units of a ranking, of each unit inside which it ranks.

    Parameters
    ----------
    ranking : DataFrame
        From `rank`.
    top, bottom : int
        So many of the first and of the last; where they meet, a unit is taken once.
    """
    units = ranking.groupby("within", sort=False)["unit"]
    taken = ranking[(units.cumcount() < top) | (units.cumcount(ascending=False) < bottom)]
    taken.attrs = ranking.attrs
    return taken


def ranking_table(ranking: pd.DataFrame, *, narrow: bool = False) -> Table:
    """Show units in the order of their expected ranks, with the ranks' Monte Carlo errors.

    Parameters
    ----------
    ranking : DataFrame
        Rows of one `rank`, with its `attrs`.
    narrow : bool
        Leave out the Monte Carlo errors and the probabilities to be first.
    """
    # One number of decimals for the column.
    spread = float(ranking["sd"].median())
    percent = f"{100 * ranking.attrs['prob']:g}%"
    grouped = bool((ranking["within"] != ALL).any())
    parted = bool(ranking["p_top"].notna().any())
    parted_below = ranking.attrs["bottom"] is not None and bool(ranking["p_bottom"].notna().any())
    targeted = bool(ranking["p_meets_target"].notna().any())
    headings = [
        *(["within"] if grouped else []),
        str(ranking["level"].iloc[0]),
        _with_scale(str(ranking["by"].iloc[0]), ranking.attrs.get("scale", "")),
        f"[{percent}]",
        "rank",
        *([] if narrow else ["MC error"]),
        f"[{percent}]",
        *([] if narrow else ["P(best)"]),
        *([f"P(top {ranking.attrs['top']})"] if parted else []),
        *([f"P(bottom {ranking.attrs['bottom']})"] if parted_below else []),
        "P(> mean)",
        *(["P(target)"] if targeted else []),
    ]
    rows = [
        [
            *([unit["within"]] if grouped else []),
            unit["unit"],
            number(unit["mean"], spread),
            interval(unit["low"], unit["high"], spread),
            f"{unit['expected_rank']:.1f}",
            *([] if narrow else [f"{unit['rank_mcse']:.2f}"]),
            f"[{unit['rank_low']}; {unit['rank_high']}]",
            *([] if narrow else [probability(unit["p_best"])]),
            *([probability(unit["p_top"])] if parted else []),
            *([probability(unit["p_bottom"])] if parted_below else []),
            probability(unit["p_above_mean"]),
            *([probability(unit["p_meets_target"])] if targeted else []),
        ]
        for unit in ranking.to_dict("records")
    ]
    return text_table(rows, headings, texts=1 + grouped)


def _with_scale(quantity: str, scale: str) -> str:
    return f"{quantity} ({scale})" if scale and quantity in TERMS else quantity


def hyperparameter_table(parameters: pd.DataFrame) -> Table:
    """Show REML and posterior of the fixed effects and variance components side by side.

    Parameters
    ----------
    parameters : DataFrame
        From `hyperparameters`, with its `attrs`.
    """
    scale = parameters.attrs.get("scale", "")
    rows = [
        [
            row["parameter"],
            *(
                number(row[name], row["bayes_sd"]) if pd.notna(row[name]) else ""
                for name in ("reml", "reml_se")
            ),
            number(row["bayes_mean"], row["bayes_sd"]),
            number(row["bayes_sd"], row["bayes_sd"]),
            interval(row["bayes_low"], row["bayes_high"], row["bayes_sd"]),
            f"{row['rhat']:.3f}",
            f"{row['ess_bulk']:.0f}",
            row["note"],
        ]
        for row in parameters.to_dict("records")
    ]
    first = f"parameter ({scale})" if scale else "parameter"
    headings = (first, "REML", "se", "posterior", "sd", "interval", "R-hat", "ESS", "")
    return text_table(rows, headings)


def agreement_table(agreement: pd.DataFrame) -> Table:
    """Show in how many units REML and posterior give the same class; the rest are of opposite classes.

    Parameters
    ----------
    agreement : DataFrame
        From `agreement` of a marked comparison; columns before `parameter`, such as the model's name, are
        shown first.
    """
    names = list(agreement.columns)
    first = names[: names.index("parameter") + 1]
    counts = ["units", "agree", "only_reml", "only_bayes", "borderline"]
    rows = [
        [*(str(row[name]) for name in (*first, *counts)), f"{row['rank_correlation']:.3f}"]
        for row in agreement.to_dict("records")
    ]
    headings = (*first, "units", "same", "only REML", "only Bayes", "borderline", "rank corr.")
    return text_table(rows, headings, texts=len(first))


def sensitivity_table(table: pd.DataFrame) -> Table:
    """Show what other priors change of each ranking; a star is at a fit that fails its checks.

    Parameters
    ----------
    table : DataFrame
        From `sensitivity`.
    """
    rows = [
        [
            row["level"],
            row["by"],
            row["priors"] + ("" if row["passed"] else " *"),
            f"{row['named']} of {row['units']}",
            *(str(row[name]) for name in ("gained", "lost", "turned")),
            f"{row['largest_shift']:.1f}",
            "" if pd.isna(row["corr"]) else f"{row['corr']:.2f}",
        ]
        for row in table.to_dict("records")
    ]
    headings = ("level", "by", "priors", "named", "gained", "lost", "turned", "largest shift", "correlation")
    return text_table(rows, headings, texts=3)


def interval(low: float, high: float, spread: float) -> str:
    """Write an interval as the thesis does: [low ; high]."""
    return f"[{number(low, spread)}; {number(high, spread)}]"

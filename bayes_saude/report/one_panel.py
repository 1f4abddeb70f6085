"""Models of one panel side by side: how rankings move between them, and what each does not reproduce."""

import hashlib
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from bayes_saude.plots.style import Lang
from bayes_saude.report.describe import panel_name
from bayes_saude.report.moves import misfits_beside, movers_table, moves_figure, moves_table
from bayes_saude.report.pictures import Picture, picture
from bayes_saude.report.predictions import Predictions, predictions
from bayes_saude.report.text_tables import TextTable
from bayes_saude.report.words import say
from bayes_saude.results import Result
from bayes_saude.summaries.coefficients import panel_of, spec_of
from bayes_saude.summaries.moves import coefficient_standings, compare_standings

# Columns of a panel that no model chooses.
ROWS = ("replicate", "time", "value", "successes", "trials", "count", "exposure")
# Size of the groups of first and last units.
TOP = 10


class Member(NamedTuple):
    """What of a model's results is held against those of other models of its panel.

    Parameters
    ----------
    name : str
        What the report calls the model.
    model, title : str
        The model file's name, which is that of the result folder, and its title in the report's language.
    panel : str
        What the report calls the panel.
    key : str
        The same for two models of the same rows that rank in the same direction.
    levels : sequence of str
        Of the model.
    passed : bool
        Whether the fit passes its checks.
    standings : dict
        From `coefficient_standings`.
    warnings : list of dict
        From `check`.
    scores : DataFrame, optional
        From `cross_validate`, where the result folder holds it.
    """

    name: str
    model: str
    title: str
    panel: str
    key: str
    levels: Sequence[str]
    passed: bool
    standings: Mapping[tuple[str, str], pd.DataFrame]
    warnings: Sequence[Mapping[str, Any]]
    scores: pd.DataFrame | None = None


class OnePanel(NamedTuple):
    """A section on models of one panel, in the report's language and with nothing left to compute."""

    title: str
    models: list[tuple[str, str]]
    passed: bool
    moves: TextTable
    movers: list[TextTable]
    pictures: list[Picture]
    misfits: TextTable | None
    predictions: Predictions
    cross_validate: list[str]


def member(result: Result, lang: Lang, scores: pd.DataFrame | None = None) -> Member:
    """Take from a model's results what others of its panel are held against."""
    spec = spec_of(result.fit)
    return Member(
        spec.name,
        spec.name,
        spec.title_in(lang),
        panel_name(result.fit),
        _rows_digest(result) + spec.ranking.direction,
        spec.data.levels,
        result.report["passed"],
        coefficient_standings(result.fit),
        result.report["warnings"],
        scores,
    )


def _rows_digest(result: Result) -> str:
    """SHA-256 of the panel's times and outcomes, whatever the levels that the model looks at."""
    panel = panel_of(result.fit)
    columns = [name for name in ROWS if name in panel]
    rows = panel[columns].astype(np.float64)
    digest = hashlib.sha256(" ".join(columns).encode())
    digest.update(rows.sort_values(columns).to_numpy().tobytes())
    return digest.hexdigest()


def sections_of(members: Sequence[Member], lang: Lang) -> Iterator[OnePanel]:
    """Give a section for each panel of which there are several models that share a level.

    Parameters
    ----------
    members : sequence of Member
        In the report's order.
    lang : {"en", "pt"}

    Yields
    ------
    OnePanel
    """
    for key in dict.fromkeys(one.key for one in members):
        group = [one for one in members if one.key == key]
        if len({one.name for one in group}) < len(group):
            # Two fits of one model file are told apart by their place in the report.
            group = [one._replace(name=f"{one.name} ({place})") for place, one in enumerate(group, start=1)]
        shared = _shared(group)
        if shared:
            yield _section(group, shared, lang)


def _shared(group: Sequence[Member]) -> dict[tuple[str, str], list[Member]]:
    """Give for each ranking the models that have it, of the same units, where there are two or more."""
    found: dict[tuple[str, str], list[Member]] = {}
    for one in group:
        for key, standing in one.standings.items():
            others = found.setdefault(key, [])
            if not others or others[0].standings[key].index.equals(standing.index):
                others.append(one)
    return {key: models for key, models in found.items() if len(models) > 1}


def _section(
    group: Sequence[Member], shared: Mapping[tuple[str, str], Sequence[Member]], lang: Lang
) -> OnePanel:
    compared = [one for one in group if any(one in models for models in shared.values())]
    passed = all(one.passed for one in compared)
    by_ranking = {key: {one.name: one.standings[key] for one in models} for key, models in shared.items()}
    by_model = {
        one.name: {key: tables[one.name] for key, tables in by_ranking.items() if one.name in tables}
        for one in compared
    }
    told = predictions({one.name: one.scores for one in compared}, lang)
    return OnePanel(
        title=say("one_panel", lang, panel=compared[0].panel),
        models=[(one.name, one.title) for one in compared],
        passed=passed,
        moves=moves_table(compare_standings(by_model, top=TOP), TOP, lang),
        movers=[movers_table(*key, tables, lang) for key, tables in by_ranking.items()],
        pictures=[
            picture(moves_figure(*key, tables, other, passed, lang))
            for key, tables in by_ranking.items()
            for other in list(tables)[1:]
        ],
        misfits=misfits_beside(
            {one.name: one.warnings for one in compared}, {one.name: one.levels for one in compared}, lang
        ),
        predictions=told,
        cross_validate=[
            shlex.join(["bayes-saude", "check", f"results/{one.model}", "--cross-validate"])
            for one in compared
            if one.name in told.without
        ],
    )

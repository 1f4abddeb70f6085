"""What is shown of several models of one panel: how rankings move between them, and their misfits."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pandas as pd
from matplotlib.figure import Figure

from bayes_saude.figures.frame import ResultFigure
from bayes_saude.plots.predictive_checks import statistic_name
from bayes_saude.plots.ranking_moves import plot_ranking_moves
from bayes_saude.plots.style import Lang, comma, level_word, quantity_word, word
from bayes_saude.report.terms import unit_word
from bayes_saude.report.text_tables import Column, TextTable
from bayes_saude.report.words import say
from bayes_saude.summaries.moves import moves_between, shifts

# Rows of the table of those that move farthest.
FARTHEST = 10


def moves_table(found: pd.DataFrame, top: int, lang: Lang) -> TextTable:
    """Show how each ranking moves between each two models.

    Parameters
    ----------
    found : DataFrame
        From `compare_standings`.
    top : int
        Size of the groups of first and last units.
    lang : {"en", "pt"}
    """
    with_ends = bool(found["same_top"].notna().all())
    rows = [
        [
            f"{row['first']} → {row['second']}",
            say("n_units_by", lang, n=row["units"], **_named(row["level"], row["by"], lang, capital=False)),
            comma(f"{row['rank_correlation']:.3f}", lang),
            *(
                f"{_places(row[f'{kind}_shift'], lang)} ({_places(row[f'{kind}_by_chance'], lang)})"
                for kind in ("mean", "largest")
            ),
            row["shifted_unit"],
            f"{row['named_first']} → {row['named']} ({row['changed']})",
            *([f"{row['same_top']:.0f}; {row['same_bottom']:.0f}"] if with_ends else []),
        ]
        for row in found.to_dict("records")
    ]
    columns = [
        Column(say("models", lang), False),
        Column(say("ranked", lang), False),
        *(Column(say(key, lang)) for key in ("rank_correlation", "mean_shift", "largest_shift")),
        Column(say("shifted_unit", lang), False),
        Column(say("named", lang)),
        *([Column(say("same_ends", lang, top=top))] if with_ends else []),
    ]
    return TextTable(say("moves_caption", lang), columns, rows, say("moves_note", lang, top=top))


def movers_table(level: str, by: str, standings: Mapping[str, pd.DataFrame], lang: Lang) -> TextTable:
    """Show the units whose expected ranks differ most between models.

    Parameters
    ----------
    level, by : str
    standings : mapping of str to DataFrame
        By model, from `standing`, of the same units.
    lang : {"en", "pt"}
    """
    ranks = pd.DataFrame({name: table["expected_rank"] for name, table in standings.items()})
    farthest = ranks.assign(span=ranks.max(axis=1) - ranks.min(axis=1)).nlargest(FARTHEST, "span")
    classes = pd.DataFrame({name: table["named"] for name, table in standings.items()}).loc[farthest.index]
    differ = bool(classes.ne(classes.iloc[:, 0], axis=0).any(axis=None))
    rows = [
        [
            unit,
            *(_places(rank, lang) for rank in of_unit),
            *(say(str(named), lang) for named in (classes.loc[unit] if differ else ())),
        ]
        for unit, of_unit in zip(map(str, farthest.index), farthest.to_numpy().tolist(), strict=True)
    ]
    columns = [
        Column(unit_word(level, lang), False),
        *(Column(say("rank_by", lang, model=name)) for name in standings),
        Column(say("span", lang)),
        *(Column(say("class_by", lang, model=name), False) for name in (standings if differ else ())),
    ]
    caption = say("movers_caption", lang, **_named(level, by, lang))
    return TextTable(caption, columns, rows, "" if differ else say("same_classes", lang))


def moves_figure(
    level: str, by: str, standings: Mapping[str, pd.DataFrame], other: str, passed: bool, lang: Lang
) -> ResultFigure:
    """Give the figure of what another model changes of the first one's ranks.

    Parameters
    ----------
    level, by : str
    standings : mapping of str to DataFrame
        As for `movers_table`; the first is the model that others are held against.
    other : str
        The other one.
    passed : bool
        Whether all models pass their checks.
    lang : {"en", "pt"}
    """
    first = next(iter(standings))
    was, now = standings[first], standings[other]
    moved = shifts(was, now)
    moves = moves_between(was, now)
    named = _named(level, by, lang)

    def drawn() -> Figure:
        ax = plot_ranking_moves(moves, models=(first, other), label=named["what"], lang=lang)
        if not passed:
            ax.set_title(word("despite", lang))
        return cast(Figure, ax.figure)

    alt = say(
        "moves_alt", lang, first=first, second=other, n=len(was), units=level_word(level, lang),
        what=named["what"], unit=moves["unit"].iloc[0],
        mean=_places(moved["mean_shift"], lang), chance=_places(moved["mean_by_chance"], lang),
        largest=_places(abs(moves["shift"].iloc[0]), lang),
    )  # fmt: skip
    title = say("moves_title", lang, first=first, second=other, **named)
    return ResultFigure(f"moves-{level}-{by}", title, alt, drawn)


def misfits_beside(
    warnings: Mapping[str, Sequence[Mapping[str, Any]]], levels: Mapping[str, Sequence[str]], lang: Lang
) -> TextTable | None:
    """Show side by side what models are warned of; None where none is warned of anything.

    Parameters
    ----------
    warnings : mapping of str to sequence of dict
        By model, those of `check`.
    levels : mapping of str to sequence of str
        By model, its levels.
    lang : {"en", "pt"}
    """
    several = len({tuple(own) for own in levels.values()}) > 1
    p_values = {
        name: {_of_level(each["statistic"], levels[name], several): each["value"] for each in own}
        for name, own in warnings.items()
    }
    statistics = sorted({statistic for own in p_values.values() for statistic in own})
    if not statistics:
        return None
    rows = [
        [
            statistic_name(statistic, lang),
            *(_p_value(own, statistic, levels[name], lang) for name, own in p_values.items()),
        ]
        for statistic in statistics
    ]
    columns = [Column(say("statistic", lang), False), *(Column(name) for name in p_values)]
    return TextTable(say("misfits_beside_caption", lang), columns, rows, say("misfits_beside_note", lang))


def _of_level(statistic: str, levels: Sequence[str], several: bool) -> str:
    """Name the level of a statistic of units, which a model of one level leaves out."""
    named = several and "_unit_" in statistic and "[" not in statistic
    return f"{statistic}[{levels[-1]}]" if named else statistic


def _p_value(own: Mapping[str, float], statistic: str, levels: Sequence[str], lang: Lang) -> str:
    if statistic in own:
        return comma(f"{own[statistic]:.3f}", lang)
    level = statistic.rstrip("]").partition("[")[2] if "_unit_" in statistic else ""
    return say("no_warning" if level in ("", *levels) else "not_applicable", lang)


def _named(level: str, by: str, lang: Lang, *, capital: bool = True) -> dict[str, str]:
    units = level_word(level, lang)
    return {
        "units": units[0].upper() + units[1:] if capital else units,
        "what": quantity_word(by, lang),
    }


def _places(value: float, lang: Lang) -> str:
    return comma(f"{value:.1f}", lang)

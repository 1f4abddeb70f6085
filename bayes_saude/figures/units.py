"""The figures of a result about its data and its units: which are drawn, and of what."""

from collections.abc import Iterator
from functools import partial
from typing import cast

from matplotlib.axes import Axes

from bayes_saude.figures.frame import UP_WIDTH, ResultFigure, ShownResult
from bayes_saude.models.predictor import INTERCEPT, SLOPE
from bayes_saude.plots._rows import MOST_ROWS
from bayes_saude.plots.boxes import plot_boxes
from bayes_saude.plots.caterpillar import plot_caterpillar
from bayes_saude.plots.funnel import plot_funnel
from bayes_saude.plots.overview import plot_overview, plot_overview_by_group
from bayes_saude.plots.rank_intervals import plot_rank_intervals
from bayes_saude.plots.rank_matrix import plot_rank_matrix
from bayes_saude.plots.reml_posterior import plot_reml_posterior
from bayes_saude.plots.shrinkage import plot_shrinkage
from bayes_saude.plots.slopegraph import plot_slopegraph
from bayes_saude.plots.style import Lang, level_word
from bayes_saude.plots.top_probabilities import plot_top_probabilities
from bayes_saude.plots.trends import plot_trends
from bayes_saude.plots.yearly_means import plot_yearly_means
from bayes_saude.summaries.least_squares import shrinkage
from bayes_saude.summaries.ranking import select

# Groups that have room for a panel, or for two boxes, on a page.
MOST_GROUPS = 28


def yearly_means(result: ShownResult) -> Iterator[ResultFigure]:
    """Show the data first: each year's mean, and the trend of the mean."""
    draw = partial(plot_yearly_means, result.fit, ci_prob=result.prob, label=result.outcome(UP_WIDTH))
    yield result.figure("yearly-means", "yearly_means", draw, result.span)


def caterpillars(result: ShownResult) -> Iterator[ResultFigure]:
    """Show the units of each level in order."""
    for level in result.spec.data.levels:
        for by in result.of(level):
            told, label = result.told(level, by), result.axis(by)
            draw = partial(plot_caterpillar, result.ranking, by=by, level=level, label=label)
            name = f"caterpillar-{_ending(level, by)}"
            yield result.figure(name, "caterpillar", draw, told, lines=label.count("\n"))


def rank_intervals(result: ShownResult) -> Iterator[ResultFigure]:
    """Show how sure the rank of each unit is."""
    for level in result.spec.data.levels:
        for by in _coefficients(result, level):
            units = select(result.ranking, level, by)
            widths = units["rank_high"] - units["rank_low"]
            told = result.told(level, by) | {"width": f"{widths.median():.0f}"}
            draw = partial(plot_rank_intervals, result.ranking, by=by, level=level, label=result.label(by))
            yield result.figure(f"rank-intervals-{_ending(level, by)}", "rank_intervals", draw, told)


def rank_matrices(result: ShownResult) -> Iterator[ResultFigure]:
    """Show the probability of each unit to hold each rank."""
    for level in result.spec.data.levels:
        for by in _coefficients(result, level):
            told = result.told(level, by)
            draw = partial(plot_rank_matrix, result.fit, by=by, level=level, label=result.label(by))
            yield result.figure(f"rank-matrix-{_ending(level, by)}", "rank_matrix", draw, told)


def top_probabilities(result: ShownResult) -> Iterator[ResultFigure]:
    """Show who is among the first and the last, and how surely."""
    for level in result.spec.data.levels:
        for by in _coefficients(result, level):
            told = result.told(level, by)
            if cast(int, told["n"]) > 1:
                draw = partial(plot_top_probabilities, result.fit, by=by, level=level, label=result.label(by))
                name = f"top-probabilities-{_ending(level, by)}"
                yield result.figure(name, "top_probabilities", draw, told)


def comparisons(result: ShownResult) -> Iterator[ResultFigure]:
    """Set REML against posterior."""
    pairs = result.comparison
    for level, by in _compared(result):
        chosen = pairs[(pairs["level"] == level) & (pairs["parameter"] == by)]
        told = result.told(level, by)
        told |= {"n": len(chosen), "differ": int((~chosen["agrees"].astype(bool)).sum())}
        # The axes are square: the outcome's name beside the quantity's would leave little of them.
        draw = partial(plot_reml_posterior, pairs, parameter=by, level=level, label=result.label(by))
        yield result.figure(f"reml-posterior-{_ending(level, by)}", "reml_posterior", draw, told)


def slopegraphs(result: ShownResult) -> Iterator[ResultFigure]:
    """Set the order of units by REML beside that by the posterior."""
    for level, by in _compared(result):
        told = result.told(level, by)
        draw = partial(plot_slopegraph, result.comparison, parameter=by, level=level, label=result.label(by))
        yield result.figure(f"slopegraph-{_ending(level, by)}", "slopegraph", draw, told)


def shrinkages(result: ShownResult) -> Iterator[ResultFigure]:
    """Show how far units are drawn from their own lines to those of all."""
    if not result.spec.model.slopes:
        return
    labels = (result.axis(INTERCEPT), result.label(SLOPE))
    for level in result.spec.data.levels:

        def draw(lang: Lang, level: str = level) -> Axes:
            table = shrinkage(result.fit, level=level, frequentist=result.estimates)
            return plot_shrinkage(table, labels=labels, lang=lang)

        yield result.figure(f"shrinkage-{level}", "shrinkage", draw, result.told(level, INTERCEPT))


def overviews(result: ShownResult) -> Iterator[ResultFigure]:
    """Show all units of a level of which a caterpillar leaves out most."""
    for level in result.spec.data.levels:
        for by in _coefficients(result, level):
            told = result.told(level, by)
            if cast(int, told["n"]) > MOST_ROWS:
                draw = partial(plot_overview, result.ranking, by=by, level=level, label=result.axis(by))
                yield result.figure(f"overview-{_ending(level, by)}", "overview", draw, told)


def groups(result: ShownResult) -> Iterator[ResultFigure]:
    """Show the units inside each unit of the nearest level around them that has few enough."""
    levels, sizes = result.spec.data.levels, result.fit["posterior"].sizes
    for depth, level in enumerate(levels):
        around = [outer for outer in levels[:depth] if sizes[outer] <= MOST_GROUPS]
        for by in _coefficients(result, level) if around else ():
            outer = around[-1]
            told = result.told(level, by)
            told |= {"groups": level_word(outer, result.lang), "n_groups": sizes[outer]}
            draw = partial(
                plot_overview_by_group,
                result.fit,
                by=by,
                level=level,
                group=outer,
                ranking=result.ranking,
                label=result.axis(by),
            )
            yield result.figure(f"overview-by-group-{level}-{outer}-{by}", "groups", draw, told)


def trends(result: ShownResult) -> Iterator[ResultFigure]:
    """Show some units of each level with their data."""
    for level in result.spec.data.levels:
        told = result.told(level, INTERCEPT)
        draw = partial(
            plot_trends,
            result.fit,
            level=level,
            ranking=result.ranking,
            ci_prob=result.prob,
            label=result.outcome(),
        )
        yield result.figure(f"trends-{level}", "trends", draw, told)


def boxes(result: ShownResult) -> Iterator[ResultFigure]:
    """Show how the units inside those of the outermost level are spread, if there are any."""
    outer, nested = result.spec.data.levels[0], len(result.spec.data.levels) > 1
    n_groups = result.fit["posterior"].sizes[outer]
    if n_groups <= MOST_GROUPS and (nested or "unit" in result.fit["constant_data"]):
        told = {"groups": level_word(outer, result.lang), "n_groups": n_groups, **result.span}
        yield result.figure(
            f"boxes-{outer}", "boxes", partial(plot_boxes, result.fit, label=result.outcome()), told
        )
        if nested:
            draw = partial(plot_boxes, result.fit, of="posterior", label=result.outcome())
            yield result.figure(f"boxes-{outer}-posterior", "posterior_boxes", draw, told)


def funnel(result: ShownResult) -> Iterator[ResultFigure]:
    """Show shares and rates against their size."""
    if len(result.spec.data.outcome_columns) == 1:
        return
    level = result.spec.data.levels[-1]
    # Where the model has found overdispersion, limits without it would call almost every unit remarkable.
    wide = "dispersion" in result.fit["posterior"] and "unit" not in result.fit["constant_data"]
    told = result.told(level, INTERCEPT) | result.span
    yield result.figure(
        f"funnel-{level}",
        "funnel",
        partial(plot_funnel, result.fit, overdispersed=wide, label=result.outcome(UP_WIDTH)),
        told,
    )


def _compared(result: ShownResult) -> list[tuple[str, str]]:
    """List levels and parameters of the comparison with REML."""
    parameters = set(result.comparison["parameter"])
    return [(level, by) for level in result.spec.data.levels for by in result.of(level) if by in parameters]


def _coefficients(result: ShownResult, level: str) -> list[str]:
    return [by for by in result.of(level) if by in (INTERCEPT, SLOPE)]


def _ending(level: str, by: str) -> str:
    return f"{level}-{by.replace(':', '-')}"

"""The kinds of figure that a result has: which are drawn of it, and of what."""

from collections.abc import Iterator
from functools import partial
from typing import cast

from bayes_saude.figure_frame import Result, ResultFigure
from bayes_saude.models.predictor import INTERCEPT, SLOPE
from bayes_saude.plots._rows import MOST_ROWS
from bayes_saude.plots.boxes import plot_boxes
from bayes_saude.plots.caterpillar import plot_caterpillar
from bayes_saude.plots.funnel import plot_funnel
from bayes_saude.plots.overview import plot_overview, plot_overview_by_group
from bayes_saude.plots.reml_posterior import plot_reml_posterior
from bayes_saude.plots.style import level_word
from bayes_saude.plots.trends import plot_trends
from bayes_saude.plots.yearly_means import plot_yearly_means

# Groups that have room for a panel, or for two boxes, on a page.
MOST_GROUPS = 28


def yearly_means(result: Result) -> Iterator[ResultFigure]:
    """Show the data first: each year's mean, and the trend of the mean."""
    draw = partial(plot_yearly_means, result.fit, ci_prob=result.prob)
    yield result.figure("yearly-means", "yearly_means", draw, **result.span)


def caterpillars(result: Result) -> Iterator[ResultFigure]:
    """Show the units of each level in order."""
    for level in result.spec.data.levels:
        for by in result.of(level):
            told = result.told(level, by)
            draw = partial(plot_caterpillar, result.ranking, by=by, level=level, label=result.label(by))
            yield result.figure(f"caterpillar-{_ending(level, by)}", "caterpillar", draw, **told)


def comparisons(result: Result) -> Iterator[ResultFigure]:
    """Set REML against posterior, where there is REML."""
    pairs = result.comparison
    if pairs is None:
        return
    for level in result.spec.data.levels:
        for by in [by for by in result.of(level) if by in set(pairs["parameter"])]:
            chosen = pairs[(pairs["level"] == level) & (pairs["parameter"] == by)]
            told = result.told(level, by)
            told |= {"n": len(chosen), "differ": int((~chosen["agrees"].astype(bool)).sum())}
            draw = partial(plot_reml_posterior, pairs, parameter=by, level=level, label=result.label(by))
            yield result.figure(f"reml-posterior-{_ending(level, by)}", "reml_posterior", draw, **told)


def overviews(result: Result) -> Iterator[ResultFigure]:
    """Show all units of a level of which a caterpillar leaves out most."""
    for level in result.spec.data.levels:
        for by in _coefficients(result, level):
            told = result.told(level, by)
            if cast(int, told["n"]) > MOST_ROWS:
                draw = partial(plot_overview, result.ranking, by=by, level=level, label=result.label(by))
                yield result.figure(f"overview-{_ending(level, by)}", "overview", draw, **told)


def groups(result: Result) -> Iterator[ResultFigure]:
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
                label=result.label(by),
            )
            yield result.figure(f"overview-{level}-by-{outer}-{by}", "groups", draw, **told)


def trends(result: Result) -> Iterator[ResultFigure]:
    """Show some units of each level with their data."""
    for level in result.spec.data.levels:
        told = result.told(level, INTERCEPT)
        draw = partial(plot_trends, result.fit, level=level, ranking=result.ranking, ci_prob=result.prob)
        yield result.figure(f"trends-{level}", "trends", draw, **told)


def boxes(result: Result) -> Iterator[ResultFigure]:
    """Show how the units inside those of the outermost level are spread, if there are any."""
    outer, nested = result.spec.data.levels[0], len(result.spec.data.levels) > 1
    n_groups = result.fit["posterior"].sizes[outer]
    if n_groups <= MOST_GROUPS and (nested or "unit" in result.fit["constant_data"]):
        told = {"groups": level_word(outer, result.lang), "n_groups": n_groups, **result.span}
        yield result.figure(f"boxes-{outer}", "boxes", partial(plot_boxes, result.fit), **told)
        if nested:
            draw = partial(plot_boxes, result.fit, of="posterior")
            yield result.figure(f"boxes-{outer}-posterior", "posterior_boxes", draw, **told)


def funnel(result: Result) -> Iterator[ResultFigure]:
    """Show shares and rates against their size."""
    if len(result.spec.data.outcome_columns) == 1:
        return
    level = result.spec.data.levels[-1]
    # Where the model has found overdispersion, limits without it would call almost every unit remarkable.
    wide = "dispersion" in result.fit["posterior"] and "unit" not in result.fit["constant_data"]
    told = result.told(level, INTERCEPT) | result.span
    yield result.figure(
        f"funnel-{level}", "funnel", partial(plot_funnel, result.fit, overdispersed=wide), **told
    )


def _coefficients(result: Result, level: str) -> list[str]:
    return [by for by in result.of(level) if by in (INTERCEPT, SLOPE)]


def _ending(level: str, by: str) -> str:
    return f"{level}-{by.replace(':', '-')}"


# In the order in which a reader meets them.
KINDS = (yearly_means, caterpillars, comparisons, overviews, groups, trends, boxes, funnel)

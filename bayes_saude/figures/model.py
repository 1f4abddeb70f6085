"""The figures of a result about its model: priors, posteriors, predictions, and the sampling."""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bayes_saude.figures.frame import ResultFigure, ShownResult
from bayes_saude.inference.checks import name_of_level
from bayes_saude.plots.correlation import plot_correlation
from bayes_saude.plots.diagnostics import plot_diagnostics
from bayes_saude.plots.predictive import plot_predictive
from bayes_saude.plots.predictive_checks import plot_predictive_checks
from bayes_saude.plots.prior_posterior import plot_prior_posterior
from bayes_saude.plots.style import Lang, comma, level_word
from bayes_saude.summaries.correlation import CORRELATION

NUMBERS = ("reml", "bayes_mean", "bayes_low", "bayes_high")


def correlations(result: ShownResult) -> Iterator[ResultFigure]:
    """Show what is known of the correlation of intercepts and slopes, where REML has one number."""
    if not result.spec.model.slopes:
        return
    for level in result.spec.data.levels:

        def draw(lang: Lang, level: str = level) -> Axes:
            return plot_correlation(result.fit, level=level, table=result.parameters, lang=lang)

        told = {"units": level_word(level, result.lang), **_correlation(result, level)}
        yield result.figure(f"correlation-{level}", "correlation", draw, told)


def _correlation(result: ShownResult, level: str) -> dict[str, str]:
    """Give the numbers of a level's correlation in the language of the figure."""
    name = name_of_level(CORRELATION, level, result.spec.data.levels)
    row = result.parameters[result.parameters["parameter"] == name].iloc[0]
    numbers = {part.removeprefix("bayes_"): float(row[part]) for part in NUMBERS}
    # REML has none where a standard deviation is zero.
    return {
        name: "-" if math.isnan(value) else comma(f"{value:.2f}", result.lang)
        for name, value in numbers.items()
    }


def priors_and_posteriors(result: ShownResult) -> Iterator[ResultFigure]:
    """Show what the data added to what the priors said."""

    def draw(lang: Lang) -> NDArray[np.object_]:
        return plot_prior_posterior(result.fit, hyperparameters=result.parameters, lang=lang)

    yield result.figure("prior-posterior", "prior_posterior", draw, {"n": len(result.parameters)})


def predictives(result: ShownResult) -> Iterator[ResultFigure]:
    """Show what the model expects of each year, before the data and after them."""
    draw = partial(plot_predictive, result.fit, ci_prob=result.prob, label=result.outcome())
    yield result.figure("predictive", "predictive", draw, result.span)


def checks(result: ShownResult) -> Iterator[ResultFigure]:
    """Show what rankings rest on, observed against predicted."""
    draw = partial(plot_predictive_checks, result.fit, ci_prob=result.prob)
    yield result.figure("predictive-checks", "predictive_checks", draw)


def diagnostics(result: ShownResult) -> Iterator[ResultFigure]:
    """Show how the draws were come by."""
    if "sample_stats" in result.fit:
        yield result.figure("diagnostics", "diagnostics", partial(plot_diagnostics, result.fit))

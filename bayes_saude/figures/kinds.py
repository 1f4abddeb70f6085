"""The kinds of figure that a result has, by name, in the order in which a reader meets them."""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from bayes_saude.errors import DataError, did_you_mean, listed
from bayes_saude.figures import maps, model, units
from bayes_saude.figures.frame import ResultFigure, ShownResult


class Kind(NamedTuple):
    """A kind of figure.

    Parameters
    ----------
    name : str
        What the names of its figures begin with.
    of : callable
        Gives its figures of a result: none where they make no sense for it.
    main : bool
        Whether a first reader wants it: reports and the demo have these alone.
    """

    name: str
    of: Callable[[ShownResult], Iterator[ResultFigure]]
    main: bool = False


KINDS = (
    Kind("yearly-means", units.yearly_means, main=True),
    Kind("caterpillar", units.caterpillars, main=True),
    Kind("rank-intervals", units.rank_intervals, main=True),
    Kind("rank-matrix", units.rank_matrices),
    Kind("top-probabilities", units.top_probabilities),
    Kind("overview", units.overviews, main=True),
    Kind("overview-by-group", units.groups, main=True),
    Kind("trends", units.trends, main=True),
    Kind("boxes", units.boxes, main=True),
    Kind("funnel", units.funnel, main=True),
    Kind("map", maps.maps, main=True),
    Kind("reml-posterior", units.comparisons, main=True),
    Kind("slopegraph", units.slopegraphs),
    Kind("shrinkage", units.shrinkages),
    Kind("correlation", model.correlations),
    Kind("prior-posterior", model.priors_and_posteriors, main=True),
    Kind("predictive", model.predictives),
    Kind("predictive-checks", model.checks),
    Kind("diagnostics", model.diagnostics),
)


def chosen_kinds(only: Collection[str] = (), *, main: bool = False) -> list[Kind]:
    """Choose among the kinds.

    Parameters
    ----------
    only : collection of str
        Their names; all if empty.
    main : bool
        Leave out those that are not of the main ones.

    Raises
    ------
    DataError
        If there is no kind of such a name.
    """
    names = [kind.name for kind in KINDS]
    for name in only:
        if name not in names:
            raise DataError(
                f"There is no kind of figure '{name}'.{did_you_mean(name, names)}",
                f"Choose among {listed(names)}.",
            )
    return [kind for kind in KINDS if kind.name in (only or names) and (kind.main or not main)]

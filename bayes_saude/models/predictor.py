"""The hierarchical trend: an intercept and a slope for every unit of every level of territory.

For unit j of region r at time t, eta = (b0 + A_r + a_j) + (b1 + B_r + b_j)(t - origin): a tree of units with
a straight line in each of its leaves. Likelihoods are elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bayes_saude.errors import DataError

# The coefficients of a line, by the names that fits, tables and model files give them.
INTERCEPT, SLOPE = TERMS = ("intercept", "slope")


@dataclass(frozen=True)
class Tree:
    """Which unit belongs to which.

    Parameters
    ----------
    levels : tuple of str
        Names of the levels, outermost first.
    units : tuple of arrays of str
        For each level the names of its units, sorted.
    parents : tuple of arrays of int
        For each level the position of each unit's parent in the level outside it. The parent of all units of
        the outermost level is the population: zeros.
    """

    levels: tuple[str, ...]
    units: tuple[NDArray[np.str_], ...]
    parents: tuple[NDArray[np.intp], ...]

    def leaf_of(self, panel: pd.DataFrame) -> NDArray[np.intp]:
        """Position of each row's unit among the units of the innermost level, shape (rows,)."""
        return np.searchsorted(self.units[-1], panel[self.levels[-1]].to_numpy(dtype=str))


def make_tree(panel: pd.DataFrame, levels: Sequence[str]) -> Tree:
    """Read the tree of units off a validated panel, all its replicates together.

    Parameters
    ----------
    panel : pandas.DataFrame
        Validated: one column per level, each unit in one parent.
    levels : sequence of str
        Outermost first.

    Returns
    -------
    Tree

    Raises
    ------
    DataError
        If no two units of a level share a parent: the scatter of that level's coefficients is then not in the
        data.
    """
    places = panel[list(levels)].drop_duplicates().astype(str)
    units = tuple(np.unique(places[level].to_numpy(dtype=str)) for level in levels)
    parents = [np.zeros(len(units[0]), dtype=np.intp)]
    for outer, inner, outer_units, inner_units in zip(levels, levels[1:], units, units[1:], strict=False):
        parent_of = dict(zip(places[inner], places[outer], strict=True))
        parents.append(np.searchsorted(outer_units, [parent_of[unit] for unit in inner_units.tolist()]))
    for level, parent in zip(levels, parents, strict=True):
        if np.bincount(parent).max() < 2:
            raise DataError(
                f"No two units of the level '{level}' share a parent: their scatter cannot be estimated.",
                f"Leave '{level}' out of the model's levels, or give a panel with more of its units.",
            )
    return Tree(tuple(levels), units, tuple(parents))

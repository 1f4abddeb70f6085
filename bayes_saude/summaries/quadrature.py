"""Integrals over a unit's line that have no closed form, for many draws of the hyperparameters at once.

For each draw the integrand is the density of the unit's rows given its line, times the normal distribution
of lines in that draw. Both change from draw to draw, the latter by orders of magnitude where a standard
deviation may be near zero, so the nodes move with the draw: they are a lattice in coordinates w in which the
integrand is roughly standard normal, whatever the draw. With u = L z the unit's deviation from the units
around it, LL' its covariance, and g'Pg / 2 roughly what the data say of a line g,

    z = m + B w,   BB' = (I + L'PL)^-1.

Equal weights on a lattice (the trapezoidal rule) are as good as Gauss-Hermite nodes where the integrand is
normal, an error of 4 exp(-2 pi² / step²) = 1e-8 in two dimensions, and do not need it to be (Trefethen and
Weideman 2014, doi:10.1137/130932132). P need not be right: which of the lattice's nodes are used is decided
by where the posterior's own draws of the unit's line are, in the same coordinates. A second mode, as one row
of Student's t far from the others can make, has its nodes because the sampler has been there.

Two things say whether the sum is the integral. Every second node is a lattice too, coarser by the root of
two, whose error is about the root of the other's: the step is halved until the two agree. And the outermost
nodes are to have no share in the sum: the lattice grows until they have none.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

type Values = NDArray[np.float64]
type LogDensity = Callable[[int, slice, Values], Values]

# So far from the nearest draw of the unit's line, in standard deviations, are nodes.
REACH = 3.5
STEP = 1.0
# In log density, of every second node; the whole lattice's error is about the square of it.
LARGEST_DIFFERENCE = 0.01
# Of the outermost nodes in the sum; beyond them is about ten times as much, in tails of Student's t.
LARGEST_SHARE = 1e-5
MOST_NODES = 20_000
# Draws that nodes are tried in first.
FEW = 50
# Cells that are computed at once, to remain in the processor's cache.
CHUNK = 2**15


class Lines(NamedTuple):
    """A unit's rows in every draw.

    Parameters
    ----------
    around : array, shape (draws, rows)
        The trend of the rows without the unit's own deviation.
    design : array, shape (rows, terms)
        1 and, where units have slopes, time since the origin.
    root : array, shape (draws, terms, terms)
        L, the lower Cholesky factor of the deviations' covariance.
    score, information : array, shape (draws, rows)
        Of the rows about `start`.
    start : array, shape (draws, terms)
        A deviation near the likely ones.
    """

    around: Values
    design: Values
    root: Values
    score: Values
    information: Values
    start: Values


class Nodes(NamedTuple):
    """A lattice in the coordinates w: whole numbers, shape (nodes, terms), and the distance of neighbours."""

    lattice: NDArray[np.int64]
    step: float


def coordinates(lines: Lines) -> tuple[Values, Values]:
    """Give m, shape (draws, terms), and B, shape (draws, terms, terms)."""
    design, root = lines.design, lines.root
    precision = np.einsum("sr,ri,rj->sij", lines.information, design, design)
    # One step of Newton's from the start, with the prior of the deviations.
    h = lines.score @ design + np.einsum("sij,sj->si", precision, lines.start)
    within = np.eye(design.shape[1]) + root.swapaxes(1, 2) @ precision @ root
    spread = np.linalg.inv(np.linalg.cholesky(within)).swapaxes(1, 2)
    towards = np.einsum("sji,sj->si", root, h)
    return np.einsum("sij,skj,sk->si", spread, spread, towards), spread


def nodes_near(lines: Lines, deviations: Values) -> Nodes:
    """Choose the nodes that are near draws of the unit's own line.

    Parameters
    ----------
    lines : Lines
    deviations : array, shape (draws, terms)
        The unit's own, of the same draws.

    Returns
    -------
    Nodes
    """
    mean, spread = coordinates(lines)
    z = np.linalg.solve(lines.root, deviations[..., None])[..., 0]
    w = np.linalg.solve(spread, (z - mean)[..., None])[..., 0]
    seen = np.unique(np.rint(w / STEP).astype(np.int64), axis=0)
    about = _box(int(REACH / STEP), w.shape[1])
    about = about[(about**2).sum(axis=1) * STEP**2 <= REACH**2]
    return Nodes(_sums(seen, about), STEP)


def grown(nodes: Nodes) -> Nodes:
    """Add nodes beside the outermost."""
    return nodes._replace(lattice=_sums(nodes.lattice, _box(1, nodes.lattice.shape[1])))


def halved(nodes: Nodes) -> Nodes:
    """Put nodes half as far apart where there are some."""
    return Nodes(_sums(2 * nodes.lattice, _box(1, nodes.lattice.shape[1])), nodes.step / 2)


def log_integral(
    log_density: LogDensity, lines: Lines, nodes: Nodes, *, every: int = 1
) -> tuple[Values, float, float]:
    """Integrate the unit's deviation out of the density of its rows.

    Parameters
    ----------
    log_density : callable
        Of a row's position, of the draws, a slice, and of the row's trend in these draws, shape (draws,
        nodes).
    lines : Lines
    nodes : Nodes
    every : int
        1 for all draws, 2 for every second, and so on: the others' integrals are missing.

    Returns
    -------
    array, shape (draws,)
        Log of the integral.
    float
        The largest difference in it that every second node makes.
    float
        The largest share in it that the outermost nodes have.
    """
    mean, spread = coordinates(lines)
    w = nodes.lattice * nodes.step
    even = nodes.lattice.sum(axis=1) % 2 == 0
    outermost = _outermost(nodes.lattice)
    found, difference, edge = np.full(len(mean), np.nan), 0.0, 0.0
    of_z = lines.design @ lines.root
    size = max(1, CHUNK // len(w)) * every
    for begin in range(0, len(mean), size):
        draws = slice(begin, begin + size, every)
        z = [mean[draws, i, None] + spread[draws, i] @ w.T for i in range(w.shape[1])]
        log = -0.5 * np.sum([along**2 for along in z], axis=0)
        for row in range(len(lines.design)):
            moved = sum(of_z[draws, row, i, None] * along for i, along in enumerate(z))
            log += log_density(row, draws, lines.around[draws, row, None] + moved)
        highest = log.max(axis=1, keepdims=True)
        share = np.exp(log - highest)
        total = share.sum(axis=1)
        found[draws] = highest[:, 0] + np.log(total)
        coarse = np.maximum(2 * share[:, even].sum(axis=1), np.finfo(np.float64).tiny)
        difference = max(difference, float(abs(np.log(coarse / total)).max()))
        edge = max(edge, float((share[:, outermost].sum(axis=1) / total).max()))
    volume = w.shape[1] * (np.log(nodes.step) - 0.5 * np.log(2 * np.pi))
    volume = volume + np.log(np.diagonal(spread, axis1=1, axis2=2)).sum(axis=1)
    return found + volume, difference, edge


def refined_integral(log_density: LogDensity, lines: Lines, nodes: Nodes) -> tuple[Values, Nodes]:
    """Integrate with as many nodes as it takes; give these too."""
    # A few draws say most of it.
    for every in (max(1, len(lines.start) // FEW), 1):
        found, difference, edge = log_integral(log_density, lines, nodes, every=every)
        while len(nodes.lattice) < MOST_NODES and (edge > LARGEST_SHARE or difference > LARGEST_DIFFERENCE):
            nodes = grown(nodes) if edge > LARGEST_SHARE else halved(nodes)
            found, difference, edge = log_integral(log_density, lines, nodes, every=every)
    return found, nodes


def _outermost(lattice: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which nodes lack a neighbour."""
    least = lattice.min(axis=0)
    occupied = np.zeros(lattice.max(axis=0) - least + 3, dtype=bool)
    place = tuple((lattice - least + 1).T)
    occupied[place] = True
    inner = occupied.copy()
    for axis in range(lattice.shape[1]):
        inner &= np.roll(occupied, 1, axis) & np.roll(occupied, -1, axis)
    return ~inner[place]


def _box(size: int, terms: int) -> NDArray[np.int64]:
    """List the whole numbers about zero, shape (numbers, terms)."""
    return np.stack(np.meshgrid(*[np.arange(-size, size + 1)] * terms, indexing="ij"), -1).reshape(-1, terms)


def _sums(lattice: NDArray[np.int64], about: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique((lattice[:, None] + about).reshape(-1, lattice.shape[1]), axis=0)

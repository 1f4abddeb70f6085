"""Fit a model to a panel: sample the hyperparameters, draw the effects, write down how it was done."""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from importlib.metadata import version
from math import ceil
from pathlib import Path
from platform import python_version
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from llvmlite.binding import get_host_cpu_name

from bayes_saude import __version__
from bayes_saude.data.panel import reach_of, read_panel, validate_panel
from bayes_saude.errors import DataError
from bayes_saude.inference.draws import sample_integrated, sample_kept, seed_of, timed
from bayes_saude.inference.kept import KeptTrend
from bayes_saude.inference.layout import assemble, gather_groups
from bayes_saude.inference.sampler import THIN, Trend
from bayes_saude.inference.store import LAYOUT_VERSION
from bayes_saude.models.catalogue import read_model
from bayes_saude.models.moments import make_moments
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.predictor import Tree, make_tree
from bayes_saude.models.priors import AnyPrior, priors_as_json, resolve_priors
from bayes_saude.models.sequence import in_order, sequence_basis
from bayes_saude.models.shifts import Shifts, make_shifts
from bayes_saude.models.spec import ModelSpec

MAX_SEED = 2**63 - 1  # what NetCDF can hold
# On which the draws depend, with this package, Python and the processor.
PACKAGES = ("pymc", "pytensor", "numba", "nutpie", "numpy", "scipy", "pandas", "xarray", "arviz")

# Of each chain where units' effects are parameters: draws then hang on one another, and split among the
# replicates they are too few. Vaccine by municipality, Student's t, is the slowest model: 200 in each of 20
# chains left R-hat at 1.013, 400 at 1.004 (limit 1.01).
LEAST_KEPT_DRAWS = 400


def fit(
    spec: ModelSpec | str | Path,
    panel: pd.DataFrame | None = None,
    *,
    missing: Literal["error", "drop"] = "error",
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    seed: int | None = None,
    progress: bool = False,
) -> xr.DataTree:
    """Fit a model.

    A panel of R replicates is fitted replicate by replicate, each with `chains` chains of `draws` / R draws,
    rounded up; where units' effects are parameters, of 400, or of `draws` where these are fewer, at least.
    The chains are stacked, so that what the replicates do not agree on is part of the posterior's spread.

    Parameters
    ----------
    spec : ModelSpec, str or Path
        A model, or what `read_model` makes one of: its name in the catalogue, or the path of its file.
    panel : pandas.DataFrame, optional
        With the columns that the model file names. Read from `spec.data.panel` if left out.
    missing : {"error", "drop"}, default "error"
        Rows without an outcome: an error that names them, or left out.
    draws, tune : int
        Of each chain: draws to keep, and iterations of tuning before them.
    chains : int
        Chains for each replicate.
    seed : int, optional
        From 0 to 2**63 - 1; drawn, and recorded, if left out. The draws depend on nothing else, not on the
        number of cores either.
    progress : bool
        Whether to show the sampler's progress bar.

    Returns
    -------
    xarray.DataTree
        posterior
            `intercept`, `slope`, and `sd_resid`, `dispersion` or `df` where the family has it (chain, draw);
            `sd_intercept`, `sd_slope`, `corr` (chain, draw, level), levels outermost first; for each level L
            `{L}_effect` (chain, draw, L, term), each unit's deviation from its parent's coefficients. All on
            the scale of the family's link, which for the Gaussian is the outcome's unit. The coordinate
            `replicate` (chain) says which replicate a chain has seen. Where units have no slopes, `sd_slope`,
            `corr` and the term `slope` are absent. With year effects also `sd_year` (chain, draw) and
            `year_effect` (chain, draw, time). For each predictor P also `{P}_effect` (chain, draw, P, term);
            the effect of a unit of the innermost level includes that of its group.
        sample_stats
            `diverging`, `energy`, `energy_step` (from the iteration before, which is not kept), `tree_depth`,
            `reached_max_treedepth` and others (chain, draw).
        constant_data
            The panel, a variable for each of its columns (obs).

        Attributes are `model`, `title`, `model_file` (the exact text), `data_source` (the panel's path or
        name), `data_sha256`, `panel_note`, `panel_notes` (JSON: how the panel was read, such as rows left
        out), `seed`, `priors`, `sampler`, `versions` (JSON), `wall_time_s` and `layout_version`.

    Raises
    ------
    DataError
        If the panel is at fault or cannot identify the trend.
    ModelFileError
        If there is no such model, or its file is at fault.
    """
    spec = spec if isinstance(spec, ModelSpec) else read_model(spec)
    panel = fitting_panel(spec, panel, missing=missing)
    return fit_validated(spec, panel, draws=draws, tune=tune, chains=chains, seed=seed, progress=progress)


def fit_validated(
    spec: ModelSpec,
    panel: pd.DataFrame,
    *,
    draws: int,
    tune: int,
    chains: int,
    seed: int | None,
    progress: bool,
) -> xr.DataTree:
    """Fit a model to a panel from `fitting_panel`; all else is as in `fit`."""
    _require_possible(draws, tune, chains, seed)
    started = time.perf_counter()
    tree = make_tree(panel, spec.data.levels)
    replicates = {int(name): panel[panel["replicate"] == name] for name in panel["replicate"].unique()}
    link = FAMILIES[spec.model.family].link
    shifts = make_shifts(panel, tree, spec.data.predictors, spec.model.year_effects)
    moments = {
        name: make_moments(rows, tree, spec.data.origin, link, shifts)
        for name, rows in replicates.items()
        if spec.integrated
    }
    priors = resolve_priors(spec, panel)
    seed = seed_of(np.random.SeedSequence()) if seed is None else seed

    seconds: dict[str, float] = {}
    with timed(seconds, "compile_s"):
        trend = _compile(spec, panel, priors, tree, shifts)
    of_each = ceil(draws / len(replicates))
    if not spec.integrated:
        of_each = max(of_each, min(draws, LEAST_KEPT_DRAWS))
    settings = {"draws": of_each, "tune": tune, "chains": chains, "progress": progress}
    posteriors, statistics = [], []
    for name, seeds in zip(replicates, np.random.SeedSequence(seed).spawn(len(replicates)), strict=True):
        if isinstance(trend, KeptTrend):
            drawn = sample_kept(trend, replicates[name], tree, seeds, seconds, settings)
        else:
            drawn = sample_integrated(trend, moments[name], tree, seeds, seconds, settings)
        posteriors.append(gather_groups(drawn.hyperparameters, drawn.effects, tree, shifts))
        statistics.append(drawn.statistics)

    seen = np.repeat(list(replicates), chains)
    fitted = assemble(posteriors, statistics, tree, shifts, panel, replicates=seen)
    sampler = (
        {"draws": draws, "tune": tune, "chains": chains, "thin": THIN}
        | {"target_accept": trend.target_accept, "effects": "integrated" if spec.integrated else "kept"}
        | {part: round(value, 3) for part, value in seconds.items()}
    )
    fitted.attrs = _how_it_was_made(spec, panel) | {
        "seed": seed,
        "priors": priors_as_json(priors),
        "sampler": json.dumps(sampler),
        "wall_time_s": round(time.perf_counter() - started, 3),
    }
    return fitted


def _require_possible(draws: int, tune: int, chains: int, seed: int | None) -> None:
    if min(draws, tune, chains) < 1:
        raise ValueError(f"draws, tune and chains are 1 at least, not {draws}, {tune} and {chains}.")
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise ValueError(f"A seed is a whole number from 0 to 2**63 - 1, not {seed}.")


def _compile(
    spec: ModelSpec, panel: pd.DataFrame, priors: Mapping[str, AnyPrior], tree: Tree, shifts: Shifts
) -> Trend | KeptTrend:
    """Compile the trend with its units' effects integrated out, or kept where that cannot be."""
    if spec.integrated:
        return Trend(priors, len(tree.levels), shifts.sizes)
    basis = sequence_basis(panel, tree) if spec.model.sequence else None
    return KeptTrend(spec, priors, tree, shifts, basis)


def _how_it_was_made(spec: ModelSpec, panel: pd.DataFrame) -> dict[str, str]:
    """Write down model, data and versions."""
    return {
        "model": spec.name,
        "title": spec.title,
        "model_file": spec.text,
        "data_source": str(panel.attrs["source"]),
        "data_sha256": panel_digest(panel),
        "panel_note": str(panel.attrs["note"]),
        "panel_notes": json.dumps(panel.attrs["notes"], ensure_ascii=False),
        "versions": json.dumps(installed_versions()),
        "layout_version": LAYOUT_VERSION,
    }


def installed_versions() -> dict[str, str]:
    """Give the versions of what the draws depend on, and for what kind of processor Numba compiles."""
    own = {"bayes_saude": __version__, "python": python_version()}
    # Its instructions decide on how sums are rounded.
    processor = {"processor": os.environ.get("NUMBA_CPU_NAME") or get_host_cpu_name()}
    return own | {name: version(name) for name in PACKAGES} | processor


def fitting_panel(
    spec: ModelSpec, frame: pd.DataFrame | None = None, *, missing: Literal["error", "drop"] = "error"
) -> pd.DataFrame:
    """Validate the panel of a model.

    Parameters
    ----------
    spec : ModelSpec
    frame : pandas.DataFrame, optional
        With the columns that the model file names; read from `spec.data.panel` if left out.
    missing : {"error", "drop"}, default "error"
        Rows without an outcome: an error that names them, or left out.

    Returns
    -------
    pandas.DataFrame
        See `data.panel.validate_panel`.

    Raises
    ------
    DataError
        If the panel is at fault, or the model's origin is further from its times than they span.
    """
    frame = read_panel(spec.data.panel) if frame is None else frame
    if not isinstance(frame, pd.DataFrame):
        raise DataError(
            f"A panel is a pandas DataFrame, not of type {type(frame).__name__}.",
            "Read a file with read_panel(path), or leave the panel out to take the model's own.",
        )
    panel = validate_panel(
        frame,
        levels=spec.data.levels,
        time=spec.data.time,
        outcome=spec.data.outcome_columns,
        source=str(frame.attrs.get("source", "the DataFrame")),
        unit=spec.data.unit,
        missing=missing,
        support=FAMILIES[spec.model.family].support,
        predictors=spec.data.predictors,
    )
    earliest, latest = reach_of(panel["time"])
    if spec.model.year_effects and panel["time"].nunique() < 3:
        raise DataError(
            f"'{spec.name}' has year effects, but the panel has two times only, which every line meets.",
            "Leave year_effects out, or give a panel with three times or more.",
        )
    if spec.model.sequence:
        order = in_order(panel[spec.model.sequence].drop_duplicates().tolist())
        panel.attrs["notes"] = [*panel.attrs["notes"], f"{spec.model.sequence} in order: {', '.join(order)}"]
    # Priors are for a level that the data speak of; far outside, that of the intercept would bend the slope.
    if not earliest <= spec.data.origin <= latest:
        first, last = panel["time"].min(), panel["time"].max()
        raise DataError(
            f"The origin {spec.data.origin:g} of '{spec.name}' is far from the panel's times, "
            f"{first:g} to {last:g}.",
            f"Choose an origin among them, for example origin = {first:g}.",
        )
    return panel


def panel_digest(panel: pd.DataFrame) -> str:
    """SHA-256 of a validated panel, written as CSV with every digit."""
    return hashlib.sha256(panel.to_csv(index=False).encode()).hexdigest()

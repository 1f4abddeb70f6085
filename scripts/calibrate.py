"""Calibrate the models: ranks of the truth among posterior draws, coverage of rank intervals, P(top).

    python scripts/calibrate.py --work results/calibration                  run what is left to run, all kinds
    python scripts/calibrate.py sa2015-esf-region --simulations 200         of one kind

Simulations are run in blocks, and a block that is finished is never run again: an interrupted run goes on
where it stopped. Each simulation depends on the seed and its own number alone. `report_calibration.py` makes
tables and figures of what was run.
"""

import argparse
import json
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import expit

import bayes_saude
from bayes_saude import fit, read_model, read_panel, simulate, write_csv
from bayes_saude.inference.calibration import SETTINGS, Trial, ranks_of_truth, run_trial
from bayes_saude.inference.fit import installed_versions
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.spec import ModelSpec, parse_model
from bayes_saude.summaries.rank_coverage import rank_coverage, reliability

SEED = 20150
BLOCK = 20
# Families whose effects are parameters take seconds for each simulation: one chain.
KEPT = {"draws": 250, "tune": 500, "chains": 1}
TABLES = ("ranks", "trials", "units", "together", "reliability")
INDICATORS = ("esf", "prenatal", "vaccine", "pap")
NESTINGS = ("region", "municipality", "nested")


class Kind(NamedTuple):
    """What is calibrated: a model, the panel that gives layout and priors, and how often."""

    spec: ModelSpec
    panel: pd.DataFrame
    simulations: int
    truth: Mapping[str, Any] | xr.Dataset | None = None


def shipped(name: str, simulations: int, *, at_fit: bool = False) -> Kind:
    """Make a kind of a model in the catalogue; `at_fit` fixes the truth at its posterior means."""
    spec = read_model(name)
    panel = read_panel(spec.data.panel)
    truth = None
    if at_fit:
        truth = fit(spec, panel, seed=SEED)["posterior"].to_dataset().mean(("chain", "draw"))
    # One replicate, with the priors that all of them gave.
    reference = simulate(spec, panel)
    return Kind(reference.spec, reference.panel, simulations, truth)


def small(name: str, simulations: int, **replaced: str) -> Kind:
    """Make a kind of a model in the catalogue, with words of its file replaced, on a small panel."""
    text = read_model(name).text
    for old, new in replaced.items():
        text = text.replace(old, new)
    spec = parse_model(text, name=name)
    return Kind(spec, small_panel(spec), simulations)


def small_panel(spec: ModelSpec) -> pd.DataFrame:
    """Lay out nine units, or 27 in groups of three in groups of three, in five years."""
    rng = np.random.default_rng(1)
    levels, outcome = spec.data.levels, spec.data.outcome_columns
    n = 9 if len(levels) == 1 else 27
    unit = np.repeat(np.arange(n), 5)
    of_level = {name: unit // 3 ** (len(levels) - 1 - depth) for depth, name in enumerate(levels)}
    of_level |= dict.fromkeys(spec.data.predictors, unit % 3)
    frame = pd.DataFrame({name: [f"{name} {i:02d}" for i in units] for name, units in of_level.items()})
    frame[spec.data.time] = int(spec.data.origin) - np.tile(np.arange(5), n)
    size = np.exp(rng.normal(6, 1, n)).round()[unit]
    columns = FAMILIES[spec.model.family].columns
    drawn = {
        "value": expit(rng.normal(-1.5, 0.3, len(frame))), "trials": size, "exposure": size,
        "successes": rng.binomial(size.astype(int), 0.25).astype(float),
        "count": rng.poisson(0.25 * size).astype(float),
    }  # fmt: skip
    return frame.assign(**{name: drawn[column] for name, column in zip(outcome, columns, strict=True)})


AGE_GROUPS = ("cost-age", "cost-share-age", "share-age", "number-age", "cost-age-smooth",
              "cost-share-age-smooth", "share-age-smooth", "number-age-smooth")  # fmt: skip
NESTED_EVENTS = ("icsap-share-nested", "icsap-number-nested", "icsap-share-bands")
KINDS: dict[str, Callable[[], Kind]] = {
    **{
        f"sa2015-{of}-{nest}": partial(shipped, f"sa2015-{of}-{nest}", 1000)
        for of in INDICATORS
        for nest in NESTINGS
    },
    "robust-vaccine-years": partial(shipped, "robust-vaccine-years", 200),
    **{f"costa2014-{of}": partial(shipped, f"costa2014-{of}", 200) for of in AGE_GROUPS},
    # Small panels of models whose own has hundreds of units that are parameters, or is not shipped.
    **{
        name: partial(small, name, 200)
        for name in (*NESTED_EVENTS, "icsap-cost-nested", "icsap-cost-share-nested")
    },
    "robust-vaccine-student": partial(small, "robust-vaccine-student", 200),
    "binomial": partial(small, "costa2014-share-age", 200, beta_binomial="binomial"),
    "gaussian-no-slopes": partial(
        small, "sa2015-esf-municipality", 200, **{"slopes = true": "slopes = false"}
    ),
    **{
        f"sa2015-{of}-{nest}-at-fit": partial(shipped, f"sa2015-{of}-{nest}", 500, at_fit=True)
        for of in INDICATORS
        for nest in NESTINGS
    },
}


def coverage_tables(trial: Trial) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]]:
    """Compare ranks of every level by intercept and slope."""
    for level in trial.spec.data.levels:
        n_units = trial.fit["posterior"].sizes[level]
        for by in ("intercept", "slope") if trial.spec.model.slopes else ("intercept",):
            top = min(10, n_units // 3)
            units, together = rank_coverage(trial.truth, trial.fit, level=level, by=by, top=top)
            yield units, together, {"level": level, "by": by}


def run_block(kind: Kind, numbers: range, seed: int) -> dict[str, pd.DataFrame]:
    """Run some simulations; a row per simulation of ranks, sums over simulations of what units have."""
    rows: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for number in numbers:
        started = time.perf_counter()
        trial = run_trial(
            kind.spec, kind.panel, seed=seed, number=number, truth=kind.truth,
            settings=SETTINGS if kind.spec.integrated else KEPT,
        )  # fmt: skip
        sampled = time.perf_counter() - started
        if kind.truth is None:
            rows["ranks"].append(pd.DataFrame([{"number": number} | ranks_of_truth(trial, seed=number)]))
        diverging = int(trial.fit["sample_stats"]["diverging"].sum())
        about = {"number": number, "seconds": round(sampled, 3), "ess": round(trial.ess), "runs": trial.runs}
        rows["trials"].append(pd.DataFrame([about | {"diverging": diverging}]))
        for units, together, what in coverage_tables(trial):
            counted = units.assign(n=1, **what)
            rows["units"].append(counted.drop(columns=[] if kind.truth is not None else ["unit"]))
            rows["together"].append(together.assign(number=number, **what))
            rows["reliability"].append(reliability(units).assign(**what))
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in rows.items() if parts}
    keys = ["level", "by", *(["unit"] if kind.truth is not None else [])]
    means = tables["units"].groupby(keys, sort=False)
    tables["units"] = means.mean().drop(columns="n").assign(n=means["n"].sum()).reset_index()
    tables["reliability"] = tables["reliability"].groupby(["level", "by", "bin"]).sum().reset_index()
    return tables


def run(name: str, work: Path, simulations: int | None, seed: int) -> None:
    """Run the blocks of a kind that are not there yet."""
    folder = work / name
    folder.mkdir(parents=True, exist_ok=True)
    kind = None
    target = simulations
    if target is None:
        kind = KINDS[name]()
        target = kind.simulations
    for first in range(0, target, BLOCK):
        done = folder / f"{first:05d}.done"
        if done.exists():
            continue
        kind = kind or KINDS[name]()
        started = time.perf_counter()
        for table, rows in run_block(kind, range(first, min(first + BLOCK, target)), seed).items():
            write_csv(rows, folder / f"{first:05d}-{table}.csv")
        versions = installed_versions() | {"code": code()}
        done.write_text(json.dumps({"seed": seed, "versions": versions}))
        print(f"{name} {first}: {time.perf_counter() - started:.1f} s", flush=True)


@cache
def code() -> str:
    """Name the state of the code that decides on draws, which changes between versions."""
    package = Path(bayes_saude.__file__).parent
    sources = sorted(path for floor in ("models", "inference") for path in (package / floor).glob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


def main() -> None:
    """Read the command line."""
    names = textwrap.fill(
        ", ".join(KINDS), 78, break_on_hyphens=False, initial_indent="  ", subsequent_indent="  "
    )
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=f"kinds:\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="of those listed below (default: all)")
    parser.add_argument(
        "--work", type=Path, default=Path("results/calibration"), metavar="FOLDER",
        help="where simulations are put, and found again (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--simulations", type=int, metavar="N",
        help="how many there shall be of each kind, those that are there included (default: 1000 of the "
        "kinds of sa2015, 500 of those at a fixed truth, 200 of the others)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=SEED, help="of all simulations (default: %(default)s)")
    arguments = parser.parse_args()
    for name in arguments.kinds or KINDS:
        run(name, arguments.work, arguments.simulations, arguments.seed)


if __name__ == "__main__":
    main()

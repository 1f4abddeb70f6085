"""Time a nested trend of shares on a panel, and see whether simulated panels give back what made them.

    python scripts/benchmark_nested.py panel.csv --panels 10

First the panel is fitted at the default settings: time, divergences, the worst R-hat and effective sample
size. Then panels of the same units, years and trials are drawn from the model, hyperparameters at the
posterior means, and fitted likewise: 95% intervals should hold 95% of the units' true coefficients.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import bayes_saude as bs

HYPERPARAMETERS = ("intercept", "slope", "sd_intercept", "sd_slope", "corr", "dispersion")


def timed_fit(model, panel: pd.DataFrame, seed: int) -> tuple[xr.DataTree, float]:
    """Fit, and give the seconds of processor time with it."""
    started = time.process_time()
    return bs.fit(model, panel, seed=seed), time.process_time() - started


def describe(name: str, fitted: xr.DataTree, seconds: float) -> None:
    """Print how a fit was sampled."""
    report = bs.check(fitted)
    least = min(gate["value"] for gate in report["gates"] if gate["name"].startswith("bulk ESS"))
    print(
        f"{name}: {seconds:.0f} s of processor time, {least / seconds:.1f} effective draws a second or more. "
        f"Checks passed: {report['passed']}."
    )
    for gate in report["gates"]:
        print(f"  {gate['name']}: {gate['value']:.4g} (limit {gate['threshold']:g}) {gate['parameter']}")


def true_coefficients(truth: xr.Dataset, panel: pd.DataFrame, levels: tuple[str, ...]) -> pd.DataFrame:
    """Add up each municipality's true intercept and slope; those of regions are means of municipalities'."""
    homes = panel[list(levels)].drop_duplicates().reset_index(drop=True)
    parts = []
    for by in ("intercept", "slope"):
        effects = [truth[f"{level}_effect"].sel({"term": by}).to_series() for level in levels]
        own = sum(homes[level].map(effect) for level, effect in zip(levels, effects, strict=True))
        total = own + float(truth[by])
        for level in levels:
            means = total.groupby(homes[level]).mean()
            parts.append(pd.DataFrame({"level": level, "by": by, "unit": means.index, "true": means.values}))
    return pd.concat(parts)


def covered_units(fitted: xr.DataTree, truth: pd.DataFrame) -> pd.DataFrame:
    """Say of each unit's coefficients whether the 95% interval holds the true one."""
    tables = [
        bs.rank(fitted, by=by, level=level).assign(level=level, by=by)
        for level, by in truth[["level", "by"]].drop_duplicates().itertuples(index=False)
    ]
    joined = truth.merge(pd.concat(tables), on=["level", "by", "unit"], validate="one_to_one")
    return joined.assign(covered=joined["true"].between(joined["low"], joined["high"]))


def covered_hyperparameters(fitted: xr.DataTree, truth: xr.Dataset) -> pd.DataFrame:
    """Put each hyperparameter's truth beside its posterior."""
    posterior = fitted["posterior"].to_dataset()[list(HYPERPARAMETERS)]
    low, high = (posterior.quantile(p, dim=("chain", "draw"), keep_attrs=True) for p in (0.025, 0.975))
    mean, true = posterior.mean(("chain", "draw")), truth[list(HYPERPARAMETERS)]
    rows = []
    for name in HYPERPARAMETERS:
        for at, value in np.ndenumerate(true[name].values):
            label = f"{name}[{true['level'].values[at[0]]}]" if at else name
            found = (np.asarray(part[name].values)[at] for part in (mean, low, high))
            rows.append((label, float(value), *map(float, found)))
    table = pd.DataFrame(rows, columns=["parameter", "true", "mean", "low", "high"])
    return table.assign(covered=table["true"].between(table["low"], table["high"]))


def main(options: argparse.Namespace) -> None:
    """Fit the panel, then panels drawn from its fit."""
    model, panel = bs.read_model(options.model), bs.read_panel(options.panel)
    bs.fit(model, panel, draws=10, tune=10, seed=0)  # compiles the model, which later fits then share
    fitted, seconds = timed_fit(model, panel, options.seed)
    describe(str(options.panel), fitted, seconds)
    means = fitted["posterior"].to_dataset()[list(HYPERPARAMETERS)].mean(("chain", "draw"))
    units, hyperparameters, diverged = [], [], []
    for number in range(options.seed, options.seed + options.panels):
        drawn = bs.simulate(model, panel, truth=means, seed=number)
        fitted, seconds = timed_fit(model, drawn.panel, number)
        describe(f"simulated panel {number}", fitted, seconds)
        truth = true_coefficients(drawn.truth, drawn.panel, model.data.levels)
        units.append(covered_units(fitted, truth).assign(panel=number))
        hyperparameters.append(covered_hyperparameters(fitted, drawn.truth))
        diverged.append(int(fitted["sample_stats"]["diverging"].sum()))
        shares = units[-1].groupby(["level", "by"])["covered"].mean()
        print(f"  units covered:\n{shares.to_string(float_format='{:.4f}'.format)}", flush=True)
    if options.panels:
        print(f"\nDivergences in {options.panels} panels: {sum(diverged)}")
        all_units = pd.concat(units).groupby(["level", "by"])["covered"]
        print(all_units.agg(["sum", "count", "mean"]).to_string(float_format="{:.4f}".format))
        print(
            pd.concat(hyperparameters).groupby("parameter", sort=False)
            .agg(true=("true", "mean"), mean=("mean", "mean"), covered=("covered", "sum"))
            .to_string(float_format="{:.4f}".format)
        )  # fmt: skip


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("panel", type=Path, help="such as scripts/analyse_icsap.py writes")
    parser.add_argument("--model", default="icsap-share-nested", help="default: icsap-share-nested")
    parser.add_argument("--panels", type=int, default=0, help="how many to simulate (default: none)")
    parser.add_argument("--seed", type=int, default=1, help="of the first (default: 1)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        main(parse(sys.argv[1:]))
    except bs.BayesSaudeError as error:
        sys.exit(f"Error: {error}")

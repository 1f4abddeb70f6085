"""Make the tables and figures of docs/calibration from what `calibrate.py` has run."""

import argparse
import json
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd

from bayes_saude import plot_calibration, plot_coverage, plot_reliability, save_figure, write_csv
from bayes_saude.inference.calibration import DRAWS
from bayes_saude.summaries.uniformity import uniformity

FIXED = "-at-fit"
DPI = 100
# A page holds so many small panels; of a nested model the regions' units are left to the table.
MOST_PANELS = 20


def read(folder: Path, table: str) -> pd.DataFrame:
    """Read the blocks of a kind that are finished."""
    files = [folder / f"{done.stem}-{table}.csv" for done in sorted(folder.glob("*.done"))]
    return pd.concat([pd.read_csv(file) for file in files if file.exists()], ignore_index=True)


def describe_run(folder: Path) -> dict[str, object]:
    """Say how a kind was run."""
    trials = read(folder, "trials")
    settings = json.loads(next(iter(sorted(folder.glob("*.done")))).read_text())
    return {
        "simulations": len(trials), "seconds": round(trials["seconds"].median(), 2),
        "least_ess": trials["ess"].min(), "sampled_again": int((trials["runs"] > 1).sum()),
        "below": int((trials["ess"] < DRAWS).sum()),
        "with_divergences": int((trials["diverging"] > 0).sum()), "seed": settings["seed"],
        "versions": " ".join(f"{name} {value}" for name, value in settings["versions"].items()),
    }  # fmt: skip


def coverage_of(folder: Path) -> pd.DataFrame:
    """Average over simulations: the coverage of rank intervals, what is nominal for them, and their width."""
    units, together = read(folder, "units"), read(folder, "together")
    rows = []
    for (level, by), of_ranks in units.groupby(["level", "by"], sort=False):
        for prob, simultaneous in together.query("level == @level and by == @by").groupby("prob"):
            name = f"{100 * prob:g}"
            columns = [f"{kind}_{name}" for kind in ("covered", "content", "width")]
            means = of_ranks[columns].mul(of_ranks["n"], axis=0).sum() / of_ranks["n"].sum()
            each = of_ranks.groupby("unit")[columns[0]].mean() if "unit" in of_ranks else None
            rows.append(
                {"level": level, "by": by, "prob": prob}
                | dict(zip(("covered", "nominal", "width"), means, strict=True))
                | {"simultaneous": simultaneous["covered"].mean()}
                | {"simultaneous_nominal": simultaneous["content"].mean()}
                | ({} if each is None else {"least_of_units": each.min(), "most_of_units": each.max()})
            )
    return pd.DataFrame(rows).round(4)


def figures_of(name: str, folder: Path, out: Path) -> None:
    """Draw one kind."""
    reliability = read(folder, "reliability").groupby(["level", "by", "bin"], as_index=False).sum()
    # Top 10 of hundreds of units, or of 28; few units have a top of three.
    for level, rows in reliability.groupby("level") if name.startswith("sa2015") else ():
        save_figure(plot_reliability(rows), out / f"{name}-top-{level}.png", dpi=DPI)
    if name.endswith(FIXED):
        units = read(folder, "units").groupby(["level", "by", "unit"], as_index=False, sort=False).mean()
        for level, rows in units.groupby("level"):
            save_figure(plot_coverage(rows), out / f"{name}-coverage-{level}.png", dpi=DPI)
    else:
        ranks = read(folder, "ranks").drop(columns="number")
        last = [column for column in ranks if "likelihood" in column]
        shown = [*[column for column in ranks if column not in last][: MOST_PANELS - len(last)], *last]
        save_figure(plot_calibration(ranks, n_draws=DRAWS, quantities=shown), out / f"{name}.png", dpi=DPI)
    plt.close("all")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("results/calibration"))
    parser.add_argument("--out", type=Path, default=Path("docs/calibration"))
    arguments = parser.parse_args()
    mpl.use("agg")
    out, tables = arguments.out, {"runs": [], "uniformity": [], "coverage": [], "reliability": []}
    (out / "ranks").mkdir(parents=True, exist_ok=True)
    for folder in sorted(path for path in arguments.work.iterdir() if any(path.glob("*.done"))):
        name = folder.name
        tables["runs"].append(pd.DataFrame([describe_run(folder)]).assign(kind=name))
        tables["coverage"].append(coverage_of(folder).assign(kind=name))
        sums = read(folder, "reliability").groupby(["level", "by", "bin"], as_index=False).sum()
        tables["reliability"].append(sums.assign(kind=name).round(3))
        if not name.endswith(FIXED):
            ranks = read(folder, "ranks")
            write_csv(ranks, out / "ranks" / f"{name}.csv.xz")
            tested = uniformity(ranks.drop(columns="number"), DRAWS)
            tables["uniformity"].append(tested.assign(kind=name).round(4))
        figures_of(name, folder, out)
        print(name, flush=True)
    for name, parts in tables.items():
        table = pd.concat(parts, ignore_index=True)
        table.insert(0, "kind", table.pop("kind"))
        write_csv(table, out / f"{name}.csv")


if __name__ == "__main__":
    main()

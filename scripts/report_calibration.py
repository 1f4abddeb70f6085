"""Make the tables, the figures and figures.md of docs/calibration from what `calibrate.py` has run."""

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd

from bayes_saude import plot_calibration, plot_coverage, plot_reliability, save_figure, write_csv
from bayes_saude.inference.calibration import DRAWS
from bayes_saude.plots.style import level_word
from bayes_saude.summaries.uniformity import uniformity

FIXED = "-at-fit"
DPI = 200
# A page holds so many small panels; of a nested model the units of inner levels are left to the table.
MOST_PANELS = 20
# Which kinds are drawn, in the order of the page, and what they are. Of truths drawn from the priors those of
# `vaccine` and `pap` are the simulations of `esf` in another unit, one likelihood with priors scaled by the
# panel: they stand in the tables alone. Fixed truths are each indicator's own.
DRAWN = {
    "sa2015-esf-region": "Gaussian, 28 regions",
    "sa2015-esf-municipality": "Gaussian, 853 municipalities",
    "sa2015-esf-nested": "Gaussian, 853 municipalities in 28 regions",
    "sa2015-prenatal-region": "Gaussian, 28 regions, without 2013",
    "sa2015-prenatal-municipality": "Gaussian, 853 municipalities, without 2013",
    "sa2015-prenatal-nested": "Gaussian, 853 municipalities in 28 regions, without 2013",
    "gaussian-no-slopes": "Gaussian, 9 units without slopes",
    "robust-vaccine-years": "Gaussian, 853 municipalities, year effects",
    "robust-vaccine-student": "Student's t, 9 units",
    "costa2014-cost-age": "log-normal, 9 age groups",
    "costa2014-cost-age-smooth": "log-normal, 9 age groups in order",
    "costa2014-cost-share-age": "logit-normal, 9 age groups",
    "costa2014-cost-share-age-smooth": "logit-normal, 9 age groups in order",
    "costa2014-share-age": "beta-binomial, 9 age groups",
    "costa2014-share-age-smooth": "beta-binomial, 9 age groups in order",
    "costa2014-number-age": "negative binomial, 9 age groups",
    "costa2014-number-age-smooth": "negative binomial, 9 age groups in order",
    "binomial": "binomial, 9 units",
    "icsap-cost-nested": "log-normal, 27 units in 9 in 3",
    "icsap-cost-share-nested": "logit-normal, 27 units in 9 in 3",
    "icsap-share-nested": "beta-binomial, 27 units in 9 in 3",
    "icsap-share-bands": "beta-binomial, 27 units in 9 in 3, and 3 groups",
    "icsap-number-nested": "negative binomial, 27 units in 9 in 3",
}
LIKE_ESF = {
    name.replace("esf", indicator): what
    for indicator in ("vaccine", "pap")
    for name, what in DRAWN.items()
    if "-esf-" in name
}
SECTIONS = {
    "ranks": "Ranks of the truth",
    "top": "P(top), truths drawn from the priors",
    "coverage": "Coverage of rank intervals at a fixed truth",
    "top-fixed": "P(top) at a fixed truth",
}
PAGE = """# Figures of the calibration

Every figure of [the calibration](index.md), which tells what they show and how to read them; quantities that
are not drawn are in `uniformity.csv`. Written by `scripts/report_calibration.py`.
"""


class Drawn(NamedTuple):
    """A figure: its section on the page, its file and its caption."""

    section: str
    file: str
    caption: str


def read(folder: Path, table: str) -> pd.DataFrame:
    """Read the blocks of a kind that are finished."""
    files = [folder / f"{done.stem}-{table}.csv" for done in sorted(folder.glob("*.done"))]
    return pd.concat([pd.read_csv(file) for file in files if file.exists()], ignore_index=True)


def describe_run(folder: Path) -> dict[str, object]:
    """Say how a kind was run."""
    trials = read(folder, "trials")
    states = {done.read_text() for done in folder.glob("*.done")}
    if len(states) > 1:
        raise SystemExit(
            f"{folder}: its blocks were run with different seeds, versions or states of the code. "
            "Delete those of one of them (the .done files say which) and run them again."
        )
    settings = json.loads(states.pop())
    return {
        "simulations": len(trials), "seconds": round(trials["seconds"].median(), 2),
        "least_ess": trials["ess"].min(), "sampled_again": int((trials["runs"] > 1).sum()),
        "below": int((trials["ess"] < DRAWS).sum()),
        "with_divergences": int((trials["diverging"] > 0).sum()), "seed": settings["seed"],
        "versions": " ".join(f"{name} {value}" for name, value in settings["versions"].items()),
    }  # fmt: skip


def coverage_of(folder: Path) -> pd.DataFrame:
    """Average over simulations: the coverage of rank intervals, what is nominal for them, and their width.

    The Monte Carlo error of the coverage is that of means of blocks, as units of one simulation go together.
    """
    units, together = read(folder, "units"), read(folder, "together")
    of_block = [name for name in ("level", "by", "unit") if name in units]
    units["block"] = units.groupby(of_block).cumcount()
    rows = []
    for (level, by), of_ranks in units.groupby(["level", "by"], sort=False):
        for prob, simultaneous in together.query("level == @level and by == @by").groupby("prob"):
            name = f"{100 * prob:g}"
            columns = [f"{kind}_{name}" for kind in ("covered", "content", "width")]
            means = of_ranks[columns].mul(of_ranks["n"], axis=0).sum() / of_ranks["n"].sum()
            each = of_ranks.groupby("unit")[columns[0]].mean() if "unit" in of_ranks else None
            blocks = of_ranks.groupby("block")[columns[0]].mean()
            rows.append(
                {"level": level, "by": by, "prob": prob}
                | dict(zip(("covered", "nominal", "width"), means, strict=True))
                | {"mcse": blocks.sem(), "simultaneous": simultaneous["covered"].mean()}
                | {"simultaneous_nominal": simultaneous["content"].mean()}
                | {"simultaneous_mcse": simultaneous["covered"].sem()}
                | ({} if each is None else {"least_of_units": each.min(), "most_of_units": each.max()})
            )
    return pd.DataFrame(rows).round(4)


def figures_of(name: str, folder: Path, out: Path) -> list[Drawn]:
    """Draw one kind."""
    fixed, simulations = name.endswith(FIXED), len(read(folder, "trials"))
    model = name.removesuffix(FIXED)
    about = f"`{model}`: {(DRAWN | LIKE_ESF)[model]}, {simulations:,} simulations"
    drawn = []
    if fixed:
        units = read(folder, "units").groupby(["level", "by", "unit"], as_index=False, sort=False).mean()
        for level, rows in units.groupby("level"):
            caption = f"{about}; rank intervals of {level_word(level, 'en')}"
            drawn.append(Drawn("coverage", f"{name}-coverage-{level}.png", caption))
            save_figure(plot_coverage(rows), out / drawn[-1].file, dpi=DPI)
    else:
        ranks = read(folder, "ranks").drop(columns="number")
        # The units of small panels are called by their level: "municipality 00" of the level municipality.
        ranks = ranks.rename(columns=lambda quantity: re.sub(r"of (\w+) \1 ", r"of \1 ", quantity))
        last = [column for column in ranks if "likelihood" in column]
        shown = [*[column for column in ranks if column not in last][: MOST_PANELS - len(last)], *last]
        some = f"; {len(shown)} of {ranks.shape[1]} quantities" if len(shown) < ranks.shape[1] else ""
        drawn.append(Drawn("ranks", f"{name}.png", about + some))
        save_figure(plot_calibration(ranks, n_draws=DRAWS, quantities=shown), out / f"{name}.png", dpi=DPI)
    reliability = read(folder, "reliability").groupby(["level", "by", "bin"], as_index=False).sum()
    # The first 10 of hundreds of units, or 9 of 28; few units have a top of three.
    for level, rows in reliability.groupby("level") if name.startswith("sa2015") else ():
        top = round(rows.loc[rows["by"] == "intercept", "observed"].sum() / simulations)
        caption = f"{about}; P(top {top}) of {level_word(level, 'en')}"
        drawn.append(Drawn("top-fixed" if fixed else "top", f"{name}-top-{level}.png", caption))
        save_figure(plot_reliability(rows, top=top), out / drawn[-1].file, dpi=DPI)
    plt.close("all")
    return drawn


def page(drawn: list[Drawn]) -> str:
    """Write the page of all figures."""
    of_section = defaultdict(list)
    for section, file, caption in drawn:
        of_section[section].append(f"![{caption.replace('`', '')}]({file})\n\n*{caption}.*\n")
    parts = [f"## {title}\n\n" + "\n".join(of_section[section]) for section, title in SECTIONS.items()]
    return "\n".join([PAGE, *parts])


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument(
        "--work", type=Path, default=Path("results/calibration"), metavar="FOLDER",
        help="where calibrate.py has put its simulations",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, default=Path("docs/calibration"), metavar="FOLDER",
        help="where tables, figures and figures.md are written",
    )  # fmt: skip
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
        print(name, flush=True)
    for name, parts in tables.items():
        table = pd.concat(parts, ignore_index=True)
        table.insert(0, "kind", table.pop("kind"))
        write_csv(table, out / f"{name}.csv")
    drawn = [
        figure
        for kind in [*DRAWN, *(f"{name}{FIXED}" for name in DRAWN | LIKE_ESF)]
        if any((arguments.work / kind).glob("*.done"))
        for figure in figures_of(kind, arguments.work / kind, out)
    ]
    (out / "figures.md").write_text(page(drawn), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Rank municipalities, health regions and macro-regions by their share of avoidable admissions (ICSAP).

python scripts/analyse_icsap.py CAUSES TERRITORY [--population FILE] [--out DIR]

CAUSES is a table of ibge6, year, cause (a category of Lista Morb CID-10) and admissions, as tabulated from
TabNet; TERRITORY of ibge6, municipality, health_region and macro_region; the population, which gives Costa's
bands, of ibge6, year and population. docs/icsap.md says which causes count and what is left out.

In DIR go the panel, with a record of how it was made, and the result folder of the model: a beta-binomial
trend of municipalities in health regions in macro-regions.
"""

import argparse
import json
import sys
from pathlib import Path

import pandas as pd

import bayes_saude as bs

MODEL = "icsap-share-nested"
SHOWN = 5


def make_panel(options: argparse.Namespace) -> pd.DataFrame:
    """Make the panel, write it beside its provenance, and say what was counted."""
    panel, provenance = bs.municipal_panel(
        options.causes, options.territory, options.population, deliveries=options.deliveries
    )
    bs.write_csv(panel, options.out / "panel.csv")
    record = json.dumps(provenance, indent=2, ensure_ascii=False)
    (options.out / "panel.provenance.json").write_text(f"{record}\n", encoding="utf-8")
    print(f"{provenance['records']:,} admissions. {provenance['rule_text']}")
    for step in provenance["steps"]:
        if step["dropped"]:
            print(f"  left out {step['dropped']:>9,}  {step['step']}")
    for note in provenance["notes"]:
        print(f"  note: {note}")
    years = panel.groupby("year")[["successes", "trials"]].sum()
    years["share"] = years["successes"] / years["trials"]
    print(years.to_string(formatters={"share": "{:.4f}".format}))
    return panel


def show_ranking(result: bs.Result, level: str, by: str) -> None:
    """Print the first and the last units of a ranking, and how much of it the data decide."""
    table = result.ranking.query("level == @level and by == @by and within == 'all'")
    table = table.sort_values("expected_rank")
    few = table if len(table) <= 3 * SHOWN else pd.concat([table.head(SHOWN), table.tail(SHOWN)])
    columns = ["unit", "mean", "low", "high", "expected_rank", "rank_low", "rank_high", "p_above_mean"]
    known = bs.trust(result.fit, level=level, by=by).iloc[0]
    print(f"\n{level} by {by}: {len(table)} units, 1 is the best")
    print(few[columns].to_string(index=False, float_format="{:.3f}".format))
    print(
        f"Ranks' 95% intervals are {known['mean_width']:.0f} places wide on average; of "
        f"{known['pairs']:,} pairs the data put {known['separated_share']:.0%} in order (P > 0.95)."
    )


def show_changes(result: bs.Result, level: str, first: int, last: int) -> None:
    """Print the changes of a level's units, in percent."""
    table = bs.percent_change(result.fit, first, last, level=level).drop(columns="level")
    print(f"\nChange of the mean share of a {level}'s municipalities, {first} to {last}, in percent")
    shares = dict.fromkeys(("first", "last"), "{:.4f}".format)
    print(table.sort_values("change").to_string(index=False, formatters=shares, float_format="{:.2f}".format))


def main(options: argparse.Namespace) -> None:
    """Make the panel, fit, check, rank and print."""
    options.out.mkdir(parents=True, exist_ok=True)
    panel = make_panel(options)
    first, last = int(panel["year"].min()), int(panel["year"].max())
    model = bs.read_model(options.model)
    print(f"\nFitting {model.name} to {len(panel):,} rows: this takes minutes.", flush=True)
    result = bs.analyse(
        model, options.out / model.name, panel, figures=not options.no_figures,
        draws=options.draws, tune=options.draws, seed=options.seed, despite=options.despite_checks,
    )  # fmt: skip
    sampler = json.loads(result.fit.attrs["sampler"])
    print(f"Sampling took {sampler['sampling_s']:.0f} s. Checks passed: {result.report['passed']}.")
    for gate in result.report["gates"]:
        print(f"  {gate['name']}: {gate['value']:.4g} (limit {gate['threshold']:g}) {gate['parameter']}")
    parameters = result.hyperparameters.drop(columns="note")
    print(f"\n{parameters.to_string(index=False, float_format='{:.4f}'.format)}")
    for level in reversed(model.data.levels):
        for by in (f"level:{last}", "slope"):
            show_ranking(result, level, by)
    show_changes(result, model.data.levels[0], first, last)
    print(f"\nIn {options.out}: panel.csv, panel.provenance.json and {model.name}/")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("causes", type=Path)
    parser.add_argument("territory", type=Path)
    parser.add_argument("--population", type=Path)
    parser.add_argument("--out", type=Path, default=Path("icsap"), help="folder to write (default: icsap/)")
    parser.add_argument(
        "--deliveries", choices=["O80", "O80-O84"], default="O80-O84", help="what is left out"
    )
    parser.add_argument("--model", default=MODEL, help=f"a model's name or file (default: {MODEL})")
    parser.add_argument("--draws", type=int, default=1000, help="of each chain (default: 1000)")
    parser.add_argument("--seed", type=int, default=2014)
    parser.add_argument("--no-figures", action="store_true")
    parser.add_argument(
        "--despite-checks", action="store_true", help="go on with a fit that fails its checks"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        main(parse(sys.argv[1:]))
    except bs.BayesSaudeError as error:
        sys.exit(f"Error: {error}")

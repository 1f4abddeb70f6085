"""Make tables 3 to 10 of Sá (2015) again: the print, REML and the posterior side by side.

python scripts/reproduce_sa2015.py [RESULTS] [TABLES]
"""

import argparse
from pathlib import Path

import pandas as pd

import bayes_saude as bs

MODELS = {"esf_coverage": "esf", "prenatal7": "prenatal", "vaccine": "vaccine", "pap": "pap"}


def remake(printed: pd.Series, results: Path) -> pd.DataFrame:
    """Fit the model of one printed table, and put its numbers beside the print."""
    model = bs.read_model(f"sa2015-{MODELS[printed['indicator']]}-{printed['level']}")
    fit = bs.fit_or_load(model, results / model.name, seed=2015)
    bs.require(bs.check(fit))
    table = bs.hyperparameters(fit, bs.reml(fit)).set_index("parameter")

    # REML with the decimals of the print, so that the two can be compared by eye.
    rows = {
        name: {
            "print": printed[name],
            "REML": like(printed[name], row["reml"]),
            "print, se": printed.get(f"{name}_se", ""),
            "REML, se": like(printed[f"{name}_se"], row["reml_se"]) if f"{name}_se" in printed else "",
            "posterior mean": like(printed[name], row["bayes_mean"], least=2),
            "posterior sd": like(printed[name], row["bayes_sd"], least=2),
            "95% low": like(printed[name], row["bayes_low"], least=2),
            "95% high": like(printed[name], row["bayes_high"], least=2),
            "note": row["note"],
        }
        for name, row in table.iterrows()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("parameter").reset_index()


def like(printed: str, value: float, least: int = 0) -> str:
    """Write a value with as many decimals as the print has, but some at least."""
    return f"{value:.{max(least, len(printed.partition('.')[2]))}f}"


def markdown(table: pd.DataFrame) -> str:
    """Write a table in Markdown."""
    lines = [table.columns, ["---"] * table.shape[1], *table.to_numpy()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(results: Path, tables: Path) -> None:
    """Make all eight tables."""
    tables.mkdir(parents=True, exist_ok=True)
    pages = []
    for _, printed in bs.read_published("sa2015/mixed_models", as_text=True).iterrows():
        title = (
            f"Table {printed['table']}, page {printed['page']}: {printed['indicator']}, {printed['level']}"
        )
        table = remake(printed, results)
        same = (table["print"] == table["REML"]) & (table["print, se"] == table["REML, se"])
        print(f"\n{title}\n{table.to_string(index=False)}")
        print(f"REML gives the print in {same.sum()} of {len(same)} rows")
        bs.write_csv(table, tables / f"table_{printed['table']}.csv")
        pages.append(f"## {title}\n\n{markdown(table)}\n")
    (tables / "tables.md").write_text("\n".join(pages), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make tables 3 to 10 of Sá (2015) again.")
    for name, holds in (
        ("results", "the fits, which are found there again"),
        ("tables", "each table as CSV, and all of them as Markdown"),
    ):
        default = Path(name)
        parser.add_argument(
            name, type=Path, nargs="?", default=default, help=f"folder of {holds} (default: {default}/)"
        )
    folders = parser.parse_args()
    main(folders.results, folders.tables)

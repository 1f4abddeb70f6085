"""Print as Markdown what checks.json of result folders warns of: misfits, and what moves with its priors."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bayes_saude.summaries.checks import moving

type Reports = dict[str, dict[str, Any]]


def misfits(reports: Reports) -> Iterator[str]:
    """Write the statistics that each model does not reproduce; in brackets, those that draws may clear."""
    yield "| model | not reproduced |"
    yield "|---|---|"
    for model, report in reports.items():
        names = [
            f"`{found['statistic']}`" if found["clear"] else f"(`{found['statistic']}`)"
            for found in report["warnings"]
        ]
        yield f"| `{model}` | {', '.join(names) or 'nothing found'} |"


def moves(reports: Reports) -> Iterator[str]:
    """Write the hyperparameters that move with their priors, and how far, each with its Monte Carlo error."""
    yield "| model | hyperparameter | moves with its priors, by | with the likelihood, by |"
    yield "|---|---|---:|---:|"
    for model, report in reports.items():
        for found in moving(report):
            # A star is for what lies within two errors of the limit, on whichever side.
            star = "" if found["clear"] else " \\*"
            distances = [_distance(found, name) for name in ("prior", "likelihood")]
            yield f"| `{model}` | `{found['parameter']}`{star} | {' | '.join(distances)} |"


def _distance(found: dict[str, Any], name: str) -> str:
    if found[name] is None:
        return "not told"
    return f"{found[name]:.3f} ± {found[f'{name}_error']:.3f}"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="result folders that have been checked")
    folders = parser.parse_args().results
    reports = {folder.name: json.loads((folder / "checks.json").read_text("utf-8")) for folder in folders}
    print("\n".join([*misfits(reports), "", *moves(reports)]))


if __name__ == "__main__":
    main()

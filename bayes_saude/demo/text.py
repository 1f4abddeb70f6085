"""What the demo prints of both theses: how well the models were sampled, and where everything is."""

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from rich.console import Console

from bayes_saude.console import heading, say, text_table
from bayes_saude.models.spec import ModelSpec

# Gates of the checks, and what the table calls them.
GATES = {
    "R-hat": "R-hat",
    "R-hat of the worst replicate": "in a replicate",
    "bulk ESS": "bulk ESS",
    "tail ESS": "tail ESS",
    "divergences": "divergences",
}


class Analysis(NamedTuple):
    """What is kept of a model's fit for the printed summary."""

    spec: ModelSpec
    report: dict[str, Any]
    sampling_s: float
    ends: dict[str, pd.DataFrame]
    comparison: pd.DataFrame
    parameters: pd.DataFrame
    trust: pd.DataFrame
    rank_mcse: float
    changes: pd.DataFrame
    note: str

    @property
    def indicator(self) -> str:
        """The indicator's id."""
        return self.spec.data.panel.rpartition("/")[2]


def show_checks(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Print how well each model was sampled."""
    rows = []
    for name, analysis in analyses.items():
        values = {gate["name"]: gate["value"] for gate in analysis.report["gates"]}
        cells = [
            f"{values[gate]:.{3 if gate.startswith('R-hat') else 0}f}" if gate in values else ""
            for gate in GATES
        ]
        rows.append([name, f"{analysis.sampling_s:.2f} s", *cells])
    heading(screen, "How well the posteriors were sampled: the worst parameter of each")
    screen.print(text_table(rows, ("model", "sampling", *GATES.values())))
    total = sum(analysis.sampling_s for analysis in analyses.values())
    say(screen, f"All pass. Sampling took {total:.1f} s in all, after compiling each kind of model once.")


def show_files(screen: Console, out: Path, page: Path) -> None:
    """Say where everything is."""
    heading(screen, "Files")
    screen.print(f"All of it as one page, to open in a browser: {page}\n")
    screen.print(
        f"In {out}/<model>/:\n"
        "fit.nc           draws, panel, model file, how it was sampled (NetCDF: xarray and ArviZ open it)\n"
        "ranking.csv      every unit's rank by intercept, slope and level in the last year\n"
        "comparison.csv   REML beside the posterior, unit by unit; hyperparameters.csv: their parameters\n"
        "checks.json, figures/, model.toml\n"
        f"\nNext, for example: bayes-saude rank {out}/sa2015-esf-nested --within-each region --top 3"
    )

"""The command `reconstruct` of the command line: a panel from the printed results of Sá (2015)."""

from pathlib import Path
from typing import Annotated

import typer

from bayes_saude.cli.shared import require_place, write_panel


def reconstruct(
    out: Annotated[
        Path, typer.Option(help="The panel to write: a CSV file, compressed if it ends in .xz or .gz.")
    ],
    seed: Annotated[int, typer.Option(help="Seed of what the print leaves open.", min=0)] = 1,
) -> None:
    """Rebuild a panel from the printed results of Sá (2015), such that REML gives them back.

    A text beside it, panel.txt for panel.csv, says that it is a reconstruction.

    Example: bayes-saude reconstruct --seed 6 --out panel.csv
    """
    from bayes_saude.data.reconstruct import reconstruct as rebuild
    from bayes_saude.data.shipped import RECONSTRUCTION

    require_place(out, ".txt", RECONSTRUCTION)
    panel = rebuild(seed)
    write_panel(panel, out, ".txt", f"{out.name}: {RECONSTRUCTION}")
    typer.echo(f"{len(panel)} rows written to {out}. {RECONSTRUCTION}")

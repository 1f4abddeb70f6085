"""What commands that work on a result folder share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bayes_saude.errors import DataError

Result = Annotated[Path, typer.Argument(help="A result folder: results/MODEL.")]
Despite = Annotated[
    bool, typer.Option("--despite-checks", help="Go on with a fit that fails its checks; all output says so.")
]
ELSEWHERE = "Name another file with --out."


def load_fit(result: Path) -> Any:
    """Read a fit before a command imports its libraries: a slip in a folder's name is told at once."""
    from bayes_saude.inference.store import load

    require_fit(result)
    return load(result)


def require_fit(result: Path) -> None:
    """Refuse what is no result folder where it is clear which was meant: below results/, or around a file."""
    from bayes_saude.inference.store import FIT

    meant = result.parent if result.is_file() else Path("results") / result.name
    if not (result / FIT).is_file() and (meant / FIT).is_file():
        raise DataError(f"There is no fit in {result}.", f"Did you mean {meant}?")


def data_of(fitted: Any) -> str:
    """Say which data made a fit, and what must be said of them."""
    source = fitted.attrs.get("data_source", "")
    return (f"Data: {source}\n" if source else "") + str(fitted.attrs["panel_note"])


def say_despite(screen: Any, report: Any) -> None:
    """Say above a table which checks its fit fails, so that it stands in a file of the output, too."""
    from bayes_saude.console import say
    from bayes_saude.results import despite_line

    if line := despite_line(report):
        say(screen, line)
        screen.print()


def require_place(out: Path, ending: str, mark: str, inputs: Sequence[Path] = ()) -> None:
    """Refuse before long work what no panel can be written to, and what it would destroy.

    Parameters
    ----------
    out : Path
        The panel, as for `write_panel`.
    ending : str
        Of the text beside it, likewise.
    mark : str
        What every such text holds, and no other.
    inputs : sequence of Path
        What the panel is made from.

    Raises
    ------
    DataError
        If `out` is in no folder, no CSV file by its name, in a result folder or one of the inputs, or if
        another text lies in the place of the one beside it.
    """
    from bayes_saude.inference.store import FIT, require_writable

    if not out.parent.is_dir():
        raise DataError(f"The folder {out.parent} does not exist.", "Make it first, or write elsewhere.")
    if not out.name.endswith((".csv", ".csv.gz", ".csv.xz")):
        raise DataError(f"{out} is not a CSV file by its name.", "Name it panel.csv, .csv.gz or .csv.xz.")
    if out.is_dir():
        raise DataError(f"{out} is a folder.", ELSEWHERE)
    if (out.parent / FIT).is_file():
        raise DataError(f"{out.parent} is a result folder.", "Write a panel beside it, not into it.")
    text = _beside(out, ending)
    for place in (out, text):
        if place.exists() and any(file.exists() and file.samefile(place) for file in inputs):
            raise DataError(f"{place} is read, and would be replaced.", ELSEWHERE)
    if text.exists() and mark not in text.read_text(encoding="utf-8", errors="replace"):
        raise DataError(f"{text} was not written by this command, and would be replaced.", ELSEWHERE)
    require_writable(out.parent)


def write_panel(panel: Any, out: Path, ending: str, told: str) -> Path:
    """Write a panel, and a text beside it that says what it is.

    Parameters
    ----------
    panel : pandas.DataFrame
    out : Path
        The CSV file, compressed if it ends in .gz or .xz.
    ending : str
        Of the text's name: panel.csv has panel.txt beside it where it is ".txt".
    told : str

    Returns
    -------
    Path
        The text.
    """
    from bayes_saude.data.spreadsheet_text import write_csv
    from bayes_saude.inference.writing import replacing

    beside = _beside(out, ending)
    with replacing(out) as unfinished, replacing(beside) as unfinished_text:
        write_csv(panel, unfinished)
        unfinished_text.write_text(told + "\n", encoding="utf-8")
    return beside


def _beside(out: Path, ending: str) -> Path:
    return out.with_name(f"{out.name.rpartition('.csv')[0]}{ending}")

"""What commands that work on a result folder share."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bayes_saude.errors import DataError

Result = Annotated[Path, typer.Argument(help="A result folder: results/MODEL.")]
Despite = Annotated[
    bool, typer.Option("--despite-checks", help="Go on with a fit that fails its checks; its folder says so.")
]


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


def require_csv(out: Path) -> None:
    """Refuse a panel's place that does not exist, or a name that is no CSV file's, before long work."""
    if not out.parent.is_dir():
        raise DataError(f"The folder {out.parent} does not exist.", "Make it first, or write elsewhere.")
    if not out.name.endswith((".csv", ".csv.gz", ".csv.xz")):
        raise DataError(f"{out} is not a CSV file by its name.", "Name it panel.csv, .csv.gz or .csv.xz.")


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

    beside = out.with_name(f"{out.name.rpartition('.csv')[0]}{ending}")
    with replacing(out) as unfinished, replacing(beside) as unfinished_text:
        write_csv(panel, unfinished)
        unfinished_text.write_text(told + "\n", encoding="utf-8")
    return beside

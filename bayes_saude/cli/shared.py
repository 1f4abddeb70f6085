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
    from bayes_saude.inference.store import FIT, load

    meant = Path("results") / result.name
    if not (result / FIT).is_file() and (meant / FIT).is_file():
        raise DataError(f"There is no fit in {result}.", f"Did you mean {meant}?")
    return load(result)


def data_of(fitted: Any) -> str:
    """Say which data made a fit, and what must be said of them."""
    source = fitted.attrs.get("data_source", "")
    return (f"Data: {source}\n" if source else "") + str(fitted.attrs["panel_note"])

"""What `bayes-saude icsap` does: hospital files to a panel, with a record of how it was made."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bayes_saude.console import console, say, text_table, track
from bayes_saude.data.aih import read_aih
from bayes_saude.data.tabnet_join import join_tabnet
from bayes_saude.errors import DataError

__all__ = ["join_tabnet", "parse_years", "read_aih", "reading", "show"]


def parse_years(text: str | None) -> tuple[int, int] | None:
    """Read "2008-2012" or "2010".

    Raises
    ------
    DataError
        It is neither.
    """
    if text is None:
        return None
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise DataError(f"'{text}' is not years.", "Write them as 2008-2012, or 2010 for one.")
    return int(first), int(last or first)


def reading(files: Sequence[str]) -> Iterator[str]:
    """Go through files and show at which one the work is."""
    return track(files, "reading")


def show(panel: pd.DataFrame, provenance: dict[str, Any], written: Sequence[Path]) -> None:
    """Print what was left out and kept, what to know, and where it is."""
    rows = [("records read", f"{provenance['records']:,}")] if "records" in provenance else []
    rows += [(f"- {step['step']}", f"{step['dropped']:,}") for step in provenance["steps"] if step["dropped"]]
    rows += [
        ("admissions that count", f"{provenance['kept']:,}"),
        ("of which ICSAP", f"{provenance['icsap']:,}"),
    ]
    screen = console()
    screen.print(text_table(rows, ("", "")))
    say(screen, f"\nRule {provenance['rule']}: {provenance['rule_text']}")
    for note in provenance["notes"]:
        say(screen, f"Note: {note}.")
    say(
        screen,
        f"\n{len(panel)} rows, {panel['municipality'].nunique()} municipalities, "
        f"{panel['year'].min()}-{panel['year'].max()}: {' and '.join(map(str, written))}",
    )

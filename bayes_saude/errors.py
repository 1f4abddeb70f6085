"""The errors that this package raises on purpose.

Every message has the same shape: what is wrong and where (file, row, column), then what to do about it.
The command line prints the message alone; anything that is not a `BayesSaudeError` is a defect of ours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

MAX_FAULTS_SHOWN = 20


class BayesSaudeError(Exception):
    """Base of all errors of this package: catch it to catch them all."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the data, and its place.

    Parameters
    ----------
    message : str
        What is wrong, without the place and without a full stop.
    row : int, str or None
        Row as an editor or a spreadsheet numbers it: the header is row 1, the first record row 2.
        For a frame that was not read by us it is the frame's index label.
    column : str or None
        Name of the column as the source has it.
    """

    message: str
    row: int | str | None = None
    column: str | None = None

    def __str__(self) -> str:
        """Give the place, then the message."""
        place = [f"row {self.row}"] if self.row is not None else []
        if self.column is not None:
            place.append(f"column '{self.column}'")
        return ", ".join(place) + (": " if place else "") + self.message


class DataError(BayesSaudeError):
    """The data cannot be used as they are.

    Parameters
    ----------
    problem : str
        One sentence on what is wrong, naming the file or the panel.
    advice : str
        One sentence on what to do.
    faults : sequence of Fault, optional
        Every fault found, kind by kind and then in the order of the rows. `str()` of the error lists the
        first `MAX_FAULTS_SHOWN` and counts the rest.
    """

    def __init__(self, problem: str, advice: str, faults: Sequence[Fault] = ()) -> None:
        self.problem = problem
        self.advice = advice
        self.faults = list(faults)
        super().__init__(problem, advice, self.faults)

    def __str__(self) -> str:
        """Give the problem, the faults and the advice."""
        lines = [self.problem, *(f"  {fault}" for fault in self.faults[:MAX_FAULTS_SHOWN])]
        hidden = len(self.faults) - MAX_FAULTS_SHOWN
        if hidden > 0:
            lines.append(f"  ... and {hidden} more ({len(self.faults)} in all)")
        # Without a list, problem and advice read as one line.
        return "\n".join([*lines, self.advice]) if self.faults else f"{self.problem} {self.advice}"


class ModelFileError(BayesSaudeError):
    """A model file is missing, cannot be read, or asks for something that does not exist."""


class ConvergenceError(BayesSaudeError):
    """A fit fails its checks, so that nothing may be concluded from it."""


class MissingExtra(BayesSaudeError):
    """An optional library is needed and not installed.

    Parameters
    ----------
    what : str
        What was asked for, e.g. "Reading XLSX files".
    extra : str
        The extra that brings the library, e.g. "xlsx".
    """

    def __init__(self, what: str, extra: str) -> None:
        self.what = what
        self.extra = extra
        super().__init__(what, extra)

    def __str__(self) -> str:
        """Say what is missing and how to install it."""
        return (
            f"{self.what} needs an optional library that is not installed. "
            f"Install it with: pip install 'bayes_saude[{self.extra}]'"
        )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the name nearest to `word`, as " Did you mean 'x'?", or nothing where none is near."""
    names = list(known)
    near = [name for name in names if word and name.startswith(word)] or get_close_matches(
        word, names, n=1, cutoff=0.5
    )
    return f" Did you mean '{near[0]}'?" if near else ""


def listed(names: Iterable[str]) -> str:
    """Write names for a message: "'a', 'b', 'c'"."""
    return ", ".join(f"'{name}'" for name in names)

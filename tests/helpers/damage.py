"""Inputs that nobody would write on purpose, and the two ways in which reading them may end."""

import signal
from collections.abc import Callable
from contextlib import contextmanager

from hypothesis import strategies as st

from bayes_saude.errors import BayesSaudeError, DataError

# Far above what any case takes on a busy machine: what takes longer hangs.
PATIENCE = 30
# What numbers look like in files: plain, with either mark, huge, tiny, beyond a double, of other scripts.
NUMBERS = (
    "0", "-0", "1", "80", "80.5", "80,5", "+3", "-12.25", "-12,25", ".5", "5.", ",5", "1e3", "1E-3", "1.5e+2",
    "1e30", "1e31", "-1e308", "1e309", "1e-400", "4.9e-324", "0.1", "0.30000000000000004",
    "1234567890123456", "9007199254740993", "9" * 400, "0123", "1.234", "1,234", "12.500",
    "1.234,5", "1,234.5", "1.234.567",
)  # fmt: skip
# And what is none.
ODDITIES = (
    "", " ", "NA", "NaN", "nan", "null", "None", "-", "...", "inf", "-inf", "Infinity", "1_000", "0x10", "1e",
    "e5", "--1", "1 2", "1\u00a0234", "٣", "３", "²", "½", "1\u200b", "TRUE", "true", "2011-01-01", "1/2",
    "=1+1", "@SUM(A1)", "'", '"', '""', '"a', "a\nb", "a\rb", "\ufeff", "\x00", "\x1b[2J", "\u202e", "é",
    "e\u0301", "ÿ", "\U0001f980", "x" * 3000, "a;b", "a,b", "a\tb",
)  # fmt: skip


class Hung(BaseException):
    """What no reader takes for one of its errors."""


def cells() -> st.SearchStrategy[str]:
    """Draw a cell: as a rule a number of some spelling, at times an oddity or any text."""
    number, oddity = st.sampled_from(NUMBERS), st.sampled_from(ODDITIES)
    return st.one_of(number, number, oddity, st.text(max_size=8))


@st.composite
def damaged(draw: st.DrawFn, whole: bytes, most: int = 4) -> bytes:
    """Draw a file with some bytes changed, left out, repeated or put in, or cut off."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, most))):
        place = draw(st.integers(0, max(len(content) - 1, 0)))
        length = draw(st.sampled_from((1, 1, 2, 4, 16, 200)))
        kind = draw(st.sampled_from(("change", "change", "put in", "leave out", "repeat", "cut off")))
        if kind == "change":
            content[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
        elif kind == "put in":
            odd = st.sampled_from([text.encode() for text in (*ODDITIES, *NUMBERS) if len(text) < 500])
            content[place:place] = draw(st.one_of(odd, st.binary(max_size=8)))
        elif kind == "leave out":
            del content[place : place + length]
        elif kind == "repeat":
            content[place:place] = content[place : place + length]
        else:
            del content[place:]
    return bytes(content)


def valid_or_told[T](call: Callable[..., T], *args: object, named: str = "", **options: object) -> T | None:
    """Call it, and give its result, or None where one of our errors says what is wrong, naming the file.

    Any other exception passes, as does a warning, which in tests is an exception; what hangs is stopped.
    """
    with _at_most(PATIENCE):
        try:
            return call(*args, **options)
        except BayesSaudeError as error:
            told = str(error)
            assert named in told, f"the message does not name {named!r}: {told[:500]}"
            assert told.rstrip().endswith((".", "]'", "?")), told[-200:]
            for fault in error.faults if isinstance(error, DataError) else ():
                assert fault.message
            return None


@contextmanager
def _at_most(seconds: int):
    """Raise `Hung` in a block that takes longer; where there are no such signals, wait."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def stop(*_: object) -> None:
        raise Hung(f"longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)

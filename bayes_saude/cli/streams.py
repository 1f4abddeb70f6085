"""Standard output and error as a shell may leave them: closed, or in an encoding that lacks letters."""

import io
import os
import sys
from typing import TextIO, cast

STDERR = 2
CLOSED = "Error: Standard output is closed. Send it to a file, or to /dev/null.\n"


def mend_streams() -> None:
    r"""Make standard output and error take whatever is written, for the main thread of a new process.

    A letter that an encoding lacks is written as Python writes it: `S\xe3o` for São in ASCII. Without
    standard error nothing is told of the work; without standard output nothing is worth its while.

    Raises
    ------
    SystemExit
        With status 2, if standard output is closed.
    """
    # A closed one is None, and its number goes to the next file that is opened, were it one to write in.
    stdout, stderr = (cast("TextIO | None", stream) for stream in (sys.stdout, sys.stderr))
    if stderr is None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)
        sys.stderr = os.fdopen(STDERR, "w", encoding="utf-8")
    if stdout is None:
        sys.stderr.write(CLOSED)
        raise SystemExit(2)
    for stream in (sys.stdout, sys.stderr):
        cast(io.TextIOWrapper, stream).reconfigure(errors="backslashreplace")

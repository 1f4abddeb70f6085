"""Ctrl-C ends the command line at once: with a word, without a traceback."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

STATUS = 130  # what a shell knows as ended by Ctrl-C: 128 + SIGINT
# Seconds that the work is given to end by itself, and to remove what it has left unfinished.
GRACE = 0.7
TOLD = "Interrupted. Every file that was finished is kept, none is half-written: give the same command again."
SHOW_CURSOR = "\x1b[?25h"  # which a progress bar has hidden
STDERR = 2

_telling = threading.Lock()


@contextmanager
def ending_when_interrupted() -> Iterator[None]:
    """End the process soon after SIGINT, also amidst a compilation, where Python hears no signal.

    For the main thread of a process that is to end anyway after the block.
    """
    heard, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, _interrupt)
    threading.Thread(target=_end_soon, args=(heard,), daemon=True).start()
    try:
        yield
    finally:
        # Whatever a library has made of the interrupt, an error of its own or nothing.
        if _telling.locked():
            with suppress(OSError):
                sys.stdout.flush()
            os._exit(STATUS)  # without the libraries' farewells, which take seconds


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    _tell()
    raise KeyboardInterrupt


def _end_soon(heard: socket.socket) -> None:
    while signal.SIGINT not in heard.recv(64):
        pass
    _tell()
    time.sleep(GRACE)
    os._exit(STATUS)


def _tell() -> None:
    """Say once that this is the end; what libraries say of being torn from their work is not for a reader."""
    if _telling.acquire(blocking=False):
        shown = SHOW_CURSOR if os.isatty(STDERR) else ""
        os.write(STDERR, f"{shown}\n{TOLD}\n".encode())
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)

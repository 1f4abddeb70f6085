"""Ctrl-C ends the command line at once: with a word, without a traceback."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

STATUS = 130  # what a shell knows as ended by Ctrl-C: 128 + SIGINT
# Seconds that the work is given to end by itself, and to remove what it has left unfinished.
GRACE = 1.0
TOLD = "Interrupted. What is finished is kept and nothing half-written: the same command goes on from there."


@contextmanager
def ending_when_interrupted() -> Iterator[None]:
    """End the process within seconds of SIGINT, also amidst a compilation, where Python hears no signal.

    For the main thread of a process that is to end anyway after the block.
    """
    heard, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    interrupted = threading.Event()
    threading.Thread(target=_end_soon, args=(heard, interrupted), daemon=True).start()
    try:
        yield
    finally:
        if interrupted.is_set() or isinstance(sys.exception(), KeyboardInterrupt):
            _end()
        signal.set_wakeup_fd(-1)


def _end_soon(heard: socket.socket, interrupted: threading.Event) -> None:
    while signal.SIGINT not in heard.recv(64):
        pass
    interrupted.set()
    # Not by `sys.stderr`, whose lock the main thread may hold.
    os.write(2, f"\n{TOLD}\n".encode())
    time.sleep(GRACE)
    os._exit(STATUS)


def _end() -> None:
    """End without the libraries' farewells, which take seconds."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(STATUS)

"""Processes that share work, and that live no longer than the one that started them."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any


@contextmanager
def spread_over(workers: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """Give what applies a function to items: `map`, or that of so many processes.

    The processes end with the block, finished or not, and with this process, however it ends, by SIGKILL
    too. Ctrl-C is for this process alone to hear.

    Parameters
    ----------
    workers : int
        Processes to start; with one or none this process does the work.

    Yields
    ------
    callable
        As `map` with one function and one sequence of items.
    """
    if workers < 2:
        yield map
        return
    # Started anew: a copy of this process would have copies of locks that threads of libraries hold.
    context = get_context("spawn")
    heard, held = context.Pipe(duplex=False)
    # `held` is closed first, so that nobody waits for work that nobody will take.
    with ProcessPoolExecutor(workers, context, _end_when_let_go, (heard,)) as pool, heard, held:

        def apply(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
            with _deaf_to_interrupts():
                return pool.map(function, items)

        yield apply


def _end_when_let_go(heard: "Connection[Any, Any]") -> None:
    """End this process once nobody holds the other end of its pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def listen() -> None:
        heard.poll(None)
        os._exit(1)

    threading.Thread(target=listen, daemon=True).start()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start processes that no Ctrl-C tears from their first lines, before they can say what to do with it."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

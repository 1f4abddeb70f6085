"""How results look to a person: aligned tables, plain in a pipe; a line of progress, or log lines."""

import logging
import math
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

# Texts are wrapped here; tables may be wider and are never cut.
TEXT_WIDTH = 100
WIDEST_TABLE = 160

logger = logging.getLogger(__name__)


def console(*, stderr: bool = False) -> Console:
    """Make a console that cuts no table, neither on a narrow terminal nor in a pipe."""
    return Console(highlight=False, width=WIDEST_TABLE, stderr=stderr)


def fits(table: Table) -> bool:
    """Tell whether a table is no wider than the terminal; in a pipe there is room for all."""
    return _excess(table) <= 0


def narrowed(table: Table) -> Table:
    """Break texts of a table that is wider than the terminal, between words alone, until it fits.

    Parameters
    ----------
    table : Table
        From `text_table`; it is changed. Of its columns of texts the one with most to give is broken first.
    """
    excess = _excess(table)
    texts = [(*_widths(column), column) for column in table.columns if column.justify == "left"]
    for widest, least, column in sorted(texts, key=lambda text: text[1] - text[0]):
        given = min(widest - least, excess)
        if given > 0:
            column.width, column.no_wrap = widest - given, False
            excess -= given
    return table


def _widths(column: Column) -> tuple[int, int]:
    """Give the widths of a column's longest text and of its longest word."""
    texts = [str(text) for text in (column.header, *column.cells)]
    words = " ".join(texts).split()
    return max(map(cell_len, texts)), max(map(cell_len, words), default=0)


def _excess(table: Table) -> int:
    """Characters by which a table is wider than the terminal."""
    return console().measure(table).maximum - shutil.get_terminal_size((WIDEST_TABLE, 0)).columns


def say(screen: Console, text: str) -> None:
    """Print paragraphs, wrapped, and as they are: "corr[region]" is a name, no markup."""
    width = min(TEXT_WIDTH, shutil.get_terminal_size((TEXT_WIDTH, 0)).columns)
    screen.print(Text(harmless(text.rstrip())), width=width)


def one_line(text: str) -> str:
    """Put a text on one line, with what is not to be seen shown as `harmless` does."""
    return harmless(" ".join(text.splitlines()))


def harmless(text: str) -> str:
    r"""Show characters that a terminal obeys, or that nobody sees, as Python writes them: `\x1b`."""
    return "".join(letter if letter == "\n" else _shown(letter) for letter in text)


def _shown(letter: str) -> str:
    # Controls, such as of colours; formats, such as of the direction of writing; halves of letters.
    obeyed = unicodedata.category(letter) in ("Cc", "Cf", "Cs")
    return letter.encode("unicode_escape").decode("ascii") if obeyed else letter


def on_terminal() -> bool:
    """Tell whether progress is drawn on standard error; where it is not, log lines are written."""
    return sys.stderr.isatty()


def log_to_stderr() -> None:
    """Write this package's log to standard error: of what is in progress only where nothing is drawn."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    package = logging.getLogger("bayes_saude")
    package.handlers = [handler]
    package.setLevel(logging.WARNING if on_terminal() else logging.INFO)


def tell_of_reuse() -> None:
    """Tell on a terminal too that a fit is taken from a folder, where nothing else is drawn meanwhile."""
    logging.getLogger("bayes_saude.inference.reuse").setLevel(logging.INFO)


def track(items: Sequence[str], doing: str) -> Iterator[str]:
    """Go through items and say at which one the work is.

    Parameters
    ----------
    items : sequence of str
    doing : str
        What is done to each, e.g. "fitting".

    Yields
    ------
    str
        Each item.
    """
    if not on_terminal():
        for number, item in enumerate(items, start=1):
            logger.info("%s %s (%d of %d)", doing, item, number, len(items))
            yield item
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing)
        for number, item in enumerate(items, start=1):
            progress.update(task, description=f"{doing} {item} ({number} of {len(items)})")
            yield item


def text_table(rows: Sequence[Sequence[str]], headings: Sequence[str], *, texts: int = 1) -> Table:
    """Lay out a table for `Console.print`.

    Parameters
    ----------
    rows : sequence of sequences of str
    headings : sequence of str
    texts : int
        So many of the first columns hold texts and are aligned left, the rest hold numbers.
    """
    table = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_header=any(headings)
    )
    for place, heading in enumerate(headings):
        table.add_column(Text(one_line(heading)), justify="left" if place < texts else "right", no_wrap=True)
    for row in rows:
        # As text, not markup: "corr[region]" is a name.
        table.add_row(*(Text(one_line(cell)) for cell in row))
    return table


def heading(screen: Console, text: str) -> None:
    """Print a heading, underlined so that it is one in a pipe too."""
    screen.print(f"\n[bold]{text}[/bold]\n{'-' * len(text)}")


def number(value: float, spread: float) -> str:
    """Write a number with as many decimals as show two digits of its spread.

    Parameters
    ----------
    value : float
    spread : float
        Standard deviation that goes with the value; it may be zero or missing.
    """
    if not spread > 0:
        return f"{value:.4g}"
    exponent = int(f"{spread:.1e}".partition("e")[2])
    return f"{value:.{max(0, 1 - exponent)}f}"


def probability(value: float) -> str:
    """Write a probability: two decimals, and no certainty that a sample cannot give."""
    if math.isnan(value):
        return ""
    if value < 0.005:
        return "<0.01"
    return ">0.99" if value >= 0.995 else f"{value:.2f}"

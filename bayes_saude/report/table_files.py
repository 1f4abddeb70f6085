"""Tables as files for a paper: LaTeX that compiles as it stands, Markdown, and workbooks without formulas."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from bayes_saude.errors import MissingExtra
from bayes_saude.report.text_tables import TextTable

# What LaTeX takes for something else, or a font does not have, and how to write it.
LATEX: Mapping[str, str] = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}",
    ">": r"\textgreater{}", '"': r"\textquotedbl{}", "|": r"\textbar{}", "`": r"\textasciigrave{}",
    # At the head of a row they would be options of the line before.
    "[": "{[}", "]": "{]}", "*": "{*}",
    "▲": r"$\blacktriangle$", "▼": r"$\blacktriangledown$", "○": r"$\circ$", "−": "$-$", "β": r"$\beta$",
    "σ": r"$\sigma$", "≥": r"$\geq$", "≤": r"$\leq$", "–": "--", "—": "---", "…": r"\dots{}",
}  # fmt: skip
# Letters beyond these pdfLaTeX does not have; it then shows a question mark, LuaLaTeX and XeLaTeX the letter.
LAST_OF_LATIN = 0x17F
PREAMBLE = r"""% Compiles as it stands; for a paper, take a table's lines and the packages that they need.
\documentclass[10pt]{article}
\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}\else\usepackage{fontspec}\fi
\usepackage[a4paper,landscape,margin=15mm]{geometry}
\usepackage{amssymb,booktabs,longtable}
\setlength{\tabcolsep}{4pt}
"""
# Marks anywhere; at the head of a line also those of lists.
MARKDOWN = re.compile(r"([\\`*_\[\]<>|~#&$]|^[-+=]|(?<=^\d)[.)])")
SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


def as_latex(title: str, notes: Sequence[str], tables: Sequence[TextTable]) -> str:
    """Write tables as a LaTeX document of `longtable`s with `booktabs`' rules.

    Parameters
    ----------
    title : str
    notes : sequence of str
        Paragraphs below the title, such as what must be said of the data.
    tables : sequence of TextTable

    Returns
    -------
    str
    """
    body = [rf"\section*{{{_latex(title)}}}", *(f"{_latex(note)}\n" for note in notes)]
    body += [_longtable(table) for table in tables]
    text = "\n".join(body)
    unknown = sorted({letter for letter in text if ord(letter) > LAST_OF_LATIN})
    fallback = "".join(rf"\DeclareUnicodeCharacter{{{ord(letter):04X}}}{{?}}" for letter in unknown)
    fallbacks = rf"\ifPDFTeX{fallback}\fi" + "\n" if unknown else ""
    return f"{PREAMBLE}{fallbacks}\\begin{{document}}\n{text}\n\\end{{document}}\n"


def _longtable(table: TextTable) -> str:
    columns = "".join("r" if column.numeric else "l" for column in table.columns)
    head = " & ".join(_latex(column.heading) for column in table.columns) + r" \\"
    rows = [" & ".join(map(_latex, row)) + r" \\" for row in table.rows]
    note = [rf"\noindent {_latex(table.note)}", ""] if table.note else []
    lines = [
        r"{\scriptsize", rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}",
        rf"\multicolumn{{{len(columns)}}}{{@{{}}l@{{}}}}{{\normalsize {_latex(table.caption)}}} \\[4pt]",
        r"\toprule", head, r"\midrule", r"\endfirsthead",
        r"\toprule", head, r"\midrule", r"\endhead",
        r"\bottomrule", r"\endlastfoot",
        *rows, r"\end{longtable}}", *note,
    ]  # fmt: skip
    return "\n".join(lines)


def _latex(text: str) -> str:
    return "".join(LATEX.get(letter, letter) for letter in _one_line(text))


def as_markdown(title: str, notes: Sequence[str], tables: Sequence[TextTable]) -> str:
    """Write tables in Markdown; the parameters are those of `as_latex`."""
    parts = [f"# {_markdown(title)}", *map(_markdown, notes)]
    for table in tables:
        numeric = [column.numeric for column in table.columns]
        lines = [
            [_markdown(column.heading) for column in table.columns],
            ["---:" if right else "---" for right in numeric],
            *([_cell(cell, right) for cell, right in zip(row, numeric, strict=True)] for row in table.rows),
        ]
        grid = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        parts += [f"## {_markdown(table.caption)}", grid, *([_markdown(table.note)] if table.note else [])]
    return "\n\n".join(parts) + "\n"


def _cell(text: str, numeric: bool) -> str:
    # Numbers are ours; they stay readable.
    return text.replace("<", "\\<") if numeric else _markdown(text)


def _markdown(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", _one_line(text))


def write_xlsx(frames: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write tables as sheets of a workbook, numbers as numbers and texts as texts, never as formulas.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Sheets by name.
    path : Path

    Raises
    ------
    MissingExtra
        If openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook  # noqa: PLC0415 (an extra)
        from openpyxl.styles import Font  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("Writing XLSX files", "xlsx") from error
    book = Workbook()
    book.remove(book.active)
    for name, frame in frames.items():
        sheet = book.create_sheet(SHEET_NAME.sub(" ", name)[:31])
        for line, row in enumerate([list(frame.columns), *frame.astype(object).to_numpy().tolist()], start=1):
            for place, value in enumerate(row, start=1):
                if pd.isna(value):
                    continue
                text = isinstance(value, str)
                cell = sheet.cell(line, place, _one_line(value) if text else value)
                if text:
                    # "=HYPERLINK(...)" is the name of a unit, if somebody called one so.
                    cell.data_type = "s"
                    cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
                if line == 1:
                    cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
    book.save(path)


def _one_line(text: str) -> str:
    """Put a text on one line, without characters that are none to be seen."""
    shown = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)
    return " ".join(shown.split())

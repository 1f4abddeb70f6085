"""Tables for a paper: what is in them, and that no name of a unit is more than a name."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hostile_names import HOSTILE
from openpyxl import load_workbook
from small_fits import build_fit

from bayes_saude.errors import ConvergenceError
from bayes_saude.inference.store import STAMP, load, save
from bayes_saude.inference.verify import verify
from bayes_saude.report.printed_layout import mixed_model, mixed_model_tables
from bayes_saude.report.table_files import as_latex, as_markdown, write_xlsx
from bayes_saude.report.text_tables import Column, TextTable
from bayes_saude.result_report import read_result
from bayes_saude.result_tables import write_tables

# What LaTeX, Markdown and a spreadsheet take for more than a name, and letters that pdfLaTeX does not have.
NAMES = [
    *HOSTILE, r"\input{/etc/passwd} 50% of R$ #1_a^b~c", "*[b] | `x`",
    "=1+1", "@SUM(A1)", "東京", "A\nB\x07", "[0; 1]",
]  # fmt: skip
UNESCAPED_BAR = re.compile(r"(?<!\\)\|")


@pytest.fixture
def copied(result, tmp_path) -> Path:
    return shutil.copytree(result, tmp_path / "coverage-region")


@pytest.fixture
def table() -> TextTable:
    rows = [[name, f"{n}.5", "[0; 1]"] for n, name in enumerate(NAMES)]
    columns = [Column("unit_name", False), Column("value"), Column("95% interval")]
    return TextTable("Units & values", columns, rows, note="100% of them")


@pytest.fixture
def nested():
    """Give a fit of two levels and hyperparameters of round numbers."""
    fit = build_fit(
        {"region": np.zeros((1, 4, 1, 2)), "municipality": np.zeros((1, 4, 2, 2))},
        {"region": ["R"], "municipality": ["A", "B"]},
        parents={"municipality": ["R", "R"]},
    )
    names = ["intercept", "slope"]
    names += [
        f"{name}[{level}]"
        for level in ("region", "municipality")
        for name in ("sd_intercept", "sd_slope", "corr")
    ]
    table = pd.DataFrame({"parameter": [*names, "sd_resid"]})
    table = table.assign(
        reml=2.0, reml_se=np.nan, bayes_mean=3.0, bayes_sd=0.5, bayes_low=2.0, bayes_high=4.0
    )
    table.loc[:1, "reml_se"] = [1.0, 0.1]
    table.loc[table["parameter"].str.startswith("corr"), ["reml", "bayes_mean"]] = [1.0, 0.25]
    return fit, table


def test_a_mixed_model_is_laid_out_as_it_is_printed(nested):
    fit, parameters = nested
    model = mixed_model(parameters, fit)
    assert model[["effect", "level", "term"]].to_numpy().tolist() == [
        ["fixed", "", "intercept"], ["fixed", "", "slope"],
        ["random", "region", "intercept"], ["random", "region", "slope"],
        ["random", "municipality", "intercept"], ["random", "municipality", "slope"],
        ["residual", "", ""],
    ]  # fmt: skip
    # 2 and 20 standard errors from zero.
    assert model["reml_p"][0] == pytest.approx(0.0455, abs=5e-5)
    assert model["reml_p"][1] < 1e-80
    assert (model["reml_variance"][2:] == 4).all()
    assert (model["bayes_variance"][2:] == 9.25).all()  # E[x²] = E[x]² + Var[x]
    assert model["reml_corr"].dropna().tolist() == [1, 1]
    assert model["bayes_corr"].dropna().tolist() == [0.25, 0.25]


def test_the_printed_layout_in_portuguese(nested):
    fit, parameters = nested
    fixed, random = mixed_model_tables(parameters, fit, "pt")
    assert fixed.rows[1][:4] == ["Ano − 2011", "2,00", "0,10", "<0,001"]
    assert [row[0] for row in random.rows] == [
        "Intercepto, regiões", "Ano − 2011, regiões",
        "Intercepto, municípios", "Ano − 2011, municípios", "Resíduo",
    ]  # fmt: skip
    assert random.rows[0][1:6] == ["4", "2", "", "9,25", "3,00"]


def test_the_layout_of_a_real_fit_is_that_of_its_hyperparameters(result):
    found = read_result(result)
    model, parameters = (
        mixed_model(found.hyperparameters, found.fit),
        found.hyperparameters.set_index("parameter"),
    )
    assert len(model) == 5
    assert model["reml"][2] == parameters.loc["sd_intercept", "reml"]
    squares = found.fit["posterior"]["sd_intercept"].to_numpy() ** 2
    # The variance of the table is that of a sample, n/(n-1) times that of the draws.
    assert model["bayes_variance"][2] == pytest.approx(squares.mean(), rel=1e-3)


@pytest.mark.skipif(
    not shutil.which("pdflatex"), reason="needs pdflatex: apt-get install texlive-latex-recommended"
)
def test_latex_compiles_as_it_stands(table, tmp_path):
    (tmp_path / "tables.tex").write_text(
        as_latex("A_title", ["50% & more"], [table, table]), encoding="utf-8"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "tables.tex"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "tables.pdf").stat().st_size > 5000


def test_latex_has_booktabs_rules_and_no_commands_from_names(table):
    text = as_latex("A_title", ["50% & more"], [table])
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert rule in text
    assert (
        r"\textbackslash{}input\{/etc/passwd\} 50\% of R\$ \#1\_a\textasciicircum{}b\textasciitilde{}c"
        in text
    )
    assert r"\input{" not in text
    assert r"\section*{A\_title}" in text
    assert r"{[}0; 1{]}" in text
    assert r"\DeclareUnicodeCharacter{6771}{?}" in text


def test_markdown_has_as_many_cells_as_columns_whatever_the_names(table):
    text = as_markdown("A_title", ["50% & more"], [table])
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(lines) == 2 + len(NAMES)
    assert all(len(UNESCAPED_BAR.findall(line)) == 4 for line in lines)
    assert "<" not in re.sub(r"\\<", "", text)
    assert "| A B | 9.5 | [0; 1] |" in text


def test_a_workbook_holds_names_as_texts_and_never_as_formulas(tmp_path):
    frame = pd.DataFrame({"unit": NAMES, "value": np.arange(len(NAMES)) + 0.25, "agrees": True})
    frame.loc[0, "value"] = np.nan
    write_xlsx({"a[b]:c": frame}, tmp_path / "tables.xlsx")
    (sheet,) = load_workbook(tmp_path / "tables.xlsx")
    header, first, *rows = sheet.iter_rows()
    assert [cell.value for cell in header] == ["unit", "value", "agrees"]
    assert first[1].value is None
    assert {row[0].data_type for row in rows} == {"s"}
    assert [row[0].value for row in rows][-5:] == ["=1+1", "@SUM(A1)", "東京", "A B", "[0; 1]"]
    assert [row[1].value for row in rows] == frame["value"][1:].tolist()


@pytest.mark.parametrize(
    ("format", "files"),
    [
        ("csv", ["mixed_model.csv", "hyperparameters.csv", "ranking.csv", "comparison.csv"]),
        ("latex", ["tables.tex"]),
        ("markdown", ["tables.md"]),
        ("xlsx", ["tables.xlsx"]),
    ],
)
def test_every_format_is_written_into_the_result_folder(copied, format, files):
    written = write_tables(copied, format=format)
    assert written == [copied / "tables" / file for file in files]
    assert all(file.stat().st_size > 300 for file in written)


def test_csv_has_all_digits(copied):
    write_tables(copied)
    ranking = pd.read_csv(copied / "tables" / "ranking.csv")
    computed = read_result(copied).ranking
    np.testing.assert_allclose(ranking["mean"], computed["mean"], rtol=1e-8)


def test_portuguese_tables_lie_beside_the_english(copied):
    english, portuguese = (write_tables(copied, format="latex", lang=lang)[0] for lang in ("en", "pt"))
    assert portuguese.name == "tables-pt.tex"
    assert "Efeitos aleatórios" in portuguese.read_text(encoding="utf-8")
    assert "Random effects" in english.read_text(encoding="utf-8")


def test_tables_of_a_failing_fit_are_refused_or_say_so(failing, tmp_path):
    folder = shutil.copytree(failing, tmp_path / "failing")
    with pytest.raises(ConvergenceError):
        write_tables(folder)
    assert not (folder / "tables").exists()
    (file,) = write_tables(folder, format="markdown", despite=True)
    assert file.read_text(encoding="utf-8").startswith("# DESPITE FAILED CHECKS: ")
    assert "fails these checks" in (folder / "tables" / STAMP).read_text(encoding="utf-8")
    for file in write_tables(folder, format="csv", despite=True):
        assert pd.read_csv(file)["despite_failed_checks"].all()
    (file,) = write_tables(folder, format="xlsx", despite=True)
    first, *others = load_workbook(file)
    assert first.title == "DESPITE FAILED CHECKS"
    said = [cell.value for cell in first["A"]]
    assert any(re.fullmatch(r"bulk ESS of \w+ is [\d.]+, the limit 1000", text) for text in said)
    assert {[cell.value for cell in sheet[1]][-1] for sheet in others} == {"despite_failed_checks"}
    assert [finding.name for finding in verify(folder) if finding.differs] == []


def test_tables_do_not_outlive_their_fit(copied, failing):
    (file,) = write_tables(copied, format="markdown")
    own = file.with_name("mine.md")
    own.write_text("Mine.", encoding="utf-8")
    save(load(failing), copied)
    assert (file.exists(), own.exists()) == (False, True)

"""The audit of the regional tables of Costa (2014) gives what `docs/costa2014_regional_tables.md` says."""

import re
import runpy
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from outside import outside

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/costa2014_regional_tables.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def script() -> dict:
    return runpy.run_path(str(ROOT / "scripts/audit_costa2014.py"))


def test_a_list_by_name_ignores_accents_and_capitals_and_sorts_word_by_word(script):
    names = pd.Series(
        ["Águas Formosas", "Olhos-d'Água", "Água Boa", "Abre Campo", "Olaria", "Olímpio Noronha"]
    )
    order = script["sorted_by"](script["plain"], names)
    assert names[order].tolist() == [
        "Abre Campo", "Água Boa", "Águas Formosas", "Olaria", "Olhos-d'Água", "Olímpio Noronha"
    ]  # fmt: skip


def test_numbers_in_the_right_order_correlate_fully(script):
    numbers, region = np.array([1.0, 2, 3, 4, 50, 60]), np.array([0, 0, 1, 1, 2, 2])
    printed = np.array([3.0, 7, 110])
    right, wrong = np.arange(6), np.array([5, 4, 3, 2, 1, 0])
    assert script["correlation"](numbers, right, region, printed) == pytest.approx(1)
    assert script["correlation"](numbers, wrong, region, printed) < 0


def test_a_folder_without_the_files_is_told_what_it_should_have(script, tmp_path):
    with pytest.raises(SystemExit, match=r"There is no territory_mg\.csv"):
        script["main"](tmp_path, tmp_path / "out")


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> pd.DataFrame:
    folder = outside("real")
    mpl.use("agg")
    out = tmp_path_factory.mktemp("audit")
    script = runpy.run_path(str(ROOT / "scripts/audit_costa2014.py"))
    script["main"](folder, out)
    assert (out / "costa2014_regions.png").stat().st_size > 10_000
    return pd.read_csv(out / "audit.csv").set_index("order")


def test_the_order_by_name_explains_table_7_and_no_other_does(tables):
    highest = tables["highest"]
    assert highest["listed by name, labelled by code"] == pytest.approx(0.994, abs=5e-4)
    assert highest["joined by code"] == pytest.approx(0.685, abs=5e-4)
    others = highest.drop(
        [name for name in highest.index if name.startswith(("listed by name", "by name, sp"))]
    )
    assert others.max() < 0.9
    assert tables["tried"].sum() > 20_000


def test_the_page_has_the_figures_of_the_audit(tables):
    told = re.findall(r"0\.\d{3}", PAGE.partition("| order of")[2].partition("![")[0])
    assert {f"{value:.3f}" for value in tables["highest"]} >= set(told) - {"0.741", "0.506", "0.505", "0.507"}

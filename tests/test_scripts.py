"""The scripts that users copy from, run as they stand."""

import runpy
import sys
from pathlib import Path

import pandas as pd
import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Path:
    """Remake tables 3 to 10, and give their folder."""
    folder = tmp_path_factory.mktemp("reproduced")
    script = runpy.run_path(str(SCRIPTS / "reproduce_sa2015.py"))
    script["main"](folder / "results", folder / "tables")
    return folder / "tables"


def test_asking_the_script_for_help_makes_no_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["reproduce_sa2015.py", "--help"])
    with pytest.raises(SystemExit):
        runpy.run_path(str(SCRIPTS / "reproduce_sa2015.py"), run_name="__main__")
    assert "(default: results/)" in " ".join(capsys.readouterr().out.split())
    assert not any(tmp_path.iterdir())


def test_reml_gives_back_every_number_of_tables_3_to_10(tables):
    numbers = 0
    for table in range(3, 11):
        remade = pd.read_csv(tables / f"table_{table}.csv", dtype=str)
        assert list(remade["REML"]) == list(remade["print"])
        assert list(remade["REML, se"].dropna()) == list(remade["print, se"].dropna())
        numbers += remade[["REML", "REML, se"]].count().sum()
    assert numbers == 8 * (6 + 2)


def test_the_posterior_stands_beside_with_its_interval(tables):
    remade = pd.read_csv(tables / "table_10.csv").set_index("parameter")
    assert (remade["95% low"] <= remade["posterior mean"]).all()
    assert (remade["posterior mean"] <= remade["95% high"]).all()
    # Table 10 prints the correlation as 1.00, the edge of what is possible: no posterior mean can lie there.
    assert remade.loc["corr", "REML"] == 1
    assert remade.loc["corr", "note"] == "boundary"
    assert remade.loc["corr", "95% high"] < 1


def test_all_tables_are_in_one_markdown_file(tables):
    assert (tables / "tables.md").read_text(encoding="utf-8").count("## Table ") == 8

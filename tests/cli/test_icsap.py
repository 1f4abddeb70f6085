"""`bayes-saude icsap`, as its user sees it."""

import json

import pandas as pd
import pytest
from aih_records import records
from typer.testing import CliRunner, Result

from bayes_saude.cli import app

TABNET = """Título
Período: 2011-2012
Município;2011;2012;Total
310010 ABADIA DOS DOURADOS;{};{};{}
Total;{};{};{}
"""


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, ["icsap", *map(str, arguments)])


@pytest.fixture
def aih(tmp_path):
    """Write five records: asthma twice, a fracture, a delivery, a resident of nowhere."""
    changes = (
        {},
        {"IDADE": "2"},
        {"DIAG_PRINC": "S720"},
        {"PROC_REA": "0310010039"},
        {"MUNIC_RES": "000000"},
    )
    records(*changes).to_csv(tmp_path / "RDMG1201.csv", index=False)
    return tmp_path / "RDMG1201.csv"


def tabnet(path, *years: int):
    path.write_text(TABNET.format(*[*years, sum(years)] * 2), encoding="latin-1")
    return path


def test_aih_files_become_a_panel_with_its_provenance_beside_it(tmp_path, aih):
    out = tmp_path / "panel.csv"
    done = run(aih, "--out", out)
    assert done.exit_code == 0, done.output
    assert out.read_text() == "municipality,year,successes,trials\n310620,2012,2,3\n"
    provenance = json.loads((tmp_path / "panel.provenance.json").read_text(encoding="utf-8"))
    assert (provenance["records"], provenance["kept"], provenance["icsap"]) == (5, 3, 2)
    for said in (
        "delivery, by procedure",
        "municipality of residence is unknown",
        "2012 is incomplete",
        "costa2014",
    ):
        assert said in done.stdout


def test_groups_costs_and_a_compressed_panel(tmp_path, aih):
    out = tmp_path / "panel.csv.gz"
    done = run(aih, "--by", "age_group", "--by", "sex", "--costs", "--rule", "csapaih", "--out", out)
    assert done.exit_code == 0, done.output
    panel = pd.read_csv(out)
    keys, values = ["municipality", "year", "age_group", "sex"], ["value_successes", "value_trials"]
    assert panel.columns.tolist() == [*keys, "successes", "trials", *values]
    assert panel["age_group"].tolist() == ["1-4", "25-34"]
    assert panel["value_trials"].tolist() == [500.25, 1000.5]
    assert (tmp_path / "panel.provenance.json").is_file()


def test_tabnet_exports_become_a_panel(tmp_path):
    icsap, everyone, births = (
        tabnet(tmp_path / f"{name}.csv", *years)
        for name, years in {"i": (3, 2), "a": (10, 20), "b": (1, 5)}.items()
    )
    done = run(icsap, "--admissions", everyone, "--deliveries", births, "--out", tmp_path / "panel.csv")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "panel.csv").read_text().splitlines()[1:] == ["310010,2011,3,9", "310010,2012,2,15"]


def test_no_input_is_overwritten(tmp_path, aih):
    other = tmp_path / "other"
    other.symlink_to(tmp_path)
    exports = [tabnet(tmp_path / f"{name}.csv", 1, 2) for name in "iab"]
    before = {file: file.read_bytes() for file in tmp_path.glob("*.csv")}
    options = ["--admissions", exports[1], "--deliveries", exports[2], "--out"]
    for done in (
        run(aih, "--out", other / aih.name),
        *(run(exports[0], *options, out) for out in exports),
    ):
        assert done.exit_code == 2
        assert "is read, and would be replaced" in done.stderr
    (tmp_path / "panel.provenance.json").write_text("{}")
    assert "was not written by this command" in run(aih, "--out", tmp_path / "panel.csv").stderr
    assert {file: file.read_bytes() for file in tmp_path.glob("*.csv")} == before
    for _ in range(2):
        assert run(aih, "--out", tmp_path / "mine.csv").exit_code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "nowhere/panel.csv"], "The folder nowhere does not exist"),
        (["--out", "panel.xlsx"], "is not a CSV file"),
        (["--years", "2008 to 2012", "--out", "panel.csv"], "'2008 to 2012' is not years"),
        (["--years", "2001", "--out", "panel.csv"], "No record"),
        (["--by", "race", "--out", "panel.csv"], "no group 'race'"),
        (["--admissions", "all.csv", "--costs", "--out", "panel.csv"], "Leave them out for TabNet"),
    ],
)
def test_slips_are_told_in_one_line_and_leave_no_file(tmp_path, aih, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    done = run(aih, *options)
    assert done.exit_code == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) <= 2  # progress, then the error
    assert not list(tmp_path.glob("panel*"))

"""Nothing in an input is executed, and nothing is written outside a result folder."""

import ast
import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import strategies as st

from bayes_saude import result_report
from bayes_saude.data.spreadsheet_text import as_named, csv_text
from bayes_saude.errors import ModelFileError
from bayes_saude.inference.manifest import _is_inside
from bayes_saude.models.catalogue import catalogue, read_model
from bayes_saude.models.spec import parse_model

PACKAGE = Path(__file__).parents[2] / "bayes_saude"
SOURCES = sorted([*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "scripts").glob("*.py")])
# Calls and libraries by which data become code.
CALLS = {"eval", "exec", "compile", "__import__", "getoutput", "system", "popen"}
LIBRARIES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "yaml", "code"}
METHODS = {("pd", "eval"), ("pd", "read_pickle"), ("np", "load"), ("os", "system"), ("os", "popen")}
GOOD = catalogue()["sa2015-esf-nested"].read_text(encoding="utf-8")


def doubtful(tree: ast.AST) -> list[str]:
    """List what of a module's code could execute an input."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in LIBRARIES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in LIBRARIES:
            found.append(str(node.module))
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in CALLS:
                found.append(called.id)
            elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
                pair = (called.value.id, called.attr)
                found += [".".join(pair)] if pair in METHODS or "pickle" in called.attr else []
            found += [f"{k.arg}=True" for k in node.keywords if k.arg in ("shell", "allow_pickle")]
    return found


def test_the_scan_finds_what_it_looks_for():
    code = "import pickle\nfrom yaml import load\neval('1')\npd.read_pickle('a')\nf(shell=True)\nnp.load('a')"
    found = doubtful(ast.parse(code))
    assert found == ["pickle", "yaml", "eval", "pd.read_pickle", "shell=True", "np.load"]
    assert doubtful(ast.parse("re.compile('a'); tree.eval(1); frame.load()")) == []


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(PACKAGE.parent)))
def test_no_code_of_the_package_executes_data(file):
    assert doubtful(ast.parse(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/etc/x", "a/b", "a\\b", "..\\b", "a\0b"])
def test_a_model_has_no_name_that_leads_out_of_the_results(name):
    with pytest.raises(ModelFileError, match="cannot be called"):
        parse_model(GOOD, name=name)


@pytest.mark.parametrize("file", ["...toml", "..toml"])
def test_a_model_file_whose_stem_is_a_folder_above_is_refused(tmp_path, file):
    (tmp_path / file).write_text(GOOD, encoding="utf-8")
    with pytest.raises(ModelFileError, match=r"cannot be called '\.\.?'\. Rename the file"):
        read_model(tmp_path / file)


@pytest.mark.parametrize("level", ["../x", "a/b", "a\\\\b", "..", ".", "a\\u0000b", "a\\u001bb", "é" * 51])
def test_a_level_has_no_name_that_a_file_cannot_have(level):
    text = GOOD.replace('["region", "municipality"]', f'["region", "{level}"]').replace(
        "[municipality]", f"[{level}]"
    )
    with pytest.raises(
        ModelFileError, match=r"cannot be the name of a level|too long for the names of files"
    ):
        parse_model(text, name="model")


def test_no_name_on_a_folders_list_leads_out_of_it(hold, tmp_path):
    part = st.sampled_from(["..", ".", "", "figures", "tables", "a.pdf", "\\", "C:", "~", "\0", "etc"])
    (tmp_path / "figures").mkdir()
    (tmp_path / "tables").mkdir()

    def stays_inside(parts):
        name = "/".join(parts)
        if _is_inside(name):
            assert (tmp_path / name).resolve().is_relative_to(tmp_path.resolve())
            assert (tmp_path / name).resolve() != tmp_path.resolve()

    hold(stays_inside, st.lists(part, max_size=4), many=400)


def test_any_name_in_a_table_is_no_formula_and_comes_back(hold):
    part = st.builds(str.__add__, st.text("=+-@\t\r\n;\"' 1", max_size=3), st.text(max_size=6))
    names = st.lists(st.builds(";".join, st.lists(part, min_size=1, max_size=3)), max_size=4)

    def defused(names):
        text = csv_text(pd.DataFrame({"unit": pd.Series(names, dtype="str"), "mean": -1.5}))
        rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
        for cell, mean in rows:
            assert mean == "-1.5"
            if len(cell) > 1 and cell[0] in "=+-@\t\r":
                float(cell.replace(",", "."))  # raises where it is no number
            assert not re.search(r"[;\t\r\n][ \"]*[=+\-@]", cell)
        assert as_named(pd.DataFrame({"unit": [cell for cell, _ in rows]}))["unit"].tolist() == names

    hold(defused, names, many=800)


def test_a_report_calls_a_unit_by_its_own_name_again(tmp_path, monkeypatch):
    monkeypatch.setattr(result_report, "is_of", lambda fit, folder, name: True)
    table = pd.DataFrame({"level": "region", "unit": ["=1+1", "Ubá", "'@x"], "mean": [-1.5, 0, 2]})
    (tmp_path / "ranking.csv").write_text(csv_text(table), encoding="utf-8")
    assert "\nregion,'=1+1,-1.5\n" in (tmp_path / "ranking.csv").read_text(encoding="utf-8")
    read = result_report._table(None, tmp_path, "ranking", tuple(table.columns))
    assert read["unit"].tolist() == table["unit"].tolist()

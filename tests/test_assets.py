"""Shipped files are found, and nothing else is."""

import pytest

from bayes_saude.assets import asset
from bayes_saude.errors import DataError


def test_a_shipped_file_is_found():
    assert asset("data/sa2015/territory.csv").read_text(encoding="utf-8").startswith("municipality,region")


def test_a_shipped_folder_is_found():
    assert (asset("data") / "sa2015").is_dir()


def test_the_folder_of_an_installed_wheel_comes_first(tmp_path, monkeypatch):
    shipped = tmp_path / "assets" / "data" / "table.csv"
    shipped.parent.mkdir(parents=True)
    shipped.write_text("a\n1\n")
    monkeypatch.setattr("bayes_saude.assets.__file__", str(tmp_path / "assets.py"))
    assert asset("data/table.csv") == shipped


@pytest.mark.parametrize(
    "path", ["data/nothing.csv", "bayes_saude/errors.py", "data/../bayes_saude/errors.py", ""]
)
def test_anything_else_is_refused(path):
    with pytest.raises(DataError, match="no shipped file"):
        asset(path)

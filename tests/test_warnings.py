"""Warnings are errors in the tests; what ignores one names it and says why."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILTER = re.compile(r"(simplefilter|filterwarnings)\(")


def test_every_warning_is_an_error_in_the_tests():
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert options["tool"]["pytest"]["ini_options"]["filterwarnings"] == ["error"]


def test_each_filter_of_warnings_names_its_category_and_its_reason():
    found = 0
    for folder in ("bayes_saude", "scripts", "tests"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            lines = file.read_text(encoding="utf-8").splitlines()
            for before, line in zip(["", *lines], lines, strict=False):
                if FILTER.search(line) and file != Path(__file__):
                    found += 1
                    assert before.strip().startswith("#"), f"{file}: no reason stands above: {line.strip()}"
                    assert "ignore" not in line or "Warning" in line, f"{file}: no category: {line.strip()}"
    assert found >= 2, "the scan no longer finds the filters that there are"

"""What README shows of the demo is what the demo prints."""

import contextlib
import io
import re
from functools import partial
from pathlib import Path

import pytest

from bayes_saude import demo
from bayes_saude.models.catalogue import catalogue

README = Path(__file__).parents[2] / "README.md"
MODELS = ["sa2015-esf-region", "sa2015-esf-nested"]
NUMBER = re.compile(r"[<>]?-?\d+(?:\.\d+)?")
# Other machines draw otherwise. Some 3,400 effective draws on either side: four Monte Carlo errors of a
# difference of probabilities are 0.05; of interval ends, whose standard deviation is 7 at the most, 1.8.
PROBABILITY, OTHERS = 0.05 + 0.01, 1.8 + 0.1


def block(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    start = next(place for place, line in enumerate(lines) if line.startswith("Population covered by"))
    return lines[start : start + next(n for n, line in enumerate(lines[start:]) if not line)]


def words(lines: list[str]) -> list[list[str]]:
    return [NUMBER.sub("#", line).split() for line in lines]


@pytest.mark.slow
def test_the_sample_is_what_the_demo_prints(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "catalogue", lambda: {name: catalogue()[name] for name in MODELS})
    monkeypatch.setattr(demo, "analyse_model", partial(demo.analyse_model, figures=False))
    monkeypatch.setattr(demo, "write_report", lambda folders, page, **settings: page)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        demo.run(tmp_path)
    shown, now = block(README.read_text(encoding="utf-8")), block(printed.getvalue())
    assert words(shown) == words(now)
    pairs = zip(NUMBER.findall("\n".join(shown)), NUMBER.findall("\n".join(now)), strict=True)
    for left, right in pairs:
        far = PROBABILITY if re.search(r"\.\d\d$", left) else OTHERS
        assert float(left.strip("<>")) == pytest.approx(float(right.strip("<>")), abs=far)

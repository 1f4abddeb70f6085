"""Whatever valid panel is fitted: a result that is saved, checked and ranked, or an error that says why."""

import json

import numpy as np
import pandas as pd
import pytest
from damage import valid_or_told
from hypothesis import strategies as st
from small_fits import model_file

from bayes_saude.inference.fit import fit
from bayes_saude.inference.store import load, save
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.spec import parse_model
from bayes_saude.results import write_checks
from bayes_saude.summaries.ranking import all_rankings

# One number of units for all panels: those whose effects are kept are part of the compiled model.
UNITS = ["Ubá", "Passos", "Betim", "Viçosa"]
# Just enough draws that misfits and priors are looked at.
FEW = {"draws": 50, "tune": 20, "chains": 2}
TIMES = st.sampled_from([
    [2011, 2012], [2011, 2012, 2013], [2011.0, 2011.5, 2013.25],
    [2011 + k * 1e-6 for k in range(3)], [2011, 2011 + 1e-12, 2012],
])  # fmt: skip
NUMBERS = [-1e30, -80.5, -1.0, 0.0, 1e-300, 1e-30, 1.0, 2.0, 80.5, 1e9, 1e30]
POSITIVE = [1e-9, 0.5, 1.0, 80.5, 1e9]
SHARES = [1e-30, 1e-9, 0.25, 0.5, 0.75, 1 - 1e-16]
WHOLE = [0, 1, 2, 30, 5000, 10**9, 10**15]


def cells(family: str) -> st.SearchStrategy[tuple]:
    """Draw the outcome of a row, corners and numbers between them."""
    if family == "negative_binomial":
        return st.tuples(st.sampled_from(WHOLE), st.sampled_from(POSITIVE))
    if family in ("binomial", "beta_binomial"):
        events = st.tuples(st.sampled_from(WHOLE), st.sampled_from([0.0, 0.3, 1.0]))
        return events.map(lambda drawn: (int(drawn[0] * drawn[1]), drawn[0]))
    corners, between = {
        "lognormal": (POSITIVE, st.floats(0.01, 100)),
        "logit_normal": (SHARES, st.floats(0.01, 0.99)),
    }.get(family, (NUMBERS, st.floats(-100, 100)))
    return st.tuples(st.one_of(st.sampled_from(corners), between, between))


def plain(family: str) -> pd.DataFrame:
    """Give a panel without any corner."""
    numbers = np.linspace(0.2, 0.8, 8) ** 2
    columns = dict(zip(FAMILIES[family].columns, [(10 * numbers).round(), np.full(8, 10)], strict=False))
    if "value" in columns:
        columns["value"] = numbers
    return pd.DataFrame({**columns, "region": np.repeat(UNITS, 2), "year": [2011, 2012] * 4})


@st.composite
def panels(draw, family: str) -> pd.DataFrame:
    """Draw a panel of four units; some have one row, or the same rows, or lie on lines of their own."""
    times, kind = draw(TIMES), draw(st.sampled_from(["cells", "cells", "rows alike", "units alike", "lines"]))
    rows = [(unit, time) for unit in UNITS for time in times]
    keys = {"rows alike": 0, "units alike": 1}
    of_key: dict[object, tuple] = {}
    outcomes = []
    for row in rows:
        key = row[keys[kind]] if kind in keys else row
        if key not in of_key:
            of_key[key] = draw(cells(family))
        outcomes.append(of_key[key])
    frame = pd.DataFrame(outcomes, columns=list(FAMILIES[family].columns)).assign(
        region=[unit for unit, _ in rows], year=[time for _, time in rows]
    )
    if kind == "lines" and family in ("gaussian", "student_t"):
        place = frame["region"].map(UNITS.index)
        frame["value"] = 50.0 + place + draw(st.sampled_from([0, 1, -2])) * frame["year"].map(times.index)
    once = draw(st.sampled_from([[], [], UNITS[:1], UNITS]))
    first = frame.groupby("region").cumcount() == frame["region"].map(UNITS.index) % len(times)
    return frame[~frame["region"].isin(once) | first]


@pytest.mark.parametrize(
    "family",
    [
        "gaussian",
        "lognormal",
        "logit_normal",
        "binomial",
        "negative_binomial",
        pytest.param("student_t", marks=pytest.mark.slow),
        pytest.param("beta_binomial", marks=pytest.mark.slow),
    ],
)
def test_a_valid_panel_gives_a_result_or_is_told(hold, family, tmp_path):
    spec = parse_model(model_file(["region"], family=family), name="corner")

    def fitted_and_checked(panel):
        fitted = fit(spec, panel, seed=1, **FEW)
        save(fitted, tmp_path / "corner")
        loaded = load(tmp_path / "corner")
        write_checks(loaded, tmp_path / "corner")
        return json.loads((tmp_path / "corner" / "checks.json").read_text()), all_rankings(loaded)

    # Compiled once, here: a compilation that Hypothesis watches takes many times as long.
    fitted_and_checked(plain(family))

    def a_result_or_told(panel):
        result = valid_or_told(fitted_and_checked, panel)
        if result is not None:
            checks, ranking = result
            assert {gate["name"] for gate in checks["gates"]} > {"R-hat", "bulk ESS", "divergences"}
            assert checks["warnings"] == [w for w in checks["warnings"] if 0 <= w["value"] <= 1]
            assert np.isfinite(ranking[["mean", "expected_rank"]].to_numpy(dtype=float)).all()

    hold(a_result_or_told, panels(family), few=6, many=20, slow=True)

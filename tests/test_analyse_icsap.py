"""The script from causes of admission to rankings, on a small made-up file of the same layout."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from result_layout import layout_faults

from bayes_saude.data.territory import territory

SCRIPT = Path(__file__).parents[1] / "scripts" / "analyse_icsap.py"
REGIONS, EACH, YEARS = 6, 4, range(2008, 2013)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory) -> Path:
    """Write causes of 24 municipalities in 6 health regions of 3 macro-regions, and their population."""
    folder = tmp_path_factory.mktemp("icsap")
    rng = np.random.default_rng(1)
    places = territory().head(REGIONS * EACH)
    region = np.repeat(np.arange(REGIONS), EACH)
    codes = places["ibge_code"] // 10
    pd.DataFrame(
        {
            "ibge6": codes,
            "municipality": places["municipality"],
            "health_region": [f"region {number}" for number in region],
            "macro_region": [f"macro {number // 2}" for number in region],
        }
    ).to_csv(folder / "territory.csv", index=False)
    rows = []
    # The last region's municipalities have the largest shares by far.
    shares = 0.1 + 0.04 * region + rng.uniform(-0.01, 0.01, size=len(region))
    for code, share in zip(codes, shares, strict=True):
        for year in YEARS:
            asthma = rng.binomial(1000, share)
            rows += [(code, year, "ASMA", asthma), (code, year, "DOENÇAS_DO_APÊNDICE", 1000 - asthma)]
            rows.append((code, year, "PARTO_ÚNICO_ESPONTÂNEO", 300))
    rows.append(("000000", 2012, "ASMA", 7))
    columns = ["ibge6", "year", "cause", "admissions"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "causes.csv", index=False)
    people = pd.DataFrame({"ibge6": codes, "year": 2012, "population": 15_000})
    people.to_csv(folder / "population.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def out(made_up) -> Path:
    """Run the script, and give the folder that it fills, with what it printed in `printed.txt`."""
    script = runpy.run_path(str(SCRIPT))
    files = [str(made_up / name) for name in ("causes.csv", "territory.csv")]
    options = ["--population", str(made_up / "population.csv"), "--out", str(made_up / "out")]
    few = ["--draws", "200", "--despite-checks", "--no-figures"]
    script["main"](script["parse"]([*files, *options, *few]))
    return made_up / "out"


def test_the_panel_and_how_it_was_made_are_written(out):
    panel = pd.read_csv(out / "panel.csv")
    assert len(panel) == REGIONS * EACH * len(YEARS)
    assert (panel["trials"] == 1000).all()
    assert set(panel["population_band"]) == {"up to 20 thousand"}
    provenance = json.loads((out / "panel.provenance.json").read_text(encoding="utf-8"))
    dropped = {step["step"]: step["dropped"] for step in provenance["steps"]}
    assert dropped["residence is no municipality (000000, 310000 and the like)"] == 7
    assert dropped["delivery: Parto único espontâneo"] == 300 * len(panel)


def test_names_that_a_spreadsheet_would_run_are_texts_in_the_panel(made_up, tmp_path):
    places = pd.read_csv(made_up / "territory.csv")
    places["macro_region"] = "=cmd|' /C calc'!A0"
    places.to_csv(tmp_path / "territory.csv", index=False)
    script = runpy.run_path(str(SCRIPT))
    files = [str(made_up / "causes.csv"), str(tmp_path / "territory.csv")]
    script["make_panel"](script["parse"]([*files, "--out", str(tmp_path)]))
    assert set(pd.read_csv(tmp_path / "panel.csv")["macro_region"]) == {"'=cmd|' /C calc'!A0"}


def test_every_level_is_ranked_and_the_truth_is_found(out):
    ranking = pd.read_csv(out / "icsap-share-nested" / "ranking.csv").query("within == 'all'")
    assert set(ranking["level"]) == {"macro_region", "health_region", "municipality"}
    assert {"level:2012", "slope"} <= set(ranking["by"])
    regions = ranking.query("level == 'health_region' and by == 'level:2012'")
    # Neighbouring regions are 0.04 apart, over five standard errors of a difference: 0.0126 sqrt(0.6 / 4)
    # each, of four municipalities whose yearly shares have 0.0126 and the ends of lines sqrt(0.6) of that.
    assert regions.sort_values("expected_rank")["unit"].tolist() == [f"region {n}" for n in range(REGIONS)]
    assert regions["mean"].between(0.05, 0.35).all()


def test_the_result_folder_has_its_layout(out):
    assert layout_faults(out / "icsap-share-nested") == []


def test_an_error_is_told_without_a_traceback(made_up, tmp_path, monkeypatch):
    swapped = [str(made_up / name) for name in ("territory.csv", "causes.csv")]
    monkeypatch.setattr(sys, "argv", ["analyse_icsap.py", *swapped, "--out", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"Error: .*lacks columns"):
        runpy.run_path(str(SCRIPT), run_name="__main__")

"""The demo: what it writes has the layout of results, what it prints is what a reader wants first."""

import contextlib
import io
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from result_layout import layout_faults

from bayes_saude import demo
from bayes_saude.data.published import read_published
from bayes_saude.demo.costa2014 import PRINTED
from bayes_saude.models.catalogue import catalogue

# What the table of regions is made of: their own model, and the nested one beside it.
OF_REGIONS = ["sa2015-esf-region", "sa2015-esf-nested"]
OF_AGES = ["costa2014-share-age", "costa2014-cost-age"]


def have_the_layout(results: Path, folders: int) -> None:
    """Hold so many result folders against the layout that they should have."""
    faults = {folder.name: layout_faults(folder) for folder in results.iterdir() if folder.is_dir()}
    assert len(faults) == folders
    assert not any(faults.values()), faults


def run_demo(names: list[str], out: Path) -> str:
    """Run the demo on some of its models, and give what it prints."""
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as stdout:
        patch.setattr(demo, "catalogue", lambda: {name: catalogue()[name] for name in names})
        demo.run(out)
    return stdout.getvalue()


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def printed(out) -> str:
    return run_demo([*OF_REGIONS, "sa2015-esf-municipality", *OF_AGES], out)


def test_result_folders_have_their_layout(printed, out):
    have_the_layout(out, folders=5)


def test_it_ends_with_a_report_of_all_models(printed, out):
    page = (out / "report.html").read_text(encoding="utf-8")
    # One of each model, and one that sets the two of the same panel side by side.
    assert page.count('<section class="chapter"') == 5 + 1
    assert str(out / "report.html") in printed


def test_it_says_first_that_the_data_are_a_reconstruction(printed):
    beginning = printed[: printed.index("How well")]
    assert "reconstruction" in beginning
    assert "the print fixes" in beginning
    assert "it leaves open" in beginning


def test_it_names_the_best_and_the_worst_region_of_the_print(printed):
    # Appendix A, p. 92: coverage in 2011 is highest in Ponte Nova and lowest in Alfenas, and rises fastest in
    # Juiz de Fora.
    lines = printed[printed.index("The best and the worst") :].splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("region"))
    assert lines[first + 1].startswith("Ponte Nova")
    assert lines[first + 7].startswith("Alfenas")
    assert lines[first + 8].startswith("Best slope: Juiz de Fora")


def test_the_nested_model_speaks_beside_the_one_of_regions(printed, out):
    lines = printed[printed.index("The best and the worst") :].splitlines()
    best = next(line.split() for line in lines if line.startswith("Ponte Nova"))
    ranking = pd.read_csv(out / "sa2015-esf-nested" / "ranking.csv").set_index(
        ["level", "within", "by", "unit"]
    )
    assert best[-1] == f"{ranking.loc[('region', 'all', 'intercept', 'Ponte Nova'), 'p_best']:.2f}"


def test_a_years_own_mean_stands_beside_the_line(printed):
    # Table 2, p. 57: 109.94 in 2011. The intercept of table 4, p. 64, is the line's value in that year.
    line = next(line for line in printed.splitlines() if line.startswith("esf_coverage  109.94 | "))
    municipality = read_published("sa2015/mixed_models").query(
        "indicator == 'esf_coverage' and level == 'municipality'"
    )
    # The posterior's mean and REML differ by far less than REML's standard error.
    assert float(line.split()[3]) == pytest.approx(
        municipality["intercept"].item(), abs=municipality["intercept_se"].item()
    )


def test_of_costa_the_prints_changes_stand_beside_those_that_the_data_tell(printed):
    lines = printed[printed.index("Costa (2014) re-analysed") :].splitlines()
    # Table 5: the share of ICSAP at 1 to 4 years fell from 46.63% to 41.57%, by 10.85%.
    young = next(line for line in lines if line.startswith("1-4"))
    assert young.split()[:3] == ["1-4", "46.63", "41.57"]
    assert " -10.8 " in young
    # Table 5 prints a rise of 1.35% at 65 and over; five years do not tell whether it is one.
    old = next(line for line in lines if line.startswith("65 or over"))
    assert " +1.4 " in old
    low, high = (float(number.strip("[];")) for number in old.split()[-3:-1])
    assert low < 0 < high
    assert "do not tell even the direction" in " ".join(" ".join(lines).split())
    # Table 17: R$ 14,972,733 in 2008 and 8,782,196 in 2012, shown in millions.
    costly = [line for line in lines if line.startswith("1-4")][1]
    assert costly.split()[1:3] == ["14.97", "8.78"]


def test_of_costa_the_order_of_ages_is_that_of_the_print(printed):
    lines = printed[printed.index("Costa (2014) re-analysed") :].splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("age "))
    ages = read_published("costa2014/table_05_share_by_age_group")["age_group"].unique()[:-1]
    assert [line.startswith(age) for age, line in zip(ages, lines[head + 1 :], strict=False)] == [True] * 9


def test_no_line_is_cut_short_and_none_is_wider_than_the_page(printed):
    before_paths = printed[: printed.index("\nFiles\n")]
    assert "…" not in printed
    assert max(len(line.rstrip()) for line in before_paths.splitlines()) <= 104


def test_a_second_run_uses_the_finished_fits(printed, out, monkeypatch):
    # Figures and report are drawn again from what the folders hold, whether the fits are found or not.
    monkeypatch.setattr(demo, "analyse_model", partial(demo.analyse_model, figures=False))
    monkeypatch.setattr(demo, "write_report", lambda folders, page, **settings: page)
    fits = {file: file.stat().st_mtime_ns for file in out.glob("*/fit.nc")}
    again = run_demo(OF_REGIONS, out)
    assert {file: file.stat().st_mtime_ns for file in fits} == fits
    assert again[again.index("The best") : again.index("Where")] in printed


@pytest.mark.slow
def test_all_folders_of_the_whole_demo_have_their_layout(tmp_path):
    demo.run(tmp_path)
    have_the_layout(tmp_path, folders=12 + len(PRINTED))

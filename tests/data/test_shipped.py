"""The shipped panels are long, say what was reconstructed, and have the cells that the theses count."""

import lzma

import pytest

from bayes_saude.assets import asset
from bayes_saude.data import shipped
from bayes_saude.data.panel import read_panel, validate_panel
from bayes_saude.data.published import read_published
from bayes_saude.errors import DataError

NESTED = {"levels": ("region", "municipality"), "time": "year", "outcome": ("value",)}

WIDE = """municipality,region,year,esf_coverage,prenatal7,vaccine,pap
Guiricema,Ubá,2011,80.5,71,99,0.3
Guiricema,Ubá,2013,82,,101,0.5
Capitólio,Passos,2011,70,65,97,0.2
Capitólio,Passos,2013,71,,98,0.4
"""


@pytest.fixture
def small_shipped(tmp_path, monkeypatch):
    for number in (1, 2, 10):
        path = tmp_path / f"replicate_{number}.csv.xz"
        path.write_bytes(lzma.compress(WIDE.replace("80.5", f"{number}.5").encode()))
    monkeypatch.setattr(shipped, "asset", lambda path: tmp_path)


@pytest.mark.usefixtures("small_shipped")
def test_a_shipped_panel_is_long_and_says_that_it_is_a_reconstruction():
    frame = read_panel("sa2015/esf_coverage")
    assert frame.columns.tolist() == ["replicate", "municipality", "region", "year", "value"]
    first = frame.query("municipality == 'Guiricema' and year == 2011").sort_values("replicate")
    assert first[["replicate", "value"]].to_numpy().tolist() == [[1, 1.5], [2, 2.5], [10, 10.5]]
    assert frame.attrs["source"] == "sa2015/esf_coverage"
    assert "reconstruction" in frame.attrs["note"]
    assert validate_panel(frame, **NESTED, source="shipped").attrs["note"] == frame.attrs["note"]


@pytest.mark.usefixtures("small_shipped")
def test_years_that_were_not_observed_have_no_row_in_a_shipped_panel():
    assert read_panel("sa2015/prenatal7")["year"].unique().tolist() == [2011]


@pytest.mark.usefixtures("small_shipped")
def test_a_shipped_panel_is_not_changed_by_what_is_done_to_it():
    frame = read_panel("sa2015/pap")
    frame["value"] = 0.0
    assert read_panel("sa2015/pap")["value"].max() == 0.5


def test_an_unknown_shipped_panel_is_answered_with_those_that_exist():
    with pytest.raises(DataError, match=r"No panel 'sa2015/esf' ships.*Did you mean 'sa2015/esf_coverage'\?"):
        read_panel("sa2015/esf")


def shipped_panels():
    return list((asset("data/sa2015") / "panels").glob("replicate_*.csv.xz"))


@pytest.mark.skipif(not shipped_panels(), reason="the panels have not been made: bayes-saude reconstruct")
@pytest.mark.parametrize("name", [name for name in shipped.SHIPPED if name.startswith("sa2015/")])
def test_the_real_panels_are_valid_and_have_the_cells_that_the_thesis_counts(name):
    panel = validate_panel(read_panel(name), **NESTED, source=name)
    assert panel["replicate"].unique().tolist() == [1, 2, 3, 4, 5]
    assert panel["municipality"].nunique() == 853
    assert panel["region"].nunique() == 28
    years = {2011: 853, 2012: 853, 2013: 853, 2014: 851}  # table 2, p. 57
    if name == "sa2015/prenatal7":
        del years[2013]
    assert panel.groupby(["replicate", "time"]).size().to_dict() == {
        (replicate, year): n for replicate in range(1, 6) for year, n in years.items()
    }


@pytest.fixture
def age_groups():
    return read_panel("costa2014/age_groups")


def test_the_age_groups_have_nine_groups_in_five_years_and_no_state(age_groups):
    assert age_groups.columns.tolist() == ["age_group", "year", "successes", "trials", "count", "exposure"]
    assert age_groups["age_group"].unique().tolist() == [
        "under 1", "1-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65 or over"
    ]  # fmt: skip
    assert (
        age_groups.groupby("age_group")["year"]
        .agg(list)
        .map(lambda years: years == [*range(2008, 2013)])
        .all()
    )
    assert age_groups.attrs["source"] == "costa2014/age_groups"
    assert "table 5" in age_groups.attrs["note"]


def test_the_age_groups_give_back_tables_5_and_9(age_groups):
    keys = ["age_group", "year"]
    share = read_published("costa2014/table_05_share_by_age_group", as_text=True).astype({"year": int})
    count = read_published("costa2014/table_09_count_by_age_group")
    both = age_groups.drop(columns="count").merge(share, on=keys).merge(count, on=keys)
    assert len(both) == 45
    assert (both["successes"] == both["count"]).all()
    assert (100 * both["successes"] / both["trials"]).map("{:.2f}".format).tolist() == both["share"].tolist()


def test_what_the_printed_shares_leave_open_is_small_beside_the_sampling_error(age_groups):
    proportion = age_groups["successes"] / age_groups["trials"]
    rounding = 0.00005 / proportion  # of the total, relative
    assert rounding.max() < 0.0004  # the note says 0.04%
    assert (rounding * age_groups["trials"]).between(5, 40).all()
    sampling = ((1 - proportion) / age_groups["successes"]) ** 0.5
    assert (sampling / rounding).min() > 19


def test_the_age_groups_are_a_valid_panel(age_groups):
    outcome = ("successes", "trials")
    panel = validate_panel(
        age_groups, levels=("age_group",), time="year", outcome=outcome, source="age groups"
    )
    assert panel.columns.tolist() == ["replicate", "age_group", "time", "successes", "trials"]
    assert panel.attrs["note"] == age_groups.attrs["note"]


def test_the_age_groups_counts_are_table_9s_of_one_year_each(age_groups):
    assert (age_groups["count"] == age_groups["successes"]).all()
    assert (age_groups["exposure"] == 1).all()


def test_the_costs_of_age_groups_are_those_of_tables_17_and_13():
    costs = read_panel("costa2014/age_group_costs")
    assert costs.columns.tolist() == ["age_group", "year", "cost", "cost_share"]
    assert costs.attrs["source"] == "costa2014/age_group_costs"
    assert "table 13" in costs.attrs["note"]
    keys = ["age_group", "year"]
    cost = read_published("costa2014/table_17_cost_by_age_group")
    share = read_published("costa2014/table_13_cost_share_by_age_group", as_text=True).astype({"year": int})
    both = costs.merge(cost, on=keys).merge(share, on=keys, suffixes=("", "_printed"))
    assert len(both) == len(costs) == 45
    assert (both["cost"] == both["cost_2012_prices"]).all()
    assert (100 * both["cost_share"]).map("{:.2f}".format).tolist() == both["cost_share_printed"].tolist()

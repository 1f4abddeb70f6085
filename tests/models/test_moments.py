"""What the likelihood needs of a panel."""

import numpy as np
import pandas as pd
import pytest
from trends import simulate

from bayes_saude.errors import DataError
from bayes_saude.models.moments import make_moments
from bayes_saude.models.predictor import make_tree


def moments_of(panel, levels=("municipality",), origin=2011):
    return make_moments(panel, make_tree(panel, levels), origin)


@pytest.fixture
def small():
    """Two municipalities seen in the same years, one with a year missing."""
    rows = [("a", 2011, 1.0), ("a", 2013, 4.0), ("b", 2011, 0.0), ("b", 2013, 3.0), ("c", 2013, 9.0)]
    return pd.DataFrame(rows, columns=["municipality", "time", "value"])


def test_units_seen_at_the_same_times_share_a_row(small):
    rows = moments_of(small).rows
    assert rows.units.shape == (1, 2)
    assert sorted(zip(rows.units[0], rows.observations[0], strict=True)) == [(1, 1), (2, 2)]


def test_moments_are_those_of_residuals_about_the_common_line(small):
    moments = moments_of(small)
    slope, intercept = np.polyfit(small["time"] - 2011, small["value"], 1)
    np.testing.assert_allclose(moments.reference, [intercept, slope], rtol=1e-12)

    elapsed = (small["time"] - 2011).to_numpy()
    residual = small["value"] - intercept - slope * elapsed
    spread, time_spread = residual.std(ddof=0), elapsed.std()
    np.testing.assert_allclose(moments.units, [spread, spread / time_spread], rtol=1e-12)
    y, t = residual / spread, elapsed / time_spread
    by = small["municipality"]
    expected = np.column_stack([y.groupby(by).sum(), (t * y).groupby(by).sum()])
    np.testing.assert_allclose(moments.leaf_xy, expected, atol=1e-12)
    assert moments.rows.ysq.sum() == pytest.approx(len(small))


def test_sums_of_products_are_over_units(small):
    moments = moments_of(small)
    pair = moments.leaf_row[0]
    of_pair = moments.leaf_xy[:2]
    assert moments.leaf_row.tolist() == [pair, pair, 1 - pair]
    assert moments.rows.y_ty[0, pair] == pytest.approx((of_pair[:, 0] * of_pair[:, 1]).sum())
    assert moments.rows.ty_ty[0, pair] == pytest.approx((of_pair[:, 1] ** 2).sum())


def test_rows_of_a_nested_panel_stand_below_their_parent():
    panel = simulate(
        0,
        fixed=(50, 1),
        scatter={"municipality": (5, 1, 0)},
        sd_resid=3,
        regions=4,
        per_region=6,
        missing=0.2,
    )
    moments = moments_of(panel, ["region", "municipality"])
    tree = make_tree(panel, ["region", "municipality"])
    np.testing.assert_array_equal(moments.leaf_row % moments.rows.units.shape[1], tree.parents[1])
    np.testing.assert_array_equal(moments.rows.units.sum(axis=0), np.bincount(tree.parents[1]))
    assert (moments.rows.units * moments.rows.observations).sum() == len(panel)


def test_a_unit_without_rows_in_a_replicate_has_moments_of_zero(small):
    moments = make_moments(small[small["municipality"] != "c"], make_tree(small, ["municipality"]), 2011)
    assert moments.leaf_xy[2].tolist() == [0, 0]
    assert moments.rows.observations.ravel()[moments.leaf_row[2]] == 0


def test_one_time_has_no_trend(small):
    with pytest.raises(DataError, match="one time only"):
        moments_of(small[small["time"] == 2013])


@pytest.mark.parametrize("value", [lambda t: 5.0 + 0 * t, lambda t: 1e6 + 0.1 * t])
def test_values_on_one_line_have_no_scatter(small, value):
    with pytest.raises(DataError, match="one straight line"):
        moments_of(small.assign(value=value(small["time"].astype(float))))

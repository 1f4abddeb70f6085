"""The rows of a ranking that are drawn."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots._rows import rows_of
from bayes_saude.plots.style import PAGE_HEIGHT


def units(n):
    return pd.DataFrame({"unit": [str(place) for place in range(n)]})


def test_a_short_ranking_is_drawn_whole():
    rows = rows_of(units(45), ends=3)
    assert rows.places.tolist() == list(range(45))
    assert rows.left_out == 0


def test_of_a_long_ranking_both_ends_with_a_gap_between():
    rows = rows_of(units(46), ends=3)
    assert rows.units["unit"].tolist() == ["0", "1", "2", "43", "44", "45"]
    assert rows.left_out == 40
    assert rows.places[2] + 1 < rows.places[3]
    assert rows.gap == pytest.approx((rows.places[2] + rows.places[3]) / 2)


def test_pages_hold_every_unit_once_and_the_last_is_short():
    pages = [rows_of(units(853), ends=20, page=page) for page in range(1, 16)]
    assert pd.concat([page.units for page in pages])["unit"].tolist() == units(853)["unit"].tolist()
    assert [len(page.units) for page in pages] == [60] * 14 + [13]
    assert all(np.isnan(page.gap) and page.places[0] == 0 for page in pages)


def test_nothing_is_taller_than_a_page():
    assert rows_of(units(853), ends=30).height < PAGE_HEIGHT
    assert rows_of(units(853), ends=1, page=1).height < PAGE_HEIGHT


@pytest.mark.parametrize("page", [0, 16, -1])
def test_a_page_that_is_not_there_is_refused(page):
    with pytest.raises(BayesSaudeError, match=rf"no page {page} of 853 units. Use one from 1 to 15"):
        rows_of(units(853), ends=20, page=page)


@pytest.mark.parametrize("ends", [0, 31])
def test_ends_that_do_not_fit_are_refused(ends):
    with pytest.raises(BayesSaudeError, match="Use 1 to 30, or ask for a `page`"):
        rows_of(units(853), ends=ends)

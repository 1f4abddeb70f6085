"""A fit is made again only where something of it has changed."""

import pytest
import xarray as xr
from trends import trend_model

from bayes_saude.errors import DataError
from bayes_saude.inference import reuse
from bayes_saude.inference.reuse import fit_or_load
from bayes_saude.inference.store import load

SMALL = {"draws": 20, "tune": 20, "chains": 2}


@pytest.fixture
def counted(monkeypatch):
    """Count the fits that are made."""
    made = []
    make = reuse.fit_validated

    def count(*args, **kwargs):
        made.append(kwargs)
        return make(*args, **kwargs)

    monkeypatch.setattr(reuse, "fit_validated", count)
    return made


def test_the_same_fit_is_not_made_twice(spec, panel, tmp_path, counted):
    first = fit_or_load(spec, tmp_path, panel, seed=3, **SMALL)
    again = fit_or_load(spec, tmp_path, panel, seed=3, **SMALL)
    assert len(counted) == 1
    xr.testing.assert_identical(first, again)


def test_without_a_seed_any_fit_at_hand_will_do(spec, panel, tmp_path, counted):
    first = fit_or_load(spec, tmp_path, panel, **SMALL)
    again = fit_or_load(spec, tmp_path, panel, **SMALL)
    assert len(counted) == 1
    assert again.attrs["seed"] == first.attrs["seed"]


@pytest.mark.parametrize("change", ["seed", "draws", "tune", "chains", "model", "panel", "force"])
def test_any_change_is_fitted_again(spec, panel, tmp_path, counted, change):
    fit_or_load(spec, tmp_path, panel, seed=3, **SMALL)
    settings = {**SMALL, "seed": 3}
    if change in settings:
        settings[change] += 1
    elif change == "model":
        spec = trend_model(["region"], priors='slope = {dist = "normal", mu = 0, sigma = 9}')
    elif change == "panel":
        panel = panel.assign(value=panel["value"] + 1e-9)
    fit_or_load(spec, tmp_path, panel, force=change == "force", **settings)
    assert len(counted) == 2


def test_a_folder_that_cannot_be_made_is_found_out_before_sampling(spec, panel, tmp_path, counted):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataError, match=r"Nothing can be written in .*--out"):
        fit_or_load(spec, tmp_path / "file" / "model", panel, **SMALL)
    assert counted == []


def test_a_damaged_fit_is_replaced_only_by_force(spec, panel, tmp_path):
    (tmp_path / "fit.nc").write_bytes(b"nothing")
    with pytest.raises(DataError, match="--force"):
        fit_or_load(spec, tmp_path, panel, **SMALL)
    fit_or_load(spec, tmp_path, panel, force=True, **SMALL)
    load(tmp_path)

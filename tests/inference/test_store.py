"""A result folder with a fit holds a finished fit of this package, or says what it holds."""

import numpy as np
import pytest
import xarray as xr
from trends import trend_model

from bayes_saude.errors import DataError
from bayes_saude.inference import store
from bayes_saude.inference.store import fit_or_load, load, save

SMALL = {"draws": 20, "tune": 20, "chains": 2}


def test_a_fit_comes_back_as_it_was(fitted, tmp_path):
    save(fitted, tmp_path / "new" / "folder")
    back = load(tmp_path / "new" / "folder")
    xr.testing.assert_identical(back, fitted)
    assert back["posterior"]["region_effect"].dtype == np.float32


def test_the_model_file_lies_beside_it_to_the_letter(fitted, tmp_path):
    save(fitted, tmp_path)
    assert (tmp_path / "model.toml").read_bytes().decode() == fitted.attrs["model_file"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fit.nc", "model.toml"]


def test_a_save_that_fails_leaves_the_old_fit(fitted, tmp_path, monkeypatch):
    save(fitted, tmp_path)
    before = (tmp_path / "fit.nc").read_bytes()

    def full_disk(self, path, **_):
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(xr.DataTree, "to_netcdf", full_disk)
    with pytest.raises(OSError, match="no space"):
        save(fitted, tmp_path)
    assert (tmp_path / "fit.nc").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fit.nc", "model.toml"]


def test_a_folder_without_a_fit_is_named(tmp_path):
    with pytest.raises(DataError, match=rf"no fit in {tmp_path}.*bayes-saude fit"):
        load(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_a_truncated_file_is_refused(fitted, tmp_path, share):
    save(fitted, tmp_path)
    whole = (tmp_path / "fit.nc").read_bytes()
    (tmp_path / "fit.nc").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"fit\.nc is damaged.*--force"):
        load(tmp_path)


def test_another_packages_file_is_refused(tmp_path):
    xr.Dataset({"a": 1.0}).to_netcdf(tmp_path / "fit.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="no fit of this package"):
        load(tmp_path)


@pytest.mark.parametrize(("layout", "readable"), [("1.7", True), ("2.0", False), ("0.9", False)])
def test_another_layout_is_read_only_where_the_major_version_is_the_same(fitted, tmp_path, layout, readable):
    other = fitted.copy()
    other.attrs = fitted.attrs | {"layout_version": layout}
    save(other, tmp_path)
    if readable:
        load(tmp_path)
    else:
        with pytest.raises(DataError, match=rf"layout {layout}.*--force"):
            load(tmp_path)


@pytest.fixture
def counted(monkeypatch):
    """Count the fits that are made."""
    made = []
    make = store.fit_validated

    def count(*args, **kwargs):
        made.append(kwargs)
        return make(*args, **kwargs)

    monkeypatch.setattr(store, "fit_validated", count)
    return made


def test_the_same_fit_is_not_made_twice(spec, panel, tmp_path, counted):
    first = fit_or_load(spec, panel, tmp_path, seed=3, **SMALL)
    again = fit_or_load(spec, panel, tmp_path, seed=3, **SMALL)
    assert len(counted) == 1
    xr.testing.assert_identical(first, again)


def test_without_a_seed_any_fit_at_hand_will_do(spec, panel, tmp_path, counted):
    first = fit_or_load(spec, panel, tmp_path, **SMALL)
    again = fit_or_load(spec, panel, tmp_path, **SMALL)
    assert len(counted) == 1
    assert again.attrs["seed"] == first.attrs["seed"]


@pytest.mark.parametrize("change", ["seed", "draws", "tune", "chains", "model", "panel", "force"])
def test_any_change_is_fitted_again(spec, panel, tmp_path, counted, change):
    fit_or_load(spec, panel, tmp_path, seed=3, **SMALL)
    settings = {**SMALL, "seed": 3}
    if change in settings:
        settings[change] += 1
    elif change == "model":
        spec = trend_model(["region"], priors='slope = {dist = "normal", mu = 0, sigma = 9}')
    elif change == "panel":
        panel = panel.assign(value=panel["value"] + 1e-9)
    fit_or_load(spec, panel, tmp_path, force=change == "force", **settings)
    assert len(counted) == 2


def test_a_damaged_fit_is_replaced_only_by_force(spec, panel, tmp_path):
    (tmp_path / "fit.nc").write_bytes(b"nothing")
    with pytest.raises(DataError, match="--force"):
        fit_or_load(spec, panel, tmp_path, **SMALL)
    fit_or_load(spec, panel, tmp_path, force=True, **SMALL)
    load(tmp_path)

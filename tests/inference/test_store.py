"""A result folder with a fit holds a finished fit of this package, or says what it holds."""

import errno
import hashlib
import re
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
import xarray as xr

from bayes_saude.errors import DataError
from bayes_saude.inference.store import SEAL, load, save
from bayes_saude.inference.verify import verify


def test_a_fit_comes_back_as_it_was(fitted, tmp_path):
    save(fitted, tmp_path / "new" / "folder")
    back = load(tmp_path / "new" / "folder")
    xr.testing.assert_identical(back, fitted)
    assert back["posterior"]["region_effect"].dtype == np.float32


def test_the_model_file_lies_beside_it_to_the_letter(fitted, tmp_path):
    save(fitted, tmp_path)
    assert (tmp_path / "model.toml").read_bytes().decode() == fitted.attrs["model_file"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fit.nc", "manifest.json", "model.toml"]


def test_what_was_concluded_from_an_earlier_fit_goes_and_a_users_own_files_stay(fitted, tmp_path):
    concluded = ["checks.json", "ranking.csv", "comparison.csv", "figures/caterpillar-region-slope.pdf"]
    own = ["mine.csv", "figures/map-of-mine.pdf", "ranking.csv.xlsx"]
    (tmp_path / "figures").mkdir()
    for name in (*concluded, *own):
        (tmp_path / name).touch()
    save(fitted, tmp_path)
    assert [name for name in concluded if (tmp_path / name).exists()] == []
    assert [name for name in own if not (tmp_path / name).exists()] == []


def test_a_fit_is_read_without_the_libraries_that_made_it():
    heavy = {"pymc", "nutpie", "arviz_stats", "matplotlib"}
    code = f"import sys, bayes_saude.inference.store; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_save_that_fails_leaves_the_old_fit(fitted, tmp_path, monkeypatch):
    save(fitted, tmp_path)
    before = (tmp_path / "fit.nc").read_bytes()

    def full_disk(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        save(fitted, tmp_path)
    assert (tmp_path / "fit.nc").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fit.nc", "manifest.json", "model.toml"]


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


@pytest.mark.parametrize(("layout", "readable"), [("2.7", True), ("3.0", False), ("1.1", False)])
def test_another_layout_is_read_only_where_the_major_version_is_the_same(fitted, tmp_path, layout, readable):
    other = fitted.copy()
    other.attrs = fitted.attrs | {"layout_version": layout}
    save(other, tmp_path)
    if readable:
        load(tmp_path)
    else:
        with pytest.raises(DataError, match=rf"layout {layout}.*--force"):
            load(tmp_path)


def test_a_fit_that_does_not_say_how_it_was_made_is_refused(fitted, tmp_path):
    save(fitted, tmp_path)
    other = fitted.copy()
    other.attrs = fitted.attrs | {"versions": "{junk"}
    del other.attrs["seed"]
    body = bytes(other.to_netcdf(engine="h5netcdf"))
    (tmp_path / "fit.nc").write_bytes(body + SEAL % hashlib.sha256(body).hexdigest().encode())
    told = r"fit\.nc does not say how it was made.*: 'seed', 'versions'\. .*--force"
    with pytest.raises(DataError, match=told):
        load(tmp_path)
    (finding,) = verify(tmp_path)
    assert finding.differs
    assert re.search(told, finding.told)


def test_a_small_file_of_huge_arrays_is_refused_before_they_are_made(fitted, tmp_path):
    bomb = fitted.copy()
    bomb["constant_data"] = bomb["constant_data"].to_dataset().assign(more=("zeros", np.zeros(20_000_000)))
    encoding = {"/constant_data": {"more": {"zlib": True}}}
    body = bomb.to_netcdf(engine="h5netcdf", encoding=encoding)
    (tmp_path / "fit.nc").write_bytes(bytes(body) + SEAL % hashlib.sha256(body).hexdigest().encode())
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"promise arrays of 16[0-9]{7}\..*--force"):
            load(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()

"""A fit that was damaged or changed is refused: no wrong number is ever read from it."""

import hashlib
import os
import pickle
import random
import shutil

import h5py
import numpy as np
import pytest
import xarray as xr

from bayes_saude.errors import DataError
from bayes_saude.inference.manifest import MANIFEST
from bayes_saude.inference.store import SEAL, SEAL_LENGTH, load, save
from bayes_saude.inference.verify import verify

FLIPS = 300


@pytest.fixture(scope="module")
def saved(fits, tmp_path_factory):
    """Save a fit, and give its folder; not to be changed."""
    folder = tmp_path_factory.mktemp("saved")
    save(fits[0], folder)
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "result")


def differing(folder):
    return [finding.name for finding in verify(folder) if finding.differs]


def seal(body: bytes) -> bytes:
    """Seal what somebody has changed, as one who knows how."""
    return body + SEAL % hashlib.sha256(body).hexdigest().encode()


def test_a_byte_changed_anywhere_is_found_out(saved, folder, fits):
    whole = (saved / "fit.nc").read_bytes()
    places = random.Random(8)
    at = [0, 1, 7, 8, 511, 512, len(whole) - 1, *(places.randrange(len(whole)) for _ in range(FLIPS))]
    of_seal = range(len(whole) - SEAL_LENGTH, len(whole))
    for place in [*at, *of_seal]:
        changed = bytearray(whole)
        changed[place] ^= places.randrange(1, 256)
        (folder / "fit.nc").write_bytes(changed)
        with pytest.raises(DataError, match="damaged"):
            load(folder)
    assert differing(folder) == ["fit.nc"]


def test_a_file_cut_anywhere_is_refused(saved, folder):
    whole = (saved / "fit.nc").read_bytes()
    places = random.Random(9)
    for length in [0, 1, len(whole) - SEAL_LENGTH, len(whole) - 1, *places.sample(range(len(whole)), 40)]:
        (folder / "fit.nc").write_bytes(whole[:length])
        with pytest.raises(DataError, match="damaged"):
            load(folder)


def test_a_number_changed_by_another_program_is_refused(folder):
    with h5py.File(folder / "fit.nc", "r+") as file:
        file["posterior/intercept"][0, 0] += 1
    with pytest.raises(DataError, match="changed after it was saved"):
        load(folder)


def test_one_who_seals_a_changed_fit_anew_is_found_out_by_verify(folder, fits):
    other = fits[0].copy(deep=True)
    other["posterior"]["intercept"][0, 0] += 1
    kept = (folder / MANIFEST).read_text()
    save(other, folder)
    (folder / MANIFEST).write_text(kept)
    assert differing(folder) == ["draws", "fit.nc"]


@pytest.mark.parametrize(
    ("changed", "found"),
    [("model.toml", ["model.toml"]), ("checks.json", ["checks.json"]), ("manifest.json", ["manifest.json"])],
)
def test_verify_names_the_file_that_was_changed(folder, changed, found):
    with (folder / changed).open("a") as file:
        file.write("more")
    assert differing(folder) == found


def test_a_seal_is_no_hindrance_to_other_programs(saved, fits):
    with xr.open_datatree(saved / "fit.nc", engine="h5netcdf") as opened:
        xr.testing.assert_identical(opened.load(), fits[0])


class Touch:
    """Pickled, it makes a file when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_nothing_in_a_file_is_executed(folder, tmp_path):
    trap = tmp_path / "executed"
    payload = pickle.dumps(Touch(trap))
    (folder / "fit.nc").write_bytes(seal(payload))
    with pytest.raises(DataError, match="damaged"):
        load(folder)
    save_with(folder, tmp_path, payload)
    with pytest.raises(DataError):
        load(folder)
    assert not trap.exists()


def save_with(folder, tmp_path, payload):
    """Write a sealed fit whose texts and opaque values are a pickle."""
    with h5py.File(tmp_path / "hostile.nc", "w") as file:
        file.attrs["layout_version"] = "1.1"
        for group in ("posterior", "sample_stats", "constant_data"):
            made = file.create_group(group)
            made.attrs["pickle"] = np.void(payload)
            made.create_dataset("value", data=np.array([np.void(payload)]))
    (folder / "fit.nc").write_bytes(seal((tmp_path / "hostile.nc").read_bytes()))

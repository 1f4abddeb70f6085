"""A fit that was damaged or changed is refused; what was tampered with is told of, and not covered up."""

import hashlib
import json
import os
import pickle
import random
import shutil
from functools import partial

import h5py
import numpy as np
import pytest
import xarray as xr

from bayes_saude.errors import DataError
from bayes_saude.inference.derived import derived_file, mend
from bayes_saude.inference.manifest import MANIFEST, read_manifest
from bayes_saude.inference.store import LAYOUT_VERSION, SEAL, SEAL_LENGTH, load, save
from bayes_saude.inference.verify import verify
from bayes_saude.results import write_checks

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


def changed_and_sealed(fit, folder):
    """Put a fit with other draws in the place of a folder's, whose list stays."""
    other = fit.copy(deep=True)
    other["posterior"]["intercept"][0, 0] += 1
    (folder / "fit.nc").write_bytes(seal(bytes(other.to_netcdf(engine="h5netcdf"))))
    return load(folder)


def write(fit, folder, name):
    (folder / name).parent.mkdir(exist_ok=True)
    with derived_file(fit, folder, name) as unfinished:
        unfinished.write_text(name)


@pytest.mark.parametrize("put_right", [mend, partial(write, name="ranking.csv")], ids=["fit", "rank"])
def test_a_list_of_another_fit_is_replaced_with_a_word(folder, fits, caplog, put_right):
    put_right(changed_and_sealed(fits[0], folder), folder)
    (told,) = (record.getMessage() for record in caplog.records)
    assert f"{folder / MANIFEST} is not of the fit.nc beside it" in told
    assert "--force" in told


def test_where_the_list_is_of_the_fit_or_there_is_none_nothing_is_told(folder, fits, caplog):
    write(fits[0], folder, "ranking.csv")
    (folder / MANIFEST).unlink()
    write(fits[0], folder, "comparison.csv")
    assert caplog.records == []
    assert differing(folder) == ["ranking.csv"]


def test_a_list_of_other_draws_is_no_hindrance_and_vouches_for_nothing(folder, fits, caplog):
    write(fits[0], folder, "ranking.csv")
    said = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(said | {"draws_sha256": "0" * 64}))
    assert differing(folder) == ["draws"]
    write(fits[0], folder, "comparison.csv")
    assert len(caplog.records) == 1
    assert {*read_manifest(folder).files} == {"fit.nc", "comparison.csv"}
    assert differing(folder) == ["ranking.csv"]


def test_what_another_fit_has_left_is_named_when_its_list_is_gone(folder, fits, tmp_path):
    left = ["figures/trends-region.png", "tables/tables.tex", "tables/ranking.csv"]
    for name in left:
        write(fits[0], folder, name)
    save(fits[1], tmp_path / "other")
    shutil.copyfile(tmp_path / "other" / "fit.nc", folder / "fit.nc")
    write(fits[1], folder, "ranking.csv")
    (folder / "figures" / ".hidden").touch()
    found = {finding.name: finding.told for finding in verify(folder) if finding.differs}
    assert sorted(found) == sorted(left)
    assert found["tables/tables.tex"].endswith("remove it, or make it again: bayes-saude tables")


def test_a_changed_cross_validation_is_told_of_where_its_scores_are_dropped(folder, fits, caplog):
    write(fits[0], folder, "cross_validation.csv")
    (folder / "cross_validation.csv").write_text("changed")
    assert write_checks(fits[0], folder)["cross_validation"] == []
    (told,) = (record.getMessage() for record in caplog.records)
    assert told.startswith(f"{folder / 'cross_validation.csv'} was changed, or is of another fit")
    assert "check --cross-validate" in told


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
        file.attrs["layout_version"] = LAYOUT_VERSION
        for group in ("posterior", "sample_stats", "constant_data"):
            made = file.create_group(group)
            made.attrs["pickle"] = np.void(payload)
            made.create_dataset("value", data=np.array([np.void(payload)]))
    (folder / "fit.nc").write_bytes(seal((tmp_path / "hostile.nc").read_bytes()))

"""A result folder is held against its list: what was changed, is missing or is of another fit is named."""

import json
import os
from functools import partial

import pytest
import xarray as xr
from commands import start
from typer.testing import CliRunner

from bayes_saude.cli import app
from bayes_saude.errors import DataError
from bayes_saude.inference.derived import derived_file, mend
from bayes_saude.inference.fit import fit
from bayes_saude.inference.manifest import MANIFEST, draws_digest, read_manifest
from bayes_saude.inference.store import LAYOUT_VERSION, load, save
from bayes_saude.inference.verify import verify

SMALL = {"draws": 20, "tune": 20, "chains": 2, "seed": 4}


@pytest.fixture
def folder(fitted, tmp_path):
    """Save a fit with a table and a figure."""
    save(fitted, tmp_path)
    (tmp_path / "figures").mkdir()
    for name in ("ranking.csv", "figures/trends.pdf"):
        with derived_file(fitted, tmp_path, name) as unfinished:
            unfinished.write_text(name)
    return tmp_path


def differing(folder):
    return {finding.name: finding.told for finding in verify(folder) if finding.differs}


def test_what_is_as_it_was_written_does_not_differ(folder):
    assert differing(folder) == {}
    assert {"draws", "panel", "model.toml", "fit.nc", "ranking.csv", "figures/trends.pdf"} <= {
        finding.name for finding in verify(folder)
    }


def test_the_hash_of_draws_is_that_of_numbers_and_names_and_of_nothing_else(fitted, folder):
    digest = draws_digest(fitted)
    assert digest == draws_digest(load(folder)) == read_manifest(folder).draws_sha256
    later = fitted.copy()
    later.attrs = fitted.attrs | {"wall_time_s": 9.0}
    assert draws_digest(later) == digest
    other = fitted.copy(deep=True)
    other["posterior"]["slope"][0, 0] += 1e-12
    assert draws_digest(other) != digest
    renamed = fitted["posterior"].to_dataset().assign_coords(level=["state"])
    assert draws_digest(xr.DataTree.from_dict({"posterior": renamed})) != draws_digest(
        xr.DataTree.from_dict({"posterior": fitted["posterior"].to_dataset()})
    )


@pytest.mark.parametrize("name", ["ranking.csv", "figures/trends.pdf"])
def test_a_file_that_was_changed_or_is_missing_is_named_with_what_makes_it_again(folder, name):
    (folder / name).write_text("mine")
    assert "changed after it was written" in differing(folder)[name]
    (folder / name).unlink()
    assert differing(folder)[name].startswith("missing; make it again: bayes-saude ")
    assert list(differing(folder)) == [name]


def test_a_table_that_nobody_listed_is_of_an_unknown_fit(folder):
    (folder / "comparison.csv").write_text("from elsewhere")
    (folder / "my-notes.csv").write_text("mine")
    assert list(differing(folder)) == ["comparison.csv"]


def test_another_model_file_or_panel_is_named(fitted, tmp_path):
    save(fitted, tmp_path)
    (tmp_path / "model.toml").write_text(fitted.attrs["model_file"].replace("2011", "2012"))
    assert list(differing(tmp_path)) == ["model.toml"]
    other = fitted.copy(deep=True)
    other["constant_data"]["value"][0] += 1
    save(other, tmp_path)
    assert list(differing(tmp_path)) == ["panel"]


def test_a_folder_without_a_list_cannot_be_verified(folder):
    (folder / MANIFEST).unlink()
    assert list(differing(folder)) == [MANIFEST]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"draws_sha256": 1}', '{"draws_sha256": "", "files": [1]}', "[" * 9999]
)
def test_a_list_that_is_none_is_no_list(folder, text):
    (folder / MANIFEST).write_text(text)
    assert read_manifest(folder) is None
    assert list(differing(folder)) == [MANIFEST]


def test_a_list_leads_to_no_file_outside_the_folder(fitted, folder):
    outside = folder.parent / "outside.txt"
    outside.write_text("mine")
    said = json.loads((folder / MANIFEST).read_text())
    said["files"] |= dict.fromkeys(
        ["../outside.txt", str(outside), "figures/../../outside.txt", "figures/..", ".."], "0"
    )
    (folder / MANIFEST).write_text(json.dumps(said))
    assert differing(folder) == {}
    save(fitted, folder)  # which removes the figures that are listed
    assert outside.read_text() == "mine"


def test_a_new_fit_removes_the_figures_that_the_old_one_listed_and_no_others(fitted, folder):
    (folder / "figures" / "mine.pdf").touch()
    save(fitted, folder)
    assert [file.name for file in (folder / "figures").iterdir()] == ["mine.pdf"]


@pytest.mark.parametrize("layout", ["1.0", LAYOUT_VERSION])
def test_a_fit_without_its_seal_is_refused_whatever_layout_it_names(fitted, folder, layout):
    bare = fitted.copy()
    bare.attrs = fitted.attrs | {"layout_version": layout}
    bare.to_netcdf(folder / "fit.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="does not end with its seal"):
        load(folder)
    assert "seal" in differing(folder)["fit.nc"]


def test_what_a_kill_between_a_fit_and_its_list_leaves_is_mended(fitted, folder):
    kept = {name: (folder / name).read_bytes() for name in (MANIFEST, "model.toml")}
    other = fit("sa2015-esf-region", **SMALL)
    save(other, folder)
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    assert {"draws", "fit.nc", "model.toml"} <= set(differing(folder))
    mend(other, folder)
    assert differing(folder) == {}


def test_the_same_seed_gives_the_same_draws_and_verify_tells_where_it_does_not(spec, panel, tmp_path):
    made = fit(spec, panel, **SMALL)
    save(made, tmp_path)
    assert verify(tmp_path, refit=True)[-1].told == "the same draws, to the last digit"
    made.attrs["seed"] = 5
    save(made, tmp_path)
    found = verify(tmp_path, refit=True)[-1]
    assert found.differs
    assert "other draws of 'intercept', 'slope'" in found.told


def test_other_versions_are_told_and_are_no_difference(fitted, tmp_path):
    versions = json.loads(fitted.attrs["versions"]) | {"nutpie": "0.1", "gone": "1.0"}
    other = fitted.copy()
    other.attrs = fitted.attrs | {"versions": json.dumps(versions)}
    save(other, tmp_path)
    told = next(finding.told for finding in verify(tmp_path) if finding.name == "versions")
    assert "nutpie 0.1, here " in told
    assert "gone 1.0, here none" in told
    assert differing(tmp_path) == {}


def test_the_command_has_exit_status_1_where_anything_differs(folder):
    good = CliRunner().invoke(app, ["verify", str(folder)])
    assert good.exit_code == 0
    assert good.stdout.endswith("Nothing differs\n")
    (folder / "ranking.csv").write_text("mine")
    bad = CliRunner().invoke(app, ["verify", str(folder)])
    assert bad.exit_code == 1
    assert any(line.split()[:2] == ["ranking.csv", "DIFFERS"] for line in bad.stdout.splitlines())
    (folder / "fit.nc").write_bytes(b"")
    (line, *_) = CliRunner().invoke(app, ["verify", str(folder)]).stdout.splitlines()
    assert line.startswith(f"fit.nc  DIFFERS  {folder / 'fit.nc'} is damaged")
    assert line.endswith("name another folder.")  # however long
    assert CliRunner().invoke(app, ["verify", str(folder / "none")]).exit_code == 2


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores can be taken away on Linux only")
@pytest.mark.parametrize("model", ["sa2015-esf-nested", "costa2014-share-age"])
def test_processes_with_one_core_and_with_all_make_the_same_draws(tmp_path, model):
    # Integrated and kept effects; threads of the linear algebra too, whose sums may be in another order.
    for cores in (1, os.cpu_count() or 1):
        run = start(
            "fit", model, "--draws", 50, "--tune", 100, "--seed", 3, "--out", tmp_path / str(cores),
            env=os.environ | {"OMP_NUM_THREADS": str(cores), "OPENBLAS_NUM_THREADS": str(cores)},
            preexec_fn=partial(os.sched_setaffinity, 0, range(cores)),
        )  # fmt: skip
        run.communicate()
        assert run.returncode == 0
    assert len({draws_digest(load(out / model)) for out in tmp_path.iterdir()}) == 1

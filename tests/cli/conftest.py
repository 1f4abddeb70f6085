"""Result folders as the command line leaves them."""

from pathlib import Path

import pytest
from command_line import SEED, TOO_FEW, run


@pytest.fixture(scope="session")
def result(tmp_path_factory, model_file) -> Path:
    """Fit the model, and give its result folder, in which commands write."""
    out = tmp_path_factory.mktemp("results")
    done = run("fit", model_file, *SEED, "--out", out)
    assert done.exit_code == 0, done.output
    return out / model_file.stem


@pytest.fixture
def failing(tmp_path, model_file) -> Path:
    """Fit the model with too few draws, and give its result folder."""
    assert run("fit", model_file, *TOO_FEW, "--out", tmp_path).exit_code == 0
    return tmp_path / model_file.stem

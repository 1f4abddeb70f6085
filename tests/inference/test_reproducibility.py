"""The same seed gives the same draws, whenever the model is compiled, and for whichever kind of processor."""

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
FIT = """
from bayes_saude.inference.fit import fit
from bayes_saude.inference.manifest import draws_digest
print(draws_digest(fit("sa2015-esf-region", seed=1, draws=100, tune=200, chains=2)))
"""


def digest(cache: Path, **environment: str) -> str:
    """Fit in a process of its own, which keeps what it compiles in a folder."""
    own = {"PYTENSOR_FLAGS": f"base_compiledir={cache}", **environment}
    done = subprocess.run(
        [sys.executable, "-c", FIT],
        env=os.environ | own,
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_draws_are_the_same_from_a_first_compilation_a_cached_one_and_one_for_another_processor(tmp_path):
    first = digest(tmp_path / "cache")
    assert digest(tmp_path / "cache") == first
    plainest = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    assert digest(tmp_path / "other cache", **plainest) == first

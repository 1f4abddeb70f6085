import numpy as np
import pandas as pd
import pytest

from bayes_saude.data import reconstruct as package
from bayes_saude.data.reconstruct import newton, reconstruct, reconstruct_indicator
from bayes_saude.data.reconstruct.printed import INDICATORS
from bayes_saude.errors import ConvergenceError


def test_a_seed_gives_back_its_shipped_panel(panels: dict[int, pd.DataFrame]) -> None:
    again = reconstruct(1)
    pd.testing.assert_frame_equal(
        again[["municipality", "region", "year"]], panels[1].iloc[:, :3], check_dtype=False
    )
    for indicator in INDICATORS:
        # Linear algebra differs in its last digits between machines; a step of Newton does not magnify it.
        np.testing.assert_allclose(again[indicator], panels[1][indicator], rtol=1e-5, atol=1e-5)


def test_draws_that_stall_are_said_so_and_the_last_one_is_an_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(newton, "MOST_STEPS", 2)
    monkeypatch.setattr(package, "ATTEMPTS", 2)
    with pytest.raises(ConvergenceError, match=r"none of 2 draws of 'pap'.*stalled.*Try another seed"):
        reconstruct_indicator("pap", "Itapeva", np.random.default_rng(1))
    assert caplog.text.count("given up: the reconstruction of 'pap' stalled") == 2

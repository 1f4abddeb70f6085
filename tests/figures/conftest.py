"""Figures are drawn without a screen."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def closed_figures():
    """Draw without a screen and leave no figure open."""
    mpl.use("Agg")
    yield
    plt.close("all")

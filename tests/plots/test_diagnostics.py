"""The page of diagnostics of the sampling."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from known_fits import fit_at_truth, with_scatter
from matplotlib.colors import to_hex
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.inference.simulate import simulate
from bayes_saude.plots.diagnostics import BAD, plot_diagnostics
from bayes_saude.plots.style import PAGE, PAGE_HEIGHT, plotted

RHAT, ESS, TRACES, ENERGY, UNITS_RHAT, UNITS_ESS = 0, 1, slice(2, 5), 5, 6, 7


@pytest.fixture
def fit():
    """Eight regions; four chains of 300 independent draws, two for each of two replicates."""
    panel = simulate_trend(1, fixed=(70, 2), scatter={"region": (8, 1, 0)}, sd_resid=4, regions=8)
    simulation = simulate(trend_model(["region"]), panel, seed=1)
    made = with_scatter(fit_at_truth(simulation, chains=4, draws=300))
    posterior = made["posterior"].to_dataset().assign_coords(replicate=("chain", [1, 1, 2, 2]))
    made["posterior"] = posterior.assign(slope=posterior["slope"] + 9 * (posterior["chain"] >= 2))
    return made


def words(axes):
    """Text above all axes."""
    return next(ax for ax in axes[0].figure.axes if ax not in list(axes)).texts[0].get_text()


def test_a_page_has_its_eight_axes(fit):
    axes = plot_diagnostics(fit)
    assert axes.shape == (8,)
    width, height = axes[0].figure.get_size_inches()
    assert width == pytest.approx(PAGE)
    assert height < PAGE_HEIGHT
    assert [tick.get_text() for tick in axes[RHAT].get_yticklabels()] == [
        "intercept", "slope", "sd of intercepts", "sd of slopes", "correlation", "residual sd",
    ]  # fmt: skip


def test_r_hat_and_effective_sizes_are_drawn_with_their_limits(fit):
    axes = plot_diagnostics(fit)
    table = plotted(axes[RHAT])
    good, bad, limit = axes[RHAT].lines
    assert sorted([*good.get_xdata(), *bad.get_xdata()]) == sorted(table["rhat"])
    assert set(limit.get_xdata()) == {1.01}
    bulk, tail = (points.get_offsets() for points in axes[ESS].collections)
    assert bulk[:, 0].tolist() == table["ess_bulk"].tolist()
    assert tail[:, 0].tolist() == table["ess_tail"].tolist()
    assert [line.get_xdata()[0] for line in axes[ESS].lines] == [1000, 400]
    # All eight regions' intercepts and slopes are counted.
    for ax in axes[[UNITS_RHAT, UNITS_ESS]]:
        assert sum(bar.get_height() for bar in ax.patches) == 16
        assert len(plotted(ax)) == 16


def test_a_parameter_beyond_its_limit_has_a_mark_of_its_own(fit):
    posterior = fit["posterior"].to_dataset()
    fit["posterior"] = posterior.assign(sd_resid=posterior["sd_resid"] + 10 * (posterior["chain"] == 0))
    axes = plot_diagnostics(fit)
    _, bad, _ = axes[RHAT].lines
    assert bad.get_ydata().tolist() == [5]
    assert bad.get_marker() == "D"
    low, high = axes[RHAT].get_xlim()
    assert low < bad.get_xdata()[0] < high
    bulk = axes[ESS].collections[0]
    assert to_hex(bulk.get_edgecolors()[5]) == BAD.lower()
    # Its chains are the first to be looked at.
    assert axes[TRACES][0].get_title() == "residual sd"


def test_chains_are_drawn_about_the_means_of_their_replicates(fit):
    for ax in plot_diagnostics(fit)[TRACES]:
        assert len(ax.lines) == 4
        values = np.array([line.get_ydata() for line in ax.lines])
        assert abs(values[:2].mean()) < 1e-9
        assert abs(values[2:].mean()) < 1e-9
        assert plotted(ax)["value"].to_numpy().reshape(4, 300) == pytest.approx(values)


def test_the_sampling_is_told_in_words(fit):
    statistics = fit["sample_stats"].to_dataset().copy(deep=True)
    statistics["diverging"][1, [3, 7]] = True
    fit["sample_stats"] = statistics
    english = words(plot_diagnostics(fit))
    assert "4 chains of 300 draws" in english
    assert "The panel has 2 replicates" in english
    assert "Divergences: 2. Draws at the limit of steps: 0%." in english
    least = plotted(plot_diagnostics(fit)[ENERGY])["bfmi"].min()
    assert f"(BFMI): {least:.2f}, poor below 0.3" in english


def test_portuguese_has_its_words_and_its_decimal_comma(fit):
    axes = plot_diagnostics(fit, lang="pt")
    axes[0].figure.canvas.draw()
    assert "Divergências: 0." in words(axes)
    assert "ruim abaixo de 0,3." in words(axes)
    assert axes[ENERGY].get_title() == "Energia: dispersão e passos"
    assert "1,000" in [tick.get_text() for tick in axes[RHAT].get_xticklabels()]
    assert axes[UNITS_ESS].get_xlabel().startswith("pior ")


def test_the_worst_unit_is_named(fit):
    posterior = fit["posterior"].to_dataset().copy(deep=True)
    posterior["region_effect"][:, :, 3, 1] += 10 * (posterior["chain"] % 2)
    fit["posterior"] = posterior
    axes = plot_diagnostics(fit)
    assert axes[UNITS_RHAT].get_xlabel().endswith("slope of region 003")
    assert axes[UNITS_ESS].get_xlabel().endswith("slope of region 003")


def test_a_unit_that_never_moves_is_the_worst(fit):
    posterior = fit["posterior"].to_dataset().copy(deep=True)
    posterior["intercept"][:] = 70
    posterior["region_effect"][:, :, 5, 0] = 3
    fit["posterior"] = posterior
    axes = plot_diagnostics(fit)
    assert axes[UNITS_RHAT].get_xlabel() == "worst undefined:\nintercept of region 005"


def test_nothing_covers_anything(fit):
    axes = plot_diagnostics(fit, lang="pt")
    figure = axes[0].figure
    figure.canvas.draw()
    boxes = [ax.get_tightbbox() for ax in figure.axes if ax.axison]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    frame = figure.bbox
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 + 1 for box in boxes)
    plt.close(figure)

"""The Bayesian fraction of missing information, from draws of which some iterations are left out."""

import arviz_stats
import numpy as np
import pytest
import xarray as xr
from energies import autoregression, with_energy

from bayes_saude.inference import sampler
from bayes_saude.inference.energy import bfmi
from bayes_saude.inference.fit import fit

CHAINS, ITERATIONS = 4, 20_000


def energies_of(autocorrelation: float, noise: float) -> np.ndarray:
    """An autoregression of unit variance, and noise, so that the whole is no autoregression."""
    rng = np.random.default_rng(1)
    energy = autoregression(autocorrelation, (CHAINS, ITERATIONS), rng)
    return energy + noise * rng.normal(size=energy.shape)


@pytest.mark.parametrize("thin", [1, 2, 4])
@pytest.mark.parametrize(("autocorrelation", "noise"), [(0.8, 0.0), (0.95, 0.0), (0.95, 0.5)])
def test_it_is_that_of_all_iterations_whichever_are_kept(autocorrelation, noise, thin):
    energy = energies_of(autocorrelation, noise)
    found = bfmi(xr.DataTree.from_dict({"sample_stats": with_energy(energy, thin)}))
    # The steps that are left out differ by chance from those that are kept: a mean of n squares of normal
    # steps is known to sqrt(2 / n); the variance of the energy, of (1 + r²) / (1 - r²) times fewer.
    n, r2 = ITERATIONS / thin, autocorrelation**2
    error = np.sqrt(2 / n + 2 / ITERATIONS * (1 + r2) / (1 - r2))
    np.testing.assert_allclose(found, np.ravel(arviz_stats.bfmi(energy)), rtol=4 * error)
    whole = 1 + noise**2
    expected = 2 * (1 - autocorrelation / whole)
    np.testing.assert_allclose(found, expected, rtol=4 * error)


def test_it_is_that_of_all_iterations_of_the_sampler(spec, panel, monkeypatch):
    traces = []
    run = sampler.run

    def remembered(*arguments, **options):
        traces.append(run(*arguments, **options))
        return traces[-1]

    monkeypatch.setattr(sampler, "run", remembered)
    fitted = fit(spec, panel, seed=1, draws=2000)
    (trace,) = traces
    whole = trace["sample_stats"]["energy"].to_numpy()
    assert whole.shape[1] == sampler.THIN * 2000
    statistics = fitted["sample_stats"]
    assert (statistics["energy"].to_numpy() == whole[:, 1::2]).all()
    assert (statistics["energy_step"].to_numpy() == np.diff(whole)[:, ::2]).all()
    # Each way knows the mean of squared steps to 1 / sqrt(1,000), and they share half of them.
    np.testing.assert_allclose(bfmi(fitted), np.ravel(arviz_stats.bfmi(whole)), rtol=4 / np.sqrt(1000))

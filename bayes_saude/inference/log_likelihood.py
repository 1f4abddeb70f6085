"""Log-likelihoods at given parameters: the data-dependent quantities of simulation-based calibration.

Modrák et al. (2023) show why one is needed: ranks of parameters alone are uniform even for a sampler that
never looks at the data.
"""

from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import betaln, expit, gammaln, log_expit

from bayes_saude.inference.effects import covariances, standard_shifts
from bayes_saude.inference.reading import coefficients_by_level, panel_of, posterior_of
from bayes_saude.models.marginal import pass_up
from bayes_saude.models.moments import make_moments
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.predictor import INTERCEPT, SLOPE, make_tree
from bayes_saude.models.shifts import less, make_shifts
from bayes_saude.models.spec import ModelSpec

type Values = NDArray[np.float64]
type Columns = Mapping[str, Values]


def log_likelihood(spec: ModelSpec, fit: xr.DataTree) -> Values:
    """Log density of a panel given everything: the hyperparameters and every unit's line.

    Parameters
    ----------
    spec : ModelSpec
    fit : xarray.DataTree
        With a panel of one replicate.

    Returns
    -------
    array, shape (chains, draws)
        Of values whose link is not the identity the density is that on the link's scale; of shares it is that
        of the order in which successes came, without the binomial coefficient. Draws given one panel compare,
        families do not.
    """
    posterior, panel = posterior_of(fit), panel_of(fit)
    *_, (level, coefficients) = coefficients_by_level(fit)
    lines = coefficients.transpose("chain", "draw", level, "term")
    of_rows = lines.sel({level: panel[level].to_numpy()})
    slope = of_rows.sel(term=SLOPE) if SLOPE in lines["term"] else posterior["slope"]
    elapsed = xr.DataArray(panel["time"].to_numpy() - spec.data.origin, dims=level)
    eta = (
        of_rows.sel(term=INTERCEPT, drop=True).drop_vars(level)
        + slope.drop_vars([level, "term"], errors="ignore") * elapsed
    )
    if "year_effect" in posterior:
        years = posterior["year_effect"].sel(time=panel["time"].to_numpy())
        eta = eta + years.drop_vars("time").rename(time=level)
    family = FAMILIES[spec.model.family]
    columns = {name: panel[name].to_numpy(dtype=np.float64) for name in family.columns}
    if "value" in columns:
        columns["value"] = family.link.to_trend(columns["value"])
    parameters = {name: posterior[name].values[..., None] for name in family.parameters}
    density = LOG_DENSITIES[family.columns]
    return density(eta.transpose("chain", "draw", level).values, columns, parameters).sum(axis=-1)


def marginal_log_likelihood(spec: ModelSpec, fit: xr.DataTree) -> Values:
    """Log density of a panel given the hyperparameters, every unit's line integrated out.

    The deviations of years and the effects of predictors' groups are given too.

    Parameters
    ----------
    spec : ModelSpec
        Of a family whose effects are integrated out.
    fit : xarray.DataTree
        With a panel of one replicate.

    Returns
    -------
    array, shape (chains, draws)
    """
    posterior, panel = posterior_of(fit), panel_of(fit)
    shape = posterior["intercept"].shape
    draws = {
        str(name): values.values.astype(np.float64).reshape(-1, *values.shape[2:])
        for name, values in posterior.items()
    }
    for predictor in spec.data.predictors:
        effects = draws.pop(f"{predictor}_effect")
        draws |= {f"{term}[{predictor}]": effects[..., k] for k, term in enumerate(posterior["term"].values)}
    tree = make_tree(panel, spec.data.levels)
    shifts = make_shifts(panel, tree, spec.data.predictors, spec.model.year_effects)
    moments = make_moments(panel, tree, spec.data.origin, FAMILIES[spec.model.family].link, shifts)
    rows = moments.rows
    if moments.additions:
        rows, _ = less(rows, standard_shifts(draws, moments), moments.additions)
    variance = (draws["sd_resid"] / moments.units[0]) ** 2
    integrals, (precision, h) = pass_up(
        rows, variance[:, None, None], covariances(draws, moments, len(tree.levels)), moments.incidence
    )

    density = -0.5 * len(panel) * np.log(2 * np.pi * variance * moments.units[0] ** 2)
    density -= 0.5 * (rows.ysq if moments.additions else rows.ysq.sum()) / variance
    m = integrals[0].posterior.matrix
    explained = (m.a * rows.y_y + 2 * m.b * rows.y_ty + m.d * rows.ty_ty) / variance[:, None, None] ** 2
    density += 0.5 * _total(explained - rows.units * np.log(integrals[0].determinant))
    for integral in integrals[1:]:
        m, (h0, h1) = integral.posterior.matrix, integral.message.h
        explained = m.a * h0**2 + 2 * m.b * h0 * h1 + m.d * h1**2
        density += 0.5 * _total(explained - np.log(integral.determinant))
    intercept = (draws["intercept"] - moments.reference[0]) / moments.units[0]
    slope = (draws["slope"] - moments.reference[1]) / moments.units[1]
    a, b, d = (_total(element) for element in precision)
    density += _total(h[0]) * intercept + _total(h[1]) * slope
    return (density - 0.5 * (a * intercept**2 + 2 * b * intercept * slope + d * slope**2)).reshape(shape)


def _total(values: Values) -> Values:
    """Sum over all units, shape (draws,)."""
    return values.reshape(len(values), -1).sum(axis=1)


def _of_value(eta: Values, columns: Columns, by: Columns) -> Values:
    scale = by["sd_resid"]
    squared = ((columns["value"] - eta) / scale) ** 2
    if "df" not in by:
        return -0.5 * squared - np.log(np.sqrt(2 * np.pi) * scale)
    df = by["df"]
    # SciPy's takes a gamma function for each row, not for each draw: four times as long.
    of_df = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * np.log(np.pi * df)
    return of_df - np.log(scale) - (df + 1) / 2 * np.log1p(squared / df)


def _of_share(eta: Values, columns: Columns, by: Columns) -> Values:
    successes, trials = columns["successes"], columns["trials"]
    if "dispersion" not in by:
        return successes * log_expit(eta) + (trials - successes) * log_expit(-eta)
    concentration = by["dispersion"] ** -2
    # A share of zero to double precision has no beta distribution.
    a, b = (np.maximum(concentration * expit(side), np.finfo(float).tiny) for side in (eta, -eta))
    return betaln(successes + a, trials - successes + b) - betaln(a, b)


def _of_rate(eta: Values, columns: Columns, by: Columns) -> Values:
    count, log_mean = columns["count"], eta + np.log(columns["exposure"])
    concentration = by["dispersion"] ** -2
    log_ratio = log_mean - np.log(concentration)
    of_count = gammaln(count + concentration) - gammaln(concentration) - gammaln(count + 1)
    return of_count + count * log_expit(log_ratio) + concentration * log_expit(-log_ratio)


LOG_DENSITIES: Mapping[tuple[str, ...], Callable[[Values, Columns, Columns], Values]] = {
    ("value",): _of_value,
    ("successes", "trials"): _of_share,
    ("count", "exposure"): _of_rate,
}

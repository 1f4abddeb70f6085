"""Second step: draw a panel of about the right shape, from what is printed and the models' own assumptions.

Predicted effects come first: inside their rounding where they are printed, inside the interval that holds the
mean where they are not. Records follow from them and from noise, and each year is then stretched to table
2's quartiles, mean and spread.
"""

import numpy as np
from scipy.optimize import least_squares

from bayes_saude.data.reconstruct.equations import MixedModel
from bayes_saude.data.reconstruct.layout import Layout
from bayes_saude.data.reconstruct.parameters import Agreement
from bayes_saude.data.reconstruct.printed import Z95, Printed

INSIDE = 0.9999  # how far towards the end of its interval an effect may lie: 1 is the end itself
MARGIN = 0.1  # of a rounding interval, kept free at both ends


def draw_effect_bounds(
    printed: Printed, layout: Layout, model: MixedModel, rng: np.random.Generator
) -> np.ndarray:
    """Draw listed effects (deviations from the fixed effects) inside their rounding; bound the others.

    Returns
    -------
    ndarray (J, 2, 2)
        Lowest and highest predicted effect: municipality, term (intercept, slope), end. A listed effect is
        drawn within the rounding of its estimate and outside the interval around zero, and both ends are the
        draw; one that is not listed lies inside that interval. With correlation 1 slopes are a multiple of
        intercepts; where the roundings of both leave nothing in common, the draw is the middle of the gap.
    """
    width = Z95 * np.sqrt(np.diagonal(model.conditional_cov, axis1=1, axis2=2))[layout.pattern]
    centre = printed.municipality_effects["estimate"] - model.beta
    half = printed.municipality_effects["half"]
    low, high = centre - half, centre + half
    low = np.where(centre > 0, np.maximum(low, width / INSIDE), low)
    high = np.where(centre < 0, np.minimum(high, -width / INSIDE), high)
    unlisted = np.isnan(centre)
    low, high = np.where(unlisted, -INSIDE * width, low), np.where(unlisted, INSIDE * width, high)
    if printed.singular:
        ratio = np.sqrt(model.cov[1, 1] / model.cov[0, 0])
        low = np.outer(np.maximum(low[:, 0], low[:, 1] / ratio), [1.0, ratio])
        high = np.outer(np.minimum(high[:, 0], high[:, 1] / ratio), [1.0, ratio])
    # With correlation 1 one draw serves both terms.
    share = rng.uniform(MARGIN, 1 - MARGIN, (len(low), 1 if printed.singular else 2))
    share = np.where(low > high, 0.5, share)
    listed = low + share * (high - low)
    return np.stack([np.where(unlisted, low, listed), np.where(unlisted, high, listed)], -1)


def draw_last_deviations(
    printed: Printed, layout: Layout, model: MixedModel, rng: np.random.Generator
) -> np.ndarray:
    """Draw the predicted deviation in the last year of the two municipalities that lack it, (2,)."""
    bounds = draw_effect_bounds(printed, layout, model, rng)[layout.incomplete]
    deviations: np.ndarray = _draw_bounded(np.zeros((2, 2)), _effects_cov(model), bounds, rng) @ layout.X[-1]
    return deviations


def draw_start(
    printed: Printed, layout: Layout, agreement: Agreement, bounds: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw a first panel, ndarray (J, T); the two cells without records hold the model's line."""
    model = agreement.municipality
    scores = _draw_scores(printed, layout, agreement, bounds, rng)
    effects = scores @ model.cov
    S = model.S[layout.pattern]
    inside = effects + model.var_resid * np.linalg.solve(S, scores[..., None])[..., 0]
    scatter = model.var_resid**2 * (
        model.trace_p - np.einsum("ja,jab,jb->", scores, np.linalg.inv(S), scores)
    )
    y = (model.beta + inside) @ layout.X.T + _draw_off_line(layout, agreement.means, scatter, rng)
    for t in range(y.shape[1]):
        rows = layout.observed[:, t]
        y[rows, t] = _stretch(
            y[rows, t], printed.quartiles[t], agreement.means[t], printed.sds[t], printed.bounds
        )
    return y


def _effects_cov(model: MixedModel) -> np.ndarray:
    """Covariance of the predicted effects between municipalities: what REML equates theirs to, (2, 2)."""
    cov: np.ndarray = model.cov @ model.expected_score_cov @ model.cov / model.count.sum()
    return cov


def _draw_scores(
    printed: Printed, layout: Layout, agreement: Agreement, bounds: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw each municipality's g with its predicted effects Sigma g inside `bounds`, (J, 2)."""
    model, region = agreement.municipality, agreement.region
    totals = region.cross_products_of_effects(agreement.region_effects)
    totals = totals + np.einsum("rab,b->ra", region.S, region.beta - model.beta)
    share = np.bincount(layout.region)[:, None]
    centre = ((totals / share) @ (model.weight[0].T @ model.cov))[layout.region]
    between = np.cov(centre.T, bias=True)
    cov = _effects_cov(model)
    if not printed.singular:
        effects = _draw_bounded(centre, cov - between, bounds, rng)
        return model.scores_of_effects(effects)
    along = np.sqrt(np.diag(model.cov))
    effects = _draw_bounded(centre, np.diag([cov[0, 0] - between[0, 0], 1.0]), bounds, rng)
    on_line = effects[:, :1] / along[0]  # l'g, as u = l (l'g)
    across = np.array([-along[1], along[0]]) / np.hypot(*along)
    E = model.expected_score_cov / model.count.sum()
    slope = (across @ E @ along) / (along @ E @ along)
    left = across @ E @ across - slope**2 * (along @ E @ along)
    off_line = slope * on_line + rng.normal(0, np.sqrt(0.9 * left), on_line.shape)
    scores: np.ndarray = on_line * along / (along @ along) + off_line * across
    return scores


def _draw_bounded(
    centre: np.ndarray, cov: np.ndarray, bounds: np.ndarray, rng: np.random.Generator, tries: int = 200
) -> np.ndarray:
    """Draw intercepts and slopes from a normal distribution inside bounds, (J, 2): Gibbs steps, then clipped.

    Each is drawn given the other; a draw is repeated while it falls outside and clipped after `tries`.
    """
    sds = np.sqrt(np.diag(cov))
    corr = np.clip(cov[0, 1] / sds.prod(), -1, 1)
    z = rng.normal(size=centre.shape)
    z[:, 1] = corr * z[:, 0] + np.sqrt(1 - corr**2) * z[:, 1]
    u = np.clip(centre + sds * z, bounds[..., 0], bounds[..., 1])
    for _ in range(4):
        for a in range(2):
            mean = centre[:, a] + corr * sds[a] / sds[1 - a] * (u[:, 1 - a] - centre[:, 1 - a])
            draw = rng.normal(mean[:, None], sds[a] * np.sqrt(1 - corr**2), (len(u), tries))
            low, high = bounds[:, a, :1], bounds[:, a, 1:]
            first = ((draw >= low) & (draw <= high)).argmax(1)
            u[:, a] = np.clip(draw[np.arange(len(u)), first], low[:, 0], high[:, 0])
    return u


def _draw_off_line(layout: Layout, means: np.ndarray, scatter: float, rng: np.random.Generator) -> np.ndarray:
    """Draw the part of the records off their own straight line, with a given sum of squares, (J, T)."""
    J, T = layout.observed.shape
    hat = layout.X @ np.linalg.solve(layout.X.T @ layout.X, layout.X.T)
    common = (np.eye(T) - hat) @ means
    noise_var = max(scatter / J - common @ common, 0.1 * scatter / J) / (T - 2)
    noise = rng.normal(0, np.sqrt(noise_var), (J, T)) @ (np.eye(T) - hat)
    off_line: np.ndarray = common + noise
    return off_line


def _stretch(
    y: np.ndarray, quartiles: np.ndarray, mean: float, sd: float, limits: tuple[float, float]
) -> np.ndarray:
    """Map one year's values monotonically to given quartiles, its tails to the mean and, about, the sd."""
    q = np.quantile(y, [0.25, 0.5, 0.75])
    shape_low = np.clip((q[0] - y) / (q[1] - q[0]), 0, None)
    shape_high = np.clip((y - q[2]) / (q[2] - q[1]), 0, None)
    middle = np.interp(y, q, quartiles)
    room_low, room_high = quartiles[0] - limits[0], limits[1] - quartiles[2]
    spans = np.diff(quartiles)

    def tails(parameters: np.ndarray) -> np.ndarray:
        """Scale of the lower tail, scale and power of the upper one."""
        low, high, power = np.exp(parameters)
        down = low * spans[0] * shape_low
        up = high * spans[1] * shape_high**power
        down = np.minimum(down, room_low * down / (0.5 * room_low + down))  # bends before the limit
        if np.isfinite(room_high):
            up = np.minimum(up, room_high * up / (0.5 * room_high + up))
        return np.asarray(middle - down + up)

    def miss(parameters: np.ndarray) -> np.ndarray:
        z = tails(parameters)
        return np.array([10 * (z.mean() - mean) / sd, np.log(z.std() / sd), *(0.02 * parameters)])

    return tails(least_squares(miss, np.zeros(3), bounds=(-1.5, 1.5)).x)

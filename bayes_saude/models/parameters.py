"""The parameters of a trend, and the prior distributions that a model file may give them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat

from bayes_saude.models.outcomes import FAMILIES, GAUSSIAN

# Parameters of which each level has its own.
OF_LEVELS = ("sd_intercept", "sd_slope", "corr")


class Section(BaseModel):
    """A table of the file. Strict: "true" is no boolean, "2011" no number, an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Normal(Section):
    """N(mu, sigma) on the whole line, for `intercept` (the outcome's unit) and `slope` (that per year)."""

    dist: Literal["normal"]
    mu: float = Field(description="the centre, in the outcome's unit, e.g. mu = 100")
    sigma: PositiveFloat = Field(description="the standard deviation, e.g. sigma = 50")


class HalfNormal(Section):
    """|N(0, sigma)|, for standard deviations."""

    dist: Literal["halfnormal"]
    sigma: PositiveFloat = Field(description="the scale, in the outcome's unit, e.g. sigma = 10")


class Exponential(Section):
    """Exponential with mean `scale`, for standard deviations."""

    dist: Literal["exponential"]
    scale: PositiveFloat = Field(description="the mean, in the outcome's unit, e.g. scale = 10")


class HalfCauchy(Section):
    """|Cauchy(0, scale)|, of median `scale`, for standard deviations."""

    dist: Literal["halfcauchy"]
    scale: PositiveFloat = Field(description="the median, in the outcome's unit, e.g. scale = 10")


class LKJ(Section):
    """LKJ(eta) of the correlation of intercept and slope: flat at eta = 1, drawn towards 0 above."""

    dist: Literal["lkj"]
    eta: PositiveFloat = Field(description="the shape, e.g. eta = 2")


class Gamma(Section):
    """Gamma of mean shape / rate, cut off below 1, for the degrees of freedom `df`."""

    dist: Literal["gamma"]
    shape: PositiveFloat = Field(description="the shape, e.g. shape = 2")
    rate: PositiveFloat = Field(description="the rate, e.g. rate = 0.1")


Prior = Annotated[Normal | HalfNormal | Exponential | HalfCauchy | LKJ | Gamma, Field(discriminator="dist")]

_LOCATION = ("normal",)
_SCALE = ("halfnormal", "exponential", "halfcauchy")
_CORRELATION = ("lkj",)
_DEGREES = ("gamma",)


def prior_distributions(
    levels: Sequence[str],
    *,
    slopes: bool,
    family: str = GAUSSIAN,
    predictors: Sequence[str] = (),
    year_effects: bool = False,
) -> dict[str, tuple[str, ...]]:
    """List a trend's parameters, as prior keys, with the distributions that each may have.

    Parameters
    ----------
    levels : sequence of str
        Outermost first. With several, a parameter of one level is written `sd_intercept[region]`.
    slopes : bool
        Whether units have slopes.
    family : str
        A name in `outcomes.FAMILIES`.
    predictors : sequence of str
        The effects of one are written `intercept[population_band]`, `slope[population_band]`.
    year_effects : bool
        Whether each time has a deviation of its own, of scale `sd_year`.

    Returns
    -------
    dict
        Key to names of distributions: the whole line for `intercept` and `slope`, positive for standard
        deviations, (-1, 1) for correlations, above 1 for `df`.
    """
    fixed: dict[str, tuple[str, ...]] = {"intercept": _LOCATION, "slope": _LOCATION}
    terms = ("intercept", "slope") if slopes else ("intercept",)
    fixed |= {f"{term}[{name}]": _LOCATION for name in predictors for term in terms}
    random: dict[str, tuple[str, ...]] = {"sd_intercept": _SCALE}
    if slopes:
        random |= {"sd_slope": _SCALE, "corr": _CORRELATION}
    if len(levels) > 1:
        random = {f"{key}[{level}]": dists for level in levels for key, dists in random.items()}
    besides = [*(["sd_year"] if year_effects else []), *FAMILIES[family].parameters]
    return {**fixed, **random, **{name: _DEGREES if name == "df" else _SCALE for name in besides}}

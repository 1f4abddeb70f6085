"""Hyperparameters in words."""

from bayes_saude.plots.style import Lang, level_word, word

WORDS = {
    "intercept": ("intercept", "intercepto"),
    "slope": ("slope", "inclinação"),
    "sd_intercept": ("sd of intercepts", "dp dos interceptos"),
    "sd_slope": ("sd of slopes", "dp das inclinações"),
    "corr": ("correlation", "correlação"),
    "sd_resid": ("residual sd", "dp residual"),
    "sd_year": ("sd of years", "dp dos anos"),
    "dispersion": ("dispersion", "dispersão"),
    "df": ("degrees of freedom", "graus de liberdade"),
}


def parameter_word(parameter: str, lang: Lang) -> str:
    """Name a hyperparameter, with its level where it has one; one without words goes by its own name."""
    name, _, level = parameter.rstrip("]").partition("[")
    words = word(name, lang, WORDS) if name in WORDS else name
    return f"{words}, {level_word(level, lang)}" if level else words

"""Good model files as text, and what is said of faulty ones."""

import pytest

from bayes_saude.errors import ModelFileError
from bayes_saude.models.spec import parse_model

GOOD = """title = "Coverage by municipality"
source = "our hospital"
[data]
panel = "panel.csv"
outcome = "value"
time = "year"
origin = 2011
levels = ["municipality"]
[model]
family = "gaussian"
[ranking]
direction = "higher_is_better"
"""
NESTED = GOOD.replace('["municipality"]', '["region", "municipality"]')
SHARES = GOOD.replace('"value"', '["successes", "trials"]').replace("gaussian", "binomial")


def parse(text):
    return parse_model(text, name="mine", file="mine.toml")


def message(text):
    with pytest.raises(ModelFileError) as caught:
        parse(text)
    return str(caught.value)


def with_prior(line, text=GOOD):
    return f"{text}[priors]\n{line}\n"

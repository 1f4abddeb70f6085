"""What a fit says of itself is complete and can be read, or is named."""

import json

import numpy as np
import pytest

from bayes_saude.inference.attributes import Attributes, faulty_attributes
from bayes_saude.models.generative import priors_from_json
from bayes_saude.models.parameters import LKJ, Exponential, Gamma, HalfCauchy, HalfNormal, Normal
from bayes_saude.models.priors import priors_as_json

PRIORS = (
    Normal(dist="normal", mu=100, sigma=50), HalfNormal(dist="halfnormal", sigma=0.5), LKJ(dist="lkj", eta=2),
    Exponential(dist="exponential", scale=1), HalfCauchy(dist="halfcauchy", scale=1),
    Gamma(dist="gamma", shape=2, rate=0.1),
)  # fmt: skip
UNREADABLE = [
    ("panel_notes", "{junk"), ("panel_notes", "[1]"), ("panel_notes", "[" * 100_000), ("seed", "now"),
    ("seed", 1.5), ("priors", "{junk"), ("priors", '{"slope": {"dist": "code"}}'), ("versions", "[]"),
    ("sampler", "{}"), ("sampler", '{"draws": 100, "tune": 0, "chains": 2}'), ("wall_time_s", "long"),
    ("title", np.array([1, 2])),
]  # fmt: skip


def test_what_a_fit_says_in_memory_and_in_a_file_is_without_fault(fitted):
    assert faulty_attributes(fitted.attrs) == []
    as_in_file = {"seed": np.int64(fitted.attrs["seed"]), "wall_time_s": np.float64(1), "later": "unknown"}
    assert faulty_attributes(fitted.attrs | as_in_file) == []
    assert {*fitted.attrs} == {*Attributes.model_fields, "layout_version"}


def test_every_prior_and_note_can_be_read(fitted):
    text = priors_as_json(dict(zip("abcdef", PRIORS, strict=True)))
    assert [*priors_from_json(text).values()] == [*PRIORS]
    others = {"priors": text, "panel_notes": json.dumps(["3 rows left out", "ção"])}
    assert faulty_attributes(fitted.attrs | others) == []


@pytest.mark.parametrize("name", Attributes.model_fields)
def test_what_is_missing_is_named(fitted, name):
    rest = {key: value for key, value in fitted.attrs.items() if key != name}
    assert faulty_attributes(rest) == [name]


@pytest.mark.parametrize(("name", "value"), UNREADABLE)
def test_what_cannot_be_read_is_named(fitted, name, value):
    assert faulty_attributes(fitted.attrs | {name: value}) == [name]


def test_faults_are_named_together_each_once():
    assert faulty_attributes({}) == list(Attributes.model_fields)
    several = {"sampler": '{"draws": 0, "tune": 0, "chains": 0}'}
    assert faulty_attributes(several).count("sampler") == 1

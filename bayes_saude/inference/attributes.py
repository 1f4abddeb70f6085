"""What a fit says of itself, held against what it must be before anything is read from it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel, Json, PositiveInt, ValidationError

from bayes_saude.models.parameters import Prior


class Sampler(BaseModel):
    """Of the attribute `sampler`, what makes the same fit again; its seconds are for readers."""

    draws: PositiveInt
    tune: PositiveInt
    chains: PositiveInt


class Attributes(BaseModel):
    """The attributes that `fit` gives, but for the version of the layout, without which nothing is read."""

    model: str
    title: str
    model_file: str
    data_source: str
    data_sha256: str
    panel_note: str
    panel_notes: Json[list[str]]
    seed: int
    priors: Json[dict[str, Prior]]
    sampler: Json[Sampler]
    versions: Json[dict[str, str]]
    wall_time_s: float


def faulty_attributes(attributes: Mapping[Any, Any]) -> list[str]:
    """List the attributes of a fit that are missing, or cannot be read.

    Parameters
    ----------
    attributes : mapping
        As a file has them: numbers are NumPy's.

    Returns
    -------
    list of str
        Names, in the order of `Attributes`; empty where all is well.
    """
    plain = {
        str(name): value.item() if isinstance(value, np.generic) else value
        for name, value in attributes.items()
    }
    try:
        Attributes.model_validate(plain)
    except ValidationError as error:
        return list(dict.fromkeys(str(fault["loc"][0]) for fault in error.errors()))
    return []

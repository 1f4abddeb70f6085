"""A model file: which panel, which levels, which family, which priors, which direction is better.

A model file is TOML and data only: nothing in it is ever evaluated.
"""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from bayes_saude.data.faults import LEAST_NUMBER, MAX_NUMBER
from bayes_saude.data.shipped import is_shipped_name
from bayes_saude.errors import ModelFileError, did_you_mean, listed
from bayes_saude.models.explain import explain
from bayes_saude.models.outcomes import FAMILIES, VALUE, WITHIN_ONE
from bayes_saude.models.parameters import Prior, Section, prior_distributions

# Dimensions and variables that a fit has anyway: a level of that name could not be told from them.
RESERVED = {"chain", "draw", "obs", "term", "level", "replicate", "time", "intercept", "slope"} | {
    "value", "successes", "trials", "count", "exposure", "year",
    "sd_intercept", "sd_slope", "corr", "sd_resid", "sd_year", "dispersion", "df", "elapsed",
}  # fmt: skip

# Bytes: it becomes part of names of files, which have 255 at the most.
LONGEST_LEVEL = 100


def _in_language(lang: str, english: str, portuguese: str) -> str:
    return portuguese or english if lang == "pt" else english or portuguese


def _columns(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError('it is a list of column names, e.g. ["municipality"]')
    if not all(isinstance(name, str) and name.strip() for name in value):
        raise ValueError("each entry is the name of a column, in quotes")
    repeated = sorted({name for name in value if value.count(name) > 1})
    if repeated:
        raise ValueError(f"{listed(repeated)} stands in it more than once")
    return tuple(value)


def _column_or_columns(value: object) -> str | tuple[str, ...]:
    if isinstance(value, str) and value.strip():
        return value
    if not isinstance(value, list | tuple):
        raise ValueError(
            'it is the name of a column, e.g. "value", or a list such as ["successes", "trials"]'
        )
    return _columns(value)


class DataSpec(Section):
    """Where the panel is and what its columns mean."""

    panel: str = Field(min_length=1, description='a file or a shipped panel, e.g. panel = "sa2015/pap"')
    outcome: Annotated[str | tuple[str, ...], BeforeValidator(_column_or_columns)] = Field(
        description='the column that is modelled, e.g. outcome = "value"'
    )
    time: str = Field(min_length=1, description='the column of times, e.g. time = "year"')
    origin: float = Field(description="the time at which intercepts are levels, e.g. origin = 2011")
    levels: Annotated[tuple[str, ...], BeforeValidator(_columns)] = Field(
        description='the columns of units, outermost first, e.g. levels = ["region", "municipality"]'
    )

    unit: str | None = Field(
        None,
        min_length=1,
        description='the column that tells apart rows of one unit and time, e.g. unit = "hospital"',
    )
    predictors: Annotated[tuple[str, ...], BeforeValidator(_columns)] = Field(
        (), description='columns of groups that units of all parents fall in, e.g. ["population_band"]'
    )
    label: str = Field("", description='what axes call the outcome, e.g. label = "Coverage (%)"')
    label_pt: str = Field("", description='what they call it in Portuguese, e.g. label_pt = "Cobertura (%)"')

    @property
    def outcome_columns(self) -> tuple[str, ...]:
        """The outcome's columns, one or two."""
        return (self.outcome,) if isinstance(self.outcome, str) else self.outcome

    def label_in(self, lang: str) -> str:
        """Say what the outcome is called in "pt" or "en": in the other language if not in this one."""
        return _in_language(lang, self.label, self.label_pt)

    @model_validator(mode="after")
    def _columns_fit_together(self) -> Self:
        for level in (*self.levels, *self.predictors):
            if level in RESERVED | {".", ".."} or {"/", "\\"} & set(level) or not level.isprintable():
                kind = "a level" if level in self.levels else "a predictor"
                raise ValueError(
                    f"'{level}' cannot be the name of {kind}; rename the column in the panel "
                    f"(taken names: {listed(sorted(RESERVED))}; no slashes)"
                )
            if len(level.encode()) > LONGEST_LEVEL:
                raise ValueError(
                    f"'{level[:40]}...' is too long for the names of files; rename the column in the panel"
                )
        if self.unit and "unit" in self.levels:
            raise ValueError("unit: a level is called 'unit' already; rename that column in the panel")
        columns = [*self.levels, self.time, *self.outcome_columns, *([self.unit] if self.unit else [])]
        columns += self.predictors
        if repeated := sorted({name for name in columns if columns.count(name) > 1}):
            raise ValueError(
                f"{listed(repeated)}: one column cannot be level, time, outcome, unit or predictor at once"
            )
        return self


class FamilySpec(Section):
    """The distribution of the outcome about its trend."""

    family: Literal[
        "gaussian", "student_t", "lognormal", "logit_normal", "binomial", "beta_binomial", "negative_binomial"
    ] = Field(description='the distribution of the outcome, e.g. family = "gaussian"')
    slopes: bool = Field(True, description="true: each unit has a slope of its own; false: an intercept only")
    year_effects: bool = Field(
        False, description="true: each time has a deviation of its own from the line, common to all units"
    )
    sequence: str | None = Field(
        None,
        min_length=1,
        description='the outermost level, if its units stand in an order, e.g. sequence = "age_group"',
    )


class RankingSpec(Section):
    """Which units are the better ones."""

    direction: Literal["higher_is_better", "lower_is_better"] = Field(
        description='write direction = "higher_is_better" or direction = "lower_is_better"'
    )
    target: float | None = Field(
        None, description="a level to be met, in the outcome's unit, e.g. target = 95; of a share, 0.95"
    )


class ModelFile(Section):
    """What stands in the file."""

    title: str = Field(min_length=1, description='one line for reports, e.g. title = "Pap smears by region"')
    title_pt: str = Field("", description='that in Portuguese, e.g. title_pt = "Citopatológicos por região"')
    source: str = Field("", description='where the analysis comes from, e.g. source = "Sá (2015), table 9"')
    source_pt: str = Field("", description='that in Portuguese, e.g. source_pt = "Sá (2015), tabela 9"')
    data: DataSpec = Field(description="write a table [data] with panel, outcome, time, origin, levels")
    model: FamilySpec = Field(description='write a table [model] with family = "gaussian"')
    priors: dict[str, Prior] = Field({}, description='e.g. slope = {dist = "normal", mu = 0, sigma = 5}')
    ranking: RankingSpec = Field(
        description='write a table [ranking] with direction = "higher_is_better" or "lower_is_better"'
    )

    def title_in(self, lang: str) -> str:
        """Give the title in "pt" or "en": in the other language if not in this one."""
        return _in_language(lang, self.title, self.title_pt)

    def source_in(self, lang: str) -> str:
        """Say in "pt" or "en" where the analysis comes from, as `title_in`."""
        return _in_language(lang, self.source, self.source_pt)

    @property
    def parameters(self) -> dict[str, tuple[str, ...]]:
        """The model's parameters, with the distributions that the prior of each may have."""
        return prior_distributions(
            self.data.levels,
            slopes=self.model.slopes,
            family=self.model.family,
            predictors=self.data.predictors,
            year_effects=self.model.year_effects,
        )

    @model_validator(mode="after")
    def _outcome_fits_the_family(self) -> Self:
        family, columns = self.model.family, self.data.outcome_columns
        wanted = FAMILIES[family].columns
        if wanted == VALUE and len(columns) != 1:
            raise ValueError(
                f"data.outcome: the {family} family has one outcome column, not {listed(columns)}"
            )
        if wanted not in (VALUE, columns):
            raise ValueError(
                f"data.outcome: the {family} family has the columns {listed(wanted)}, not {listed(columns)}; "
                f"rename the panel's columns and write outcome = {json.dumps(wanted)}"
            )
        return self

    @model_validator(mode="after")
    def _sequence_is_the_outermost_level(self) -> Self:
        if self.model.sequence not in (None, outermost := self.data.levels[0]):
            raise ValueError(
                f"model.sequence: it is the outermost level, '{outermost}', or left out, "
                f"not '{self.model.sequence}'"
            )
        return self

    @model_validator(mode="after")
    def _target_fits_the_family(self) -> Self:
        family, target = self.model.family, self.ranking.target
        low, high = FAMILIES[family].support
        if target is not None and not low < target < high:
            valid = "a share, above 0 and below 1" if (low, high) == WITHIN_ONE else "above 0"
            raise ValueError(f"ranking.target: with the {family} family it is {valid}, not {target:g}")
        return self

    @model_validator(mode="after")
    def _priors_fit_the_parameters(self) -> Self:
        valid = self.parameters
        for key, prior in self.priors.items():
            if key not in valid:
                raise ValueError(
                    f"priors.{key}: this model has no such parameter.{did_you_mean(key, valid)} "
                    f"Its parameters are {listed(valid)}"
                )
            if prior.dist not in valid[key]:
                raise ValueError(f"priors.{key}: '{prior.dist}' does not fit it; use {listed(valid[key])}")
            if prior.dist == "normal" and "[" in key and prior.mu:
                raise ValueError(f"priors.{key}: its effects add up to zero, so that mu is 0")
            for name, number in prior.model_dump(exclude={"dist"}).items():
                if number and not LEAST_NUMBER <= abs(number) <= MAX_NUMBER:
                    raise ValueError(
                        f"priors.{key}.{name}: {number:g} is too {'small' if abs(number) < 1 else 'large'}; "
                        f"the limits are those of an outcome, {LEAST_NUMBER:g} and {MAX_NUMBER:g}"
                    )
        return self


class ModelSpec(ModelFile):
    """A model: its file, validated, and the file's name and text."""

    name: str
    text: str

    @property
    def integrated(self) -> bool:
        """Whether the units' coefficients are integrated out, and not sampled.

        Those of a sequence depend on each other, and are sampled.
        """
        return FAMILIES[self.model.family].integrated and not self.model.sequence


def parse_model(text: str, *, name: str, folder: Path | None = None, file: str | None = None) -> ModelSpec:
    """Read the text of a model file.

    Parameters
    ----------
    text : str
        TOML.
    name : str
        The model's name: the file's name without `.toml`.
    folder : Path, optional
        A relative path of a panel counts from here, the model file's folder; without it, it is left as it is.
    file : str, optional
        What messages call the file; `name` if left out.

    Returns
    -------
    ModelSpec

    Raises
    ------
    ModelFileError
        With every fault that was found: the file, the key, and what would be valid.
    """
    file = file or name
    if name in ("", ".", "..") or {"/", "\\", "\0"} & set(name):
        raise ModelFileError(
            f"{file}: a model, and the folder of its results, cannot be called '{name}'. Rename the file."
        )
    try:
        content = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and a whole number of thousands of digits
        raise ModelFileError(
            f'{file} is not valid TOML: {error}. Texts stand in quotes: key = "text".'
        ) from error
    except RecursionError as error:
        raise ModelFileError(
            f"{file}: brackets are nested too deep. Write at most one in another."
        ) from error
    try:
        spec = ModelSpec(name=name, text=text, **dict(ModelFile.model_validate(content)))
    except ValidationError as error:
        raise ModelFileError(explain(error, ModelFile, file)) from error
    if folder is None or is_shipped_name(spec.data.panel):
        return spec
    data = spec.data.model_copy(update={"panel": str(folder / spec.data.panel)})
    return spec.model_copy(update={"data": data})

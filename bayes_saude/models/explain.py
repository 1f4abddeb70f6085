"""What is wrong with a model file, in the file's own words: its keys, and what would be valid."""

import re
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ValidationError

from bayes_saude.errors import did_you_mean, listed

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_PLAIN = {
    "string_type": "it is a text, in quotes",
    "string_too_short": "it is a text that says something",
    "bool_type": "it is true or false, without quotes",
    "float_type": "it is a number, without quotes",
    "finite_number": "it is a finite number",
    "greater_than": "it is a number above 0",
    "model_type": "it is a table: a line [table] with keys below it",
    "dict_type": "it is a table: a line [table] with keys below it",
    "model_attributes_type": 'it is written {dist = "...", ...}',
}
_QUOTED = re.compile(r"'([^']*)'")


def explain(error: ValidationError, file_model: type[BaseModel], file: str) -> str:
    """Write the message of a ModelFileError.

    Parameters
    ----------
    error : ValidationError
        What pydantic found.
    file_model : type
        The model of the whole file, whose fields are the keys and whose descriptions say how to write them.
    file : str
        What to call the file.

    Returns
    -------
    str
        One line where there is one fault, else one line per fault below a count.
    """
    faults = [_fault(detail, file_model) for detail in error.errors(include_url=False)]
    if len(faults) == 1:
        return f"{file}: {faults[0]}"
    return "\n".join([f"{file} has {len(faults)} faults.", *(f"  {fault}" for fault in faults)])


def _fault(detail: "ErrorDetails", file_model: type[BaseModel]) -> str:  # noqa: PLR0911 (a table of cases)
    distributions = _distributions(file_model)
    path, section = _walk(detail["loc"], file_model, distributions)
    key = ".".join(path)
    match detail["type"]:
        case "value_error":  # a check of ours; one of the whole file names the keys itself
            return ": ".join(part for part in (key, f"{detail['ctx']['error']}.") if part)
        case "extra_forbidden":
            keys = list(section.model_fields)
            return (
                f"the key '{key}' does not exist.{did_you_mean(path[-1], keys)} Valid here: {listed(keys)}."
            )
        case "missing":
            return f"the key '{key}' is missing: {section.model_fields[path[-1]].description}."
        case "literal_error":
            return _not_one_of(key, str(detail["input"]), _QUOTED.findall(detail["ctx"]["expected"]))
        case "union_tag_invalid":
            return _not_one_of(f"{key}.dist", detail["ctx"]["tag"], list(distributions))
        case "union_tag_not_found":
            return f"the key '{key}.dist' is missing: one of {listed(distributions)}."
        case kind:
            return f"{key}: {_PLAIN.get(kind, detail['msg'])}, not {detail['input']!r}."


def _not_one_of(key: str, word: str, valid: list[str]) -> str:
    return f"{key}: '{word}' does not exist.{did_you_mean(word, valid)} Valid: {listed(valid)}."


def _distributions(file_model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Map each distribution's name to its class, from the union that the file's priors are."""
    _, prior = get_args(file_model.model_fields["priors"].annotation)
    classes = get_args(get_args(prior)[0])
    return {get_args(c.model_fields["dist"].annotation)[0]: c for c in classes}


def _walk(
    loc: tuple[int | str, ...], file_model: type[BaseModel], distributions: dict[str, type[BaseModel]]
) -> tuple[list[str], type[BaseModel]]:
    """Turn pydantic's place into the file's keys, and find the table that the last key belongs to."""
    parts = [str(part) for part in loc]
    if parts[:1] == ["priors"] and len(parts) > 2:
        # pydantic names the distribution between the parameter and its key; the file does not
        return [*parts[:2], *parts[3:]], distributions[parts[2]]
    section = file_model
    for part in parts[:-1]:
        inner = section.model_fields[part].annotation
        section = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else section
    return parts, section

"""Write the pages that follow from the package: its public names, and the keys of model files."""

import shutil
import sys
from itertools import groupby
from pathlib import Path

from pydantic import BaseModel

import bayes_saude as bs
from bayes_saude.models.spec import ModelFile

ROOT = Path(__file__).parents[1]
# Of the modules that public names come from, what their section is called.
SECTIONS = {
    "analysis": "A whole analysis",
    "data": "Data",
    "errors": "Errors",
    "inference": "Fits",
    "models": "Models",
    "plots": "Figures",
    "result_report": "Reports and tables",
    "result_tables": "Reports and tables",
    "results": "A whole analysis",
    "summaries": "Summaries",
}


def public_names() -> list[tuple[str, str]]:
    """List public names, each with the section that it belongs to."""
    lines = (ROOT / "bayes_saude" / "__init__.pyi").read_text(encoding="utf-8").splitlines()
    imports = [line.split() for line in lines if line.startswith("from .")]
    return [(SECTIONS[words[1].split(".")[1]], words[3]) for words in imports]


def api() -> str:
    """Write the page of public names."""
    parts = ["# Reference\n\nEvery public name of `import bayes_saude as bs`.\n"]
    for section, names in groupby(sorted(public_names()), key=lambda pair: pair[0]):
        listed = "\n".join(f"   {name}" for _, name in names)
        parts.append(
            f"\n## {section}\n\n```{{eval-rst}}\n.. currentmodule:: bayes_saude\n\n"
            f".. autosummary::\n   :toctree: api\n   :nosignatures:\n\n{listed}\n```\n"
        )
    return "".join(parts)


def model_files() -> str:
    """Write the page of a model file's keys and of the files that ship with the package."""
    rows = "".join(f"| `{key}` | {needed} | {told} |\n" for key, needed, told in _keys(ModelFile))
    models = "".join(f"| `{name}` | {bs.read_model(name).title} |\n" for name in bs.catalogue())
    return (
        "# Model files\n\nA model file is TOML. [The user guide](../index.md) walks through one; these are "
        "all its keys.\n\n"
        f"| key | must be there | what it is |\n|---|---|---|\n{rows}\n"
        f"## Those that ship with the package\n\n| name | title |\n|---|---|\n{models}"
    )


def _keys(section: type[BaseModel], above: str = "") -> list[tuple[str, str, str]]:
    rows = []
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            rows += _keys(kind, f"{above}{name}.")
        else:
            told = (field.description or "").replace("|", "\\|")
            rows.append((f"{above}{name}", "yes" if field.is_required() else "", told))
    return rows


def write(out: Path) -> None:
    """Write all of them.

    Parameters
    ----------
    out : Path
        A folder inside `docs/`.
    """
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (("reference", api()), ("model_files", model_files())):
        (out / f"{name}.md").write_text(text, encoding="utf-8")
    # What data there are is told beside the data; its links count from there.
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    (out / "data.md").write_text(text.replace("](../docs/", "](../"), encoding="utf-8")


if __name__ == "__main__":
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    write(Path(sys.argv[1]))

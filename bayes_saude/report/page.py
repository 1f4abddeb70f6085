"""The report's page: results put into words, tables and pictures, and all of it into one HTML file."""

import base64
import hashlib
import json
import logging
import shlex
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bayes_saude import __version__
from bayes_saude.figures.frame import note_of
from bayes_saude.figures.maps import has_places
from bayes_saude.figures.result import each_figure
from bayes_saude.plots.style import Lang
from bayes_saude.report.describe import (
    Facts,
    data_facts,
    fit_command,
    model_facts,
    sampling_facts,
    units_text,
)
from bayes_saude.report.misfits import warning_tables
from bayes_saude.report.one_panel import OnePanel
from bayes_saude.report.pictures import Picture, picture
from bayes_saude.report.terms import GATES, GLOSSARY, advice, known
from bayes_saude.report.text_tables import (
    TextTable,
    checks_table,
    comparison_tables,
    gate_value,
    parameters_table,
    priors_table,
    ranking_tables,
)
from bayes_saude.report.words import say
from bayes_saude.results import Result
from bayes_saude.summaries.coefficients import scale_of, spec_of

if TYPE_CHECKING:
    import geopandas as gpd

logger = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parent / "templates"
# Sections of a chapter, by the keys of their headings.
PARTS = ("checks", "data", "model_priors", "parameters", "rankings", "figures", "comparison", "reproduce")


class Chapter(NamedTuple):
    """A model's section, in the report's language and with nothing left to compute."""

    name: str
    title: str
    units: str
    passed: bool
    failures: list[str]
    worst: list[str]
    checks: TextTable
    not_reproduced: int
    warnings: list[TextTable]
    data: Facts
    note: str
    model: Facts
    source: str
    priors: TextTable
    parameters: TextTable
    rankings: list[TextTable]
    reml: str
    comparison: list[TextTable]
    pictures: list[Picture]
    sampling: Facts
    command: str
    model_file: str


def chapter(
    result: Result, lang: Lang, *, all_figures: bool = False, polygons: "gpd.GeoDataFrame | None" = None
) -> Chapter:
    """Put a model's results into words, tables and pictures.

    Parameters
    ----------
    result : Result
    lang : {"en", "pt"}
    all_figures : bool
        Draw also those that only some readers want.
    polygons : geopandas.GeoDataFrame, optional
        Of municipalities, from `read_polygons`: there are maps only where they are given, and of panels of
        municipalities.

    Returns
    -------
    Chapter
    """
    fit, checks = result.fit, result.report
    spec = spec_of(fit)
    note = note_of(fit, lang)
    if polygons is not None and not has_places(fit):
        logger.warning("%s: its units are no municipalities, so that it has no maps", spec.name)
        polygons = None
    figures = each_figure(
        fit, checks, result.ranking, result.comparison,
        hyperparameters=result.hyperparameters, polygons=polygons, main=not all_figures, lang=lang,
    )  # fmt: skip
    return Chapter(
        name=spec.name,
        title=spec.title_in(lang),
        units=units_text(fit, lang),
        passed=checks["passed"],
        failures=[_failure(gate, lang) for gate in checks["gates"] if not gate["passed"]],
        worst=_worst(checks, lang),
        checks=checks_table(checks, lang),
        not_reproduced=len(checks["warnings"]),
        warnings=warning_tables(checks, lang),
        data=data_facts(fit, note, lang),
        note=note,
        model=model_facts(fit, lang),
        source=spec.source_in(lang),
        priors=priors_table(fit, json.loads(fit.attrs["priors"]), lang),
        parameters=parameters_table(result.hyperparameters, lang),
        rankings=ranking_tables(fit, result.ranking, lang),
        reml=say("reml_own_scale" if not scale_of(fit) else "reml_on_link", lang),
        comparison=comparison_tables(fit, result.comparison, lang),
        pictures=[picture(figure) for figure in figures],
        sampling=sampling_facts(fit, lang),
        command=fit_command(fit),
        model_file=spec.text,
    )


def render(
    chapters: Sequence[Chapter],
    lang: Lang,
    *,
    panels: Sequence[OnePanel] = (),
    today: date | None = None,
) -> str:
    """Write the page.

    Parameters
    ----------
    chapters : sequence of Chapter
        At least one, in the order of the page.
    lang : {"en", "pt"}
    panels : sequence of OnePanel
        What is said of several models of one panel.
    today : date, optional
        The day on the page; today if left out.

    Returns
    -------
    str
        HTML. Whatever comes from data or model files is escaped, and a content security policy lets the page
        load nothing and run only its own script.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    failing = [chapter for chapter in chapters if not chapter.passed]
    style, script = (
        (TEMPLATES / f"report.{kind}").read_text(encoding="utf-8").strip() for kind in ("css", "js")
    )
    if failing:
        # On every printed page, too.
        stamp = say("despite", lang)
        style += f'\n@page {{ @top-right {{ content: "{stamp}"; color: #a33c00; font-weight: 700; }} }}'
    return environment.get_template("report.html").render(
        say=lambda key, **values: say(key, lang, **values),
        chapters=chapters,
        panels=panels,
        failing=failing,
        glossary=[(term[lang == "pt"], text[lang == "pt"]) for term, text in GLOSSARY],
        title=say("page_title", lang, what=_what(chapters, lang)),
        parts=PARTS,
        report_command=shlex.join(
            ["bayes-saude", "report", *(f"results/{chapter.name}" for chapter in chapters), "--lang", lang]
            + (["--despite-checks"] if failing else [])
        ),
        today=(today or date.today()).isoformat(),
        version=__version__,
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _what(chapters: Sequence[Chapter], lang: Lang) -> str:
    return chapters[0].title if len(chapters) == 1 else say("n_models", lang, n=len(chapters))


def _hash(text: str) -> str:
    """Name a style or a script in the page's security policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _failure(gate: Mapping[str, Any], lang: Lang) -> str:
    name = known(gate["name"], lang, GATES)
    if gate["parameter"]:
        name = say("gate_of", lang, gate=name, parameter=gate["parameter"])
    return say(
        "what_failed",
        lang,
        gate=name,
        value=gate_value(gate, lang),
        limit=gate_value({"value": gate["threshold"]}, lang),
        advice=advice(gate["advice"], lang),
    )


def _worst(checks: Mapping[str, Any], lang: Lang) -> list[str]:
    """Give the worst R-hat, the smaller effective sample size, and the divergences."""
    values = {gate["name"]: gate for gate in checks["gates"]}
    return [gate_value(values[name], lang) for name in ("R-hat", "bulk ESS", "divergences")]

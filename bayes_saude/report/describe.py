"""What was fitted, to what data, and how: facts of a fit as pairs of a term and a text."""

import json
import shlex
from pathlib import PurePath

import xarray as xr

from bayes_saude.plots.style import Lang, comma, level_word
from bayes_saude.report.terms import FAMILIES, known
from bayes_saude.report.text_tables import grouped, time_word
from bayes_saude.report.words import say
from bayes_saude.summaries.coefficients import panel_of, posterior_of, sampler_of, spec_of

type Facts = list[tuple[str, str]]


def data_facts(fit: xr.DataTree, note: str, lang: Lang) -> Facts:
    """Tell which panel was fitted: source, SHA-256, rows, units, times, and what must be said of it.

    Parameters
    ----------
    fit : xarray.DataTree
    note : str
        The panel's note, in the language.
    lang : {"en", "pt"}
    """
    panel, spec = panel_of(fit), spec_of(fit)
    replicates = panel["replicate"].nunique()
    rows = grouped(len(panel), lang)
    columns = ", ".join(spec.data.outcome_columns)
    label = spec.data.label_in(lang)
    times = sorted(panel["time"].unique())
    facts = [
        (say("panel", lang), panel_name(fit)),
        (say("sha256", lang), fit.attrs["data_sha256"]),
        (
            say("rows", lang),
            rows if replicates == 1 else say("rows_replicates", lang, rows=rows, replicates=replicates),
        ),
        (say("units", lang), units_text(fit, lang)),
        (
            say("times", lang),
            say(
                "times_range",
                lang,
                first=f"{times[0]:.15g}",
                last=f"{times[-1]:.15g}",
                n=len(times),
                column=spec.data.time,
            ),
        ),
        (say("outcome", lang), f"{label} ({columns})" if label else columns),
        (say("panel_notes", lang), "; ".join(json.loads(fit.attrs.get("panel_notes", "[]")))),
        (say("panel_note", lang), note),
    ]
    return [(term, text) for term, text in facts if text]


def panel_name(fit: xr.DataTree) -> str:
    """Name the panel's source; of a full path the file alone, as folders are those of one machine."""
    source = str(fit.attrs.get("data_source", spec_of(fit).data.panel))
    return PurePath(source).name if PurePath(source).is_absolute() else source


def units_text(fit: xr.DataTree, lang: Lang) -> str:
    """Count the units of every level: "28 regions, 853 municipalities"."""
    posterior = posterior_of(fit)
    return ", ".join(
        f"{posterior.sizes[level]} {level_word(level, lang)}" for level in spec_of(fit).data.levels
    )


def model_facts(fit: xr.DataTree, lang: Lang) -> Facts:
    """Tell in words what the model is, and which units count as the better ones."""
    spec = spec_of(fit)
    levels = [level_word(level, lang) for level in spec.data.levels]
    nested = levels[-1]
    for outer in reversed(levels[:-1]):
        nested = say("inside", lang, inner=nested, outer=outer)
    ranking = say(spec.ranking.direction, lang)
    if spec.ranking.target is not None:
        ranking += "; " + say("target", lang, value=comma(f"{spec.ranking.target:g}", lang))
    trend = say(
        "trend_slopes" if spec.model.slopes else "trend_shared",
        lang,
        origin=f"{spec.data.origin:.15g}",
        time=time_word(spec.data.time, lang),
    )
    if spec.model.sequence:
        trend += " " + say("sequence", lang, units=level_word(spec.model.sequence, lang))
    if spec.model.year_effects:
        trend += " " + say("year_effects", lang)
    facts = [
        (say("source", lang), spec.source_in(lang)),
        (say("levels", lang), nested),
        (say("predictors", lang), ", ".join(level_word(name, lang) for name in spec.data.predictors)),
        (say("family", lang), known(spec.model.family, lang, FAMILIES)),
        (say("trend", lang), trend),
        (say("direction", lang), ranking),
    ]
    return [(term, text) for term, text in facts if text]


def sampling_facts(fit: xr.DataTree, lang: Lang) -> Facts:
    """Tell what makes the same fit again: seed, sampler, versions."""
    sampler = sampler_of(fit)
    posterior = fit["posterior"]
    replicates = len(set(posterior["replicate"].to_numpy().tolist()))
    versions = json.loads(fit.attrs["versions"])
    return [
        (say("seed", lang), str(fit.attrs["seed"])),
        (
            say("sampler", lang),
            say(
                "sampler_text" if replicates == 1 else "sampler_replicates",
                lang,
                chains=sampler["chains"],
                draws=posterior.sizes["draw"],
                tune=sampler["tune"],
                replicates=replicates,
                kept=grouped(posterior.sizes["chain"] * posterior.sizes["draw"], lang),
            ),
        ),
        (say("wall_time", lang), comma(f"{float(fit.attrs['wall_time_s']):.1f} s", lang)),
        (say("versions", lang), ", ".join(f"{name} {version}" for name, version in versions.items())),
    ]


def fit_command(fit: xr.DataTree) -> str:
    """Write the command that makes the fit again of its model file."""
    sampler, name = sampler_of(fit), fit.attrs["model"]
    source, panel = PurePath(panel_name(fit)), PurePath(spec_of(fit).data.panel)
    # A panel that was no file, but made in a script, has a name for readers only.
    other = [] if source.name == panel.name else ["--data", str(source) if source.suffix else "PANEL"]
    options = [str(part) for key in ("draws", "tune", "chains") for part in (f"--{key}", sampler[key])]
    return shlex.join(
        ["bayes-saude", "fit", f"{name}.toml", *other, "--seed", str(fit.attrs["seed"]), *options]
    )

"""The figures of a result folder: what they say around the data, and that it fits on the page."""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.figure import Figure

from bayes_saude import result_figures
from bayes_saude.data.shipped import IMPLIED, RECONSTRUCTION
from bayes_saude.models.catalogue import catalogue, read_model

LONGEST = max((read_model(name) for name in catalogue()), key=lambda spec: len(spec.title))


@pytest.fixture(autouse=True)
def open_figures(monkeypatch):
    """Draw without a screen, and leave the figures open to be looked at."""
    mpl.use("Agg")
    with monkeypatch.context() as patch:
        patch.setattr(result_figures.plt, "close", lambda figure: None)
        yield
    plt.close("all")


def tables(levels, n=6):
    mean = np.linspace(90, 10, n)
    unit = [f"Unit {place}" for place in range(n)]
    ranking = pd.DataFrame({"within": "all", "unit": unit, "mean": mean, "low": mean - 7, "high": mean + 6})
    ranking = ranking.assign(expected_rank=np.arange(1.0, n + 1), p_above_mean=np.linspace(1, 0, n))
    compared = pd.DataFrame({"unit": unit, "reml": mean, "bayes": mean + 1, "agrees": np.arange(n) > 0})
    return (
        pd.concat(
            ranking.assign(level=level, by=by)
            for level in levels
            for by in ("intercept", "slope", "level:2014")
        ),
        pd.concat(compared.assign(level=level, parameter="intercept") for level in levels),
    )


def read(folder: Path, text: str):
    """Read the model of the longest title, with this for its title."""
    path = folder / "model.toml"
    path.write_text(LONGEST.text.replace(LONGEST.title, text), encoding="utf-8")
    return read_model(path)


def draw(folder: Path, spec=LONGEST, *, note="", n=6, passed=True, **kwargs):
    fit = xr.DataTree(xr.Dataset(attrs={"model_file": spec.text, "model": spec.name, "panel_note": note}))
    files = result_figures.write_figures(
        fit, {"passed": passed}, *tables(spec.data.levels, n), folder, **kwargs
    )
    numbers = plt.get_fignums()[-len(files) :]
    return dict(zip((file.stem for file in files), map(plt.figure, numbers), strict=True))


def inside(figure, text) -> bool:
    # As saved: drawing once more would lay it out anew.
    box = text.get_window_extent()
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height


def labels(figures, kind="caterpillar", level="region"):
    end = "-pt" if any(name.endswith("-pt") for name in figures) else ""
    return [
        figures[f"{kind}-{level}-{by}{end}"].axes[0].get_xlabel()
        for by in ("intercept", "slope", "level-2014")
    ]


@pytest.mark.parametrize("lang", ["en", "pt"])
def test_the_longest_title_and_the_legends_fit_the_column(tmp_path, lang):
    for figure in draw(tmp_path, lang=lang, note=RECONSTRUCTION, n=28).values():
        assert figure.get_suptitle().replace("\n", " ") == LONGEST.title
        assert inside(figure, figure._suptitle)
        assert inside(figure, figure._supxlabel)
        assert inside(figure, figure.axes[0].get_legend())


def test_the_title_says_that_checks_failed(tmp_path):
    assert all("DESPITE FAILED CHECKS" in f.get_suptitle() for f in draw(tmp_path, passed=False).values())


def test_the_title_says_so_in_portuguese(tmp_path):
    figures = draw(tmp_path, passed=False, lang="pt")
    assert all("APESAR DE VERIFICAÇÕES REPROVADAS" in f.get_suptitle() for f in figures.values())


def test_axes_name_the_quantity_and_its_year_in_either_language(tmp_path):
    in_english = draw(tmp_path)
    assert labels(in_english) == ["intercept (level in 2011)", "slope (level per year)", "level in 2014"]
    compared = in_english["reml-posterior-region-intercept"].axes[0]
    assert compared.get_ylabel() == "intercept (level in 2011), posterior mean"
    assert labels(draw(tmp_path, lang="pt")) == [
        "intercepto (nível em 2011)",
        "inclinação (nível por ano)",
        "nível em 2014",
    ]


def test_axes_name_the_scale_of_a_share(tmp_path):
    found = labels(draw(tmp_path, read_model("costa2014-share-age")), level="age_group")
    assert found[1:] == ["slope (log-odds per year)", "level in 2014"]


@pytest.mark.parametrize("note", [RECONSTRUCTION, IMPLIED])
def test_notes_of_shipped_panels_are_in_the_figures_language(tmp_path, note):
    def written(lang):
        figures = draw(tmp_path, note=note, lang=lang).values()
        return {figure.get_supxlabel().replace("\n", " ") for figure in figures}

    assert written("en") == {note}
    (portuguese,) = written("pt")
    assert "não os " in portuguese


def test_any_other_note_stays_as_it_is(tmp_path):
    figures = draw(tmp_path, note="My own note.", lang="pt")
    assert {figure.get_supxlabel() for figure in figures.values()} == {"My own note."}


def test_one_language_leaves_the_others_files(tmp_path):
    english = set(draw(tmp_path))
    portuguese = set(draw(tmp_path, lang="pt"))
    assert portuguese == {f"{name}-pt" for name in english}
    assert {file.stem for file in (tmp_path / "figures").iterdir()} == english | portuguese


def test_money_in_the_title_and_the_note_is_no_mathematics(tmp_path):
    for figure in draw(
        tmp_path, read(tmp_path, "R$ per resident and R$ per visit"), note="R$ 1 = R$ 1"
    ).values():
        assert not any(text.get_parse_math() for text in (figure._suptitle, figure._supxlabel))


@pytest.mark.parametrize("n", [2, 6, 28, 853])
def test_names_legend_title_and_note_have_room_for_any_number_of_units(tmp_path, n):
    figures = draw(tmp_path, note="A word of four lines. " * 16, n=n)
    figure = figures["caterpillar-region-slope"]
    (ax,) = figure.axes
    texts = [figure._suptitle, ax.get_legend(), *ax.get_yticklabels(), figure._supxlabel]
    assert all(inside(figure, text) for text in texts)
    boxes = [ax.xaxis.get_tightbbox(), *(text.get_window_extent() for text in texts)]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize("lang", ["en", "pt"])
def test_a_figure_has_a_title_and_says_what_is_drawn_before_it_is_drawn(lang):
    fit = xr.DataTree(xr.Dataset(attrs={"model_file": LONGEST.text, "model": LONGEST.name, "panel_note": ""}))
    figures = list(result_figures.each_figure(fit, {"passed": True}, *tables(LONGEST.data.levels), lang=lang))
    assert not plt.get_fignums()
    told = {figure.name: (figure.title, figure.alt) for figure in figures}
    assert len(told) == len(figures)
    # Of p_above_mean from 1 to 0 in steps of 1/5 only the ends lie outside the central 95%.
    assert (
        told["caterpillar-region-slope"]
        == {
            "en": (
                "Regions by slope (level per year)",
                "Regions (6) from best to worst by slope (level per year), with posterior means and 95% "
                "intervals: 1 above the mean of all, 1 below, 4 neither. First Unit 0, last Unit 5.",
            ),
            "pt": (
                "Regiões por inclinação (nível por ano)",
                "Regiões (6) do melhor ao pior por inclinação (nível por ano), com médias a posteriori e "
                "intervalos de 95%: 1 acima da média de todos, 1 abaixo, 4 nem acima nem abaixo. "
                "Primeiro: Unit 0; último: Unit 5.",
            ),
        }[lang]
    )
    compared = told["reml-posterior-region-intercept"][1]
    assert compared.endswith({"en": "differs in 1.", "pt": "difere em 1."}[lang])
    assert isinstance(figures[0].draw(), Figure)

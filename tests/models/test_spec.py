"""What a model file may say, and how it is read."""

import pytest
from model_texts import GOOD, NESTED, message, parse, with_prior

from bayes_saude.models.parameters import Normal, prior_distributions
from bayes_saude.models.spec import parse_model


def test_a_model_file_is_read_with_its_name_and_exact_text():
    spec = parse(GOOD)
    assert (spec.name, spec.text, spec.title, spec.source) == (
        "mine", GOOD, "Coverage by municipality", "our hospital",
    )  # fmt: skip
    assert (spec.data.panel, spec.data.time, spec.data.origin) == ("panel.csv", "year", 2011.0)
    assert (spec.data.outcome, spec.data.outcome_columns) == ("value", ("value",))
    assert spec.data.levels == ("municipality",)
    assert (spec.model.family, spec.model.slopes) == ("gaussian", True)
    assert spec.priors == {}
    assert (spec.ranking.direction, spec.ranking.target) == ("higher_is_better", None)


def test_the_label_of_the_outcome_may_be_given_in_both_languages():
    labels = 'label = "Coverage (%)"\nlabel_pt = "Cobertura (%)"\n'
    said = parse(GOOD.replace("[model]", f"{labels}[model]"))
    assert (said.data.label, said.data.label_pt) == ("Coverage (%)", "Cobertura (%)")
    assert (parse(GOOD).data.label, parse(GOOD).data.label_pt) == ("", "")


def test_a_title_and_a_source_in_one_language_serve_for_the_other():
    alone, both = parse(GOOD), parse('title_pt = "Cobertura"\nsource_pt = "Tese"\n' + GOOD)
    for lang in ("en", "pt"):
        assert (alone.title_in(lang), alone.source_in(lang)) == (alone.title, alone.source)
    assert (both.title_in("en"), both.source_in("en")) == (alone.title, alone.source)
    assert (both.title_in("pt"), both.source_in("pt")) == ("Cobertura", "Tese")


def test_a_label_in_one_language_serves_for_the_other():
    only_english = parse(GOOD.replace("[model]", 'label = "Coverage (%)"\n[model]')).data
    both = parse(GOOD.replace("[model]", 'label = "Coverage (%)"\nlabel_pt = "Cobertura (%)"\n[model]')).data
    assert [only_english.label_in(lang) for lang in ("en", "pt")] == ["Coverage (%)", "Coverage (%)"]
    assert [both.label_in(lang) for lang in ("en", "pt")] == ["Coverage (%)", "Cobertura (%)"]


def test_priors_are_typed():
    prior = parse(with_prior('intercept = {dist = "normal", mu = 100, sigma = 50}')).priors["intercept"]
    assert prior == Normal(dist="normal", mu=100, sigma=50)


def test_a_model_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="frozen"):
        parse(GOOD).data.origin = 2012


def test_a_relative_panel_counts_from_the_model_file_s_folder(tmp_path):
    def panel(text, **options):
        return parse_model(text, name="mine", **options).data.panel

    assert panel(GOOD, folder=tmp_path) == str(tmp_path / "panel.csv")
    assert panel(GOOD) == "panel.csv"
    absolute = str(tmp_path / "elsewhere" / "panel.csv")
    assert panel(GOOD.replace("panel.csv", absolute), folder=tmp_path / "models") == absolute
    assert panel(GOOD.replace("panel.csv", "sa2015/pap"), folder=tmp_path) == "sa2015/pap"


def test_prior_keys_of_several_levels_name_the_level():
    assert list(prior_distributions(["region"], slopes=True)) == [
        "intercept", "slope", "sd_intercept", "sd_slope", "corr", "sd_resid",
    ]  # fmt: skip
    assert list(prior_distributions(["region", "municipality"], slopes=True)) == [
        "intercept", "slope", "sd_intercept[region]", "sd_slope[region]", "corr[region]",
        "sd_intercept[municipality]", "sd_slope[municipality]", "corr[municipality]", "sd_resid",
    ]  # fmt: skip
    assert list(prior_distributions(["region"], slopes=False)) == [
        "intercept", "slope", "sd_intercept", "sd_resid",
    ]  # fmt: skip

    assert list(prior_distributions(["region"], slopes=False, family="beta_binomial")) == [
        "intercept", "slope", "sd_intercept", "dispersion",
    ]  # fmt: skip
    assert "sd_resid" not in prior_distributions(["region"], slopes=True, family="binomial")
    assert list(prior_distributions(["region"], slopes=False, predictors=["band"], year_effects=True)) == [
        "intercept",
        "slope",
        "intercept[band]",
        "sd_intercept",
        "sd_year",
        "sd_resid",
    ]


SHIFTED = GOOD.replace("[model]", 'predictors = ["band"]\n[model]\nyear_effects = true')


def test_predictors_and_year_effects_are_read_and_have_priors():
    spec = parse(with_prior('"slope[band]" = {dist = "normal", mu = 0, sigma = 2}', SHIFTED))
    assert (spec.data.predictors, spec.model.year_effects) == (("band",), True)
    assert list(spec.parameters)[:4] == ["intercept", "slope", "intercept[band]", "slope[band]"]
    assert "sd_year" in spec.parameters
    assert spec.integrated


def test_a_predictors_effects_are_about_zero():
    line = '"slope[band]" = {dist = "normal", mu = 1, sigma = 2}'
    assert "priors.slope[band]: its effects add up to zero, so that mu is 0." in message(
        with_prior(line, SHIFTED)
    )


def test_a_sequence_is_the_outermost_level_and_keeps_the_effects():
    spec = parse(GOOD.replace("[ranking]", 'sequence = "municipality"\n[ranking]'))
    assert (spec.model.sequence, spec.integrated) == ("municipality", False)
    assert "model.sequence: it is the outermost level, 'region', or left out, not 'municipality'." in message(
        NESTED.replace("[ranking]", 'sequence = "municipality"\n[ranking]')
    )


def test_students_degrees_of_freedom_have_a_gamma_prior():
    text = GOOD.replace("gaussian", "student_t")
    spec = parse(with_prior('df = {dist = "gamma", shape = 2, rate = 0.1}', text))
    assert spec.priors["df"].rate == 0.1
    assert "priors.df: 'halfnormal' does not fit it; use 'gamma'." in message(
        with_prior('df = {dist = "halfnormal", sigma = 1}', text)
    )


@pytest.mark.parametrize(
    "line",
    [
        'slope = {dist = "normal", mu = -1, sigma = 5}',
        'sd_intercept = {dist = "halfnormal", sigma = 25}',
        'sd_slope = {dist = "exponential", scale = 10}',
        'sd_resid = {dist = "halfcauchy", scale = 10}',
        'corr = {dist = "lkj", eta = 2}',
    ],
)
def test_every_distribution_is_read(line):
    key = line.split(" = ")[0]
    assert list(parse(with_prior(line)).priors) == [key]

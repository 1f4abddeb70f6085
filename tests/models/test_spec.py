"""A model file is data: what it may say, and that what it may not say is named with what would be valid."""

import pytest

from bayes_saude.errors import ModelFileError
from bayes_saude.models.parameters import Normal, prior_distributions
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


# --- what is read


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


# --- what is refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            GOOD.replace("title", "titel"),
            "the key 'titel' does not exist. Did you mean 'title'? "
            "Valid here: 'title', 'source', 'data', 'model', 'priors', 'ranking'.",
        ),
        (
            GOOD.replace("panel =", "panl ="),
            "the key 'data.panl' does not exist. Did you mean 'panel'? "
            "Valid here: 'panel', 'outcome', 'time', 'origin', 'levels', 'unit', 'predictors', 'label', "
            "'label_pt'.",
        ),
        (
            GOOD.replace('direction = "higher_is_better"', ""),
            "the key 'ranking.direction' is missing: "
            'write direction = "higher_is_better" or direction = "lower_is_better".',
        ),
        (
            GOOD.replace('[ranking]\ndirection = "higher_is_better"', ""),
            "the key 'ranking' is missing: "
            'write a table [ranking] with direction = "higher_is_better" or "lower_is_better".',
        ),
        (
            GOOD.replace("higher_is_better", "up"),
            "ranking.direction: 'up' does not exist. Valid: 'higher_is_better', 'lower_is_better'.",
        ),
        (
            GOOD.replace("gaussian", "gausian"),
            "model.family: 'gausian' does not exist. Did you mean 'gaussian'? "
            "Valid: 'gaussian', 'student_t', 'lognormal', 'logit_normal', 'binomial', 'beta_binomial', "
            "'negative_binomial'.",
        ),
        (GOOD.replace("2011", '"2011"'), "data.origin: it is a number, without quotes, not '2011'."),
        (GOOD.replace("2011", "nan"), "data.origin: it is a finite number, not nan."),
        (
            GOOD.replace("[ranking]", 'slopes = "true"\n[ranking]'),
            "model.slopes: it is true or false, without quotes, not 'true'.",
        ),
        (
            GOOD.replace('["municipality"]', "[]"),
            'data.levels: it is a list of column names, e.g. ["municipality"].',
        ),
        (
            GOOD.replace('["municipality"]', '"municipality"'),
            'data.levels: it is a list of column names, e.g. ["municipality"].',
        ),
        (
            GOOD.replace('["municipality"]', "[1]"),
            "data.levels: each entry is the name of a column, in quotes.",
        ),
        (
            GOOD.replace('["municipality"]', '["region", "region"]'),
            "data.levels: 'region' stands in it more than once.",
        ),
        (
            GOOD.replace('outcome = "value"', 'outcome = "year"'),
            "data: 'year': one column cannot be level, time, outcome, unit or predictor at once.",
        ),
        (
            GOOD.replace("[model]", 'unit = "municipality"\n[model]'),
            "data: 'municipality': one column cannot be level, time, outcome, unit or predictor at once.",
        ),
        (
            GOOD.replace("[model]", 'predictors = ["municipality"]\n[model]'),
            "data: 'municipality': one column cannot be level, time, outcome, unit or predictor at once.",
        ),
        (
            GOOD.replace("[model]", 'predictors = ["df"]\n[model]'),
            "data: 'df' cannot be the name of a predictor; rename the column in the panel",
        ),
        (
            GOOD.replace('["municipality"]', '["unit"]\nunit = "hospital"'),
            "data: unit: a level is called 'unit' already; rename that column in the panel.",
        ),
        (
            GOOD.replace('outcome = "value"', "outcome = 3"),
            'data.outcome: it is the name of a column, e.g. "value", or a list such as '
            '["successes", "trials"].',
        ),
        (
            GOOD.replace('outcome = "value"', 'outcome = ["successes", "trials"]'),
            "data.outcome: the gaussian family has one outcome column, not 'successes', 'trials'.",
        ),
        (
            GOOD.replace("gaussian", "binomial"),
            "data.outcome: the binomial family has the columns 'successes', 'trials', not 'value'; "
            'rename the panel\'s columns and write outcome = ["successes", "trials"].',
        ),
        (
            GOOD.replace("gaussian", "negative_binomial").replace('"value"', '["successes", "trials"]'),
            "data.outcome: the negative_binomial family has the columns 'count', 'exposure'",
        ),
        (
            with_prior("sd_resid = {dist = 'halfnormal', sigma = 1}", SHARES),
            "priors.sd_resid: this model has no such parameter. Did you mean 'sd_slope'? "
            "Its parameters are 'intercept', 'slope', 'sd_intercept', 'sd_slope', 'corr'.",
        ),
        (GOOD.replace("[model]", "[model.inner]"), "the key 'model.inner' does not exist"),
        ("name = 'other'\n" + GOOD, "the key 'name' does not exist"),
        (
            GOOD.replace('title = "Coverage by municipality"', "title = 3"),
            "title: it is a text, in quotes, not 3.",
        ),
    ],
)
def test_a_fault_names_the_file_the_key_and_what_is_valid(text, expected):
    assert message(text).startswith("mine.toml")
    assert expected in message(text)


RATES = GOOD.replace('"value"', '["count", "exposure"]').replace("gaussian", "negative_binomial")
BETA_BINOMIAL = SHARES.replace("binomial", "beta_binomial")


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        (SHARES, 25, "with the binomial family it is a share, above 0 and below 1, not 25"),
        (SHARES, 1, "with the binomial family it is a share, above 0 and below 1, not 1"),
        (BETA_BINOMIAL, 0, "with the beta_binomial family it is a share, above 0 and below 1, not 0"),
        (RATES, 0, "with the negative_binomial family it is above 0, not 0"),
    ],
)
def test_a_target_that_the_outcome_cannot_be_at_is_refused(text, target, expected):
    assert message(f"{text}target = {target}\n").endswith(f"ranking.target: {expected}.")


@pytest.mark.parametrize(("text", "target"), [(GOOD, -3), (SHARES, 0.25), (BETA_BINOMIAL, 0.5), (RATES, 25)])
def test_a_target_that_the_outcome_can_be_at_is_read(text, target):
    assert parse(f"{text}target = {target}\n").ranking.target == target


@pytest.mark.parametrize("level", ["term", "chain", "time", "corr", "sd_resid", "dispersion", "a/b"])
def test_a_level_may_not_be_called_what_a_fit_has_already(level):
    assert f"data: '{level}' cannot be the name of a level" in message(
        GOOD.replace('municipality"]', f'{level}"]')
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            'sd_slope = {dist = "halfnormal", sigma = -1}',
            "priors.sd_slope.sigma: it is a number above 0, not -1.",
        ),
        (
            'sd_slope = {dist = "exponential", scale = 0}',
            "priors.sd_slope.scale: it is a number above 0, not 0.",
        ),
        ('corr = {dist = "lkj", eta = -2}', "priors.corr.eta: it is a number above 0, not -2."),
        (
            'slope = {dist = "normal", mu = -1e200, sigma = 1}',
            "priors.slope.mu: -1e+200 is too large; the limits are those of an outcome, 1e-30 and 1e+30.",
        ),
        (
            'sd_slope = {dist = "halfnormal", sigma = 1e-200}',
            "priors.sd_slope.sigma: 1e-200 is too small; the limits are those of an outcome",
        ),
        (
            'intercept = {dist = "normal", mu = inf, sigma = 1}',
            "priors.intercept.mu: it is a finite number, not inf.",
        ),
        (
            'sd_slope = {dist = "normal", mu = 0, sigma = 1}',
            "priors.sd_slope: 'normal' does not fit it; use 'halfnormal', 'exponential', 'halfcauchy'.",
        ),
        (
            'intercept = {dist = "halfnormal", sigma = 1}',
            "priors.intercept: 'halfnormal' does not fit it; use 'normal'.",
        ),
        (
            'slope = {dist = "beta", scale = 1}',
            "priors.slope.dist: 'beta' does not exist. "
            "Valid: 'normal', 'halfnormal', 'exponential', 'halfcauchy', 'lkj', 'gamma'.",
        ),
        (
            "slope = {mu = 0, sigma = 1}",
            "the key 'priors.slope.dist' is missing: "
            "one of 'normal', 'halfnormal', 'exponential', 'halfcauchy', 'lkj', 'gamma'.",
        ),
        (
            'slope = {dist = "normal", mu = 0, sgma = 1}',
            "the key 'priors.slope.sgma' does not exist. Did you mean 'sigma'? "
            "Valid here: 'dist', 'mu', 'sigma'.",
        ),
        ("slope = 3", 'priors.slope: it is written {dist = "...", ...}, not 3.'),
        (
            'sd_slop = {dist = "halfnormal", sigma = 1}',
            "priors.sd_slop: this model has no such parameter. Did you mean 'sd_slope'? Its parameters are "
            "'intercept', 'slope', 'sd_intercept', 'sd_slope', 'corr', 'sd_resid'.",
        ),
    ],
)
def test_a_faulty_prior_is_named_with_what_is_valid(line, expected):
    assert expected in message(with_prior(line))


def test_a_prior_of_a_nested_model_names_its_level():
    assert "Did you mean 'sd_slope[" in message(
        with_prior('sd_slope = {dist = "halfnormal", sigma = 1}', NESTED)
    )
    line = '"sd_slope[region]" = {dist = "halfnormal", sigma = 1}'
    assert list(parse(with_prior(line, NESTED)).priors) == ["sd_slope[region]"]


def test_all_faults_are_reported_at_once():
    text = GOOD.replace("2011", '"2011"').replace("higher_is_better", "up").replace("title", "titel")
    assert message(text).splitlines()[0] == "mine.toml has 4 faults."
    assert len(message(text).splitlines()) == 5


def test_an_error_of_syntax_names_the_line():
    assert "(at line 3, column 6)" in message(GOOD.replace("[data]", "[data"))


def test_nothing_in_a_model_file_is_evaluated():
    assert parse(GOOD.replace("Coverage", "{1 + 1}")).title == "{1 + 1} by municipality"

"""A model file is data: what it may not say is named with what would be valid, and nothing in it runs."""

import pytest
from model_texts import GOOD, NESTED, SHARES, message, parse, with_prior


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            GOOD.replace("title", "titel"),
            "the key 'titel' does not exist. Did you mean 'title'? "
            "Valid here: 'title', 'title_pt', 'source', 'source_pt', 'data', 'model', 'priors', 'ranking'.",
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

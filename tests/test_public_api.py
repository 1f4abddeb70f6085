"""What `import bayes_saude` gives to a script."""

import subprocess
import sys

import pytest

import bayes_saude as bs


def test_importing_costs_nothing_until_a_name_is_used():
    heavy = {"numpy", "pandas", "pymc", "xarray", "matplotlib"}
    code = f"import sys, bayes_saude; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", [name for name in bs.__all__ if not name.startswith("__")])
def test_every_public_name_is_a_documented_function_or_error(name):
    public = getattr(bs, name)
    assert callable(public)
    assert public.__doc__


def test_every_error_can_be_caught():
    for error in (bs.DataError, bs.ModelFileError, bs.ConvergenceError):
        assert issubclass(error, bs.BayesSaudeError)


def test_the_steps_of_an_analysis_are_public():
    steps = {
        "read_panel",
        "read_model",
        "catalogue",
        "fit",
        "save",
        "load",
        "check",
        "rank",
        "compare",
        "reml",
    }
    assert steps | {"hyperparameters", "reconstruct", "plot_caterpillar"} <= set(dir(bs))


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="rnak"):
        _ = bs.rnak


def test_an_analysis_in_a_few_lines(model_file, coverage):
    model = bs.read_model(model_file)
    fit = bs.fit(model, coverage, seed=1)
    bs.require(bs.check(fit))
    ranking = bs.rank(fit, by="intercept")
    # Neighbours' intercepts differ by 5: nine standard errors, 0.5 sqrt(2 * 0.6), of a difference.
    assert list(ranking["unit"]) == [f"Region {letter}" for letter in "JIHGFEDCBA"]
    comparison = bs.compare(fit, bs.reml(fit))
    assert comparison.loc[comparison["parameter"] == "intercept", "agrees"].all()

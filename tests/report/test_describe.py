"""What was fitted, in words."""

from bayes_saude.inference.store import load
from bayes_saude.report.describe import model_facts


def test_an_order_of_the_units_is_told(result):
    fitted = load(result)
    as_it_was = fitted.attrs["model_file"]
    assert "stand in an order" not in str(model_facts(fitted, "en"))
    fitted.attrs["model_file"] = as_it_was.replace("[model]", '[model]\nsequence = "region"')
    assert "The regions stand in an order, and neighbours are alike" in str(model_facts(fitted, "en"))
    assert "As unidades (regiões) têm uma ordem" in str(model_facts(fitted, "pt"))

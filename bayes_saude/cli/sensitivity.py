"""The command `sensitivity` of the command line: how much of a ranking is the prior's."""

from functools import partial
from typing import Annotated, Literal

import typer

from bayes_saude.cli.shared import Despite, Result, data_of, load_fit, say_despite

MEANINGS = (
    "named: units above or below the mean (95%). Against the fit's own priors: gained are named with the "
    "others only, lost with its own only, turned are now on the other side; largest shift is of an expected "
    "rank. correlation: of intercepts and slopes, posterior mean."
)


def sensitivity(
    result: Result,
    lang: Annotated[Literal["en", "pt"], typer.Option(help="Language of the figures.")] = "en",
    format: Annotated[Literal["pdf", "svg", "png"], typer.Option(help="Kind of the figures' files.")] = "pdf",
    despite_checks: Despite = False,
) -> None:
    """Fit the model again with other priors, and count the units that come to be called something else.

    Correlations get LKJ(1), LKJ(2) and LKJ(4), standard deviations half-normal, exponential and half-Cauchy
    priors of the same median, then their own at half and at twice the scales; the first row is the same
    priors with another seed. Each is a fit as long as the first: seconds where units' effects are integrated
    out, minutes where they are sampled; what is interrupted goes on where it was. Writes sensitivity.csv and
    figures/sensitivity-*.

    Example: bayes-saude sensitivity results/sa2015-pap-region

    Example: bayes-saude sensitivity results/sa2015-pap-region --lang pt --format png
    """
    fitted = load_fit(result)
    from bayes_saude.console import console, say, track
    from bayes_saude.figures.result import draw_into
    from bayes_saude.figures.sensitivity import sensitivity_figures
    from bayes_saude.inference.steps import remembered
    from bayes_saude.results import checked, write_table
    from bayes_saude.screen_tables import sensitivity_table
    from bayes_saude.summaries.sensitivity import sensitivity as with_other_priors

    report = checked(fitted, result, despite=despite_checks)
    screen = console()
    say_despite(screen, report)
    with remembered(fitted, result, "sensitivity") as once:
        table = with_other_priors(fitted, track=partial(track, doing="fitting with priors:"), once=once)
        screen.print(sensitivity_table(table))
        say(screen, MEANINGS)
        if not table["passed"].all():
            say(screen, "A fit marked * fails the checks of its sampling: conclude nothing from its row.")
        written = write_table(table, report, fitted, result, "sensitivity")
        place = f"Table: {result / 'sensitivity.csv'}\n" if written else ""
        say(screen, f"\n{place}{data_of(fitted)}")
        figures = sensitivity_figures(fitted, table, passed=report["passed"], lang=lang)
        for file in draw_into(result, fitted, figures, lang=lang, format=format):
            typer.echo(file)

"""The command `check` of the command line: whether a fit may be concluded from."""

from functools import partial
from typing import Annotated, Any

import typer

from bayes_saude.cli.shared import Result, load_fit
from bayes_saude.errors import BayesSaudeError


def check(
    result: Result,
    cross_validate: Annotated[
        bool,
        typer.Option(
            "--cross-validate", help="Leave out each unit, then each year, and score what is predicted of it."
        ),
    ] = False,
    refits: Annotated[
        int | None,
        typer.Option(
            help="With --cross-validate, the most units to fit again without; all that need it if left out.",
            min=0,
        ),
    ] = None,
) -> None:
    """Check whether a fit has converged. The exit status is 1 where a gate fails.

    Where the model does not reproduce the data, or the posterior moves with its priors, a warning says so; it
    changes no exit status. Writes checks.json, and for a fit that passes, with --cross-validate,
    cross_validation.csv: what the model predicts of units and of years that it has not seen, by which models
    of one panel may be compared. It takes seconds where units' effects are integrated out. Where they are
    sampled, each year, and each unit that needs it, is a fit as long as the first: see --refits. What is
    interrupted goes on where it was.

    Example: bayes-saude check results/sa2015-esf-region

    Example: bayes-saude check results/sa2015-vaccine-municipality --cross-validate

    Example: bayes-saude check results/robust-vaccine-student --cross-validate --refits 3
    """
    if refits is not None and not cross_validate:
        raise BayesSaudeError("--refits is for cross-validation. Give --cross-validate too, or leave it out.")
    fitted = load_fit(result)
    from bayes_saude.console import track
    from bayes_saude.inference.steps import remembered
    from bayes_saude.results import write_checks, write_cross_validation
    from bayes_saude.summaries.cross_validation import cross_validate as scores_of

    # A minute for hundreds of units that are sampled.
    for _ in track([str(result)], "checking"):
        report = write_checks(fitted, result)
    if report["passed"] and cross_validate:
        with remembered(fitted, result, "cross_validation") as once:
            scoring = partial(track, doing="scoring")
            table = scores_of(fitted, by="both", refits=refits, track=scoring, once=once)
            report = write_cross_validation(table, report, fitted, result)
    print_checks(report)
    if not report["passed"]:
        if cross_validate:
            typer.echo("Not cross-validated, as it fails its checks: fit again first.", err=True)
        raise typer.Exit(1)


def print_checks(report: dict[str, Any]) -> None:
    """Show gates and warnings, and what to do about each.

    Parameters
    ----------
    report : dict
        As `write_checks` gives it.
    """
    from bayes_saude import screen_tables as tables
    from bayes_saude.console import console, say

    screen = console()
    screen.print(tables.checks_table(report))
    for line in tables.checks_advice(report):
        say(screen, line)
    if report["warnings"]:
        screen.print()
        screen.print(tables.misfits_table(report))
        say(screen, "This stops nothing: it is about the model, not about how its posterior was sampled.")
        for line in tables.misfits_advice(report):
            say(screen, line)
    if advice := tables.priors_advice(report):
        screen.print()
        screen.print(tables.priors_table(report))
        say(screen, "This stops nothing: priors are part of the model. From 0.05 on a posterior moves.")
        for line in advice:
            say(screen, line)
    if report["cross_validation"]:
        screen.print()
        screen.print(tables.scores_table(report))

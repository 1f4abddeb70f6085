"""The command `verify` of the command line: whether a result folder is what was written."""

from pathlib import Path
from typing import Annotated

import typer


def verify(
    result: Annotated[Path, typer.Argument(help="A result folder: results/MODEL.")],
    refit: Annotated[
        bool, typer.Option("--refit", help="Fit once more, with the same seed, and compare the draws.")
    ] = False,
) -> None:
    """Hold a result folder against the hashes written when it was made. The exit status is 1 if it differs.

    Looks at the fit, its draws, panel and model file, and at every table and figure made from it. It writes
    nothing.

    Example: bayes-saude verify results/sa2015-esf-region

    Example: bayes-saude verify results/sa2015-esf-region --refit
    """
    from bayes_saude.console import harmless
    from bayes_saude.inference.verify import verify as findings_of

    findings = findings_of(result, refit=refit)
    widest = max(len(each.name) for each in findings)
    for each in findings:
        status = "DIFFERS" if each.differs else "ok"
        # No table of the screen's: what is told may name a path of any length, and none of it is cut.
        typer.echo(harmless(f"{each.name:<{widest}}  {status:<7}  {each.told}"))
    differing = sum(each.differs for each in findings)
    typer.echo(f"\n{differing} of {len(findings)} differ" if differing else "\nNothing differs")
    if differing:
        raise typer.Exit(1)

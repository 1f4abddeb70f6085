"""The command line in the process of the tests."""

from typer.testing import CliRunner, Result

from bayes_saude.cli import app

SEED = ("--seed", 3)
# So few draws that no gate on effective sample size can pass.
TOO_FEW = ("--draws", 20, "--tune", 50, *SEED)


def run(*arguments: object) -> Result:
    """Run a command line in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])

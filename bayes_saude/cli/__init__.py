"""The command line: a file for the commands of each kind, thin over the same functions that scripts use."""

from bayes_saude.cli.commands import app, main

__all__ = ["app", "main"]

"""The process behind `commands.Warm`: compiles models once, then forks a process for each command line."""

import json
import os
import signal
import sys
from pathlib import Path

import bayes_saude.results
import bayes_saude.screen_tables
import bayes_saude.summaries.ranking  # noqa: F401
from bayes_saude import cli, demo
from bayes_saude.inference.fit import fitting_panel
from bayes_saude.inference.sampler import Trend
from bayes_saude.models.catalogue import read_model
from bayes_saude.models.priors import resolve_priors

LONGEST = 600  # seconds, after which a process that hangs is ended


def run(arguments: list[str], stderr: str) -> int:
    """Fork; the child runs the command line and ends with it."""
    process = os.fork()
    if process == 0:
        for stream, file in enumerate((os.devnull, os.devnull, stderr)):
            os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), stream)
        sys.argv = ["bayes-saude", *arguments]
        signal.alarm(LONGEST)
        try:
            cli.main()
        except SystemExit as end:
            os._exit(end.code if isinstance(end.code, int) else 1)
        finally:
            os._exit(1)
    return process


def main() -> None:
    models = {Path(model).stem: Path(model) for model in sys.argv[1:]}
    demo.catalogue = lambda: models
    for model in models.values():
        spec = read_model(model)
        Trend(resolve_priors(spec, fitting_panel(spec)), len(spec.data.levels))
    print("warm", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = (
            run(request["run"], request["stderr"])
            if "run" in request
            else os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1])
        )
        print(answer, flush=True)


if __name__ == "__main__":
    main()

"""The command line: one thin function per command, over the same functions that scripts use.

What a command needs is imported inside it, so that help and slips of the keyboard answer at once.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from bayes_saude import __version__
from bayes_saude.cli.check import check, print_checks
from bayes_saude.cli.figures import figures
from bayes_saude.cli.icsap import icsap
from bayes_saude.cli.interruption import ending_when_interrupted
from bayes_saude.cli.reconstruct import reconstruct
from bayes_saude.cli.report import report, tables
from bayes_saude.cli.sensitivity import sensitivity
from bayes_saude.cli.shared import Despite, Result, data_of, load_fit, say_despite
from bayes_saude.cli.streams import mend_streams
from bayes_saude.cli.verify import verify
from bayes_saude.errors import BayesSaudeError

Model = Annotated[str, typer.Argument(help="A name from `bayes-saude models`, or the path of a model file.")]
Out = Annotated[Path, typer.Option(help="Folder in which each model has its result folder.")]
Force = Annotated[bool, typer.Option("--force", help="Fit again even where the same fit is at hand.")]


class OneLineErrors(TyperGroup):
    """Tells an error in one line and ends with status 2, without a traceback."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take --debug wherever it stands, also behind a command."""
        rest = [argument for argument in args if argument != "--debug"]
        return super().parse_args(ctx, ["--debug", *rest] if len(rest) < len(args) else rest)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except (BayesSaudeError, OSError) as error:
            if ctx.params["debug"]:
                raise
            from bayes_saude.console import harmless

            typer.echo(f"Error: {harmless(_told(error))}", err=True)
            raise typer.Exit(2) from error


def _told(error: BayesSaudeError | OSError) -> str:
    if isinstance(error, BayesSaudeError):
        return str(error)
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return f"{what}. See that the place exists, may be written and has room, or name another."


app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Paragraphs of help are wrapped to the terminal, not where the source has them broken.
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"bayes-saude {__version__}")
        raise typer.Exit


@app.callback()
def root(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Bayesian hierarchical trends of health indicators, and rankings that say how sure they are.

    For a first look: demo. For data of your own, copy a model file, edit it, then: fit, check, rank, compare.
    """
    from bayes_saude.console import log_to_stderr

    log_to_stderr()


@app.command()
def demo(out: Out = Path("results"), force: Force = False) -> None:
    """Re-analyse both theses, Sá (2015) and Costa (2014), and say what a reader wants to know first.

    A second run reuses the finished fits.

    Example: bayes-saude demo --out results
    """
    from bayes_saude.demo import run

    run(out, force=force)


@app.command()
def models() -> None:
    """List the model files that ship with the package: fit one by its name, or copy and edit it.

    Example: bayes-saude models
    """
    from bayes_saude.models.catalogue import catalogue, read_model

    files = catalogue()
    for name in files:
        typer.echo(f"{name:<{max(map(len, files))}}  {read_model(name).title}")
    typer.echo(f"\nTheir files are in {next(iter(files.values())).parent}")


@app.command()
def fit(
    model: Model,
    data: Annotated[Path | None, typer.Option(help="A panel to use instead of the model file's.")] = None,
    missing: Annotated[
        Literal["error", "drop"], typer.Option(help="What to do with rows that have no outcome.")
    ] = "error",
    draws: Annotated[int, typer.Option(help="Draws of each chain, which replicates share.", min=1)] = 1000,
    tune: Annotated[int, typer.Option(help="Draws of each chain to tune the sampler with.", min=1)] = 1000,
    chains: Annotated[int, typer.Option(help="Chains.", min=1)] = 4,
    seed: Annotated[
        int | None,
        typer.Option(help="Seed. Without one it is drawn, and recorded.", min=0, max=2**63 - 1),
    ] = None,
    out: Out = Path("results"),
    force: Force = False,
) -> None:
    """Fit a model to its panel and save the fit, with its checks, in OUT/MODEL.

    A finished fit of the same model, data, settings and seed is used again.

    Example: bayes-saude fit sa2015-esf-region --seed 1

    Example: bayes-saude fit my-model.toml --data panel.csv --missing drop
    """
    from bayes_saude.console import on_terminal, tell_of_reuse
    from bayes_saude.data.panel import read_panel
    from bayes_saude.inference.reuse import fit_or_load
    from bayes_saude.models.catalogue import read_model
    from bayes_saude.results import checked

    tell_of_reuse()
    if data:
        typer.echo(f"Data: {data}, in place of the panel that the model file names", err=True)
    spec = read_model(model)
    folder = out / spec.name
    fitted = fit_or_load(
        spec, folder, read_panel(data) if data else None, force=force, missing=missing,
        draws=draws, tune=tune, chains=chains, seed=seed, progress=on_terminal(),
    )  # fmt: skip
    if on_terminal():
        typer.echo(err=True)  # the sampler's progress leaves its last line open
    print_checks(checked(fitted, folder, despite=True))
    typer.echo(f"Saved in {folder}")


app.command()(check)


@app.command()
def rank(
    result: Result,
    by: Annotated[
        str, typer.Option(help="intercept, slope, or level:YEAR such as level:2014.")
    ] = "intercept",
    level: Annotated[str | None, typer.Option(help="Level to rank; the innermost if left out.")] = None,
    within_each: Annotated[
        str | None, typer.Option(help="Rank inside each unit of this outer level.")
    ] = None,
    top: Annotated[int, typer.Option(help="Units to print, and the k of p_top.", min=1)] = 10,
    bottom: Annotated[int, typer.Option(help="Last units to print too, and their p_bottom.", min=0)] = 0,
    prob: Annotated[float, typer.Option(help="Probability of the intervals.", min=0.01, max=0.999)] = 0.95,
    target: Annotated[
        float | None, typer.Option(help="Value to be met, instead of the model file's.")
    ] = None,
    despite_checks: Despite = False,
) -> None:
    """Rank units, 1 the best, with what is known of each rank.

    Writes ranking.csv: all levels by intercept, by slope, and by level in the last year or the one asked for.
    --top, --bottom, --prob and --target are about the screen: the file is always that of the defaults.

    Example: bayes-saude rank results/sa2015-esf-nested --level region --by level:2014

    Example: bayes-saude rank results/sa2015-esf-nested --within-each region --top 3
    """
    fitted = load_fit(result)
    from bayes_saude.console import console, fits, say
    from bayes_saude.results import checked, checked_too, write_table
    from bayes_saude.screen_tables import ends, ranking_table
    from bayes_saude.summaries.coefficients import LEVEL_PREFIX, spec_of
    from bayes_saude.summaries.printed import Printed
    from bayes_saude.summaries.ranking import all_rankings
    from bayes_saude.summaries.ranking import rank as rank_units

    report = checked(fitted, result, despite=despite_checks)
    ranking = rank_units(
        fitted, by=by, level=level, within_each=within_each,
        top=top, bottom=bottom or None, prob=prob, target=target,
    )  # fmt: skip
    level = level or spec_of(fitted).data.levels[-1]
    asked = Printed(level, within_each, by, top, bottom or None, prob, target)
    of_asked = checked_too(fitted, report, asked, despite=despite_checks)
    years = [float(by.removeprefix(LEVEL_PREFIX))] if by.startswith(LEVEL_PREFIX) else None
    of_file = of_asked if years else report
    written = write_table(all_rankings(fitted, years), of_file, fitted, result, "ranking")
    screen = console()
    say_despite(screen, of_asked)
    shown = ends(ranking, top=top, bottom=bottom)
    table = ranking_table(shown)
    screen.print(table if fits(table) else ranking_table(shown, narrow=True))
    place = f"All rankings: {result / 'ranking.csv'}\n" if written else ""
    say(screen, f"\n{place}{data_of(fitted)}")


@app.command()
def compare(result: Result, despite_checks: Despite = False) -> None:
    """Put REML and posterior side by side: comparison.csv by unit, hyperparameters.csv.

    REML of another family than the Gaussian is that of its outcome on the trend's scale: empirical log-odds
    of a share, the logarithm of a rate.

    Example: bayes-saude compare results/sa2015-pap-municipality
    """
    fitted = load_fit(result)
    from bayes_saude.console import console, say
    from bayes_saude.results import checked, write_table
    from bayes_saude.screen_tables import agreement_table, hyperparameter_table
    from bayes_saude.summaries.comparison import agreement, hyperparameters, mark_borderline
    from bayes_saude.summaries.comparison import compare as compare_units
    from bayes_saude.summaries.reml import reml

    report = checked(fitted, result, despite=despite_checks)
    frequentist = reml(fitted)
    comparison, parameters = compare_units(fitted, frequentist), hyperparameters(fitted, frequentist)
    counted = agreement(mark_borderline(fitted, comparison))
    written = write_table(comparison, report, fitted, result, "comparison")
    write_table(parameters, report, fitted, result, "hyperparameters")
    screen = console()
    say_despite(screen, report)
    screen.print(hyperparameter_table(parameters), "", agreement_table(counted), sep="\n")
    place = f"Unit by unit: {result / 'comparison.csv'}\n" if written else ""
    say(screen, f"\n{place}{data_of(fitted)}")


app.command()(figures)
app.command()(reconstruct)
app.command()(icsap)
app.command()(report)
app.command()(tables)
app.command()(sensitivity)
app.command()(verify)


def main() -> None:
    """Run the command line."""
    mend_streams()
    with ending_when_interrupted():
        app()

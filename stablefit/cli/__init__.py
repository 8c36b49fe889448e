"""The command line: files in; tables, JSON, pictures and reports out. One module a command.

What is heavy is imported inside the commands, so that ``--help`` answers at once. Exit status: 0, 1 for bad data (one
line on standard error), 2 for wrong usage. Results go to standard output, all else to standard error.
"""

from typing import Annotated

import typer

from stablefit.cli.compare import compare
from stablefit.cli.escape import escape
from stablefit.cli.examples import command
from stablefit.cli.fit import fit
from stablefit.cli.paths import paths
from stablefit.cli.report import report
from stablefit.cli.sgn import sgn
from stablefit.cli.simulate import simulate

app = typer.Typer(name="stablefit", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

for function in (fit, compare, report, simulate, paths, sgn, escape):
    command(app, function)


def _version(wanted: bool) -> None:
    if wanted:
        from stablefit import __version__

        typer.echo(f"stablefit {__version__}")
        raise typer.Exit


@app.callback()
def stablefit(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Alpha-stable laws for heavy-tailed noise.

    stablefit COMMAND --help shows options and examples.
    """

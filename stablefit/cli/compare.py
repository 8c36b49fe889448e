"""``stablefit compare``: several laws on one column."""

from typing import TYPE_CHECKING

import typer

from stablefit.cli.columns import read_column
from stablefit.cli.options import Column, File, Json, Laws, OmitNan, Plot, Returns
from stablefit.cli.printing import bad_data_on_one_line, draw, print_json, wrong_usage

if TYPE_CHECKING:
    from collections.abc import Sequence


def compare(
    file: File,
    column: Column = None,
    returns: Returns = None,
    laws: Laws = "normal,stable,t,laplace",
    plot: Plot = None,
    as_json: Json = False,
    omit_nan: OmitNan = False,
) -> None:
    """Compare laws on one column of FILE.

    The one with the smallest BIC comes first.

    For example:
      stablefit compare prices.csv --column close --returns log
      stablefit compare noise.npy --laws normal,stable,t,nig --plot laws.png
      stablefit compare noise.csv --json
    """
    with bad_data_on_one_line():
        samples = read_column(file, column, returns, omit_nan)
        from stablefit.gof.comparing import compare as compare_laws

        comparison = compare_laws(samples, names_of(laws))
        if plot is not None:
            from stablefit.plotting.page import write_comparison

            draw(write_comparison, comparison, plot, file.stem)
        if as_json:
            print_json(comparison.rows)
        else:
            typer.echo(str(comparison))


def names_of(laws: str) -> "Sequence[str]":
    """Return the names in a list with commas between; an unknown one is wrong usage."""
    from stablefit.gof.candidates import checked_names

    with wrong_usage("--laws"):
        return checked_names([name.strip() for name in laws.split(",")])

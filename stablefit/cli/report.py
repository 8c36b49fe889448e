"""``stablefit report``: one HTML file of a column, or of gradient noise."""

from pathlib import Path
from typing import Annotated

import typer

from stablefit.cli.columns import read_column
from stablefit.cli.compare import names_of
from stablefit.cli.options import NOISE, STANDARD_INPUT, Column, File, Json, Laws, OmitNan, Returns, in_a_folder
from stablefit.cli.printing import bad_data_on_one_line, print_json

Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="OUT.html",
        callback=in_a_folder,
        dir_okay=False,
        help="Where to write; FILE's name with .html.",
    ),
]


def report(
    file: File,
    column: Column = None,
    returns: Returns = None,
    laws: Laws = "stable,normal,t,laplace,nig",
    out: Out = None,
    as_json: Json = False,
    omit_nan: OmitNan = False,
) -> None:
    """Write a report of FILE as one HTML file.

    It holds the fit of one column, pictures, tests and rivals. A file that ends in .sgn is gradient noise, and gets its
    own report. The name of what was written is printed.

    For example:
      stablefit report prices.csv --column close --returns log --out report.html
      stablefit report noise.sgn
    """
    with bad_data_on_one_line():
        if file == STANDARD_INPUT and out is None:
            raise typer.BadParameter("must be given for standard input", param_hint="--out")
        target = file.with_suffix(".html") if out is None else out
        if file.suffix == NOISE:
            from importlib import import_module

            import_module("adapters.torch").SGN.load(file).report(target, title=file.stem)
        else:
            import stablefit

            names = names_of(laws)
            fitted = stablefit.fit(read_column(file, column, returns, omit_nan))
            fitted.report(target, title=file.stem, laws=names)
        if as_json:
            print_json({"report": str(target)})
        else:
            typer.echo(str(target))

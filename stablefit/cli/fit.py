"""``stablefit fit``: one column, all methods."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from stablefit.cli.columns import read_column
from stablefit.cli.options import Column, File, Json, OmitNan, Plot, Returns, in_a_folder
from stablefit.cli.printing import bad_data_on_one_line, draw, print_json

Method = Annotated[
    Literal["mle", "ecf", "quantile", "logmoment", "mohammadi", "all"],
    typer.Option("--method", "-m", help="The estimator whose summary is printed; all prints the table only."),
]
Skewed = Annotated[
    bool, typer.Option("--skewed", help="Fit beta too, by mle, ecf or quantile; no table of the others.")
]
Save = Annotated[
    Path | None,
    typer.Option(
        "--save", metavar="OUT.json", callback=in_a_folder, dir_okay=False, help="Keep the fit, for stablefit.load."
    ),
]


def fit(
    file: File,
    column: Column = None,
    returns: Returns = None,
    method: Method = "mle",
    skewed: Skewed = False,
    plot: Plot = None,
    save: Save = None,
    as_json: Json = False,
    omit_nan: OmitNan = False,
) -> None:
    """Fit a stable law to one column of FILE.

    The law is symmetric unless --skewed is given. Estimates by the other methods stand beside those of the chosen one:
    they differ where the data is not exactly stable.

    For example:
      stablefit fit prices.csv --column close --returns log --plot fit.png
      stablefit fit noise.npy --method ecf --json
      stablefit fit noise.csv --skewed --save fit.json
      awk '{print $2}' run.log | stablefit fit -
    """
    with bad_data_on_one_line():
        samples = read_column(file, column, returns, omit_nan)
        if skewed:
            import stablefit

            if method not in ("mle", "ecf", "quantile"):
                wanted = f"must be mle, ecf or quantile with --skewed, got {method}"
                raise typer.BadParameter(wanted, param_hint="--method")
            table, chosen = None, stablefit.fit(samples, method, symmetric=False)
        else:
            from stablefit.gof.methods import compare_methods

            table = compare_methods(samples)
            chosen = table.fits["mle" if method == "all" else method]
        if plot is not None:
            from stablefit.plotting.page import write_page

            draw(write_page, chosen, plot, file.stem)
        if save is not None:
            chosen.save(save)
        if as_json:
            print_json(table.to_dict() if table is not None and method == "all" else chosen.to_dict())
        elif table is None:
            typer.echo(chosen.summary())
        else:
            typer.echo(str(table) if method == "all" else f"{chosen.summary()}\n\n{table}")

"""The command line: files in; tables, JSON and pictures out.

What is heavy is imported inside the commands, so that ``--help`` answers at once. Exit status: 0, 1 for bad data (one
line on standard error), 2 for wrong usage.
"""

import json
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from stablefit._types import FloatArray

app = typer.Typer(name="stablefit", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


def _existing(file: Path) -> Path:
    if file != STANDARD_INPUT and not file.is_file():
        raise typer.BadParameter(f"there is no file {str(file)!r}")
    return file


STANDARD_INPUT = Path("-")
File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        callback=_existing,
        help="CSV, TSV, Parquet, .npy or .npz; - reads numbers or CSV from standard input.",
    ),
]
Column = Annotated[
    str | None,
    typer.Option("--column", "-c", help="Name or index (from 0) of the column; NAME:INDEX for a 2-D array in an .npz."),
]
Returns = Annotated[
    Literal["log", "simple"] | None, typer.Option("--returns", help="Take FILE as prices and use their returns.")
]
OmitNan = Annotated[bool, typer.Option("--omit-nan", help="Leave out missing values; --returns always does.")]
Method = Annotated[
    Literal["mle", "ecf", "quantile", "logmoment", "mohammadi", "all"],
    typer.Option("--method", "-m", help="The estimator whose summary is printed; all prints the table only."),
]
Laws = Annotated[
    str,
    typer.Option(
        "--laws", "-l", help="Names with commas between: normal, stable, stable-skewed, t, laplace, gennorm, nig."
    ),
]
Plot = Annotated[Path | None, typer.Option("--plot", metavar="OUT.png", dir_okay=False, help="Draw data and fit.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


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
    """Alpha-stable laws for heavy-tailed noise."""


@app.command()
def fit(
    file: File,
    column: Column = None,
    returns: Returns = None,
    method: Method = "mle",
    plot: Plot = None,
    as_json: Json = False,
    omit_nan: OmitNan = False,
) -> None:
    """Fit a symmetric alpha-stable law to one column of FILE.

    The other methods stand beside the chosen one: they differ where the data is not exactly stable.
    """
    with _bad_data_on_one_line():
        samples = _samples(file, column, returns, omit_nan)
        from stablefit.gof.methods import compare_methods

        methods = compare_methods(samples)
        chosen = methods.fits["mle" if method == "all" else method]
        if plot is not None:
            from stablefit.plotting.page import write_page

            _draw(write_page, chosen, plot, file.stem)
        if as_json:
            _print_json(methods.to_dict() if method == "all" else chosen.to_dict())
        else:
            typer.echo(str(methods) if method == "all" else f"{chosen.summary()}\n\n{methods}")


@app.command()
def compare(
    file: File,
    column: Column = None,
    returns: Returns = None,
    laws: Laws = "normal,stable,t,laplace",
    plot: Plot = None,
    as_json: Json = False,
    omit_nan: OmitNan = False,
) -> None:
    """Compare laws on one column of FILE, the one with the smallest BIC first."""
    with _bad_data_on_one_line():
        samples = _samples(file, column, returns, omit_nan)
        from stablefit.gof.candidates import checked_names
        from stablefit.gof.comparing import compare as compare_laws

        try:
            names = checked_names([name.strip() for name in laws.split(",")])
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--laws") from None
        comparison = compare_laws(samples, names)
        if plot is not None:
            from stablefit.plotting.page import write_comparison

            _draw(write_comparison, comparison, plot, file.stem)
        if as_json:
            _print_json(comparison.rows)
        else:
            typer.echo(str(comparison))


def _samples(file: Path, column: str | None, kind: Literal["log", "simple"] | None, omit_nan: bool) -> "FloatArray":
    """Read the column, as returns if asked for, and say on standard error what was left out."""
    import numpy as np

    from stablefit.errors import DataError
    from stablefit.reading import read_samples
    from stablefit.returns import price_returns

    try:
        samples = read_samples("-" if file == STANDARD_INPUT else file, column)
    except DataError:
        raise
    except ValueError as error:  # the column, not the data
        raise typer.BadParameter(str(error), param_hint="--column") from None
    missing = np.isnan(samples)
    if missing.any():
        if not (omit_nan or kind):
            first = int(np.flatnonzero(missing)[0])
            raise DataError(f"samples must be finite, got {missing.sum()} nan (first at {first}); use --omit-nan")
        typer.echo(f"left out {missing.sum()} missing values of {samples.size}", err=True)
        samples = samples[~missing]
    return samples if kind is None else price_returns(samples, kind)


@contextmanager
def _bad_data_on_one_line() -> Iterator[None]:
    """End with status 1 and one line where data cannot be used or a package is missing; show warnings as lines too."""
    from stablefit.errors import DataError

    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: typer.echo(f"stablefit: warning: {message}", err=True)
        try:
            yield
        except (DataError, ImportError, OSError) as error:
            typer.echo(f"stablefit: {' '.join(str(error).split())}", err=True)
            raise typer.Exit(1) from None


def _draw(write: Callable[[Any, Path, str], None], result: Any, path: Path, title: str) -> None:
    try:
        write(result, path, title)
    except ValueError as error:  # a suffix that matplotlib does not know
        raise typer.BadParameter(str(error), param_hint="--plot") from None


def _print_json(content: Any) -> None:
    typer.echo(json.dumps(_null_for_nan(content), indent=2, allow_nan=False))


def _null_for_nan(content: Any) -> Any:
    """Replace what JSON has no word for; numpy's scalars and arrays become Python's."""
    if isinstance(content, dict):
        return {str(key): _null_for_nan(value) for key, value in content.items()}
    if hasattr(content, "tolist"):
        content = content.tolist()
    if isinstance(content, list | tuple):
        return [_null_for_nan(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content

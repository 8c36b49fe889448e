"""Arguments and options that commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

STANDARD_INPUT = Path("-")
NOISE = ".sgn"
"""How files of gradient noise end, that `SGN.save` and `stablefit sgn` write."""


def existing(file: Path) -> Path:
    """Refuse a file that is not there; pipes with a name are files too."""
    if file != STANDARD_INPUT and (file.is_dir() or not file.exists()):
        raise typer.BadParameter(f"there is no file {str(file)!r}")
    return file


def in_a_folder(file: Path | None) -> Path | None:
    """Refuse a file to write whose folder is not there, before any work."""
    if file is not None and not file.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {str(file.parent)!r}")
    return file


File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        callback=existing,
        help="CSV, TSV, Parquet, .npy or .npz; - reads numbers or CSV from standard input.",
    ),
]
Column = Annotated[
    str | None,
    typer.Option("--column", "-c", help="Name or index (from 0) of the column; NAME:INDEX for a 2-D array in an .npz."),
]
Kind = Literal["log", "simple"]
Returns = Annotated[Kind | None, typer.Option("--returns", help="Take FILE as prices and use their returns.")]
OmitNan = Annotated[bool, typer.Option("--omit-nan", help="Leave out missing values; --returns always does.")]
Laws = Annotated[
    str,
    typer.Option(
        "--laws", "-l", help="Names with commas between: normal, stable, stable-skewed, t, laplace, gennorm, nig."
    ),
]
Plot = Annotated[
    Path | None,
    typer.Option("--plot", metavar="OUT.png", callback=in_a_folder, dir_okay=False, help="Draw data and fit."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed; the same one gives the same bits.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress on standard error.")]

"""Columns of numbers to standard output or a file."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from stablefit.cli.options import in_a_folder

if TYPE_CHECKING:
    from stablefit._types import FloatArray

Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="OUT",
        callback=in_a_folder,
        dir_okay=False,
        help="CSV, TSV, Parquet, .npy or .npz, by suffix; standard output without it.",
    ),
]
_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_SUFFIXES = (*_SEPARATORS, ".parquet", ".npy", ".npz")
_ROWS = 10_000  # written at a time


def check_suffix(out: Path | None) -> None:
    """Refuse a file of an unknown kind, before any work."""
    if out is not None and out.suffix not in _SUFFIXES:
        raise typer.BadParameter(f"must end in {', '.join(_SUFFIXES)}, got {str(out)!r}", param_hint="--out")


def write_columns(columns: "Mapping[str, FloatArray]", out: Path | None) -> None:
    """Write columns of equal length: text with a header, but for a single column on standard output.

    Numbers are written so that reading gives the same bits. In .npy they are one array, of one dimension for a single
    column.
    """
    import numpy as np

    if out is None:
        _write_text(columns, sys.stdout, ",", header=len(columns) > 1)
    elif out.suffix in _SEPARATORS:
        with out.open("w", encoding="utf-8") as stream:
            _write_text(columns, stream, _SEPARATORS[out.suffix], header=True)
    elif out.suffix == ".npz":
        arrays: dict[str, Any] = dict(columns)
        np.savez(out, **arrays)
    elif out.suffix == ".npy":
        stacked = np.stack(list(columns.values()), axis=1)
        np.save(out, stacked[:, 0] if len(columns) == 1 else stacked)
    else:
        _write_parquet(columns, out)


def _write_text(columns: "Mapping[str, FloatArray]", stream: TextIO, separator: str, *, header: bool) -> None:
    if header:
        stream.write(separator.join(columns) + "\n")
    values = list(columns.values())
    for first in range(0, len(values[0]), _ROWS):
        rows = zip(*(column[first : first + _ROWS].tolist() for column in values), strict=True)
        stream.writelines(separator.join(map(repr, row)) + "\n" for row in rows)
    stream.flush()


def _write_parquet(columns: "Mapping[str, FloatArray]", out: Path) -> None:
    from stablefit.extras import extra

    with extra("parquet"):
        import pyarrow
        import pyarrow.parquet
    pyarrow.parquet.write_table(pyarrow.table(dict(columns)), out)

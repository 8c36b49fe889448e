"""Read one sample of numbers from text, Parquet, or NumPy's own formats. Nothing in a file is ever executed."""

import csv
import struct
import sys
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np

from stablefit._types import AnyArray, FloatArray
from stablefit.errors import DataError
from stablefit.extras import extra

MISSING = frozenset({"", "na", "nan", "n/a", "null", "none", "."})
_DAMAGE = (
    EOFError, KeyError, MemoryError, NotImplementedError, OSError, OverflowError, RuntimeError, SyntaxError, TypeError,
    ValueError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What NumPy and pyarrow raise over the bytes of a file that is open already."""


def read_samples(source: str | Path | TextIO, column: str | None = None) -> FloatArray:
    r"""Read one column of numbers.

    Parameters
    ----------
    source : path, ``"-"`` or text stream
        ``.npy``, ``.npz`` and ``.parquet`` by suffix. Everything else is text: commas, tabs, semicolons or blanks, with
        or without a header line, ``#`` starting a comment line; a single line of numbers is one sample. ``"-"`` is
        standard input.
    column : str, optional
        A name in the header (or of an array in an ``.npz``), or an index from 0. ``NAME:INDEX`` is one column of a 2-D
        array in an ``.npz``. Without it the file must hold exactly one column of numbers.

    Returns
    -------
    ndarray, shape (n,)
        float64, in the file's units. Missing entries (empty, NA, nan, null) are nan; what to do about them is the
        caller's choice.

    Raises
    ------
    DataError
        If the file cannot be read as what its suffix says, or the column holds something that is not a number.
    ValueError
        If `column` is not in the file, or is needed and not given.
    ImportError
        If a Parquet file is read without pyarrow.

    Examples
    --------
    >>> import io
    >>> read_samples(io.StringIO("day,close\nMon,10.5\nTue,NA\nWed,11"))
    array([10.5,  nan, 11. ])
    """
    if not isinstance(source, str | Path):
        columns = _read_text(source)
    elif str(source) == "-":
        columns = _read_text(sys.stdin)
    else:
        columns = _READERS.get(Path(source).suffix.lower(), _read_text_file)(Path(source))
    name = _only_numbers(columns) if column is None else _find(columns, column)
    return _as_floats(columns[name], name)


def _read_text_file(path: Path) -> Mapping[str, Any]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _read_text(stream)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name} must be CSV, TSV, Parquet, .npy or .npz, got bytes that are not text ({error.reason})"
        ) from None


def _read_text(stream: Iterable[str]) -> Mapping[str, Any]:
    lines = [line for line in stream if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise DataError("the input must hold numbers, got no line of data")
    delimiter = next((mark for mark in ("\t", ";", ",") if mark in lines[0]), None)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter)) if delimiter else [line.split() for line in lines]
    except csv.Error as error:
        raise DataError(f"the input must be CSV, got: {error}") from None
    header = None if all(_is_number(field) for field in rows[0]) else [field.strip() for field in rows.pop(0)]
    if header is None and len(rows) == 1:
        return {"0": rows[0]}
    width = len(header) if header is not None else len(rows[0])
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise DataError(f"row {number} of the data must have {width} fields as the first line has, got {len(row)}")
    names = header if header is not None else [str(index) for index in range(width)]
    if len(set(names)) < width:
        raise DataError(f"the header must name each column once, got {_listed(names)}")
    return {name: [row[index] for row in rows] for index, name in enumerate(names)}


def _read_npy(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as stream:
        array = _load(path, stream)
        if not isinstance(array, np.ndarray):
            raise DataError(f"{path.name} must be one array, got an archive of several; name it .npz")
    if array.dtype.names:
        return {name: array[name] for name in array.dtype.names}
    return _split_columns("", array)


def _read_npz(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as stream:
        archive = _load(path, stream)
        if isinstance(archive, np.ndarray):
            raise DataError(f"{path.name} must be an archive of arrays, got one array; name it .npy")
        columns: dict[str, Any] = {}
        for name in archive.files:
            columns.update(_split_columns(name, _member(archive, name)))
    return columns


def _load(path: Path, stream: BinaryIO) -> Any:
    try:
        return np.load(stream, allow_pickle=False)
    except _DAMAGE as error:
        raise DataError(f"{path.name} must be a NumPy file of numbers, got: {error}") from None


def _member(archive: Any, name: str) -> AnyArray:
    try:
        array: AnyArray = archive[name]
    except _DAMAGE:  # an array of objects, unreadable without pickle and no sample, or a damaged one
        return np.empty(0, dtype=object)
    return array if isinstance(array, np.ndarray) else np.empty(0, dtype=object)  # a member that is no array is bytes


def _split_columns(name: str, array: AnyArray) -> Mapping[str, AnyArray]:
    if array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 1):
        return {name or "0": array.reshape(-1)}
    if array.ndim == 2:
        return {f"{name}:{index}" if name else str(index): array[:, index] for index in range(array.shape[1])}
    return {}


def _read_parquet(path: Path) -> Mapping[str, Any]:
    with extra("parquet"):
        import pyarrow
        import pyarrow.parquet
    with path.open("rb") as stream:
        try:
            table = pyarrow.parquet.read_table(stream)
        except (pyarrow.ArrowException, *_DAMAGE) as error:
            raise DataError(f"{path.name} must be a Parquet file, got: {error}") from None
    columns: dict[str, Any] = {}
    for field in table.schema:
        kind = pyarrow.types
        values = table.column(field.name)
        if kind.is_floating(field.type) or kind.is_integer(field.type) or kind.is_decimal(field.type):
            values = values.cast(pyarrow.float64())
        columns[field.name] = values.to_numpy()
    return columns


_READERS: dict[str, Callable[[Path], Mapping[str, Any]]] = {
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".parquet": _read_parquet,
    ".pq": _read_parquet,
}


def _find(columns: Mapping[str, Any], column: str) -> str:
    if column in columns:
        return column
    if column.isdecimal() and int(column) < len(columns):
        return list(columns)[int(column)]
    raise ValueError(f"column must be one of {_listed(columns)}, got {column!r}")


def _only_numbers(columns: Mapping[str, Any]) -> str:
    numeric = [name for name, values in columns.items() if _holds_numbers(values)]
    if len(numeric) == 1:
        return numeric[0]
    if len(columns) == 1:
        return next(iter(columns))  # its conversion says which entry is not a number
    if not numeric:
        raise DataError(f"the file must hold a column of numbers, got {_listed(columns) or 'no column'}")
    raise ValueError(f"column must be given where there are several of numbers: {_listed(numeric)}")


def _listed(names: Iterable[str], limit: int = 12) -> str:
    shown = list(names)
    return ", ".join(shown[:limit]) + (f" and {len(shown) - limit} more" if len(shown) > limit else "")


def _holds_numbers(values: Any) -> bool:
    if isinstance(values, np.ndarray):
        return values.dtype.kind in "fiu"
    return all(_is_number(value) for value in values) and any(_to_float(value) == _to_float(value) for value in values)


def _is_number(text: str) -> bool:
    try:
        _to_float(text)
    except ValueError:
        return False
    return True


def _to_float(text: str) -> float:
    if text.strip().lower() in MISSING:
        return float("nan")
    if "_" in text:  # float() takes 2020_01 for a number
        raise ValueError(text)
    return float(text)


def _as_floats(values: Any, name: str) -> FloatArray:
    if isinstance(values, np.ndarray):
        if values.dtype.kind not in "fiu":
            raise DataError(f"column {name} must hold real numbers, got {values.dtype}")
        return values.astype(np.float64)
    try:
        return np.array([_to_float(value) for value in values], dtype=np.float64)
    except ValueError:
        row, wrong = next((i, value) for i, value in enumerate(values, start=1) if not _is_number(value))
        raise DataError(f"column {name} must hold numbers, got {wrong!r} in row {row}") from None

"""What users hand over as samples, read as rows of numbers: arrays, lists, pandas, masked arrays, torch tensors."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stablefit._types import AnyArray, BoolArray, FloatArray, IntArray
from stablefit.errors import DataError
from stablefit.estimators.estimates import Fits
from stablefit.estimators.on_host import copied

BLOCK = 2**18
"""Values that are fitted together; fixed, so that results do not depend on the number of threads."""


@dataclass(frozen=True, slots=True)
class Samples:
    """A batch of samples, or one.

    Attributes
    ----------
    rows : ndarray, shape (k, n)
        One sample a row, in the numbers' own type; a view where that is possible.
    shape : tuple of int
        Shape of the batch; () for a single sample.
    weights : ndarray, shape (k, n), or None
        How often each value counts; None where each counts once.
    """

    rows: AnyArray
    shape: tuple[int, ...]
    weights: AnyArray | None = None

    def blocks(self) -> list[slice]:
        """Return slices of rows that hold about `BLOCK` values each."""
        k, n = self.rows.shape
        step = max(1, BLOCK // max(n, 1))
        return [slice(first, min(first + step, k)) for first in range(0, k, step)]

    def part(self, rows: slice) -> FloatArray:
        """Return some rows as a C-contiguous float64 copy."""
        return np.array(self.rows[rows], dtype=np.float64, order="C")

    def row(self, i: int) -> FloatArray:
        """Return one sample without its nan, nor what has no weight."""
        values = np.asarray(self.rows[i], dtype=np.float64)
        counted = self._counted(i)
        return values if counted.all() else values[counted]

    def weights_of_row(self, i: int) -> FloatArray | None:
        """Return the weights of what `row` returns; None where each value counts once."""
        return None if self.weights is None else np.asarray(self.weights[i][self._counted(i)], dtype=np.float64)

    def fields_of_row(self, i: int) -> dict[str, FloatArray | None]:
        """Return one sample as the fields of a result."""
        return {"samples": self.row(i), "weights": self.weights_of_row(i)}

    def log_likelihoods(self, fits: Fits) -> FloatArray | None:
        """Return the log-likelihoods of fits if the samples lie where they are computed apart; None on the host."""
        return None

    def stored(self) -> dict[str, AnyArray]:
        """Return the arrays that a file holds."""
        return {"samples": self.rows} | ({} if self.weights is None else {"weights": self.weights})

    def _counted(self, i: int) -> BoolArray:
        present = ~np.isnan(self.rows[i])
        return np.asarray(present if self.weights is None else present & (self.weights[i] > 0.0))

    def take(self, where: IntArray, shape: tuple[int, ...]) -> "Samples":
        """Return some of the samples, as a batch of this shape."""
        return Samples(self.rows[where], shape, None if self.weights is None else self.weights[where])


def read(samples: Any, axis: int | None, name: str = "samples") -> Samples:
    """Read samples.

    Parameters
    ----------
    samples : array_like
        Real numbers. Tensors are detached and copied to the host; masked entries become nan.
    axis : int or None
        Axis along which one sample lies; None for a one-dimensional array.
    name : str
        What errors call them.

    Returns
    -------
    Samples

    Raises
    ------
    TypeError
        If the samples are not real numbers.
    ValueError
        If there is more than one dimension and no axis, or none at all.
    """
    array = samples if type(samples) is np.ndarray else _as_array(samples, name)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be real numbers, got {_described(array)}")
    if array.ndim == 1:
        if axis not in (None, 0, -1):
            raise np.exceptions.AxisError(axis, 1)
        return Samples(array[None, :], ())
    if array.ndim == 0:
        raise ValueError(f"{name} must be a one-dimensional array of values, got the single number {array}")
    moved = np.moveaxis(array, check_axis(array.shape, axis, name), -1)
    shape = moved.shape[:-1]
    return Samples(moved.reshape(int(np.prod(shape)), moved.shape[-1]), shape)


def weighted(samples: Samples, weights: Any, axis: int | None) -> Samples:
    """Return the samples with weights.

    Parameters
    ----------
    samples : Samples
        Of a batch or one.
    weights : array_like
        How often each value counts: of shape (n,), for every sample of a batch, or of the samples' own shape.
    axis : int or None
        Axis along which one sample lies.

    Raises
    ------
    TypeError
        If the weights are not real numbers.
    ValueError
        If their shape is another, or one is negative or not finite.
    """
    array = check_weights(weights)
    n = samples.rows.shape[1]
    if array.shape == (n,):
        return Samples(samples.rows, samples.shape, np.broadcast_to(array, samples.rows.shape))
    moved = np.moveaxis(array, axis, -1) if axis is not None and array.ndim == len(samples.shape) + 1 else array
    if moved.shape != (*samples.shape, n):
        raise ValueError(f"weights must have the samples' shape, or ({n},), got shape {array.shape}")
    return Samples(samples.rows, samples.shape, moved.reshape(samples.rows.shape))


def check_axis(shape: tuple[int, ...], axis: int | None, name: str = "samples") -> int:
    """Return the axis, counted from the first, along which one of many samples lies; ValueError if there is none."""
    if axis is None:
        raise ValueError(
            f"{name} must be one-dimensional where axis is None, got shape {shape}; samples are never pooled: "
            "name the axis along which one sample lies"
        )
    return int(np.lib.array_utils.normalize_axis_index(axis, len(shape)))


def check_weights(weights: Any, corner: Sequence[int] | None = None) -> AnyArray:
    """Return weights as an array; TypeError or ValueError if they are no weights. Errors count from `corner`."""
    array = _as_array(weights, "weights")
    if array.dtype.kind not in "fiu":
        raise TypeError(f"weights must be real numbers, got {_described(array)}")
    wrong = np.argwhere(~((array >= 0.0) & (array < np.inf)))
    if wrong.size:
        value = array[tuple(wrong[0])]
        place = tuple((wrong[0] + (0 if corner is None else corner)).tolist())
        where = place[0] if len(place) == 1 else place
        raise ValueError(f"weights must be finite and not negative, got {value} at index {where}")
    return array


def _as_array(samples: Any, name: str) -> AnyArray:
    torch, pandas = sys.modules.get("torch"), sys.modules.get("pandas")
    if torch is not None and isinstance(samples, torch.Tensor):
        return copied(samples)
    if pandas is not None and isinstance(samples, pandas.Series | pandas.DataFrame):
        return _from_pandas(samples)
    if isinstance(samples, np.ma.MaskedArray) and samples.dtype.kind in "fiu":
        return np.where(np.ma.getmaskarray(samples), np.nan, np.ma.getdata(samples))
    try:
        return np.asarray(samples)
    except ValueError:
        raise ValueError(f"{name} must be one array of numbers, got sequences of different lengths") from None


def _from_pandas(frame: Any) -> AnyArray:
    """Nullable columns (Int64, Float64, Arrow's) become float64 with nan."""
    dtypes = [frame.dtype] if frame.ndim == 1 else list(frame.dtypes)
    if all(getattr(dtype, "kind", "O") in "fiu" for dtype in dtypes):
        return np.asarray(frame.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.asarray(frame)


def _described(array: AnyArray) -> str:
    names = {"U": "strings", "S": "bytes", "T": "strings", "b": "booleans", "c": "complex numbers"}
    names |= {"M": "dates", "m": "time differences", "V": "records"}
    if array.dtype.kind != "O":
        return f"{names.get(array.dtype.kind, 'values')} (dtype {array.dtype})"
    odd = next((value for value in array.ravel() if not isinstance(value, int | float)), None)
    return f"objects, such as {odd!r}"


def refuse_nan(samples: Samples, corner: Sequence[int] | None = None) -> None:
    """Raise DataError if any sample holds nan; say how many there are and where the first is.

    With `corner` the samples are one chunk of more, and samples are counted from there.
    """
    missing = np.isnan(samples.rows)
    if missing.any():
        raise missing_values(int(missing.sum()), int(np.flatnonzero(missing)[0]), missing.shape, samples.shape, corner)


def missing_values(
    count: int, first: int, rows: tuple[int, ...], shape: tuple[int, ...], corner: Sequence[int] | None = None
) -> DataError:
    """Return what to raise about nan: how many there are in rows (k, n) of a batch, and the place of the first."""
    i, j = divmod(first, rows[1])
    where = f"index {j}"
    if shape:
        inside = np.array(np.unravel_index(i, shape))
        place = tuple((inside + (0 if corner is None else corner)).tolist())
        where += f" of sample {place[0] if len(place) == 1 else place}"
    among = "" if corner is None else " of a chunk"
    return DataError(
        f"samples must not hold nan, got {count} of {rows[0] * rows[1]} values{among} (first at {where}); drop them "
        "first or pass nan_policy='omit'"
    )

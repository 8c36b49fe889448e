"""Samples as rows, each looked at before a test uses it."""

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray, IntArray
from stablefit.errors import DataError
from stablefit.estimators.samples import read
from stablefit.estimators.standard import FEWEST
from stablefit.estimators.status import Status


def checked_rows(
    samples: ArrayLike, axis: int | None, fewest: int = FEWEST
) -> tuple[FloatArray, tuple[int, ...], IntArray]:
    """Return rows of shape (k, n), the batch's shape, and the status of each row; DataError for a bad single sample.

    The status is OK, or NONFINITE, TOO_FEW, CONSTANT or DEAD.
    """
    data = read(samples, axis)
    rows = np.ascontiguousarray(data.rows, dtype=np.float64)
    status = np.full(len(rows), Status.OK, dtype=np.int64)
    if rows.shape[1] < fewest:
        status[:] = Status.TOO_FEW
    else:
        constant = rows.min(axis=1) == rows.max(axis=1)
        status[constant] = np.where(rows[constant, 0] == 0.0, Status.DEAD, Status.CONSTANT)
    finite = np.isfinite(rows)
    status[~finite.all(axis=1)] = Status.NONFINITE
    if not data.shape and status[0] != Status.OK:
        _refuse(rows[0], Status(int(status[0])), fewest)
    return rows, data.shape, status


def _refuse(row: FloatArray, status: Status, fewest: int) -> None:
    """Raise what is wrong with a single sample."""
    if status is Status.NONFINITE:
        bad = np.flatnonzero(~np.isfinite(row))
        what = f"{bad.size} of {row.size} values that are not (first {row[bad[0]]} at index {bad[0]})"
        raise DataError(f"samples must be finite, got {what}; drop them first")
    if status is Status.TOO_FEW:
        raise DataError(f"samples must hold at least {fewest} finite values, got {row.size}")
    raise DataError(f"samples must not be constant, got {row[0]} in all {row.size} places")

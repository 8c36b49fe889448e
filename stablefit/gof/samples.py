"""What every measure asks of its samples before it looks at a law."""

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.errors import DataError
from stablefit.estimators.samples import read


def along_last(samples: ArrayLike, axis: int | None = None) -> FloatArray:
    """Return float64 with one sample along the last axis; DataError unless it is finite and holds something."""
    data = read(samples, axis)
    rows = np.asarray(data.rows, dtype=np.float64)
    if rows.size == 0:
        raise DataError("samples must hold at least one value, got none")
    bad = ~np.isfinite(rows)
    if bad.any():
        i, j = (int(index) for index in np.argwhere(bad)[0])
        raise DataError(
            f"samples must be finite, got {int(bad.sum())} of {bad.size} values that are not "
            f"(first {rows[i, j]} at index {j}); drop them first"
        )
    return rows.reshape(*data.shape, -1)

"""What every measure asks of its samples before it looks at a law."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.errors import DataError


def along_last(samples: ArrayLike, axis: int | None = None) -> FloatArray:
    """Return float64 with one sample along the last axis; DataError unless it is finite numbers, at least one."""
    values = numbers(samples)
    if axis is None and values.ndim != 1:
        raise ValueError(f"samples must be one-dimensional where axis is None, got shape {values.shape}; name the axis")
    rows = np.moveaxis(values, -1 if axis is None else axis, -1)
    if rows.size == 0:
        raise DataError(f"samples must not be empty, got shape {values.shape}")
    bad = ~np.isfinite(values)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        where = first[0] if len(first) == 1 else first
        raise DataError(
            f"samples must be finite, got {values[first]} at {where} ({int(bad.sum())} in all); drop them first"
        )
    return rows


def numbers(samples: Any) -> FloatArray:
    """Return the samples as float64; torch tensors are detached and brought to the host."""
    if hasattr(samples, "detach"):
        samples = samples.detach().cpu()
    values = np.asarray(samples)
    if values.dtype.kind not in "biuf":
        raise DataError(f"samples must be real numbers, got dtype {values.dtype}")
    return values.astype(np.float64, copy=False)

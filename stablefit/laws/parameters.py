"""Checks of a stable law's parameters: one message form, naming parameter, condition and value."""

from typing import Any

import numpy as np

from stablefit._types import BoolArray, FloatArray

CONDITIONS = {
    "alpha": "lie in (0, 2]",
    "beta": "lie in [-1, 1]",
    "loc": "be finite",
    "scale": "be positive and finite",
}


def _valid(name: str, value: FloatArray) -> BoolArray:
    with np.errstate(invalid="ignore"):
        if name == "alpha":
            ok = (value > 0.0) & (value <= 2.0)
        elif name == "beta":
            ok = np.abs(value) <= 1.0
        elif name == "loc":
            ok = np.isfinite(value)
        else:
            ok = (value > 0.0) & np.isfinite(value)
    return np.asarray(ok)


def checked(name: str, value: Any) -> FloatArray:
    """`value` as a read-only float64 array.

    ValueError where the parameter's condition fails, TypeError where it is no number.
    """
    raw = np.asarray(value)
    if raw.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be a real number or an array of them, got {value!r}")
    array = np.array(raw, dtype=np.float64)
    ok = _valid(name, array)
    if not np.all(ok):
        first = array.ravel()[~ok.ravel()][0]
        raise ValueError(f"{name} must {CONDITIONS[name]}, got {first}")
    array.flags.writeable = False
    return array

"""Checks of a stable law's parameters: one message form, naming parameter, condition and value."""

import math
from typing import Any

import numpy as np

from stablefit._types import FloatArray

CONDITIONS = {
    "alpha": "lie in (0, 2]",
    "beta": "lie in [-1, 1]",
    "loc": "be finite",
    "scale": "be positive and finite",
}


def _valid(name: str, value: Any) -> Any:
    """Whether the condition holds, for a number or elementwise for an array; False for nan."""
    if name == "alpha":
        return (value > 0.0) & (value <= 2.0)
    if name == "beta":
        return abs(value) <= 1.0
    if name == "loc":
        return abs(value) < math.inf
    return (value > 0.0) & (value < math.inf)


def checked(name: str, value: Any) -> FloatArray:
    """`value` as a read-only float64 array.

    ValueError where the parameter's condition fails, TypeError where it is no number.
    """
    if isinstance(value, float):  # a single law is made in microseconds
        array = np.array(value)
        ok = _valid(name, value)
    else:
        raw = np.asarray(value)
        if raw.dtype.kind not in "fiu":
            raise TypeError(f"{name} must be a real number or an array of them, got {value!r}")
        array = np.array(raw, dtype=np.float64)
        ok = np.all(_valid(name, array))
    if not ok:
        first = array[~np.asarray(_valid(name, array))].ravel()[0]
        raise ValueError(f"{name} must {CONDITIONS[name]}, got {first}")
    array.flags.writeable = False
    return array

"""Vectors, element by element.

Numba has ``x[:] = y``, ``x @ y`` and ``x.mean()`` of its own, each of which takes up to two seconds to compile.
"""

import numpy as np

from stablefit._kernels.compile import kernel


@kernel
def copy(source: np.ndarray, out: np.ndarray) -> None:
    """Write source into out, of the same length."""
    for i in range(out.size):
        out[i] = source[i]


@kernel
def sum_of(x: np.ndarray) -> float:
    """Sum, in order."""
    found = 0.0
    for i in range(x.size):
        found += x[i]
    return found


@kernel
def dot(x: np.ndarray, y: np.ndarray) -> float:
    """Inner product, summed in order."""
    found = 0.0
    for i in range(x.size):
        found += x[i] * y[i]
    return found

"""Steps over those coordinates of a likelihood that are free to move."""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import dot


@kernel
def solve(matrix: np.ndarray, vector: np.ndarray, free: np.ndarray, out: np.ndarray) -> float:
    """Cholesky solution over the free coordinates into out, 0 elsewhere.

    Returns vector . out, negative if not positive definite.
    """
    size = vector.size
    factor = np.zeros((size, size))
    y = np.zeros(size)
    for i in range(size):
        if not free[i]:
            continue
        for j in range(i + 1):
            if not free[j]:
                continue
            rest = matrix[i, j]
            for k in range(j):
                rest -= factor[i, k] * factor[j, k]
            if i > j:
                factor[i, j] = rest / factor[j, j]
            elif rest > 0.0:
                factor[i, i] = math.sqrt(rest)
            else:
                return -1.0
        total = vector[i]
        for k in range(i):
            total -= factor[i, k] * y[k]
        y[i] = total / factor[i, i]
    gain = 0.0
    for i in range(size - 1, -1, -1):
        out[i] = 0.0
        if not free[i]:
            continue
        total = y[i]
        for k in range(i + 1, size):
            if free[k]:
                total -= factor[k, i] * out[k]
        out[i] = total / factor[i, i]
        gain += vector[i] * out[i]
    return gain


@kernel
def inverse(matrix: np.ndarray, free: np.ndarray, out: np.ndarray) -> None:
    """Inverse over the free coordinates into out, 0 elsewhere; nan if not positive definite."""
    unit, column = np.zeros(free.size), np.empty(free.size)
    out[:, :] = 0.0
    for i in range(free.size):
        if free[i]:
            unit[i] = 1.0
            sound = solve(matrix, unit, free, column) >= 0.0
            unit[i] = 0.0
            for j in range(free.size):
                out[j, i] = (column[j] if sound else math.nan) if free[j] else 0.0


@kernel
def update(matrix: np.ndarray, move: np.ndarray, drop: np.ndarray) -> None:
    """Make matrix reproduce the gradient's drop along move and stay positive definite (the BFGS update)."""
    along = np.empty(move.size)
    for i in range(move.size):
        along[i] = dot(matrix[i], move)
    bend, seen = dot(move, along), dot(move, drop)
    if seen <= 1e-3 * bend:
        return
    for i in range(move.size):
        for j in range(move.size):
            matrix[i, j] += drop[i] * drop[j] / seen - along[i] * along[j] / bend


@kernel
def beside(matrix: np.ndarray, gradient: np.ndarray, free: np.ndarray, first: float, out: np.ndarray) -> None:
    """The best step whose first coordinate is given: the others solve their own equations beside it."""
    others, rest = free.copy(), np.empty(gradient.size)
    others[0] = False
    for i in range(gradient.size):
        rest[i] = gradient[i] - first * matrix[0, i]
    solve(matrix, rest, others, out)
    out[0] = first

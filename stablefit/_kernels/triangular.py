"""Linear equations with a covariance matrix by its Cholesky factor, for matrices too small for a library's overhead."""

import math

import numpy as np

from stablefit._kernels.compile import kernel

_RIDGE = 1e-9  # added to the diagonal, relatively: moments at neighbouring frequencies are nearly dependent


@kernel
def factor(matrix: np.ndarray) -> None:
    """Replace the lower triangle by its Cholesky factor, the diagonal inverted; the ridge keeps it real."""
    for j in range(matrix.shape[0]):
        least = _RIDGE * matrix[j, j]
        rest = matrix[j, j] + least
        for k in range(j):
            rest -= matrix[j, k] * matrix[j, k]
        matrix[j, j] = 1.0 / math.sqrt(max(rest, least))
        for i in range(j + 1, matrix.shape[0]):
            rest = matrix[i, j]
            for k in range(j):
                rest -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = rest * matrix[j, j]


@kernel
def forward(lower: np.ndarray, x: np.ndarray) -> None:
    """Solve lower y = x in place."""
    for i in range(x.size):
        for k in range(i):
            x[i] -= lower[i, k] * x[k]
        x[i] *= lower[i, i]


@kernel
def backward(lower: np.ndarray, x: np.ndarray) -> None:
    """Solve lower' y = x in place."""
    for i in range(x.size - 1, -1, -1):
        for k in range(i + 1, x.size):
            x[i] -= lower[k, i] * x[k]
        x[i] *= lower[i, i]

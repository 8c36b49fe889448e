"""Draws of all driving processes as displacements: weighted, and mixed between axes."""

import numpy as np

from stablefit._kernels.compile import kernel


@kernel
def weigh(raw: np.ndarray, weights: np.ndarray, out: np.ndarray) -> None:
    """out[k, i, a] = weights[k, a] raw[a, k, i]; one row of weights holds for all steps."""
    count, m, n = out.shape
    for a in range(n):
        if weights.shape[0] == 1:
            flat, source = out.reshape(count * m, n), raw[a].reshape(count * m)
            for j in range(count * m):
                flat[j, a] = weights[0, a] * source[j]
        else:
            for k in range(count):
                for i in range(m):
                    out[k, i, a] = weights[k, a] * raw[a, k, i]


@kernel
def scale_normals(roots: np.ndarray, normals: np.ndarray) -> None:
    """normals[a, j] times roots[j]: a draw of the isotropic law from normals of variance 2."""
    for a in range(normals.shape[0]):
        for j in range(roots.size):
            normals[a, j] *= roots[j]


@kernel
def mix(mixing: np.ndarray, driven: np.ndarray, out: np.ndarray) -> None:
    """out[j] = mixing @ driven[j], each sum in the order of the columns, whatever the number of rows."""
    for j in range(out.shape[0]):
        for a in range(mixing.shape[0]):
            total = 0.0
            for b in range(mixing.shape[1]):
                total += mixing[a, b] * driven[j, b]
            out[j, a] = total

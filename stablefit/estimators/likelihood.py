"""Log-likelihood of samples under the laws fitted to them."""

import numpy as np

from stablefit._types import FloatArray
from stablefit.laws.tabled import tables


def log_likelihood(rows: FloatArray, alpha: FloatArray, loc: FloatArray, scale: FloatArray) -> FloatArray:
    """Sum of the log densities of each row of (k, n), under laws of shape (k,); nan where there is no law."""
    from stablefit._kernels import likelihood

    out = np.empty(len(rows))
    likelihood.fill(rows, alpha, loc, scale, *tables(), out)
    return out

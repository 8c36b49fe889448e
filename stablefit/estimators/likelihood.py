"""Log-likelihood of samples under the laws fitted to them."""

import numpy as np

from stablefit._types import FloatArray
from stablefit.laws.stable import Stable
from stablefit.laws.tabled import tables


def log_likelihood(
    rows: FloatArray, alpha: FloatArray, beta: FloatArray, loc: FloatArray, scale: FloatArray
) -> FloatArray:
    """Sum of the log densities of each row of (k, n), under laws of shape (k,); nan where there is no law."""
    from stablefit._kernels import likelihood

    out = np.empty(len(rows))
    likelihood.fill(rows, alpha, loc, scale, *tables(), out)
    for i in np.flatnonzero(beta) if beta.any() else ():
        if alpha[i] != 2.0 and np.isfinite(scale[i]):
            out[i] = Stable(alpha[i], beta[i], loc[i], scale[i]).logpdf(rows[i]).sum()
    return out


def weighted_log_likelihood(
    x: FloatArray, weights: FloatArray, alpha: float, beta: float, loc: float, scale: float
) -> float:
    """Weighted sum of the log densities of one sample; nan where there is no law."""
    if not np.isfinite(scale):
        return np.nan
    return float(weights @ Stable(alpha, beta, loc, scale).logpdf(x))

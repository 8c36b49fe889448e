"""Log-likelihood of samples under the laws fitted to them."""

import numpy as np

from stablefit._types import FloatArray
from stablefit.estimators.skewed_family import skewed_family
from stablefit.laws.stable import Stable
from stablefit.laws.tabled import tables


def log_likelihood(
    rows: FloatArray, alpha: FloatArray, beta: FloatArray, loc: FloatArray, scale: FloatArray
) -> FloatArray:
    """Sum of the log densities of each row of (k, n), under laws of shape (k,); nan where there is no law.

    Those of skewed laws come from the table of all of them, and are known to 1e-9 each.
    """
    from stablefit._kernels import likelihood

    out = np.empty(len(rows))
    skewed = (beta != 0.0) & (alpha != 2.0) & np.isfinite(scale)
    if not skewed.all():
        likelihood.fill(rows, alpha, loc, scale, *tables(), out)
    for i in np.flatnonzero(skewed) if skewed.any() else ():
        out[i] = _skewed(rows[i], alpha[i], beta[i], loc[i], scale[i])
    return out


def _skewed(x: FloatArray, alpha: float, beta: float, loc: float, scale: float) -> float:
    from stablefit._kernels import skewed_family as laws

    total = laws.log_likelihood(x, alpha, beta, loc, scale, skewed_family(x.size))
    return total if np.isfinite(total) else float(Stable(alpha, beta, loc, scale).logpdf(x).sum())


def weighted_log_likelihood(
    x: FloatArray, weights: FloatArray, alpha: float, beta: float, loc: float, scale: float
) -> float:
    """Weighted sum of the log densities of one sample; nan where there is no law."""
    if not np.isfinite(scale):
        return np.nan
    return float(weights @ Stable(alpha, beta, loc, scale).logpdf(x))

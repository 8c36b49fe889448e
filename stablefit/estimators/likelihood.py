"""Log-likelihood of samples under the laws fitted to them."""

import math

import numpy as np

from stablefit._types import FloatArray
from stablefit.estimators.skewed_family import skewed_family
from stablefit.laws.stable import Stable
from stablefit.laws.tabled import density_at, tables


def log_likelihood(
    rows: FloatArray, alpha: FloatArray, beta: FloatArray, loc: FloatArray, scale: FloatArray, *, maximised: bool
) -> FloatArray:
    """Sum of the log densities of each row of (k, n), under laws of shape (k,); nan where there is no law.

    Those of skewed laws come from the table of all of them, and are known to 1e-9 each. Where the likelihood was
    maximised, the kernel that did it is used again: a quicker one would have to be compiled.
    """
    from stablefit._kernels import likelihood

    out = np.full(len(rows), np.nan)
    known = (scale > 0.0) & (scale < np.inf)
    skewed = (beta != 0.0) & (alpha != 2.0) & known
    for i in np.flatnonzero(skewed) if skewed.any() else ():
        out[i] = _skewed(rows[i], alpha[i], beta[i], loc[i], scale[i])
    for i in np.flatnonzero(known & ~skewed) if maximised else ():
        out[i] = _again(rows[i], float(alpha[i]), float(loc[i]), float(scale[i]))
    rest = np.flatnonzero(known & ~np.isfinite(out))
    if rest.size:
        sums = np.empty(rest.size)
        likelihood.fill(rows[rest], alpha[rest], loc[rest], scale[rest], *tables(), sums)
        out[rest] = sums
    return out


def _again(x: FloatArray, alpha: float, loc: float, scale: float) -> float:
    from stablefit._kernels.score_sums import add_up

    sums = np.empty(10)
    add_up(x, np.empty(0), loc, math.log(scale), density_at(alpha), sums)
    return float(sums[0])


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

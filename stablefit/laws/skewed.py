"""The standard skewed law (S0) over flat arrays of points and parameters, beta not 0 and alpha not 2."""

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.laws.parametrisation import tangent


def log_density(x: FloatArray, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Log density."""
    log_f: FloatArray = _values(x, alpha, beta)[0]
    return log_f


def cdf(x: FloatArray, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """P(X <= x), in full relative precision in the lower tail."""
    with np.errstate(under="ignore"):
        return np.exp(logcdf(x, alpha, beta))


def logcdf(x: FloatArray, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Log of P(X <= x)."""
    log_lower: FloatArray = _values(x, alpha, beta)[1]
    return log_lower


def quantile(p: FloatArray, upper: BoolArray, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """x with P(X <= x) = p, or P(X > x) where upper; p in [0, 1/2], nan elsewhere."""
    from stablefit._kernels import skewed_quantile

    x = np.where(p == 0.0, _support(alpha, beta, upper), np.nan)
    inside = (p > 0.0) & (p <= 0.5)
    found = np.empty(int(inside.sum()))
    skewed_quantile.fill(p[inside], upper[inside], alpha[inside], beta[inside], found)
    x[inside] = found
    return x


def _support(alpha: FloatArray, beta: FloatArray, upper: BoolArray) -> FloatArray:
    """End of the support: finite for alpha < 1 on the side that beta = 1 or -1 leaves empty."""
    one_sided = (alpha < 1.0) & (beta == np.where(upper, -1.0, 1.0))
    return np.where(one_sided, -beta * tangent(np.where(one_sided, alpha, 0.5)), np.where(upper, np.inf, -np.inf))


def _values(x: FloatArray, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Log density, log lower and log upper probability, shape (3, n)."""
    from stablefit._kernels import skewed_point

    out = np.empty((3, x.size))
    skewed_point.fill(x, alpha, beta, out)
    return out

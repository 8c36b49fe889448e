"""The standard symmetric law over arrays: one law's polynomials, or those of every point's own alpha."""

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.laws.points import Points
from stablefit.laws.tabled import density_at, inverse_at, odds_at, tables


def one_law_log_density(x: FloatArray, alpha: float, loc: float, scale: float) -> FloatArray:
    """Log density of one symmetric law, in one pass over x."""
    from stablefit._kernels import density

    if alpha < density.ALPHA_MIN:
        log_f: FloatArray = one_law_gradient(x, alpha, loc, scale)[0]
        return log_f
    out = np.empty(x.shape)
    density.logpdf(np.ascontiguousarray(x).reshape(-1), loc, scale, density_at(alpha), out.reshape(-1))
    return out


def one_law_gradient(x: FloatArray, alpha: float, loc: float, scale: float) -> FloatArray:
    """Log density of one symmetric law and its derivatives in x and alpha, shape (3, ...), in one pass over x."""
    from stablefit._kernels import density_gradient

    out = np.empty((3, *x.shape))
    density_gradient.gradient(np.ascontiguousarray(x).reshape(-1), loc, scale, density_at(alpha), out.reshape(3, -1))
    return out


def one_law_cdf(x: FloatArray, alpha: float, loc: float, scale: float) -> FloatArray:
    """P(X <= x) of one symmetric law, P(X > x) for a negative scale, in one pass over x."""
    from stablefit._kernels import odds

    out = np.empty(x.shape)
    odds.cdf(np.ascontiguousarray(x).reshape(-1), loc, scale, odds_at(alpha), out.reshape(-1))
    return out


def one_law_log_tails(x: FloatArray, alpha: float, loc: float, scale: float) -> FloatArray:
    """Logs of P(X <= x) and P(X > x) of one symmetric law, shape (2, ...), in one pass over x."""
    from stablefit._kernels import odds

    out = np.empty((2, *x.shape))
    odds.log_tails(np.ascontiguousarray(x).reshape(-1), loc, scale, odds_at(alpha), out.reshape(2, -1))
    return out


def log_density(points: Points) -> FloatArray:
    """Log density at flat points."""
    if points.alpha.size == 1:
        return one_law_log_density(points.x, float(points.alpha[0]), 0.0, 1.0)
    log_f: FloatArray = log_density_gradient(points)[0]
    return log_f


def log_density_gradient(points: Points) -> FloatArray:
    """Log density and its derivatives in x and alpha, shape (3, n)."""
    from stablefit._kernels import density_gradient

    if points.alpha.size == 1:
        return one_law_gradient(points.x, float(points.alpha[0]), 0.0, 1.0)
    out = np.empty((3, points.x.size))
    density_gradient.each(points.x, points.alpha, *tables("density"), out)
    return out


def cdf(points: Points) -> FloatArray:
    """P(X <= x): in the lower tail the tail itself, never the complement of the upper one."""
    from stablefit._kernels import odds

    if points.alpha.size == 1:
        return one_law_cdf(points.x, float(points.alpha[0]), 0.0, 1.0)
    out = np.empty((1, points.x.size))
    odds.each(points.x, points.alpha, *tables("odds"), False, out)
    return out.reshape(-1)


def log_tails(points: Points) -> FloatArray:
    """Logs of P(X <= x) and P(X > x), shape (2, n)."""
    from stablefit._kernels import odds

    if points.alpha.size == 1:
        return one_law_log_tails(points.x, float(points.alpha[0]), 0.0, 1.0)
    out = np.empty((2, points.x.size))
    odds.each(points.x, points.alpha, *tables("odds"), True, out)
    return out


def logcdf(points: Points) -> FloatArray:
    """Log of P(X <= x)."""
    lower: FloatArray = log_tails(points)[0]
    return lower


def quantile(points: Points, upper: BoolArray) -> FloatArray:
    """x with P(X <= x) = points.x, or P(X > x) where upper; points.x in [0, 1/2], nan elsewhere."""
    from stablefit._kernels import inverse
    from stablefit._kernels import quantile as table_free

    out = np.empty(points.x.size)
    if points.alpha.size > 1:
        inverse.each(points.x, points.alpha, *tables("odds"), out)
    elif points.x.size >= inverse.RUN:
        inverse.ppf(points.x, 0.0, -1.0, inverse_at(float(points.alpha[0])), out)
    else:
        table_free.fill(points.x, points.alpha, out)
    return np.where(upper, out, -out)

"""The standard skewed law (S0) over points, beta not 0 and alpha not 2.

Many points of one law are worth a table, made for the law on first use; few, and points with a law each, go one by one
through the integral. The two differ by less than 4e-12.
"""

from collections.abc import Callable

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.laws.parametrisation import tangent
from stablefit.laws.points import Points
from stablefit.laws.tabled import skewed_at, skewed_inverse_at

MANY = 200  # points of one law: about what a table costs
_LEAST_ALPHA = 0.2  # below it a table takes longer, the smaller alpha: seconds at .03


def _is_tabled(points: Points) -> bool:
    return points.one_law and points.x.size >= MANY and bool(points.alpha[0] >= _LEAST_ALPHA)


def _tabled(points: Points, function: Callable[..., None]) -> FloatArray:
    """Values of a function of skewed_table.py."""
    out = np.empty(points.x.size)
    side, law = skewed_at(points.alpha[0], points.beta[0])
    function(points.x, side, law, out)
    return out


def log_density(points: Points) -> FloatArray:
    """Log density."""
    from stablefit._kernels import skewed_table

    return _tabled(points, skewed_table.log_density) if _is_tabled(points) else _values(points)[0]


def cdf(points: Points) -> FloatArray:
    """P(X <= x), in full relative precision in the lower tail."""
    from stablefit._kernels import skewed_table

    if _is_tabled(points):
        return _tabled(points, skewed_table.cdf)
    with np.errstate(under="ignore"):
        return np.exp(logcdf(points))


def logcdf(points: Points) -> FloatArray:
    """Log of P(X <= x)."""
    from stablefit._kernels import skewed_table

    return _tabled(points, skewed_table.logcdf) if _is_tabled(points) else _values(points)[1]


def quantile(points: Points, upper: BoolArray) -> FloatArray:
    """x with P(X <= x) = p, or P(X > x) where upper; p = points.x in [0, 1/2], nan elsewhere."""
    from stablefit._kernels import skewed_inverse, skewed_quantile

    out = np.empty(points.x.size)
    if _is_tabled(points):
        side, law = skewed_inverse_at(points.alpha[0], points.beta[0])
        skewed_inverse.quantiles(points.x, upper, side, law, out)
    else:
        points = points.each()
        skewed_quantile.fill(points.x, upper, points.alpha, points.beta, out)
    at_end = points.x == 0.0
    if at_end.any():
        ends = points.each().only(at_end)
        out[at_end] = _support(ends.alpha, ends.beta, upper[at_end])
    return out


def _support(alpha: FloatArray, beta: FloatArray, upper: BoolArray) -> FloatArray:
    """End of the support: finite for alpha < 1 on the side that beta = 1 or -1 leaves empty."""
    one_sided = (alpha < 1.0) & (beta == np.where(upper, -1.0, 1.0))
    return np.where(one_sided, -beta * tangent(np.where(one_sided, alpha, 0.5)), np.where(upper, np.inf, -np.inf))


def _values(points: Points) -> FloatArray:
    """Log density, log lower and log upper probability, shape (3, n), one by one."""
    from stablefit._kernels import skewed_point

    x, alpha, beta, _, _ = points.each()
    out = np.empty((3, x.size))
    skewed_point.fill(x, alpha, beta, out)
    return out

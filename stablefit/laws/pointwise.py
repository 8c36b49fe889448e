"""The standard law (S0, loc 0, scale 1) over arrays.

Symmetric points, beta = 0 or alpha = 2, go to the functions of the symmetric law, the others to those of skewed laws.
"""

from collections.abc import Callable

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.laws import skewed, symmetric
from stablefit.laws.points import Points

Function = Callable[[Points], FloatArray]


def _by_symmetry(points: Points, of_symmetric: Function, of_skewed: Function) -> FloatArray:
    """Each point to the function of its kind."""
    if points.symmetric:
        return of_symmetric(points).reshape(points.shape)
    if points.one_law:
        return of_skewed(points).reshape(points.shape)
    out, chosen = np.empty(points.x.size), points.skewed
    out[~chosen] = of_symmetric(points.only(~chosen))
    out[chosen] = of_skewed(points.only(chosen))
    return out.reshape(points.shape)


def log_density(points: Points) -> FloatArray:
    """Log density."""
    return _by_symmetry(points, symmetric.log_density, skewed.log_density)


def cdf(points: Points) -> FloatArray:
    """P(X <= x): in the lower tail the tail itself, never the complement of the upper one."""
    return _by_symmetry(points, symmetric.cdf, skewed.cdf)


def logcdf(points: Points) -> FloatArray:
    """Log of P(X <= x)."""
    return _by_symmetry(points, symmetric.logcdf, skewed.logcdf)


def quantile(points: Points, upper: BoolArray) -> FloatArray:
    """x with P(X <= x) = points.x, or P(X > x) where upper; points.x in [0, 1/2], nan elsewhere."""
    upper = np.broadcast_to(upper, points.shape).reshape(-1)
    if points.symmetric:
        return symmetric.quantile(points, upper).reshape(points.shape)
    if points.one_law:
        return skewed.quantile(points, upper).reshape(points.shape)
    out, chosen = np.empty(points.x.size), points.skewed
    out[~chosen] = symmetric.quantile(points.only(~chosen), upper[~chosen])
    out[chosen] = skewed.quantile(points.only(chosen), upper[chosen])
    return out.reshape(points.shape)

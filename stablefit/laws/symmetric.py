"""The standard symmetric law over arrays: polynomials where a law is shared, contours elsewhere."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from stablefit._types import BoolArray, FloatArray, IntArray
from stablefit.laws.points import Points
from stablefit.laws.tabled import prepared

if TYPE_CHECKING:
    from stablefit._kernels.density import Law


def one_law_log_density(x: FloatArray, alpha: float, loc: float, scale: float) -> FloatArray:
    """Log density of one symmetric law, in one pass over x."""
    from stablefit._kernels import density

    out = np.empty(x.shape)
    density.logpdf(np.ascontiguousarray(x).reshape(-1), loc, scale, prepared(alpha), out.reshape(-1))
    return out


def one_law_gradient(x: FloatArray, alpha: float, loc: float, scale: float) -> FloatArray:
    """Log density of one symmetric law and its derivatives in x and alpha, shape (3, ...), in one pass over x."""
    from stablefit._kernels import density

    out = np.empty((3, *x.shape))
    density.gradient(np.ascontiguousarray(x).reshape(-1), loc, scale, prepared(alpha), out.reshape(3, -1))
    return out


def log_density(points: Points) -> FloatArray:
    """Log density at flat points."""
    from stablefit._kernels import density

    out = np.empty(points.x.size)
    for chosen, law in _groups(points.alpha):
        part = points.x[chosen]
        values = np.empty(part.size)
        density.logpdf(part, 0.0, 1.0, law, values)
        out[chosen] = values
    return out


def log_density_gradient(points: Points) -> FloatArray:
    """Log density and its derivatives in x and alpha, shape (3, n)."""
    from stablefit._kernels import density

    out = np.empty((3, points.x.size))
    for chosen, law in _groups(points.alpha):
        part = points.x[chosen]
        values = np.empty((3, part.size))
        density.gradient(part, 0.0, 1.0, law, values)
        out[:, chosen] = values
    return out


def cdf(points: Points) -> FloatArray:
    """P(X <= x): in the lower tail the tail itself, never the complement of the upper one."""
    core, log_tail = _contours(points)
    with np.errstate(under="ignore"):
        return np.where(points.x < 0.0, np.exp(log_tail), 0.5 + core)


def logcdf(points: Points) -> FloatArray:
    """Log of P(X <= x)."""
    core, log_tail = _contours(points)
    with np.errstate(under="ignore", divide="ignore"):
        upper = np.where(core < 0.25, np.log(0.5 + core), np.log1p(-np.exp(log_tail)))
    return np.where(points.x < 0.0, log_tail, upper)


def quantile(points: Points, upper: BoolArray) -> FloatArray:
    """x with P(X <= x) = points.x, or P(X > x) where upper; points.x in [0, 1/2], nan elsewhere."""
    from stablefit._kernels import quantile as kernels

    out = np.empty(points.x.size)
    kernels.fill(points.x, points.alpha, out)
    return np.where(upper, out, -out)


def _contours(points: Points) -> tuple[FloatArray, FloatArray]:
    """P(0 < X < abs(x)) and log P(X > abs(x)), table-free."""
    from stablefit._kernels import point

    out = np.empty((5, points.x.size))
    point.fill(np.abs(points.x), points.alpha, out)
    return out[1], out[2]


def _groups(alpha: FloatArray) -> "Iterator[tuple[IntArray | slice, Law]]":
    """Sets of points that share an alpha, with the law prepared for it once."""
    if alpha.size == 1:
        yield slice(None), prepared(float(alpha[0]))
        return
    order = np.argsort(alpha, kind="stable")
    for chosen in np.split(order, np.flatnonzero(np.diff(alpha[order])) + 1):
        if chosen.size:
            yield chosen, prepared(float(alpha[chosen[0]]))

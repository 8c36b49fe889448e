"""The standard law (S0, loc 0, scale 1) over arrays: broadcasting to what the kernels take, and back.

Symmetric points, beta = 0 or alpha = 2, go to the tables and contours of the symmetric law, the others to
Zolotarev's integral.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stablefit._types import BoolArray, FloatArray, IntArray
from stablefit.laws.tabled import prepared

if TYPE_CHECKING:
    from stablefit._kernels.density import Law


class Points(NamedTuple):
    """Points and parameters as 1-D contiguous arrays; alpha of size 1 where all points are symmetric and share it."""

    x: FloatArray
    alpha: FloatArray
    beta: FloatArray
    skewed: BoolArray  # empty where no point is
    shape: tuple[int, ...]

    @property
    def symmetric(self) -> bool:
        """Whether no point is skewed."""
        return self.skewed.size == 0

    def only(self, chosen: BoolArray) -> "Points":
        """Return some of the points, as if all of them were symmetric."""
        return Points(self.x[chosen], self.alpha[chosen], self.beta[chosen], _NONE, (int(chosen.sum()),))


_NONE: BoolArray = np.empty(0, dtype=np.bool_)


def flatten(x: FloatArray, alpha: FloatArray, beta: FloatArray) -> Points:
    """Broadcast points and parameters."""
    skewed = (beta != 0.0) & (alpha != 2.0)
    if not np.any(skewed):
        if alpha.size == 1:
            shape = np.broadcast_shapes(x.shape, alpha.shape, beta.shape)
            x = x if x.shape == shape else np.broadcast_to(x, shape)
            return Points(np.ascontiguousarray(x).reshape(-1), alpha.reshape(1), beta, _NONE, shape)
        skewed = _NONE
    x, alpha, beta = np.broadcast_arrays(x, alpha, beta)
    if skewed.size:
        skewed = np.broadcast_to(skewed, x.shape).reshape(-1)
    flat_x, flat_alpha, flat_beta = (np.ascontiguousarray(v).reshape(-1) for v in (x, alpha, beta))
    return Points(flat_x, flat_alpha, flat_beta, skewed, x.shape)


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
    """Log density."""
    if points.symmetric:
        return _symmetric_log_density(points).reshape(points.shape)
    out = np.empty(points.x.size)
    out[~points.skewed] = _symmetric_log_density(points.only(~points.skewed))
    out[points.skewed] = _zolotarev(points)[0]
    return out.reshape(points.shape)


def log_density_gradient(points: Points) -> FloatArray:
    """Log density and its derivatives in x and alpha, shape (3, ...); symmetric points only."""
    from stablefit._kernels import density

    out = np.empty((3, points.x.size))
    for chosen, law in _groups(points.alpha):
        part = points.x[chosen]
        values = np.empty((3, part.size))
        density.gradient(part, 0.0, 1.0, law, values)
        out[:, chosen] = values
    return out.reshape(3, *points.shape)


def cdf(points: Points) -> FloatArray:
    """P(X <= x): in the lower tail the tail itself, never the complement of the upper one."""
    if points.symmetric:
        core, log_tail = _contours(points)
        with np.errstate(under="ignore"):
            return np.where(points.x < 0.0, np.exp(log_tail), 0.5 + core).reshape(points.shape)
    with np.errstate(under="ignore"):
        return np.exp(logcdf(points))


def logcdf(points: Points) -> FloatArray:
    """Log of P(X <= x)."""
    if points.symmetric:
        return _symmetric_logcdf(points).reshape(points.shape)
    out = np.empty(points.x.size)
    out[~points.skewed] = _symmetric_logcdf(points.only(~points.skewed))
    out[points.skewed] = _zolotarev(points)[1]
    return out.reshape(points.shape)


def quantile(points: Points, upper: BoolArray) -> FloatArray:
    """x with P(X <= x) = points.x, or P(X > x) where upper; points.x in [0, 1/2], nan elsewhere."""
    upper = np.broadcast_to(upper, points.shape).reshape(-1)
    if points.symmetric:
        return _symmetric_quantile(points, upper).reshape(points.shape)
    from stablefit._kernels import zolotarev

    out = np.empty(points.x.size)
    out[~points.skewed] = _symmetric_quantile(points.only(~points.skewed), upper[~points.skewed])
    p, alpha, beta, up = (
        points.x[points.skewed],
        points.alpha[points.skewed],
        points.beta[points.skewed],
        upper[points.skewed],
    )
    x = np.where(p == 0.0, _support(alpha, beta, up), np.nan)
    inside = (p > 0.0) & (p <= 0.5)
    found = np.empty(int(inside.sum()))
    zolotarev.fill_quantiles(p[inside], up[inside], alpha[inside], beta[inside], found)
    x[inside] = found
    out[points.skewed] = x
    return out.reshape(points.shape)


def _support(alpha: FloatArray, beta: FloatArray, upper: BoolArray) -> FloatArray:
    """End of the support: finite for alpha < 1 on the side that beta = 1 or -1 leaves empty."""
    from stablefit.laws.parametrisation import tangent

    one_sided = (alpha < 1.0) & (beta == np.where(upper, -1.0, 1.0))
    return np.where(one_sided, -beta * tangent(np.where(one_sided, alpha, 0.5)), np.where(upper, np.inf, -np.inf))


def _zolotarev(points: Points) -> FloatArray:
    """Log density, log lower and log upper probability of the skewed points, shape (3, n)."""
    from stablefit._kernels import zolotarev

    x, alpha, beta = points.x[points.skewed], points.alpha[points.skewed], points.beta[points.skewed]
    out = np.empty((3, x.size))
    zolotarev.fill(x, alpha, beta, out)
    return out


def _symmetric_log_density(points: Points) -> FloatArray:
    from stablefit._kernels import density

    out = np.empty(points.x.size)
    for chosen, law in _groups(points.alpha):
        part = points.x[chosen]
        values = np.empty(part.size)
        density.logpdf(part, 0.0, 1.0, law, values)
        out[chosen] = values
    return out


def _contours(points: Points) -> tuple[FloatArray, FloatArray]:
    """P(0 < X < abs(x)) and log P(X > abs(x)), table-free."""
    from stablefit._kernels import point

    out = np.empty((5, points.x.size))
    point.fill(np.abs(points.x), points.alpha, out)
    return out[1], out[2]


def _symmetric_logcdf(points: Points) -> FloatArray:
    core, log_tail = _contours(points)
    with np.errstate(under="ignore", divide="ignore"):
        upper = np.where(core < 0.25, np.log(0.5 + core), np.log1p(-np.exp(log_tail)))
    return np.where(points.x < 0.0, log_tail, upper)


def _symmetric_quantile(points: Points, upper: BoolArray) -> FloatArray:
    from stablefit._kernels import quantile as kernels

    out = np.empty(points.x.size)
    kernels.fill(points.x, points.alpha, out)
    return np.where(upper, out, -out)


def _groups(alpha: FloatArray) -> "Iterator[tuple[IntArray | slice, Law]]":
    """Sets of points that share an alpha, with the law prepared for it once."""
    if alpha.size == 1:
        yield slice(None), prepared(float(alpha[0]))
        return
    order = np.argsort(alpha, kind="stable")
    for chosen in np.split(order, np.flatnonzero(np.diff(alpha[order])) + 1):
        if chosen.size:
            yield chosen, prepared(float(alpha[chosen[0]]))

"""The standard symmetric law over arrays.

Broadcasting to the one-dimensional arrays that the kernels take, and back.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stablefit._types import FloatArray, IntArray
from stablefit.laws.tabled import prepared

if TYPE_CHECKING:
    from stablefit._kernels.density import Law


class Probabilities(NamedTuple):
    """The law at z >= 0, scale 1, loc 0; each of the arguments' broadcast shape."""

    core: FloatArray  # P(0 < Z < z)
    logtail: FloatArray  # log P(Z > z)


def log_density(z: FloatArray, alpha: FloatArray) -> FloatArray:
    """Log density at z, of the arguments' broadcast shape."""
    from stablefit._kernels import density

    points, alphas, shape = _flatten(z, alpha)
    out = np.empty(points.size)
    for chosen, law in _groups(alphas):
        part = points[chosen]
        values = np.empty(part.size)
        density.logpdf(part, 0.0, 1.0, law, values)
        out[chosen] = values
    return out.reshape(shape)


def log_density_gradient(z: FloatArray, alpha: FloatArray) -> FloatArray:
    """Log density at z and its derivatives in z and alpha, shape (3, ...)."""
    from stablefit._kernels import density

    points, alphas, shape = _flatten(z, alpha)
    out = np.empty((3, points.size))
    for chosen, law in _groups(alphas):
        part = points[chosen]
        values = np.empty((3, part.size))
        density.gradient(part, 0.0, 1.0, law, values)
        out[:, chosen] = values
    return out.reshape(3, *shape)


def probabilities(z: FloatArray, alpha: FloatArray) -> Probabilities:
    """Central and upper tail probability at z >= 0, table-free."""
    from stablefit._kernels import point

    points, alphas, shape = _flatten(z, alpha)
    out = np.empty((5, points.size))
    point.fill(points, alphas, out)
    return Probabilities(out[1].reshape(shape), out[2].reshape(shape))


def upper_quantile(q: FloatArray, alpha: FloatArray) -> FloatArray:
    """z with P(Z > z) = q, for q in [0, 1/2]; nan elsewhere."""
    from stablefit._kernels import quantile

    points, alphas, shape = _flatten(q, alpha)
    out = np.empty(points.size)
    quantile.fill(points, alphas, out)
    return out.reshape(shape)


def _flatten(x: FloatArray, alpha: FloatArray) -> tuple[FloatArray, FloatArray, tuple[int, ...]]:
    """1-D contiguous copies of both, alpha of size 1 where it is the same for all."""
    if alpha.size == 1:
        shape = np.broadcast_shapes(x.shape, alpha.shape)
        return np.ascontiguousarray(x).reshape(-1), alpha.reshape(1), shape
    x, alpha = np.broadcast_arrays(x, alpha)
    return np.ascontiguousarray(x).reshape(-1), np.ascontiguousarray(alpha).reshape(-1), x.shape


def _groups(alpha: FloatArray) -> "Iterator[tuple[IntArray | slice, Law]]":
    """Sets of points that share an alpha, with the law prepared for it once."""
    if alpha.size == 1:
        yield slice(None), prepared(float(alpha[0]))
        return
    order = np.argsort(alpha, kind="stable")
    for chosen in np.split(order, np.flatnonzero(np.diff(alpha[order])) + 1):
        if chosen.size:
            yield chosen, prepared(float(alpha[chosen[0]]))

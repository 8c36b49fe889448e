"""The standard symmetric law over arrays: broadcasting to the one-dimensional arrays that the kernels take, and back."""

from typing import NamedTuple

import numpy as np

from stablefit._types import FloatArray


class Values(NamedTuple):
    """The law at z >= 0, scale 1, loc 0; each of the arguments' broadcast shape."""

    logpdf: FloatArray
    core: FloatArray  # P(0 < Z < z)
    logtail: FloatArray  # log P(Z > z)
    dlogpdf_dz: FloatArray
    dlogpdf_dalpha: FloatArray


def values(z: FloatArray, alpha: FloatArray) -> Values:
    """Log density, probabilities and derivatives of the law at z >= 0, table-free."""
    from stablefit._kernels import point

    points, alphas, shape = _flatten(z, alpha)
    out = np.empty((5, points.size))
    point.fill(points, alphas, out)
    return Values(*out.reshape(5, *shape))


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

"""Points of standard laws (S0, loc 0, scale 1) as the flat arrays that the kernels take."""

from typing import NamedTuple

import numpy as np

from stablefit._types import BoolArray, FloatArray

_NONE: BoolArray = np.empty(0, dtype=np.bool_)


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

"""Points of standard laws (S0, loc 0, scale 1) as the flat arrays that the kernels take."""

from typing import NamedTuple

import numpy as np

from stablefit._types import BoolArray, FloatArray


class Points(NamedTuple):
    """Points, parameters, and which points are skewed, as 1-D contiguous arrays.

    Where all points share one law, alpha, beta and skewed have size 1.
    """

    x: FloatArray
    alpha: FloatArray
    beta: FloatArray
    skewed: BoolArray
    shape: tuple[int, ...]

    @property
    def symmetric(self) -> bool:
        """Whether no point is skewed."""
        return not self.skewed.any()

    @property
    def one_law(self) -> bool:
        """Whether all points share one law."""
        return self.alpha.size == 1

    def each(self) -> "Points":
        """Return the same points with a law each."""
        x, alpha, beta, skewed = np.broadcast_arrays(self.x, self.alpha, self.beta, self.skewed)
        return Points(x, np.ascontiguousarray(alpha), np.ascontiguousarray(beta), skewed, self.shape)

    def only(self, chosen: BoolArray) -> "Points":
        """Return some of the points, a law each."""
        return Points(self.x[chosen], self.alpha[chosen], self.beta[chosen], self.skewed[chosen], (int(chosen.sum()),))


def flatten(x: FloatArray, alpha: FloatArray, beta: FloatArray) -> Points:
    """Broadcast points and parameters."""
    skewed = (beta != 0.0) & (alpha != 2.0)
    if alpha.size == 1 and (beta.size == 1 or not skewed.any()):
        shape = np.broadcast_shapes(x.shape, alpha.shape, beta.shape)
        x = x if x.shape == shape else np.broadcast_to(x, shape)
        own = beta.reshape(-1)[:1]
        return Points(np.ascontiguousarray(x).reshape(-1), alpha.reshape(1), own, skewed.reshape(-1)[:1], shape)
    arrays = np.broadcast_arrays(x, alpha, beta, skewed)
    flat_x, flat_alpha, flat_beta, flat_skewed = (np.ascontiguousarray(v).reshape(-1) for v in arrays)
    return Points(flat_x, flat_alpha, flat_beta, flat_skewed, arrays[0].shape)

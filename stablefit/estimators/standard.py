"""Samples as estimators meet them: checked, and in units of their own width about their own centre.

Every estimator is equivariant because it only ever sees numbers of order one; huge and tiny samples need no care.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stablefit._types import FloatArray, IntArray

FEWEST = 8
"""Values that a sample must hold at least."""
QUARTILES = (0.25, 0.75)


@dataclass(frozen=True, slots=True)
class Standard:
    """Samples (x - centre) / width.

    Attributes
    ----------
    rows : ndarray, shape (k, n), C-contiguous float64
        One sample a row; meaningless where the status is not OK.
    quantiles : ndarray, shape (k, m)
        Sample quantiles of the rows; the quartiles come first.
    centre, width : ndarray, shape (k,)
        Middle between the quartiles, and a power of two near their distance; the held loc and scale where these are
        held.
    status : ndarray, shape (k,)
        OK, or why the sample cannot be fitted.
    weights : ndarray, shape (k, n) or (k, 0)
        How often each value counts; none where each counts once.
    """

    rows: FloatArray
    quantiles: FloatArray
    centre: FloatArray
    width: FloatArray
    status: IntArray
    weights: FloatArray

    @property
    def size(self) -> FloatArray:
        """Number of values in each sample, by weight; shape (k,)."""
        k, n = self.rows.shape
        return np.full(k, float(n)) if self.weights.shape[1] == 0 else self.weights.sum(axis=1)

    def take(self, where: IntArray) -> "Standard":
        """Return some of the samples."""
        return Standard(*(getattr(self, name)[where] for name in self.__slots__))


def standardise(
    rows: FloatArray, probabilities: tuple[float, ...], held: Mapping[str, float], weights: FloatArray | None = None
) -> Standard:
    """Check samples and bring them into standard units, in place.

    Parameters
    ----------
    rows : ndarray, shape (k, n), C-contiguous float64
        One sample a row; overwritten.
    probabilities : tuple of float
        Which quantiles the estimator wants, the quartiles first.
    held : mapping
        Parameters that are not estimated; a held loc becomes 0 and a held scale 1.
    weights : ndarray, shape (k, n), optional
        How often each value counts, not negative; once by default.

    Returns
    -------
    Standard
    """
    from stablefit._kernels import order, standard, weighted_order

    k, n = rows.shape
    quantiles, commonest = np.empty((k, len(probabilities))), np.empty(k)
    if weights is None:
        counts, size = np.empty((k, 0)), np.full(k, float(n))
        order.fill(rows, np.array(probabilities), quantiles, commonest)
    else:
        counts, size = weights, weights.sum(axis=1)
        weighted_order.fill(rows, weights, np.array(probabilities), quantiles, commonest)
    centre, width, status = np.empty(k), np.empty(k), np.empty(k, dtype=np.int64)
    held_loc, held_scale = held.get("loc", np.nan), held.get("scale", np.nan)
    standard.fill(rows, size, commonest, held_loc, held_scale, quantiles, centre, width, status)
    return Standard(rows, quantiles, centre, width, status, counts)

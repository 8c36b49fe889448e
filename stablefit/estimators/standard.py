"""Samples as estimators meet them: checked, and in units of their own width about their own centre.

Every estimator is equivariant because it only ever sees numbers of order one; huge and tiny samples need no care.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stablefit._types import FloatArray, IntArray
from stablefit.estimators.status import Status

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
    """

    rows: FloatArray
    quantiles: FloatArray
    centre: FloatArray
    width: FloatArray
    status: IntArray

    def take(self, where: IntArray) -> "Standard":
        """Return some of the samples."""
        return Standard(*(getattr(self, name)[where] for name in self.__slots__))


def standardise(rows: FloatArray, probabilities: tuple[float, ...], held: Mapping[str, float]) -> Standard:
    """Check samples and bring them into standard units, in place.

    Parameters
    ----------
    rows : ndarray, shape (k, n), C-contiguous float64
        One sample a row; overwritten.
    probabilities : tuple of float
        Which quantiles the estimator wants, the quartiles first.
    held : mapping
        Parameters that are not estimated; a held loc becomes 0 and a held scale 1.

    Returns
    -------
    Standard
    """
    from stablefit._kernels import order, standard

    k, n = rows.shape
    if n == 0:
        blank = np.full(k, np.nan)
        return Standard(rows, np.full((k, len(probabilities)), np.nan), blank, blank, np.full(k, int(Status.TOO_FEW)))
    quantiles = np.empty((k, len(probabilities)))
    commonest = np.empty(k, dtype=np.int64)
    order.fill(rows, np.array(probabilities), quantiles, commonest)
    status = _status(rows, quantiles, commonest)
    lower, upper = quantiles[:, 0], quantiles[:, 1]
    centre = np.full(k, held["loc"]) if "loc" in held else 0.5 * lower + 0.5 * upper
    width = np.full(k, held["scale"]) if "scale" in held else _power_of_two(upper, lower)
    standard.standardise(rows, centre, width)
    standard.standardise(quantiles, centre, width)
    return Standard(rows, quantiles, centre, width, status)


def _status(rows: FloatArray, quantiles: FloatArray, commonest: IntArray) -> IntArray:
    n = rows.shape[1]
    status = np.zeros(len(rows), dtype=np.int64)
    if n < FEWEST:
        status[:] = Status.TOO_FEW
    elif commonest.any():
        status[commonest > 0] = Status.ZERO_INFLATED
        equal = commonest == n
        status[equal] = np.where(rows[equal, 0] == 0.0, Status.DEAD, Status.CONSTANT)
    status[np.isnan(quantiles[:, 0])] = Status.NONFINITE
    return status


def _power_of_two(upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Power of two next above the distance of the quartiles; 1 where that is 0 or nan."""
    with np.errstate(over="ignore"):
        distance = np.minimum(upper - lower, 2.0**1022)
    return np.where(distance > 0.0, np.ldexp(1.0, np.frexp(distance)[1]), 1.0)

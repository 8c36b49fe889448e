"""Samples in units of their own width about their own centre."""

import math

import numpy as np

from stablefit._kernels.compile import kernel

_LARGEST = 1.7976931348623157e308


@kernel
def standardise(rows: np.ndarray, centre: np.ndarray, width: np.ndarray) -> None:
    """Replace each row by (row - centre) / width, in place; what would overflow becomes the largest float64.

    A width that is a power of two is divided by without rounding. The division takes two factors, because 1 / width
    overflows for the smallest widths.
    """
    for i in range(rows.shape[0]):
        first = math.ldexp(1.0, -(math.frexp(width[i])[1] // 2))
        second = 1.0 / (width[i] * first)
        origin = centre[i] * first * second
        for j in range(rows.shape[1]):
            z = rows[i, j] * first * second - origin
            rows[i, j] = min(max(z, -_LARGEST), _LARGEST)

"""Nolan's parametrisations: S0, continuous at alpha = 1, and S1, the classical one."""

import numpy as np

from stablefit._types import FloatArray


def tangent(alpha: FloatArray) -> FloatArray:
    """Tan(pi alpha / 2), from whichever of 1 and 2 is nearer to alpha; inf at 1."""
    with np.errstate(divide="ignore"):
        return np.where(alpha > 1.5, -np.tan(0.5 * np.pi * (2.0 - alpha)), 1.0 / np.tan(0.5 * np.pi * (1.0 - alpha)))


def shift(alpha: FloatArray, beta: FloatArray, scale: FloatArray) -> FloatArray:
    """Location in S0 less location in S1 of one law.

    Nolan (2020), section 3.5: scale beta tan(pi alpha/2), at alpha = 1 scale beta (2/pi) log scale. Near alpha = 1
    the two locations are far apart, and their difference is all that is left of many digits: S1 loses about log10(1
    / |1 - alpha|) of them.
    """
    with np.errstate(invalid="ignore"):
        classical = beta * tangent(alpha)
    at_one = beta * (2.0 / np.pi) * np.log(scale)
    return np.where(beta == 0.0, 0.0, scale * np.where(alpha == 1.0, at_one, classical))

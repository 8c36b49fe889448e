"""Fisher information of counts in bins, and the covariance that it promises."""

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.estimators import binned_profile
from stablefit.estimators.binned_tables import bin_tables

_TWO_SIDED = 1.959963984540054  # normal quantile of .975
_FLAT, _DEPENDENT = 1e-6, 1e-9  # information, and eigenvalue of its correlations, below which nothing is identified


def covariance(counts: FloatArray, edges: FloatArray, optimum: FloatArray, free: BoolArray) -> FloatArray:
    """Inverse of the expected information of (alpha, loc, scale), zeros where held; nan where it is singular.

    At alpha = 2 alpha's standard error is the distance to the one-sided 95 % profile limit over 1.96, as in `fit`.
    """
    from stablefit._kernels import binned_scoring

    sums, matrix, inverse = np.empty(4), np.empty((2, 3, 3)), np.zeros((3, 3))
    binned_scoring.evaluate(counts, edges, optimum[:3], bin_tables(), sums, matrix)
    at_two = free[0] and optimum[0] == 2.0
    chosen = np.flatnonzero(free & np.array([not at_two, True, True]))
    scale = float(np.exp(optimum[2]))
    units = np.array([1.0, scale, 1.0])
    information = (matrix[0] * units[:, None] * units)[np.ix_(chosen, chosen)]
    inverse[np.ix_(chosen, chosen)] = _inverse(information)
    units = np.array([2.0 - optimum[0], scale, scale])  # from (-log(2 - alpha), loc / scale, log scale)
    inverse *= units[:, None] * units
    if at_two:
        end = binned_profile.limit(counts, edges, optimum, free, 0, -1.0, 1.0, 0.5 * _TWO_SIDED**2)
        inverse[0, 0] = ((2.0 - end) / _TWO_SIDED) ** 2
    return inverse


def _inverse(information: FloatArray) -> FloatArray:
    """Inverse of an information in units of one, nan where it is as good as singular."""
    size = np.sqrt(np.diag(information))
    if not (size**2 > _FLAT).all():
        return np.full_like(information, np.nan)
    correlations = information / (size[:, None] * size)
    if size.size and np.linalg.eigvalsh(correlations)[0] < _DEPENDENT:
        return np.full_like(information, np.nan)
    return np.asarray(np.linalg.inv(correlations) / (size[:, None] * size))

"""Profile likelihood of samples under general laws, in (alpha, beta, loc, log scale)."""

import math

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.estimators.profile import between
from stablefit.estimators.skewed_family import skewed_family

_MOST_STEPS = 25
_CLOSE = 1e-4  # in log-likelihood: a hundredth of a percent of coverage
_ALMOST_NORMAL = 2.0 - 1e-6


def limit(
    x: FloatArray,
    weights: FloatArray,
    optimum: FloatArray,
    free: BoolArray,
    index: int,
    side: float,
    first: float,
    drop: float,
) -> float:
    """End of the interval in which the profile of a coordinate is within drop of its maximum, on one side.

    Arguments are those of `stablefit.estimators.profile.limit`, with optimum = (alpha, beta, loc, log scale,
    log-likelihood). Returns the end of the coordinate's range where the profile holds out to it; nan where no end is
    found.
    """
    from stablefit._kernels import skewed_scoring

    family = skewed_family(x.size)
    others, at, found, information = free.copy(), optimum[:4].copy(), np.empty(5), np.empty((4, 4))
    others[index] = False

    def gap(value: float) -> float:
        at[index] = value
        skewed_scoring.maximise(x, weights, at, others, family, found, information)
        at[:] = found[:4]  # the next search for the others begins where this one ended
        return float(optimum[4] - found[4] - drop)

    end = (_ALMOST_NORMAL if side > 0.0 else skewed_scoring.LOWEST, side, side * math.inf, side * math.inf)[index]
    near = far = float(optimum[index])
    gap_near, gap_far, step = -drop, -1.0, first
    for _ in range(_MOST_STEPS):
        if near == end:
            return 2.0 if end == _ALMOST_NORMAL else end
        far = near + side * step
        far = end if side * (far - end) > 0.0 else far
        gap_far = gap(far)
        if not gap_far < 0.0:
            break
        near, gap_near, step = far, gap_far, 1.6 * step
    if not 0.0 <= gap_far < math.inf:
        # only where a support ends is there no likelihood: halve towards it
        for _ in range(_MOST_STEPS):
            middle = 0.5 * (near + far)
            at[:] = optimum[:4]
            there = gap(middle)
            if 0.0 <= there < math.inf:
                far, gap_far = middle, there
                break
            if there < 0.0:
                near, gap_near = middle, there
            else:
                far = middle
        if not 0.0 <= gap_far < math.inf:
            return far if abs(far - near) < 1e-6 * max(1.0, abs(far)) else math.nan
    return between(gap, near, far, gap_near, gap_far, _CLOSE, 1e-10)

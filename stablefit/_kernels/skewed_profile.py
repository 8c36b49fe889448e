"""Profile likelihood of a skewed law: where it has fallen by a given amount on one side of its maximum."""

import math

import numpy as np

from stablefit._kernels import skewed_scoring
from stablefit._kernels.compile import kernel
from stablefit._kernels.skewed_family import SkewedFamily

_MOST_STEPS = 25
_CLOSE = 1e-4  # in log-likelihood: a hundredth of a percent of coverage
_ALMOST_NORMAL = 2.0 - 1e-6


@kernel
def _fallen(
    x: np.ndarray,
    weights: np.ndarray,
    at: np.ndarray,
    others: np.ndarray,
    family: SkewedFamily,
    found: np.ndarray,
    information: np.ndarray,
) -> float:
    """Largest log-likelihood over the others, from at, which moves there."""
    skewed_scoring.maximise(x, weights, at, others, family, found, information)
    for i in range(4):
        at[i] = found[i]
    return float(found[4])


@kernel
def limit(
    x: np.ndarray,
    weights: np.ndarray,
    optimum: np.ndarray,
    free: np.ndarray,
    index: int,
    side: float,
    first: float,
    drop: float,
    family: SkewedFamily,
) -> float:
    """End of the interval in which the profile of coordinate `index` is within drop of its maximum, on one side.

    Coordinates: 0 alpha, 1 beta, 2 loc, 3 log scale; optimum = (alpha, beta, loc, log scale, log-likelihood) maximises
    x; side is -1 or +1; first is a first step. The end of the coordinate's range where the profile holds out to it;
    nan where no end is found.
    """
    others = free.copy()
    others[index] = False
    at, found, information = optimum[:4].copy(), np.empty(5), np.empty((4, 4))
    end = side * math.inf
    if index == 0:
        end = _ALMOST_NORMAL if side > 0.0 else skewed_scoring.LOWEST
    elif index == 1:
        end = side
    # bracket: near has fallen by less than drop, far by more
    near, far, gap_near, gap_far, step = optimum[index], optimum[index], -drop, -1.0, first
    for _ in range(_MOST_STEPS):
        if near == end:
            return 2.0 if end == _ALMOST_NORMAL else end
        far = near + side * step
        far = end if side * (far - end) > 0.0 else far
        at[index] = far
        gap_far = optimum[4] - _fallen(x, weights, at, others, family, found, information) - drop
        if not gap_far < 0.0:
            break
        near, gap_near, step = far, gap_far, 1.6 * step
    if not 0.0 <= gap_far < math.inf:
        # only where a support ends is there no likelihood: halve towards it
        for _ in range(_MOST_STEPS):
            middle = 0.5 * (near + far)
            for i in range(4):
                at[i] = optimum[i]
            at[index] = middle
            gap = optimum[4] - _fallen(x, weights, at, others, family, found, information) - drop
            if 0.0 <= gap < math.inf:
                far, gap_far = middle, gap
                break
            if gap < 0.0:
                near, gap_near = middle, gap
            else:
                far = middle
        if not 0.0 <= gap_far < math.inf:
            return far if abs(far - near) < 1e-6 * max(1.0, abs(far)) else math.nan
    # regula falsi, the older end's weight halved when it stays (Illinois)
    kept, middle = 0, far
    for _ in range(_MOST_STEPS):
        middle = (near * gap_far - far * gap_near) / (gap_far - gap_near)
        at[index] = middle
        gap = optimum[4] - _fallen(x, weights, at, others, family, found, information) - drop
        if abs(gap) < _CLOSE or abs(far - near) < 1e-10 * max(1.0, abs(far)):
            break
        if gap < 0.0:
            near, gap_near = middle, gap
            gap_far = 0.5 * gap_far if kept == -1 else gap_far
            kept = -1
        else:
            far, gap_far = middle, gap
            gap_near = 0.5 * gap_near if kept == 1 else gap_near
            kept = 1
    return float(middle)

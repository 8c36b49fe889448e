"""Profile likelihood of the symmetric law: where it has fallen by a given amount on one side of its maximum."""

import math

import numpy as np

from stablefit._kernels import scoring
from stablefit._kernels.compile import kernel

_MOST_STEPS = 60
_CLOSE = 1e-5  # in log-likelihood
_LONGEST = 2.0  # step in -log(2 - alpha): small alpha costs more


@kernel
def _point(index: int, value: float, optimum: np.ndarray, out: np.ndarray) -> None:
    """The optimum with coordinate `index` of (-log(2 - alpha), loc, log scale) at value, as (alpha, loc, log scale)."""
    out[:] = optimum[:3]
    out[index] = max(2.0 - math.exp(-value), scoring.LOWEST) if index == 0 else value


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
    bulk: np.ndarray,
    wing: np.ndarray,
    coefficients: np.ndarray,
    low: float,
    step: float,
    table: np.ndarray,
) -> float:
    """End of the interval in which the profile of coordinate `index` is within drop of its maximum, on one side.

    Coordinates: 0 alpha, 1 loc, 2 log scale; optimum = (alpha, loc, log scale, log-likelihood) maximises x; side is
    -1 or +1; first is a first step, for alpha one of -log(2 - alpha). 2 where the profile of alpha holds out to the
    boundary; nan where no end is found.
    """
    others = free.copy()
    others[index] = False
    start, found = np.empty(3), np.empty(4)
    # at alpha = 2 the coordinate is infinite; by log n + 3 the profile of an ordinary sample has not fallen yet
    farthest = math.log(x.size) + 3.0
    origin = min(-math.log(max(2.0 - optimum[0], 1e-300)), farthest) if index == 0 else optimum[index]
    if index == 0 and side > 0.0:
        _point(0, math.inf, optimum, start)
        start[1], start[2], largest = scoring.normal_fit(x, weights, optimum[1], optimum[2], free)
        if optimum[0] == 2.0:
            return 2.0
        if largest < scoring.FARTHEST_NORMAL:
            scoring.maximise(x, weights, start, others, bulk, wing, coefficients, low, step, table, found)
            if optimum[3] - found[3] < drop:
                return 2.0
    # bracket: near has fallen by less than drop, far by more
    near, far, gap_near, gap_far = origin, origin + side * first, -drop, -1.0
    for _ in range(_MOST_STEPS):
        _point(index, far, optimum, start)
        scoring.maximise(x, weights, start, others, bulk, wing, coefficients, low, step, table, found)
        gap_far = optimum[3] - found[3] - drop
        if not gap_far < 0.0:
            break
        if index == 0 and start[0] == scoring.LOWEST:
            return scoring.LOWEST
        near, gap_near, first = far, gap_far, min(1.6 * first, _LONGEST) if index == 0 else 1.6 * first
        far += side * first
    if not gap_far >= 0.0:
        return math.nan
    # regula falsi, the older end's weight halved when it stays (Illinois)
    kept = 0
    for _ in range(_MOST_STEPS):
        middle = (near * gap_far - far * gap_near) / (gap_far - gap_near)
        _point(index, middle, optimum, start)
        scoring.maximise(x, weights, start, others, bulk, wing, coefficients, low, step, table, found)
        gap = optimum[3] - found[3] - drop
        if abs(gap) < _CLOSE or abs(far - near) < 1e-12 * max(1.0, abs(far)):
            break
        if gap < 0.0:
            near, gap_near = middle, gap
            gap_far = 0.5 * gap_far if kept == -1 else gap_far
            kept = -1
        else:
            far, gap_far = middle, gap
            gap_near = 0.5 * gap_near if kept == 1 else gap_near
            kept = 1
    return max(2.0 - math.exp(-middle), scoring.LOWEST) if index == 0 else middle

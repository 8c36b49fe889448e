"""Profile likelihood of samples: where it has fallen by a given amount on one side of its maximum."""

import math
from collections.abc import Callable

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.estimators.information import information_table
from stablefit.laws.tabled import density_at, tables

MOST_STEPS = 60
CLOSE = 1e-5  # in log-likelihood
FIRST = 0.7  # first step from a guess, in -log(2 - alpha)
LONGEST = 2.0  # step in -log(2 - alpha): small alpha costs more

Gap = Callable[[float], float]
"""How much the profile has fallen below what is sought, with a coordinate at a value; negative where by less."""


def between(gap: Gap, near: float, far: float, gap_near: float, gap_far: float, close: float, apart: float) -> float:
    """Value between near, where the gap is negative, and far, where it is not, at which it is within close of 0.

    Regula falsi, the older end's weight halved when it stays (Illinois); at the latest when the ends are no more than
    apart from each other, relatively.
    """
    kept, middle = 0, far
    for _ in range(MOST_STEPS):
        middle = (near * gap_far - far * gap_near) / (gap_far - gap_near)
        there = gap(middle)
        if abs(there) < close or abs(far - near) < apart * max(1.0, abs(far)):
            break
        if there < 0.0:
            near, gap_near = middle, there
            gap_far = 0.5 * gap_far if kept == -1 else gap_far
            kept = -1
        else:
            far, gap_far = middle, there
            gap_near = 0.5 * gap_near if kept == 1 else gap_near
            kept = 1
    return middle


def alpha_of(value: float) -> float:
    """Alpha at a value of its coordinate, -log(2 - alpha): no less than is ever tried."""
    from stablefit._kernels.scoring import LOWEST

    return max(2.0 - math.exp(-value), LOWEST)


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

    Parameters
    ----------
    x : ndarray, shape (n,)
        The sample.
    weights : ndarray, shape (n,) or (0,)
        How often each value counts; none where each counts once.
    optimum : ndarray, shape (4,)
        Alpha, loc, log scale and log-likelihood at the maximum.
    free : ndarray of bool, shape (3,)
        Which of alpha, loc and log scale were estimated.
    index : int
        The coordinate: 0 alpha, 1 loc, 2 log scale.
    side : float
        -1 or +1.
    first : float
        A first step; for alpha one of -log(2 - alpha).
    drop : float
        In log-likelihood.

    Returns
    -------
    float
        2 where the profile of alpha holds out to the boundary, the smallest alpha that is tried where it does to that;
        nan where no end is found.
    """
    from stablefit._kernels import scoring

    others, place, found = free.copy(), optimum[:3].copy(), np.empty(4)
    others[index] = False
    data = (*tables(), *information_table())

    def gap(value: float) -> float:
        place[index] = alpha_of(value) if index == 0 else value
        scoring.maximise(x, weights, place, others, *data, found)
        place[:] = found[:3]  # the next search for the others begins where this one ended
        return float(optimum[3] - found[3] - drop)

    if index == 0 and side > 0.0 and (optimum[0] == 2.0 or _holds_to_two(x, weights, optimum, free, drop)):
        return 2.0
    # at alpha = 2 the coordinate is infinite; by log n + 3 the profile of an ordinary sample has not fallen yet
    farthest = math.log(x.size) + 3.0
    near = min(-math.log(max(2.0 - optimum[0], 1e-300)), farthest) if index == 0 else float(optimum[index])
    gap_near, gap_far, far = -drop, -1.0, near + side * first
    if index == 0 and optimum[0] == 2.0:
        near, first = min(_guess(x, weights, optimum, drop), farthest), FIRST
        gap_near, far = gap(near), near + side * first
    while gap_near >= 0.0 and near < farthest:
        far, gap_far, near = near, gap_near, near + first
        gap_near = gap(near)
    for _ in range(MOST_STEPS):
        if not gap_far < 0.0:
            break
        gap_far = gap(far)
        if gap_far < 0.0:
            if index == 0 and place[0] == scoring.LOWEST:
                return scoring.LOWEST
            near, gap_near, first = far, gap_far, min(1.6 * first, LONGEST) if index == 0 else 1.6 * first
            far += side * first
    if not gap_far >= 0.0 or gap_near >= 0.0:
        return math.nan
    end = between(gap, near, far, gap_near, gap_far, CLOSE, 1e-12)
    return alpha_of(end) if index == 0 else end


def _holds_to_two(x: FloatArray, weights: FloatArray, optimum: FloatArray, free: BoolArray, drop: float) -> bool:
    """Whether the best normal law is within drop of the maximum."""
    from stablefit._kernels import scoring

    loc, log_scale, largest = scoring.normal_fit(x, weights, optimum[1], optimum[2], free)
    if not largest < scoring.FARTHEST_NORMAL:
        return False
    return bool(optimum[3] - _sums_at_two(x, weights, loc, log_scale)[0] < drop)


def _guess(x: FloatArray, weights: FloatArray, optimum: FloatArray, drop: float) -> float:
    """Where in -log(2 - alpha) a likelihood with its maximum at alpha = 2 has fallen by drop, by its slope there."""
    slope = _sums_at_two(x, weights, optimum[1], optimum[2])[1]
    return math.log(max(slope, drop) / drop)


def _sums_at_two(x: FloatArray, weights: FloatArray, loc: float, log_scale: float) -> FloatArray:
    """Log-likelihood of a normal law, and its derivatives."""
    from stablefit._kernels.score_sums import add_up

    sums = np.empty(10)
    add_up(x, weights, float(loc), float(log_scale), density_at(2.0), sums)
    return sums

"""Profile likelihood of the symmetric law: where it has fallen by a given amount on one side of its maximum."""

import math

import numpy as np

from stablefit._kernels import density, scoring
from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import copy
from stablefit._kernels.score_sums import add_up

_MOST_STEPS = 60
_CLOSE = 1e-5  # in log-likelihood
_FIRST = 0.7  # first step from a guess, in -log(2 - alpha)
_LONGEST = 2.0  # step in -log(2 - alpha): small alpha costs more


@kernel
def _gap(
    x: np.ndarray,
    weights: np.ndarray,
    optimum: np.ndarray,
    free: np.ndarray,
    index: int,
    value: float,
    drop: float,
    bulk: np.ndarray,
    wing: np.ndarray,
    coefficients: np.ndarray,
    low: float,
    step: float,
    table: np.ndarray,
    place: np.ndarray,
) -> float:
    """How much the profile has fallen below drop with coordinate `index` of (-log(2 - alpha), loc, log scale) at value.

    place is (alpha, loc, log scale) where the search for the others begins, and becomes where it ends.
    """
    others, found = free.copy(), np.empty(4)
    others[index] = False
    place[index] = max(2.0 - math.exp(-value), scoring.LOWEST) if index == 0 else value
    scoring.maximise(x, weights, place, others, bulk, wing, coefficients, low, step, table, found)
    copy(found, place)
    return float(optimum[3] - found[3] - drop)


@kernel
def _guess(
    x: np.ndarray,
    weights: np.ndarray,
    optimum: np.ndarray,
    drop: float,
    bulk: np.ndarray,
    wing: np.ndarray,
    coefficients: np.ndarray,
) -> float:
    """Where in -log(2 - alpha) a likelihood with its maximum at alpha = 2 has fallen by drop, by its slope there."""
    sums = np.empty(10)
    add_up(x, weights, optimum[1], optimum[2], density.prepare(2.0, bulk, wing, coefficients), sums)
    return math.log(max(sums[1], drop) / drop)


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
    place, data = optimum[:3].copy(), (bulk, wing, coefficients, low, step, table)
    # at alpha = 2 the coordinate is infinite; by log n + 3 the profile of an ordinary sample has not fallen yet
    farthest = math.log(x.size) + 3.0
    origin = min(-math.log(max(2.0 - optimum[0], 1e-300)), farthest) if index == 0 else optimum[index]
    if index == 0 and side > 0.0:
        if optimum[0] == 2.0:
            return 2.0
        place[1], place[2], largest = scoring.normal_fit(x, weights, optimum[1], optimum[2], free)
        if largest < scoring.FARTHEST_NORMAL and _gap(x, weights, optimum, free, 0, math.inf, drop, *data, place) < 0.0:
            return 2.0
        copy(optimum, place)
    near, gap_near, gap_far = origin, -drop, -1.0
    if index == 0 and optimum[0] == 2.0:
        near, first = min(_guess(x, weights, optimum, drop, *data[:3]), farthest), _FIRST
        gap_near = _gap(x, weights, optimum, free, 0, near, drop, *data, place)
    # bracket: near has fallen by less than drop, far by more
    far = near + side * first
    while gap_near >= 0.0 and near < farthest:
        far, gap_far, near = near, gap_near, near + first
        gap_near = _gap(x, weights, optimum, free, 0, near, drop, *data, place)
    for _ in range(_MOST_STEPS):
        if not gap_far < 0.0:
            break
        gap_far = _gap(x, weights, optimum, free, index, far, drop, *data, place)
        if gap_far < 0.0:
            if index == 0 and place[0] == scoring.LOWEST:
                return scoring.LOWEST
            near, gap_near, first = far, gap_far, min(1.6 * first, _LONGEST) if index == 0 else 1.6 * first
            far += side * first
    if not gap_far >= 0.0 or gap_near >= 0.0:
        return math.nan
    # regula falsi, the older end's weight halved when it stays (Illinois)
    kept, middle = 0, far
    for _ in range(_MOST_STEPS):
        middle = (near * gap_far - far * gap_near) / (gap_far - gap_near)
        gap = _gap(x, weights, optimum, free, index, middle, drop, *data, place)
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

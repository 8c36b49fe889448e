"""Profile likelihood of counts in bins: where it has fallen by a given amount on one side of its maximum."""

import math

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.estimators.binned_tables import bin_tables
from stablefit.estimators.profile import alpha_of

_MOST_STEPS = 60
_NEAREST = 33.0  # -log(2 - alpha) beyond which float64 has few values left
_CLOSE = 1e-6  # of the bracket, as far as a root is sought


def limit(
    counts: FloatArray,
    edges: FloatArray,
    optimum: FloatArray,
    free: BoolArray,
    index: int,
    side: float,
    first: float,
    drop: float,
) -> float:
    """End of the interval in which the profile of a coordinate is within drop of its maximum, on one side.

    Coordinates, arguments and what is returned at the ends of alpha's range are those of
    `stablefit.estimators.profile.limit`.
    """
    from scipy.optimize import brentq

    from stablefit._kernels import binned_scoring
    from stablefit._kernels.scoring import LOWEST

    others, found = free.copy(), np.empty(4)
    others[index] = False

    def gap(value: float) -> float:
        point = optimum[:3].copy()
        point[index] = alpha_of(value) if index == 0 else value
        binned_scoring.maximise(counts, edges, point, others, bin_tables(), found)
        return float(optimum[3] - found[3] - drop)

    if index == 0 and side > 0.0 and (optimum[0] == 2.0 or gap(math.inf) < 0.0):
        return 2.0
    # at alpha = 2 the coordinate is infinite; by log n + 3 the profile of an ordinary histogram has not fallen yet
    farthest = math.log(counts.sum()) + 3.0
    near = min(-math.log(max(2.0 - optimum[0], 1e-300)), farthest) if index == 0 else float(optimum[index])
    while index == 0 and gap(near) >= 0.0 and near < _NEAREST:
        near += 3.0
    if not gap(near) < 0.0:
        return math.nan
    for _ in range(_MOST_STEPS):
        far = near + side * first
        if not gap(far) < 0.0:
            break
        if index == 0 and alpha_of(far) == LOWEST:
            return LOWEST
        near, first = far, 1.6 * first
    if not gap(far) >= 0.0:
        return math.nan
    end = float(brentq(gap, near, far, xtol=_CLOSE * abs(far - near)))
    return alpha_of(end) if index == 0 else end

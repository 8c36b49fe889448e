"""Maximum likelihood from several starts: a small sample may have a second, higher maximum.

The usual pair is alpha = 2 and a law with heavier tails, which take a few far values for noise or for tails. Of samples
of 20 values from stable laws one in thirty has its higher maximum elsewhere than where one start leads, of 30 one in a
hundred, of 50 less than one in a thousand. Maxima about two values that happen to lie close are not sought: samples of
a dozen have some at the smallest alpha, and they say nothing.
"""

import math

import numpy as np

from stablefit._kernels import scoring
from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import copy

SMALL = 64  # values below which a sample gets more than one start
BETTER = 1e-9  # in log-likelihood: less is rounding, and the first start's maximum stays
_STARTS = ((0.6, 0.25), (1.0, 0.5), (1.2, 0.6))  # alpha; share of the sample whose densest place gives loc and scale


@kernel
def ascending(x: np.ndarray) -> np.ndarray:
    """The few values of x in order, by insertion."""
    ordered = x.copy()
    for i in range(1, x.size):
        value, j = ordered[i], i
        while j > 0 and ordered[j - 1] > value:
            ordered[j] = ordered[j - 1]
            j -= 1
        ordered[j] = value
    return ordered


@kernel
def densest(ordered: np.ndarray, share: float) -> tuple[float, float]:
    """Middle and half length of the shortest interval that reaches over a share of the ordered values."""
    m = int(share * ordered.size)
    best = 0
    for i in range(ordered.size - m):
        if ordered[i + m] - ordered[i] < ordered[best + m] - ordered[best]:
            best = i
    return 0.5 * (ordered[best] + ordered[best + m]), 0.5 * (ordered[best + m] - ordered[best])


@kernel
def look_further(
    x: np.ndarray,
    weights: np.ndarray,
    start: np.ndarray,
    free: np.ndarray,
    bulk: np.ndarray,
    wing: np.ndarray,
    coefficients: np.ndarray,
    low: float,
    step: float,
    table: np.ndarray,
    state: int,
    out: np.ndarray,
) -> int:
    """Better what `scoring.maximise` found, a state and out, by the same from `_STARTS` and by alpha = 2."""
    if not (free[0] or free[1] or free[2]):
        return state
    ordered = ascending(x)
    first, found = np.empty(3), np.empty(4)
    for alpha, share in _STARTS:
        middle, half = densest(ordered, share)
        if not half > 0.0:
            continue
        first[0] = alpha if free[0] else start[0]
        first[1] = middle if free[1] else start[1]
        first[2] = math.log(half) if free[2] else start[2]
        other = scoring.maximise(x, weights, first, free, bulk, wing, coefficients, low, step, table, found)
        if other != scoring.NOT_CONVERGED and (state == scoring.NOT_CONVERGED or found[3] > out[3] + BETTER):
            state = other
            copy(found, out)
    if free[0]:
        scoring.normal_maximum(x, weights, start, free, bulk, wing, coefficients, found)
        if found[3] > out[3] + BETTER:
            state = scoring.BOUNDARY
            copy(found, out)
    return state

"""Maximum likelihood from several starts: small samples, and those of very heavy tails, may have a second maximum.

The usual pair of a small sample is alpha = 2 and a law with heavier tails, which take a few far values for noise or for
tails. Of samples of 20 values from stable laws one in thirty has its higher maximum elsewhere than where one start
leads, of 30 one in a hundred, of 50 less than one in a thousand. Where alpha is small the density has a peak so sharp
that it may sit on any of several clusters: of samples of 70 values at alpha .3 one start misses the highest in one of
three, and all of these in one of forty; at alpha .4 in one of fifteen, and in none of 150. Of 1,000 values at alpha .3
it is one in seventy. Maxima about two values that happen to lie close are not sought: samples of a
dozen have some at the smallest alpha, and they say nothing.
"""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.estimators.information import information_table
from stablefit.laws.tabled import tables

SMALL = 64
"""Values below which a sample gets more than one start."""
HEAVY = 2.4
"""The product of alpha and log n below which it does: alpha .57 at 70 values, .35 at 1,000."""
BETTER = 1e-9
"""In log-likelihood: less is rounding, and the first start's maximum stays."""
_STARTS = ((0.6, 0.25), (1.0, 0.5), (1.2, 0.6))
_SHARP = ((0.3, 0.1), (0.4, 0.15), (0.5, 0.2))


def wanted(n: int, alpha: float) -> bool:
    """Whether a sample of n values, fitted with alpha from one start, gets others."""
    return n < SMALL or alpha * math.log(n) < HEAVY


def starts(n: int) -> tuple[tuple[float, float], ...]:
    """Alphas, and with each the share of a sample of n values whose densest place gives loc and scale."""
    return _STARTS if n < SMALL else _SHARP + _STARTS


def places(x: FloatArray, shares: Iterable[float]) -> Iterator[tuple[float, float]]:
    """Middle and log of half the length of the shortest interval that reaches over each share of the sample."""
    ordered = np.sort(x)
    for share in shares:
        m = int(share * x.size)
        best = (ordered[m:] - ordered[: x.size - m]).argmin()
        low, high = float(ordered[best]), float(ordered[best + m])
        yield 0.5 * (low + high), math.log(0.5 * (high - low)) if high > low else -math.inf


def maximise(x: FloatArray, weights: FloatArray, start: FloatArray, free: BoolArray, optimum: FloatArray) -> int:
    """Find the best symmetric law for x from start = (alpha, loc, log scale), and from other starts where wanted.

    Parameters
    ----------
    x : ndarray, shape (n,)
        The sample.
    weights : ndarray, shape (n,) or (0,)
        How often each value counts; none where each counts once.
    start : ndarray, shape (3,)
        Alpha, loc and log scale; where they are not free, they are held there.
    free : ndarray of bool, shape (3,)
        Which are estimated.
    optimum : ndarray, shape (4,)
        Becomes alpha, loc, log scale and log-likelihood.

    Returns
    -------
    int
        State of the search, one of those in the kernel.
    """
    from stablefit._kernels import scoring

    data = (*tables(), *information_table())
    state = scoring.maximise(x, weights, start, free, *data, optimum)
    if not wanted(x.size, optimum[0]) or not free.any():
        return state
    found = np.empty(4)
    others = starts(x.size)
    for (alpha, _), place in zip(others, places(x, [share for _, share in others]), strict=True):
        if place[1] == -math.inf:
            continue
        other = scoring.maximise(x, weights, np.where(free, (alpha, *place), start), free, *data, found)
        lost = state == scoring.NOT_CONVERGED
        if other != scoring.NOT_CONVERGED and (lost or found[3] > optimum[3] + BETTER):
            state, optimum[:] = other, found
    if free[0] and x.size < SMALL:
        scoring.normal_maximum(x, weights, start, free, *tables(), found)
        if found[3] > optimum[3] + BETTER:
            state, optimum[:] = scoring.BOUNDARY, found
    return state

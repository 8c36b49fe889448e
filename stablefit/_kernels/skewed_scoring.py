"""Maximum likelihood for skewed laws: safeguarded Fisher scoring in (-log(2 - alpha), beta, loc, log scale).

Every step takes the law from the table of all (skewed_family.py), or makes it where that has none (skewed_score.py);
either knows the score of each point and the expected information. Once steps are short, secants improve the curvature
as in scoring.py. beta moves within [-1, 1] and may end there.
Where alpha exceeds 1.9 the normal law is looked at once: it is a maximum of its own where the likelihood rises for no
beta as alpha falls, and there the derivative is linear in beta, so that beta = -1 and 1 decide.
"""

import math

import numpy as np

from stablefit._kernels import curvature, scoring, skewed_family, skewed_score
from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import copy, sum_of
from stablefit._kernels.scoring import BOUNDARY, CONVERGED, NOT_CONVERGED
from stablefit._kernels.skewed_family import SkewedFamily

LOWEST = 0.3  # smallest alpha that is tried: a value in a fifth of the sample makes the likelihood unbounded below .25
_NEAR_NORMAL = 1.9
_ALMOST_NORMAL = 2.0 - 1e-6  # where the derivative in alpha at alpha = 2 is taken
_LEAST_BETA = 1e-12  # stands for beta = 0
_MOST_STEPS, _MOST_TRIALS = 30, 6  # the latter of one step
_HARDLY, _STALLED = 0.1, 3  # a search of which so many steps in a row are cut below such a share leads nowhere
_SHORT = 0.3
_LONGEST = (1.0, 0.5, 2.0, 1.0)  # step in -log(2 - alpha), beta, loc / scale, log scale
_FARTHEST = 0.4  # step in alpha
_TIGHT = 1e-10  # squared distance in standard errors at which the next step is the last and needs no look
_GOOD = 1e-6  # the same where the digits of the table stop the ascent first
_CLOSE = 1e-3  # 1 - |beta| from which, for alpha < 1, a step may end at |beta| = 1
_ALMOST_ONE = 1e-5  # closer to 1 |beta| is 1: no sample tells them apart, and the law in between is dear
_MOST_SKEWED = 0.95  # of a start
_DIGITS = 1e-8  # of the log-likelihood of one value


@kernel
def likelihood(
    x: np.ndarray, weights: np.ndarray, at: np.ndarray, family: SkewedFamily, out: np.ndarray, information: np.ndarray
) -> None:
    """Log-likelihood at (alpha, beta, loc, log scale) and its derivatives into out (5,), one value's information."""
    side = -1.0 if at[1] < 0.0 else 1.0
    piece = skewed_family.piece(at[0], abs(at[1]), family)
    if piece >= 0:
        law = skewed_family.member(at[0], abs(at[1]), piece, family)
        skewed_family.likelihood(x, weights, at[2], at[3], side, law, out)
        copy(law.information.reshape(-1), information.reshape(-1))
    else:
        made = skewed_score.prepare(at[0], max(abs(at[1]), _LEAST_BETA))
        skewed_score.likelihood(x, weights, at[2], at[3], side, made, out)
        copy(made.information.reshape(-1), information.reshape(-1))
    for i in range(4):
        for j in range(4):
            if (i in (1, 2)) != (j in (1, 2)):
                information[i, j] *= side


@kernel
def _in_coordinates(
    at: np.ndarray, n: float, out: np.ndarray, information: np.ndarray, gradient: np.ndarray
) -> np.ndarray:
    """Gradient in the coordinates of the steps, and the information of the sample about them."""
    units = np.array([2.0 - at[0], 1.0, 1.0, 1.0])
    matrix = np.empty((4, 4))
    inverse = np.array([1.0, 1.0, math.exp(-at[3]), 1.0])
    for i in range(4):
        gradient[i] = units[i] * out[1 + i]
        for j in range(4):
            matrix[i, j] = n * units[i] * units[j] * inverse[i] * inverse[j] * information[i, j]
    return matrix


@kernel
def _moved(at: np.ndarray, move: np.ndarray, share: float, free: np.ndarray, out: np.ndarray) -> None:
    """Place a share of the step further."""
    alpha, beta = at[0], at[1]
    if free[0]:
        alpha = 2.0 - (2.0 - at[0]) * math.exp(-share * move[0])
        alpha = max(min(max(alpha, at[0] - _FARTHEST), at[0] + _FARTHEST), LOWEST)
    if free[1]:
        beta = min(max(at[1] + share * move[1], -1.0), 1.0)
        rest = 1.0 - math.copysign(at[1], move[1])
        if at[0] < 1.0 and rest > _CLOSE and abs(beta) == 1.0:  # beyond the end of a support nothing is likely
            beta = math.copysign(1.0 - 0.2 * rest, move[1])
        if 1.0 - abs(beta) < _ALMOST_ONE:
            beta = math.copysign(1.0, beta)
    loc, log_scale = at[2] + share * move[2], at[3] + share * move[3]
    out[0], out[1], out[2], out[3] = alpha, beta, loc, log_scale


@kernel
def _movable(at: np.ndarray, gradient: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Which coordinates are free and not pressed against an end of their range."""
    movable = free.copy()
    movable[0] = free[0] and not (at[0] <= LOWEST and gradient[0] < 0.0)
    movable[1] = free[1] and not (abs(at[1]) == 1.0 and gradient[1] * at[1] > 0.0)
    return movable


@kernel
def _normal(
    x: np.ndarray, weights: np.ndarray, at: np.ndarray, free: np.ndarray, family: SkewedFamily, out: np.ndarray
) -> float:
    """Best normal law as (2, beta, loc, log scale) into out; its log-likelihood, -inf where it is no maximum."""
    out[0], out[1] = 2.0, 0.0 if free[1] else at[1]
    out[2], out[3], largest = scoring.normal_fit(x, weights, at[2], at[3], np.array([free[0], free[2], free[3]]))
    if largest >= scoring.FARTHEST_NORMAL:
        return -math.inf
    sums, information, near = np.empty(5), np.empty((4, 4)), out.copy()
    near[0] = _ALMOST_NORMAL
    for side in (-1.0, 1.0):
        near[1] = side if free[1] else at[1]
        likelihood(x, weights, near, family, sums, information)
        if sums[1] < 0.0:
            return -math.inf
    total, inverse = 0.0, math.exp(-out[3])
    for i in range(x.size):
        z = (x[i] - out[2]) * inverse
        total -= (1.0 if weights.size == 0 else weights[i]) * (0.25 * z * z + 0.5 * math.log(4.0 * math.pi) + out[3])
    return total


@kernel
def _length(move: np.ndarray, scale: float) -> float:
    """Length of a step in units of `_LONGEST`."""
    first = max(abs(move[0]) / _LONGEST[0], abs(move[1]) / _LONGEST[1])
    return float(max(first, max(abs(move[2]) / (_LONGEST[2] * scale), abs(move[3]) / _LONGEST[3])))


@kernel
def _climb(
    x: np.ndarray,
    weights: np.ndarray,
    at: np.ndarray,
    move: np.ndarray,
    share: float,
    free: np.ndarray,
    least: float,
    family: SkewedFamily,
    new: np.ndarray,
    sums: np.ndarray,
    information: np.ndarray,
) -> float:
    """The share of the step after which the log-likelihood exceeds least; 0 if none does.

    There new, sums and information are filled.
    """
    for _ in range(_MOST_TRIALS):
        _moved(at, move, share, free, new)
        likelihood(x, weights, new, family, sums, information)
        if sums[0] > least:
            return share
        share *= 0.4
    return 0.0


@kernel
def maximise(
    x: np.ndarray,
    weights: np.ndarray,
    start: np.ndarray,
    free: np.ndarray,
    family: SkewedFamily,
    out: np.ndarray,
    information: np.ndarray,
) -> int:
    """Fit x from start = (alpha, beta, loc, log scale).

    Each value counts as often as its weight says; weights are empty where each counts once. The estimates and the
    log-likelihood go into out (5,), the information of one value about (alpha, beta, loc, log scale) into information.
    Returns a state.
    """
    n = float(x.size) if weights.size == 0 else sum_of(weights)
    at, new, sums, trial = np.empty(4), np.empty(4), np.empty(5), np.empty(5)
    gradient, new_gradient, move, other_information = np.empty(4), np.empty(4), np.zeros(4), np.empty((4, 4))
    copy(start, at)
    if free[0]:
        at[0] = min(max(at[0], LOWEST), 2.0 - 1e-3)
    if free[1]:
        at[1] = min(max(at[1], -_MOST_SKEWED), _MOST_SKEWED)
    look, state, stalled = free[0], NOT_CONVERGED, 0
    likelihood(x, weights, at, family, sums, information)
    matrix = _in_coordinates(at, n, sums, information, gradient)
    for _ in range(_MOST_STEPS):
        if look and at[0] > _NEAR_NORMAL:
            look = False
            normal = _normal(x, weights, at, free, family, new)
            if normal >= sums[0]:
                copy(new, out[:4])
                out[4] = normal
                return BOUNDARY
        movable = _movable(at, gradient, free)
        gain = curvature.solve(matrix, gradient, movable, move)
        if not gain >= 0.0:
            break
        share = 1.0 / max(_length(move, math.exp(at[3])), 1.0)
        if gain < _TIGHT:
            _moved(at, move, share, free, at)
            sums[0] += 0.5 * gain
            state = CONVERGED
            break
        least = sums[0] - n * _DIGITS if gain < _GOOD else sums[0]
        taken = _climb(x, weights, at, move, share, free, least, family, new, trial, other_information)
        stalled = stalled + 1 if taken < _HARDLY * share else 0
        if taken == 0.0 or stalled == _STALLED:
            state = CONVERGED if gain < _GOOD else NOT_CONVERGED
            break
        new_matrix = _in_coordinates(new, n, trial, other_information, new_gradient)
        if _length(move, math.exp(at[3])) * taken <= _SHORT:  # long steps leave the old curvature behind
            for i in range(4):
                move[i] = (new[1] - at[1] if i == 1 else taken * move[i]) if movable[i] else 0.0
                gradient[i] = gradient[i] - new_gradient[i] if movable[i] else 0.0
            curvature.update(matrix, move, gradient)
        else:
            matrix = new_matrix
        copy(new, at)
        copy(trial, sums)
        copy(new_gradient, gradient)
        copy(other_information.reshape(-1), information.reshape(-1))
    copy(at, out[:4])
    out[4] = sums[0]
    at_end = (free[0] and at[0] <= LOWEST) or (free[1] and abs(at[1]) == 1.0)
    return BOUNDARY if state == CONVERGED and at_end else state

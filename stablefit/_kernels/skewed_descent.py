"""Gauss and Newton's method on the weighted characteristic function of a general law, alpha and beta in their ranges.

The covariance of what it finds is here too.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.ecf import ALPHA_MIN
from stablefit._kernels.skewed_moments import ALPHA, BETA, COUNT, LOC, LOG_SCALE, SIZE, covariance, model, phases
from stablefit._kernels.triangular import backward, dot, factor, forward

ALPHA_MAX = 2.0
BETA_UNKNOWN = 1.0  # stands for the variance of beta at alpha = 2: half the width of its range, squared
_MOST_STEPS = 200
_TIGHT = 1e-12  # promised fall of the weighted sum of squares, a squared distance in standard errors, at which to stop
_LONGEST = 1.0  # change of loc, in units of the scale, and of log scale, in one step
_FARTHEST = 7.0  # log of scale over unit, beyond which there is nothing to be found
_PLAIN_STEPS = 10
_FLAT = 1e-3  # share of the expected change of the gradient, below which a change is not learnt from
_FAINT = 1e-9  # added to the curvature in beta, which vanishes at alpha = 2


@kernel
def _weigh(y: np.ndarray, theta: np.ndarray, frame: np.ndarray, lower: np.ndarray, out: np.ndarray) -> float:
    """Weighted residuals of y and derivatives of the model into out (5, SIZE); sum of squares."""
    model(theta, frame, out)
    for j in range(SIZE):
        out[0, j] = y[j] - out[0, j]
    for i in range(5):
        forward(lower, out[i])
    return dot(out[0], out[0])


@kernel
def _solve(h: np.ndarray, g: np.ndarray, moves: np.ndarray, step: np.ndarray) -> None:
    """Solve h step = g for the entries that move, the other entries of step being given."""
    m = 0
    index = np.empty(4, dtype=np.int64)
    for i in range(4):
        if moves[i]:
            index[m] = i
            m += 1
    part, right = np.empty((m, m)), np.empty(m)
    for i in range(m):
        right[i] = g[index[i]]
        for j in range(4):
            if not moves[j]:
                right[i] -= h[index[i], j] * step[j]
        for j in range(m):
            part[i, j] = h[index[i], index[j]]
    factor(part)
    forward(part, right)
    backward(part, right)
    for i in range(m):
        step[index[i]] = right[i]


@kernel
def _curvature(w: np.ndarray, h: np.ndarray) -> None:
    """Gauss and Newton's curvature of half the sum of squares into h (4, 4)."""
    for i in range(4):
        for j in range(4):
            h[i, j] = dot(w[1 + i], w[1 + j])
    h[BETA, BETA] += _FAINT


@kernel
def _update(h: np.ndarray, step: np.ndarray, bend: np.ndarray) -> None:
    """Make h know that the gradient changed by bend over a step, where it rose along it (Broyden's rank-two update)."""
    along = np.empty(4)
    for i in range(4):
        along[i] = dot(h[i], step)
    rise, expected = dot(bend, step), dot(along, step)
    if rise > _FLAT * expected > 0.0:
        for i in range(4):
            for j in range(4):
                h[i, j] += bend[i] * bend[j] / rise - along[i] * along[j] / expected


@kernel
def _move(g: np.ndarray, h: np.ndarray, theta: np.ndarray, free: np.ndarray, step: np.ndarray) -> float:
    """Newton's step for a downhill direction g and curvature h, and the fall of the sum of squares that it promises.

    Where it leaves the ranges of alpha and beta it is the best step along the edge that it crosses.
    """
    low = (ALPHA_MIN - theta[ALPHA], -1.0 - theta[BETA])
    high = (ALPHA_MAX - theta[ALPHA], 1.0 - theta[BETA])
    moves = free.copy()
    step[:] = 0.0
    for _ in range(3):
        _solve(h, g, moves, step)
        inside = True
        for k in (ALPHA, BETA):
            if moves[k] and not low[k] <= step[k] <= high[k]:
                step[k] = low[k] if step[k] < low[k] else high[k]
                moves[k] = inside = False
        if inside:
            break
    gain = 0.0
    for i in range(4):
        gain += step[i] * (2.0 * g[i] - dot(h[i], step))
    share = min(1.0, _LONGEST / max(abs(step[LOC]), abs(step[LOG_SCALE]), _LONGEST))
    for i in range(4):
        step[i] *= share
    return float(share * gain)


@kernel
def _downhill(w: np.ndarray, g: np.ndarray) -> None:
    for i in range(4):
        g[i] = dot(w[1 + i], w[0])


@kernel
def descend(y: np.ndarray, frame: np.ndarray, lower: np.ndarray, free: np.ndarray, theta: np.ndarray) -> bool:
    """Move theta to where the model is nearest to y; False if it does not get there.

    The curvature is Gauss and Newton's for some steps, which are all that most samples need. Where residuals are large,
    in small samples, it then learns from the gradients.
    """
    w, other, step, trial = np.empty((5, SIZE)), np.empty((5, SIZE)), np.empty(4), np.empty(4)
    g, bend, h = np.empty(4), np.empty(4), np.empty((4, 4))
    square = _weigh(y, theta, frame, lower, w)
    _downhill(w, g)
    for k in range(_MOST_STEPS):
        if k < _PLAIN_STEPS:
            _curvature(w, h)
        gain = _move(g, h, theta, free, step)
        new = math.inf
        while gain > _TIGHT:
            for i in range(4):
                trial[i] = theta[i] + step[i]
            trial[ALPHA] = min(trial[ALPHA], ALPHA_MAX)
            new = _weigh(y, trial, frame, lower, other)
            if new <= square:
                break
            step *= 0.5
            gain *= 0.5
        if not new <= square:
            return gain <= _TIGHT  # False for nan
        w, other, square = other, w, new
        theta[:] = trial
        if free[BETA]:
            theta[BETA] = min(max(theta[BETA], -1.0), 1.0)
        if abs(theta[LOG_SCALE]) > _FARTHEST:
            return False
        _downhill(w, trial)
        bend[:] = g - trial
        _update(h, step, bend)
        g[:] = trial
    return False


@kernel
def spread(theta: np.ndarray, n: float, lower: np.ndarray, free: np.ndarray, cov: np.ndarray) -> None:
    """Asymptotic covariance of the estimates of (alpha, beta, loc, log scale) into cov (4, 4); zeros where held.

    B^-1 A' V A B^-1, V the covariance at theta, A the weighted derivatives D, B = D' A. Where alpha is 2 beta counts as
    held, and its variance is BETA_UNKNOWN. Elsewhere at the ends of the ranges this is the covariance of estimates that
    may go beyond.
    """
    frame, w, even = np.empty(COUNT), np.empty((5, SIZE)), np.empty((SIZE, SIZE))
    phases(theta, frame)
    model(theta, frame, w)
    covariance(theta[ALPHA], theta[BETA], theta[LOG_SCALE], n, even)
    moves = free.copy()
    if theta[ALPHA] >= ALPHA_MAX:
        moves[BETA] = False
    for i in range(1, 5):
        forward(lower, w[i])
    bread, meat, column = np.zeros((4, 4)), np.zeros((4, 4)), np.zeros(4)
    for i in range(4):
        for j in range(4):
            bread[i, j] = dot(w[1 + i], w[1 + j])
    for i in range(1, 5):
        backward(lower, w[i])
    for j in range(4):
        for k in range(SIZE):
            w[0, k] = dot(even[k], w[1 + j])
        for i in range(4):
            meat[i, j] = dot(w[0], w[1 + i])
    cov[:, :] = 0.0
    for j in range(4):  # cov = (B^-1 (B^-1 meat)')
        column[:] = 0.0
        _solve(bread, meat[:, j].copy(), moves, column)
        cov[:, j] = column
    for j in range(4):
        column[:] = 0.0
        _solve(bread, cov[j].copy(), moves, column)
        meat[:, j] = column
    for i in range(4):
        for j in range(4):
            cov[i, j] = 0.5 * (meat[i, j] + meat[j, i]) if moves[i] and moves[j] else 0.0
    if free[BETA] and not moves[BETA]:
        cov[BETA, BETA] = BETA_UNKNOWN

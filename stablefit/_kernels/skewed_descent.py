"""Gauss and Newton's method on the weighted characteristic function of a general law, alpha and beta in their ranges.

The covariance of what it finds is here too.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.ecf import ALPHA_MIN
from stablefit._kernels.elements import copy, dot
from stablefit._kernels.skewed_moments import COUNT, SIZE, covariance, model, phases
from stablefit._kernels.skewed_step import (
    ALPHA,
    ALPHA_MAX,
    BETA,
    BETA_UNKNOWN,
    LOG_SCALE,
    curvature,
    downhill,
    move,
    solve,
)
from stablefit._kernels.triangular import backward, forward

_MOST_STEPS = 200
_TIGHT = 1e-12  # promised fall of the weighted sum of squares, a squared distance in standard errors, at which to stop
_FARTHEST = 7.0  # log of scale over unit, beyond which there is nothing to be found
_PLAIN_STEPS = 10
_FLAT = 1e-3  # share of the expected change of the gradient, below which a change is not learnt from


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
def descend(y: np.ndarray, frame: np.ndarray, lower: np.ndarray, free: np.ndarray, theta: np.ndarray) -> bool:
    """Move theta to where the model is nearest to y; False if it does not get there.

    The curvature is Gauss and Newton's for some steps, which are all that most samples need. Where residuals are large,
    in small samples, it then learns from the gradients.
    """
    w, other, step, trial = np.empty((5, SIZE)), np.empty((5, SIZE)), np.empty(4), np.empty(4)
    g, bend, h = np.empty(4), np.empty(4), np.empty((4, 4))
    square = _weigh(y, theta, frame, lower, w)
    downhill(w, g)
    for k in range(_MOST_STEPS):
        if k < _PLAIN_STEPS:
            curvature(w, h)
        gain = move(g, h, theta, ALPHA_MIN, free, step)
        new = math.inf
        while gain > _TIGHT:
            for i in range(4):
                trial[i] = theta[i] + step[i]
            trial[ALPHA] = min(trial[ALPHA], ALPHA_MAX)
            new = _weigh(y, trial, frame, lower, other)
            if new <= square:
                break
            for i in range(4):
                step[i] *= 0.5
            gain *= 0.5
        if not new <= square:
            return gain <= _TIGHT  # False for nan
        w, other, square = other, w, new
        copy(trial, theta)
        if free[BETA]:
            theta[BETA] = min(max(theta[BETA], -1.0), 1.0)
        if abs(theta[LOG_SCALE]) > _FARTHEST:
            return False
        downhill(w, trial)
        for i in range(4):
            bend[i] = g[i] - trial[i]
        _update(h, step, bend)
        copy(trial, g)
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
        solve(bread, meat[:, j].copy(), moves, column)
        copy(column, cov[:, j])
    for j in range(4):
        column[:] = 0.0
        solve(bread, cov[j].copy(), moves, column)
        copy(column, meat[:, j])
    for i in range(4):
        for j in range(4):
            cov[i, j] = 0.5 * (meat[i, j] + meat[j, i]) if moves[i] and moves[j] else 0.0
    if free[BETA] and not moves[BETA]:
        cov[BETA, BETA] = BETA_UNKNOWN

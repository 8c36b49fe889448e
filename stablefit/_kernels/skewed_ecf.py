"""General laws by generalised least squares on the empirical characteristic function at octaves of frequency.

|phi| knows neither beta nor loc: alpha and scale come from its squares, as for symmetric laws (ecf.py), beta and loc
from the phases (Koutrouvelis, J. Amer. Statist. Assoc. 75, 1980; Kogon and Williams, in A Practical Guide to Heavy
Tails, 1998). From there all four go by Gauss and Newton's method on real and imaginary parts together, weighted by
their inverse covariance (Feuerverger and McDunnough, J. R. Statist. Soc. B 43, 1981): moduli and phases of a skewed law
are correlated, and to use that takes a sixth off the error of beta, and 5 % off that of alpha, at alpha 1.5, beta .9.
"""

import math

import numpy as np

from stablefit._kernels import ecf
from stablefit._kernels.characteristic import octaves, weighted_octaves
from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import copy, sum_of
from stablefit._kernels.moments import WEIGHTS_UP_TO
from stablefit._kernels.skewed_descent import descend, spread
from stablefit._kernels.skewed_moments import (
    BETWEEN,
    COUNT,
    FREQUENCIES,
    LOWEST,
    OCTAVES,
    SIZE,
    covariance,
    phases,
)
from stablefit._kernels.skewed_phase import twist
from stablefit._kernels.skewed_step import ALPHA, BETA, LOC, LOG_SCALE
from stablefit._kernels.triangular import factor

OK, BOUNDARY, NOT_CONVERGED = ecf.OK, ecf.BOUNDARY, ecf.NOT_CONVERGED
_START_OCTAVES = 6  # phases up to scale t = 1 make the start: further out small samples have nothing but noise
_UNKNOWN = 1.0  # variance of beta without data, its range being from -1 to 1
_WEIGHTS_BETA = 0.98  # at |beta| = 1 the best weights rest on the light tail, which other laws do not have


@kernel
def _transform(x: np.ndarray, weights: np.ndarray, lowest: float, out: np.ndarray) -> None:
    if weights.size == 0:
        octaves(x, lowest, out)
    else:
        weighted_octaves(x, weights, lowest, out)


@kernel
def _nearest(real: float, imaginary: float, phase: float) -> float:
    """The phase of a complex number, of all its turns the nearest to the given one."""
    gap = math.atan2(imaginary, real) - phase
    return phase + gap - 2.0 * math.pi * round(gap / (2.0 * math.pi))


@kernel
def _rough(x: np.ndarray, weights: np.ndarray, ratio: float, unit: float) -> float:
    """Loc in units, to a fraction of 1 / LOWEST, where the caller's pilot is ratio units.

    Rows are centred between their quartiles, whose distance is about two pilots: loc is far less than 100 pilots off,
    and the phase at LOWEST / pilot is what it seems. Where alpha is small pilots are many scales, and so may be loc:
    octaves of phases lead from there to LOWEST / unit.
    """
    count = int(math.log2(max(ratio, 1.0)))
    if count < 3:
        return 0.0
    phi, phase = np.empty((2, count)), 0.0
    _transform(x, weights, LOWEST / (ratio * unit), phi)
    for j in range(count):
        phase = _nearest(phi[0, j], phi[1, j], 2.0 * phase)
    return phase * ratio / (LOWEST * 2.0 ** (count - 1))


@kernel
def _start(phi: np.ndarray, n: float, rough: float, free: np.ndarray, theta: np.ndarray) -> None:
    """Write loc and beta into theta: the line through the phases in t and h(t), with independent errors.

    The lowest phase is taken to be within half a turn of what loc = rough would make it, and each next of twice the one
    before: there the law's phase is off by |beta| |h(2t) - 2 h(t)| < .5, and the sampling error, at t scale <= 1 of
    the order of 1 / sqrt(n), by twice that of the phase before.
    """
    tt, th, hh, ty, hy = 0.0, 0.0, 1.0 / _UNKNOWN, 0.0, 0.0
    phase = 0.5 * LOWEST * rough
    for j in range(_START_OCTAVES):
        t = FREQUENCIES[j]
        power = (t * math.exp(theta[LOG_SCALE])) ** theta[ALPHA]
        h = twist(math.log(t) + theta[LOG_SCALE], theta[ALPHA])[0]
        phase = _nearest(phi[0, j], phi[1, j], 2.0 * phase)
        # variance of the imaginary part in the frame of the phase, over the square of the modulus
        weight = 2.0 * n * math.exp(-2.0 * power) / -math.expm1(-(2.0 ** theta[ALPHA]) * power)
        tt += weight * t * t
        th += weight * t * h
        hh += weight * h * h
        ty += weight * t * phase
        hy += weight * h * phase
    if free[BETA]:
        rest, against = (hh - th * th / tt, hy - th * ty / tt) if free[LOC] else (hh, hy)
        theta[BETA] = min(max(-against / rest, -_WEIGHTS_BETA), _WEIGHTS_BETA)
    if free[LOC]:
        theta[LOC] = (ty + theta[BETA] * th) / tt


@kernel
def _weights(theta: np.ndarray, n: float, lower: np.ndarray) -> None:
    """Cholesky factor of the covariance at theta, kept away from the ends of the ranges."""
    beta = min(max(theta[BETA], -_WEIGHTS_BETA), _WEIGHTS_BETA)
    covariance(min(theta[ALPHA], WEIGHTS_UP_TO), beta, theta[LOG_SCALE], n, lower)
    factor(lower)


@kernel
def _begin(
    x: np.ndarray, weights: np.ndarray, pilot: float, held_alpha: float, free: np.ndarray, theta: np.ndarray
) -> float:
    """Alpha from the moduli into theta, log scale 0; return the unit of theta, which is the scale they give."""
    by_moduli = np.array([free[ALPHA], False, free[LOG_SCALE]])
    alpha, _, scale, state = ecf._row(x, weights, pilot, held_alpha, by_moduli, np.empty((3, 3)))
    if state == NOT_CONVERGED:
        alpha, scale = 1.0 if free[ALPHA] else held_alpha, pilot
    theta[ALPHA] = max(alpha, ecf.ALPHA_MIN)
    return scale


@kernel
def _row(
    x: np.ndarray,
    weights: np.ndarray,
    pilot: float,
    held_alpha: float,
    held_beta: float,
    free: np.ndarray,
    theta: np.ndarray,
    cov: np.ndarray,
) -> int:
    """Write alpha, beta, loc and scale of x into theta, their covariance into cov, and return a state; see `fill`."""
    n = float(x.size) if weights.size == 0 else sum_of(weights)
    theta[:] = 0.0
    if not free[BETA]:
        theta[BETA] = held_beta
    unit = _begin(x, weights, pilot, held_alpha, free, theta)
    phi, frame, y = np.empty((2, COUNT)), np.empty(COUNT), np.empty(SIZE)
    _transform(x, weights, LOWEST / unit, phi[:, :OCTAVES])
    _transform(x, weights, BETWEEN / unit, phi[:, OCTAVES:])
    _start(phi, n, _rough(x, weights, pilot / unit, unit) if free[LOC] else 0.0, free, theta)
    lower = np.empty((SIZE, SIZE))
    _weights(theta, n, lower)
    phases(theta, frame)
    for j in range(COUNT):
        c, s = math.cos(frame[j]), math.sin(frame[j])
        y[j], y[COUNT + j] = phi[0, j] * c + phi[1, j] * s, phi[1, j] * c - phi[0, j] * s
    state = OK if descend(y, frame, lower, free, theta) else NOT_CONVERGED
    if free[BETA] and theta[ALPHA] == 2.0:
        theta[BETA] = 0.0
    spread(theta, n, lower, free, cov)
    at_edge = free[ALPHA] and (theta[ALPHA] >= 2.0 or theta[ALPHA] <= ecf.ALPHA_MIN)
    if state == OK and (at_edge or (free[BETA] and (abs(theta[BETA]) >= 1.0 or theta[ALPHA] >= 2.0))):
        state = BOUNDARY
    scale = unit * math.exp(theta[LOG_SCALE])
    theta[LOC], theta[LOG_SCALE] = unit * theta[LOC], scale
    for i in range(4):
        for j in range(4):
            if not abs(cov[i, j]) < math.inf:  # a few values far from any law
                state = NOT_CONVERGED
            for k in (i, j):
                cov[i, j] *= unit if k == LOC else scale if k == LOG_SCALE else 1.0
    return state


@kernel
def fill(
    rows: np.ndarray,
    weights: np.ndarray,
    pilot: np.ndarray,
    held_alpha: float,
    held_beta: float,
    free: np.ndarray,
    out: np.ndarray,
    cov: np.ndarray,
    state: np.ndarray,
) -> None:
    """Fit each row: (alpha, beta, loc, scale) into out (4, k), their covariance into cov (k, 4, 4), a state.

    weights (k, n) say how often each value counts, (k, 0) that each counts once.
    pilot is near the scale of each row, and is the scale where that is held; 0 is near the middle of the row unless loc
    is held; free says which of (alpha, beta, loc, scale) are estimated; a held loc is 0. Where alpha is 2 there is
    nothing to tell beta by: it is 0 and its variance that of `skewed_descent.spread`.
    """
    theta = np.empty(4)
    for i in range(rows.shape[0]):
        state[i] = _row(rows[i], weights[i], pilot[i], held_alpha, held_beta, free, theta, cov[i])
        copy(theta, out[:, i])

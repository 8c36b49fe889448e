"""The characteristic function of a general law at chosen frequencies: model, derivatives and covariances.

Frequencies are octaves of 1/32, and between those from 1/8 on 3/2 times them, over a first estimate of the scale.
Vectors hold the real parts of exp(-i frame) phi first, then the imaginary ones; a frame near the phases of phi keeps
the imaginary parts small.

By the asymptotic covariance the standard deviation of beta over the Cramer-Rao bound is 1.02 at alpha 1.5, beta .5, and
1.07 at beta .9, where octaves alone give 1.05 and 1.22; of alpha, 1.01 and 1.02. Below alpha .8 there is information at
frequencies beyond the ends: the ratio is 1.3 for alpha and beta at (.5, 0), 1.8 for beta at (.5, .9).
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.skewed_phase import exponent, front, twist
from stablefit._kernels.skewed_step import ALPHA, BETA, LOC, LOG_SCALE

LOWEST = 1.0 / 32.0
BETWEEN = 3.0 / 16.0
OCTAVES = 9  # from LOWEST on; they come first
FREQUENCIES = np.concatenate((LOWEST * 2.0 ** np.arange(OCTAVES), BETWEEN * 2.0 ** np.arange(5)))
COUNT = FREQUENCIES.size
SIZE = 2 * COUNT
_DARK = 300.0  # stands for larger -log |phi|, of which the exponentials overflow; no covariance depends on it


@kernel
def phases(theta: np.ndarray, out: np.ndarray) -> None:
    """Arg phi at the frequencies, not reduced to a turn."""
    a, c, scale = 1.0 - theta[ALPHA], front(theta[ALPHA]), math.exp(theta[LOG_SCALE])
    for j in range(COUNT):
        t = FREQUENCIES[j]
        out[j] = theta[LOC] * t - theta[BETA] * exponent(scale * t, theta[LOG_SCALE] + math.log(t), a, c)[1]


@kernel
def model(theta: np.ndarray, frame: np.ndarray, out: np.ndarray) -> None:
    """Phi in a frame into out[0], its derivatives in alpha, beta, loc and log scale into out[1] to out[4]."""
    alpha, beta = theta[ALPHA], theta[BETA]
    for j in range(COUNT):
        t = FREQUENCIES[j]
        u = math.log(t) + theta[LOG_SCALE]
        power = math.exp(alpha * u)
        decay = math.exp(-power)
        h, in_alpha, in_u = twist(u, alpha)
        turn = theta[LOC] * t - beta * h - frame[j]
        c, s = decay * math.cos(turn), decay * math.sin(turn)
        out[0, j], out[0, COUNT + j] = c, s
        shrinks = (-power * u, 0.0, 0.0, -power * alpha)  # derivatives of log |phi| ...
        turns = (-beta * in_alpha, -h, t, -beta * in_u)  # ... and of arg phi
        for k in range(4):
            out[1 + k, j] = c * shrinks[k] - s * turns[k]
            out[1 + k, COUNT + j] = s * shrinks[k] + c * turns[k]


@kernel
def _excess(shrink: float, turn: float) -> tuple[float, float]:
    """Real and imaginary part of exp(shrink + i turn) - 1, without cancellation."""
    more, s, c = math.expm1(shrink), math.sin(0.5 * turn), math.cos(0.5 * turn)
    return more - 2.0 * (1.0 + more) * s * s, 2.0 * (1.0 + more) * s * c


@kernel
def covariance(alpha: float, beta: float, log_scale: float, n: float, out: np.ndarray) -> None:
    """Covariance matrix of the empirical exp(-i frame) phi of n values where the frame is arg phi, into out.

    With Z(t) = exp(i (t X - arg phi(t))), whose mean is real, E Z(t) Z(u) / (E Z(t) E Z(u)) - 1 is exp(p(t) + p(u) -
    p(t + u) + i d) - 1, p = -log |phi| and d = arg phi(t + u) - arg phi(t) - arg phi(u), which does not know the
    location; likewise with the conjugate of Z(u) and t - u. Half the real parts of their sum and difference, and half
    the imaginary ones, are covariances of the parts of Z. This loses no digits at small t.
    """
    a, c, scale = 1.0 - alpha, front(alpha), math.exp(log_scale)
    p, h = np.empty(COUNT), np.empty(COUNT)
    for j in range(COUNT):
        power, h[j] = exponent(scale * FREQUENCIES[j], log_scale + math.log(FREQUENCIES[j]), a, c)
        p[j] = min(power, _DARK)
    for j in range(COUNT):
        for k in range(j + 1):
            both = math.exp(-p[j] - p[k]) * 0.5 / n
            t = FREQUENCIES[j] + FREQUENCIES[k]
            power, twisted = exponent(scale * t, log_scale + math.log(t), a, c)
            plus, plus_turned = _excess(p[j] + p[k] - power, beta * (h[j] + h[k] - twisted))
            minus, minus_turned = math.expm1(2.0 * p[j]), 0.0
            if k < j:
                t = abs(FREQUENCIES[j] - FREQUENCIES[k])
                power, twisted = exponent(scale * t, log_scale + math.log(t), a, c)
                twisted = math.copysign(twisted, (FREQUENCIES[j] - FREQUENCIES[k]) * twisted)
                minus, minus_turned = _excess(p[j] + p[k] - power, beta * (h[j] - h[k] - twisted))
            out[j, k] = out[k, j] = both * (minus + plus)
            out[COUNT + j, COUNT + k] = out[COUNT + k, COUNT + j] = both * (minus - plus)
            out[j, COUNT + k] = out[COUNT + k, j] = both * (plus_turned - minus_turned)
            out[k, COUNT + j] = out[COUNT + j, k] = both * (plus_turned + minus_turned)

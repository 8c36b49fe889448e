"""Quantiles of the standard symmetric law.

Newton's method in log z, on the logarithm of whichever probability is the small one.
"""

import math

import numpy as np

from stablefit._kernels import point, tail
from stablefit._kernels.compile import kernel

_LOG_MAX = 709.782712893384  # log of the largest float64: beyond it a quantile is inf


@kernel
def _in_tail(log_q: float, alpha: float, c: np.ndarray, c_alpha: np.ndarray) -> float:
    """Log z with log P(Z > z) = log_q by the tail's series; the series need not hold there: the caller checks."""
    u = (math.log(c[0] / alpha) - log_q) / alpha
    for _ in range(50):
        s, t, _, _ = tail.sums(u, alpha, c, c_alpha)
        if t <= 0.0 or s <= 0.0:
            return -math.inf
        move = (math.log(t) - alpha * u - log_q) * t / s
        u += move
        if abs(move) < 1e-15 * max(1.0, abs(u)):
            break
    return u


@kernel
def _first_guess(q: float, alpha: float) -> float:
    """Log z: the straight line through the centre, or the tail's leading power where that is further out."""
    centre = math.log(0.5 - q) + math.log(math.pi) - math.lgamma(1.0 + 1.0 / alpha)
    if alpha == 2.0:
        return max(centre, 0.5 * math.log(max(-4.0 * math.log(2.0 * q), 1e-300)) - 0.2)
    power = (
        math.lgamma(alpha) + math.log(math.sin(0.5 * math.pi * min(alpha, 2.0 - alpha)) / math.pi) - math.log(q)
    ) / alpha
    return centre if q > 0.25 else max(centre, min(power, 3.0 if alpha > 1.2 else power))


@kernel
def upper(q: float, alpha: float) -> float:
    """z with P(Z > z) = q for 0 <= q <= 1/2; relative error 1e-13 / slope, where slope = |d log P / d log z|."""
    if not 0.0 <= q <= 0.5:
        return math.nan
    if q == 0.0:
        return math.inf
    if q == 0.5:
        return 0.0
    if alpha < 2.0 and q < 0.45:
        c, c_alpha = tail.coefficients(alpha)
        u = _in_tail(math.log(q), alpha, c, c_alpha)
        if u >= math.log(tail.start(alpha)):
            return math.exp(u) if u < _LOG_MAX else math.inf
    outer = q <= 0.25
    target = math.log(q) if outer else math.log(0.5 - q)
    low, high = -math.inf, math.inf
    u, last = _first_guess(q, alpha), math.inf
    for _ in range(200):
        log_f, core, log_tail, _, _ = point.values(math.exp(u), alpha)
        log_p = log_tail if outer else math.log(core)
        gap = target - log_p if outer else log_p - target  # negative: z too small
        if gap < 0.0:
            low = u
        else:
            high = u
        move = -gap / math.exp(u + log_f - log_p)
        if abs(move) < 1e-9:  # quadratic convergence: this step is the last that matters
            return math.exp(u + move)
        # no step beyond a factor e^2, far from the root the slope says little; bisection where steps do not shrink
        new = u + min(max(move, -2.0), 2.0)
        bounded = low > -math.inf and high < math.inf
        if bounded and (abs(move) > 0.5 * last or not low < new < high):
            new = 0.5 * (low + high)
            if high - low < 1e-15 * max(1.0, abs(u)):
                return math.exp(new)
        u, last = new, abs(move)
    return math.nan


@kernel
def fill(q: np.ndarray, alpha: np.ndarray, out: np.ndarray) -> None:
    """`upper` of each (q[i], alpha[i]); alpha of size 1 holds for all."""
    for i in range(q.size):
        out[i] = upper(q[i], alpha[i % alpha.size])

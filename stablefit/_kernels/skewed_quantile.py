"""Quantiles of the skewed law without tables."""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.skewed_point import frame, framed, values, values_at

_LARGEST = 1.7976931348623157e308


@kernel
def _log_slope(w: float, width: float) -> float:
    """Log dx/dw."""
    return abs(w) + math.log1p(math.exp(-2.0 * abs(w))) + math.log(0.5 * width)


@kernel
def quantile(p: float, upper: bool, alpha: float, beta: float) -> float:
    """x with P(X <= x) = p, or P(X > x) = p if upper, for 0 < p <= 1/2.

    Newton's method for log P in w = asinh((x - centre) / width), inside a bracket.
    """
    target = math.log(p)
    _, log_lower, log_upper = values(_LARGEST if upper else -_LARGEST, alpha, beta)
    if (log_upper if upper else log_lower) >= target:
        return math.inf if upper else -math.inf
    side = -1.0 if upper else 1.0
    centre, width = frame(alpha, beta)
    farthest = 720.0 - math.log(width)
    low, high, w, last = -farthest, farthest, 0.0, math.inf
    for _ in range(300):
        x, y = framed(w, alpha, beta, centre, width)
        if math.isinf(x):
            log_f, log_lower, log_upper = -math.inf, (0.0 if x > 0.0 else -math.inf), (-math.inf if x > 0.0 else 0.0)
        else:
            log_f, log_lower, log_upper = values_at(x, y, alpha, beta)
        log_p = log_upper if upper else log_lower
        gap = side * (target - log_p)
        if gap > 0.0:
            low = w
        else:
            high = w
        move = gap / math.exp(log_f - log_p + _log_slope(w, width))
        if abs(move) < 1e-9 * max(1.0, abs(w)):
            return framed(w + move, alpha, beta, centre, width)[0]
        # bisection where steps leave the bracket, or come back between ends that both lie inside it
        new = w + min(max(move, -4.0), 4.0)
        shrinks = abs(move) <= 0.5 * last or low == -farthest or high == farthest
        w, last = new if shrinks and low < new < high else 0.5 * (low + high), abs(move)
        if high - low < 1e-15 * max(1.0, abs(w)):
            break
    return framed(w, alpha, beta, centre, width)[0]


@kernel
def fill(p: np.ndarray, upper: np.ndarray, alpha: np.ndarray, beta: np.ndarray, out: np.ndarray) -> None:
    """`quantile` of each p in (0, 1/2]; nan for others."""
    for i in range(p.size):
        out[i] = quantile(p[i], upper[i], alpha[i], beta[i]) if 0.0 < p[i] <= 0.5 else math.nan

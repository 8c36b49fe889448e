"""Absolute moments, about the location or any other point, and the Levy measure."""

import numpy as np

from stablefit._types import FloatArray
from stablefit.laws import skewed
from stablefit.laws.parametrisation import tangent
from stablefit.laws.points import flatten


def absolute_moment(p: float, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """E|Z|^p of the standard law about its location in S1: inf for p >= alpha < 2 and for p <= -1.

    Zolotarev (1986), section 2.2, with the poles of its Gamma functions at whole p taken together:
    (2/pi) Gamma(p) sin(pi p/2) Gamma(1 - p/alpha) K^(p/alpha) cos((p/alpha) atan(beta T)), with T = tan(pi alpha/2) and
    K = sqrt(1 + (beta T)^2). nan at alpha = 1 unless beta = 0.
    """
    from scipy.special import gamma

    if p <= -1.0:
        return np.full(np.broadcast_shapes(alpha.shape, beta.shape), np.inf)
    if p == 0.0:
        return np.ones(np.broadcast_shapes(alpha.shape, beta.shape))
    finite = (p < alpha) & (alpha < 2.0)
    safe = np.where(finite, alpha, 3.0 + abs(p))
    with np.errstate(invalid="ignore"):
        skew = np.where(beta == 0.0, 0.0, beta * tangent(alpha))
        turn = (p / safe) * np.arctan(skew)
        twist = np.exp(0.5 * (p / safe) * np.log1p(skew * skew)) * np.cos(turn)
    twist = np.where((alpha == 1.0) & (beta != 0.0), np.nan, twist)
    front = 2.0**p * gamma(0.5 * (1.0 + p)) / np.sqrt(np.pi)  # (2/pi) Gamma(p) sin(pi p/2) Gamma(1 - p/2)
    with np.errstate(invalid="ignore", divide="ignore"):
        heavy = front * gamma(1.0 - p / safe) / gamma(1.0 - 0.5 * p) * twist
    return np.where(finite, heavy, np.where(alpha == 2.0, front, np.inf))


def moment_about(p: float, alpha: float, beta: float, point: float) -> float:
    """E|Z - point|^p of a standard skewed S0 law, by the trapezoidal rule in u = log |z - point|.

    At both ends the summand is a power: the rest of the sum is a geometric series. The step is halved until it holds.
    """
    if p == 0.0:
        return 1.0
    if p <= -1.0 or p >= alpha:
        return float("inf")
    low, high = -40.0 - 10.0 / alpha, 60.0 / alpha
    before = total = 0.0
    for step in (0.25 * 0.5**k for k in range(6)):
        u = np.arange(low, high, step)
        distance = np.exp(np.minimum(u, 700.0))
        total = 0.0
        for side in (-1.0, 1.0):
            x = point + side * distance
            log_f = skewed.log_density(flatten(x, np.array(alpha), np.array(beta)))
            with np.errstate(under="ignore"):
                part = np.exp(log_f + (1.0 + p) * u)
            shrink_right, shrink_left = np.exp(-(alpha - p) * step), np.exp(-(1.0 + p) * step)
            rest = part[-1] * shrink_right / (1.0 - shrink_right) + part[0] * shrink_left / (1.0 - shrink_left)
            total += step * (float(part.sum()) + float(rest))
        if abs(total - before) <= 1e-11 * total:
            break
        before = total
    return total


def levy_constant(alpha: FloatArray) -> FloatArray:
    """c_alpha of the Levy measure c_alpha |y|^(-1-alpha) dy: Gamma(1 + alpha) sin(pi alpha/2) / pi, 0 at alpha = 2."""
    from scipy.special import gamma

    # sin(pi alpha/2) through 2 - alpha, which is exact: no digit is lost near alpha = 2
    sine = np.where(alpha > 1.0, np.sin(0.5 * np.pi * (2.0 - alpha)), np.sin(0.5 * np.pi * alpha))
    return gamma(1.0 + alpha) * sine / np.pi

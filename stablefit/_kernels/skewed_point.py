"""The skewed law at one point: (log f, log P(X <= x), log P(X > x)) without tables.

Zolotarev's integral (zolotarev.py, zolotarev_sums.py), and the two places where something else is the law to double
precision: far out, and next to the Cauchy law.
"""

import math

import numpy as np

from stablefit._kernels import point
from stablefit._kernels.compile import kernel
from stablefit._kernels.zolotarev import Shape, _log_g, _tangent
from stablefit._kernels.zolotarev_sums import integrals

_LEAST_Y = 1e-60  # stands for smaller y, where density and probabilities are continuous
_FAINT, _CLOSE = 1e-4, 1e-6  # |beta| and |1 - alpha| below which `_faintly_skewed` is called: error of the order 1e-12
FAR = 45.0  # of alpha log |x|: the next term of the tail is of the order 1e-19
_AT_ONE = 1e-13  # |1 - alpha| below which the tail's next term is of the order beta log x / x ...
_FAR_AT_ONE = 1e14  # ... and x / beta beyond which it is negligible, and the peak steeper than its place has digits
_LIGHTER = 1.2
_ROUNDING = 4e-16  # relative error of x + beta T where the two all but cancel
CUSP = 0.8  # alpha below which laws are looked at from x = -beta T
_STEEP = 25.0  # log of the least g beyond which Laplace's formula is exact to double precision


@kernel
def _side(x: float, y: float, alpha: float, beta: float, a: float, t: float) -> tuple[float, float, float]:
    """`values` where y = x + beta T >= 0."""
    skew = beta * t
    if a > 0.0:
        edge = math.atan2((1.0 - beta) * t, 1.0 + skew * t) / alpha
        rest = math.atan2((1.0 + beta) * t, 1.0 - skew * t) / alpha
        length = rest
    else:
        edge = math.atan2(-(1.0 + beta) * t, 1.0 - skew * t)
        rest = math.atan2(-(1.0 + beta) * t, skew * t - 1.0)
        length = rest / alpha
    if a > 0.0 and beta == -1.0:  # beyond the support, which ends at y = 0
        return -math.inf, 0.0, -math.inf
    if a > 0.0 and beta == 1.0 and y <= 0.0:
        return -math.inf, -math.inf, 0.0
    log_k = 0.5 * math.log1p(skew * skew)
    if skew > max(abs(x), 1.0) and y > 0.5 * skew:  # K / y to relative precision however large both are
        log_y = math.log(skew) + math.log1p(x / skew)
        base = 0.5 * math.log1p(1.0 / (skew * skew)) - math.log1p(x / skew)
    else:
        log_y = math.log(max(y, _LEAST_Y))
        base = log_k - log_y
    shape = Shape(alpha, a, edge, rest, length, log_k, base)
    log_front = math.log(alpha / (math.pi * abs(a))) - log_y
    log_least = -math.inf
    if edge == 0.0:  # a light tail: g has a positive minimum, at the end where s = 0
        log_least = alpha / a * (base + math.log1p(-a)) + log_k + math.log(abs(a))
    least = math.exp(log_least)
    if log_least > _STEEP:
        small = 1e-3
        bend = _log_g(small, length - small, shape) if a > 0.0 else _log_g(length - small, small, shape)
        bend = max(bend - log_least, 1e-300) / (small * small)
        log_f = log_front - least + 0.5 * (log_least + math.log(0.25 * math.pi / bend))
        log_light = -least - 0.5 * log_least + 0.5 * math.log(0.25 / (math.pi * bend))
        return (log_f, log_light, 0.0) if a > 0.0 else (log_f, 0.0, log_light)
    whole, small, large = integrals(least, log_least, shape)
    log_f = log_front + math.log(whole) - least
    scaled, lost = math.exp(-least), -math.expm1(-least)
    if a > 0.0:
        log_lower = math.log((edge + small * scaled) / math.pi) if edge > 0.0 else math.log(small / math.pi) - least
        return log_f, log_lower, math.log((large * scaled + length * lost) / math.pi)
    outside = (edge - a * math.pi) / alpha  # pi - length
    log_lower = math.log((outside + large * scaled + length * lost) / math.pi)
    return log_f, log_lower, math.log(small / math.pi) - least


@kernel
def _power_law(x: float, alpha: float, beta: float) -> tuple[float, float, float]:
    """`values` so far out that the leading power is all.

    P(X > x) = Gamma(alpha) sin(pi alpha/2) (1 + beta) y^-alpha / pi, y = x + beta tan(pi alpha/2), which is x to double
    precision unless alpha > _LIGHTER, where x is no larger than exp(FAR / _LIGHTER).
    """
    heavy = 1.0 + beta if x > 0.0 else 1.0 - beta
    if heavy == 0.0:
        return (-math.inf, 0.0, -math.inf) if x > 0.0 else (-math.inf, -math.inf, 0.0)
    sine = math.sin(0.5 * math.pi * min(alpha, 2.0 - alpha))
    log_x = math.log(abs(x))
    if alpha > _LIGHTER:
        log_x += math.log1p(beta * _tangent(alpha)[1] / x)
    log_tail = math.lgamma(alpha) + math.log(sine * heavy / math.pi) - alpha * log_x
    log_f = log_tail + math.log(alpha) - log_x
    log_rest = math.log1p(-math.exp(log_tail))
    return (log_f, log_rest, log_tail) if x > 0.0 else (log_f, log_tail, log_rest)


@kernel
def _exact(x: float, y: float, alpha: float, beta: float) -> tuple[float, float, float]:
    """`values` by the integral, y = x + beta T."""
    a, t = _tangent(alpha)
    if y > 0.0 or (y == 0.0 and beta > 0.0):
        return _side(x, y, alpha, beta, a, t)
    log_f, log_lower, log_upper = _side(-x, -y, alpha, -beta, a, t)
    return log_f, log_upper, log_lower


@kernel
def _from_origin(x: float, alpha: float, beta: float) -> float:
    """x + beta T, 0 where only rounding is left of it."""
    skew = beta * _tangent(alpha)[1]
    return x + skew if abs(x + skew) > _ROUNDING * abs(skew) else 0.0


@kernel
def _faintly_skewed(x: float, alpha: float, beta: float) -> tuple[float, float, float]:
    """`values` near (1, 0), where rounding of the integral grows like 1 / beta.

    The parabola through beta = -_FAINT, 0, _FAINT.
    """
    log_f, core, log_tail, _, _ = point.values(abs(x), alpha)
    log_rest = math.log(0.5 + core)
    middle = (log_f, log_tail, log_rest) if x < 0.0 else (log_f, log_rest, log_tail)
    left = _exact(x, _from_origin(x, alpha, -_FAINT), alpha, -_FAINT)
    right = _exact(x, _from_origin(x, alpha, _FAINT), alpha, _FAINT)
    r = beta / _FAINT
    return (
        middle[0] + 0.5 * r * ((right[0] - left[0]) + r * ((right[0] - middle[0]) + (left[0] - middle[0]))),
        middle[1] + 0.5 * r * ((right[1] - left[1]) + r * ((right[1] - middle[1]) + (left[1] - middle[1]))),
        middle[2] + 0.5 * r * ((right[2] - left[2]) + r * ((right[2] - middle[2]) + (left[2] - middle[2]))),
    )


@kernel
def values(x: float, alpha: float, beta: float) -> tuple[float, float, float]:
    """Log density, log P(X <= x) and log P(X > x) of the S0 law, 0 < alpha < 2, beta not 0, x finite."""
    return values_at(x, _from_origin(x, alpha, beta), alpha, beta)


@kernel
def values_at(x: float, y: float, alpha: float, beta: float) -> tuple[float, float, float]:
    """`values` where y = x + beta T is known better than from x."""
    if alpha * math.log(abs(x) + 1.0) > FAR or (
        abs(1.0 - alpha) < _AT_ONE and abs(x) > _FAR_AT_ONE * max(abs(beta), _FAINT)
    ):
        return _power_law(x, alpha, beta)
    if abs(beta) < _FAINT and abs(1.0 - alpha) < _CLOSE:
        return _faintly_skewed(x, alpha, beta)
    return _exact(x, y, alpha, beta)


@kernel
def frame(alpha: float, beta: float) -> tuple[float, float]:
    """Centre and width of the asinh in which the law is an even affair.

    Below alpha = 0.8 the centre is -beta T, where the density has all its derivatives and no power series, and the
    width is that of the density there.
    """
    if alpha >= CUSP:
        return 0.0, 1.0
    spread = math.exp(math.lgamma(1.0 + 1.0 / alpha) - math.lgamma(1.0 + 3.0 / alpha))
    return -beta * _tangent(alpha)[1], 5.0 * spread


@kernel
def framed(w: float, alpha: float, beta: float, centre: float, width: float) -> tuple[float, float]:
    """x and x + beta T at a place w = asinh((x - centre) / width) of the frame; x may be infinite."""
    distance = width * math.sinh(w) if abs(w) < 700.0 else math.copysign(0.5 * math.exp(abs(w) + math.log(width)), w)
    x = centre + distance
    return x, distance if alpha < CUSP else _from_origin(x, alpha, beta)


@kernel
def fill(x: np.ndarray, alpha: np.ndarray, beta: np.ndarray, out: np.ndarray) -> None:
    """`values` of each point into the columns of out (3, n), with the limits at infinity; nan at nan."""
    for i in range(x.size):
        if math.isnan(x[i]):
            out[:, i] = math.nan
        elif math.isinf(x[i]):
            out[0, i] = -math.inf
            out[1, i], out[2, i] = (0.0, -math.inf) if x[i] > 0.0 else (-math.inf, 0.0)
        else:
            out[0, i], out[1, i], out[2, i] = values(x[i], alpha[i], beta[i])

"""The general law by Zolotarev's integral, arranged so that nothing cancels: also at alpha = 1 and in light tails.

With T = tan(pi alpha / 2), y = x + beta T > 0 (S0; the other side by reflection), theta0 = atan(beta T) / alpha and
a = 1 - alpha (Zolotarev, One-dimensional Stable Distributions, 1986, section 2.2; Nolan, Stochastic Models 13, 1997),

    f = alpha / (pi |a| y)  int g exp(-g) dtheta,    P = (1/pi) int exp(-g) dtheta,    -theta0 < theta < pi/2,
    log g = (alpha/a) log R + log(K sin s / sin v),   R = K sin(alpha u) / (y sin v),   K = sqrt(1 + (beta T)^2).

u and v are the distances of theta from the two ends, so that sines keep their digits there; g is monotone between
them. `edge` is what is left of an angle that vanishes at |beta| = 1: pi/2 - theta0 below alpha = 1, where sin s =
sin(edge + a u) and sin v = sin(edge + u); pi - alpha (theta0 + pi/2) above, where sin s = sin(edge - a v) and
sin(alpha u) = sin(edge + alpha v).

Near alpha = 1 all of edge, s, 1/T and log R are of the order of a, each found to relative precision: (1/a) log R has
a limit and alpha = 1 is a point like any other, taken as a = 1e-140. Around the peak log g is found from its
difference to the peak's: an error of the peak's own log g then counts no more than one of x.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import point
from stablefit._kernels.compile import kernel

_AT_ONE = 1e-140  # stands for a = 0: its inverse square is still finite
_LEAST_Y = 1e-250  # stands for y = 0, where the density is continuous
_FAINT, _CLOSE = 1e-4, 1e-6  # |beta| and |1 - alpha| below which `_faintly_skewed` is called: error of the order 1e-12
_FAR = 345.0  # alpha log |x| = log 1e150: the next term of the tail is of the order 1e-150
_ROUNDING = 4e-16  # relative error of y where x and beta T all but cancel
_STEEP = 25.0  # log of the least g beyond which Laplace's formula is exact to double precision
_NEGLIGIBLE = 1e-18
_NOTHING = 1e-40  # here the slope, a difference of large numbers at the end of a light tail, is all rounding
_ENOUGH = 1e-10  # change at the last halving: the trapezoidal rule's error is its square
_MOST_HALVINGS = 8
_MOST_NODES = 3000  # on one side of the peak in one pass; some 30 are usual


class Shape(NamedTuple):
    """What log g depends on besides theta."""

    alpha: float
    a: float  # 1 - alpha
    edge: float
    rest: float  # pi - edge, to relative precision
    length: float  # u + v
    log_k: float
    base: float  # log(K / y)


@kernel
def _sines(u: float, v: float, shape: Shape) -> tuple[float, float, float, float]:
    """Angle s, sin s, sin(alpha u) and sin v, each from the end that is near."""
    half = 0.5 * math.pi
    if shape.a > 0.0:
        s, beyond = shape.edge + shape.a * u, shape.rest - shape.a * u
        turned = shape.alpha * u
        sin_au = math.sin(turned) if turned < half else math.sin(shape.a * math.pi + shape.alpha * (shape.edge + v))
        sin_v = math.sin(v) if v < half else math.sin(shape.edge + u)
    else:
        s, beyond = shape.edge - shape.a * v, shape.rest + shape.a * v
        sin_au = math.sin(shape.alpha * u) if shape.alpha * u < half else math.sin(shape.edge + shape.alpha * v)
        outside = (shape.edge - shape.a * math.pi) / shape.alpha  # pi - length
        sin_v = math.sin(v) if v < half else math.sin(outside + u)
    return s, math.sin(s) if shape.edge < half else math.sin(beyond), sin_au, sin_v


@kernel
def _cosine(near: float, shape: Shape) -> float:
    """Cos A, A = (edge + (1 + alpha) near) / 2, near = u below alpha = 1 and v above."""
    if shape.edge < 0.5 * math.pi:
        return math.cos(0.5 * (shape.edge + (1.0 + shape.alpha) * near))
    return math.sin(0.5 * (shape.rest - (1.0 + shape.alpha) * near))


@kernel
def _log_g(u: float, v: float, shape: Shape) -> float:
    s, sin_s, sin_au, sin_v = _sines(u, v, shape)
    # sin(alpha u) - sin v, as a product
    if shape.a > 0.0:
        ratio = -2.0 * _cosine(u, shape) * math.sin(0.5 * s) / sin_v
    else:
        ratio = 2.0 * _cosine(v, shape) * math.sin(0.5 * s) / sin_v
    log_ratio = math.log1p(ratio) if abs(ratio) < 0.5 else math.log(sin_au / sin_v)
    return shape.alpha / shape.a * (shape.base + log_ratio) + shape.log_k + math.log(sin_s / sin_v)


@kernel
def _slope(u: float, v: float, shape: Shape) -> float:
    """Derivative of log g in u."""
    s, sin_s, sin_au, sin_v = _sines(u, v, shape)
    in_r = (sin_s - shape.a * math.cos(shape.alpha * u) * sin_v) / (sin_au * sin_v)
    return shape.alpha / shape.a * in_r + shape.a * math.cos(s) / sin_s + math.cos(v) / sin_v


@kernel
def _rise(u0: float, v0: float, move: float, u: float, v: float, shape: Shape) -> float:
    """Log g at u = u0 + move less that at u0, from move itself.

    sin(alpha u) / sin v is 1 - 2 cos A sin B / sin C with angles linear in u; its change is a sum of three products
    with sines of multiples of move, of the order of a near alpha = 1.
    """
    s, sin_s, sin_au, sin_c = _sines(u, v, shape)
    s0, sin_s0, sin_au0, sin_c0 = _sines(u0, v0, shape)
    if shape.a > 0.0:
        sign, near, near0, ahead = -1.0, u, u0, move
    else:
        sign, near, near0, ahead = 1.0, v, v0, -move
    mean_a = 0.25 * (1.0 + shape.alpha) * (near + near0) + 0.5 * shape.edge
    cos_a = _cosine(near, shape)
    up_a = -2.0 * math.sin(mean_a) * math.sin(0.25 * (1.0 + shape.alpha) * ahead)
    up_b = 2.0 * math.cos(0.25 * (s + s0)) * math.sin(0.25 * shape.a * move)
    mean_c = 0.5 * (near + near0) + (shape.edge if shape.a > 0.0 else 0.0)
    up_c = 2.0 * math.cos(mean_c) * math.sin(0.5 * ahead)
    sin_b, sin_b0 = math.sin(0.5 * s), math.sin(0.5 * s0)
    product = sin_c * (cos_a * up_b + sin_b0 * up_a) - cos_a * sin_b * up_c
    change = sign * 2.0 * product / (sin_c * sin_au0)
    log_ratio = math.log1p(change) if abs(change) < 0.5 else math.log(sin_au / sin_au0 * (sin_c0 / sin_c))
    return shape.alpha / shape.a * log_ratio + math.log(sin_s / sin_s0 * (sin_c0 / sin_c))


@kernel
def _ends(p: float, length: float) -> tuple[float, float]:
    """u = length / (1 + exp(-p)) and v = length - u, both to relative precision."""
    e = math.exp(-abs(p))
    small, large = length * e / (1.0 + e), length / (1.0 + e)
    return (large, small) if p >= 0.0 else (small, large)


@kernel
def _peak(target: float, tolerance: float, shape: Shape) -> float:
    """Logit p of the place where log g = target, by Newton's method inside a bracket."""
    p, low, high = 0.0, -700.0, 700.0
    rising = 1.0 if shape.a > 0.0 else -1.0
    for _ in range(200):
        u, v = _ends(p, shape.length)
        gap = _log_g(u, v, shape) - target
        if abs(gap) < tolerance or high - low < 1e-13:
            break
        if rising * gap > 0.0:
            high = p
        else:
            low = p
        move = -gap / (_slope(u, v, shape) * u * v / shape.length)
        new = p + min(max(move, -30.0), 30.0)
        p = new if low < new < high else 0.5 * (low + high)
    return p


@kernel
def _integrals(least: float, log_least: float, shape: Shape) -> tuple[float, float, float]:
    """Integrals of g exp(least - g), and of u |dg| exp(least - g) and v |dg| exp(least - g); least is the smallest g.

    In p = peak + width (tau - exp(-tau) + 1), growing g to the right: there exp(-g) falls doubly exponentially in
    tau, to the left the stretched variable makes the power of g do so. Trapezoidal rule, halved until it holds.
    """
    p0 = _peak(math.log1p(least), 0.01 / (1.0 + least), shape)
    u0, v0 = _ends(p0, shape.length)
    log_g0 = _log_g(u0, v0, shape)
    slope = _slope(u0, v0, shape) * u0 * v0 / shape.length * (1.0 + least)
    width = math.copysign(min(1.0 / abs(slope), 1.0), slope)  # u v falls like exp(-|p|), however flat g is
    whole, near_u, near_v = 0.0, 0.0, 0.0
    step, offset = 0.25, 0.0
    for halving in range(_MOST_HALVINGS):
        new_whole, new_u, new_v = 0.0, 0.0, 0.0
        for side in (1.0, -1.0):
            tau = offset if side > 0.0 else offset - step
            for _ in range(_MOST_NODES):
                stretch = math.exp(-tau)
                dp = width * (tau - stretch + 1.0)
                u, v = _ends(p0 + dp, shape.length)
                move = -u * (v0 / shape.length) * math.expm1(-dp)
                log_g = log_g0 + _rise(u0, v0, move, u, v, shape)
                excess = math.exp(log_g) - least if least < 1.0 else least * math.expm1(log_g - log_least)
                part = math.exp(log_g - excess) * abs(width) * (1.0 + stretch) * u * v / shape.length
                if part == 0.0:
                    break
                turned = part * abs(_slope(u, v, shape))
                new_whole += part
                new_u += turned * u
                new_v += turned * v
                small = turned * u < _NEGLIGIBLE * new_u and turned * v < _NEGLIGIBLE * new_v
                if part < _NEGLIGIBLE * new_whole and (small or part < _NOTHING * new_whole):
                    break
                tau += side * step
        new_whole, new_u, new_v = new_whole * step, new_u * step, new_v * step
        if halving == 0:
            whole, near_u, near_v = new_whole, new_u, new_v
            offset = 0.5 * step
            continue
        new_whole, new_u, new_v = 0.5 * (whole + new_whole), 0.5 * (near_u + new_u), 0.5 * (near_v + new_v)
        settled = (
            abs(new_whole - whole) <= _ENOUGH * new_whole
            and abs(new_u - near_u) <= _ENOUGH * new_u
            and abs(new_v - near_v) <= _ENOUGH * new_v
        )
        whole, near_u, near_v = new_whole, new_u, new_v
        if settled:
            break
        step *= 0.5
        offset = 0.5 * step
    return whole, near_u, near_v


@kernel
def _tangent(alpha: float) -> tuple[float, float]:
    """a = 1 - alpha, with the stand-in at alpha = 1, and T = tan(pi alpha / 2), from whichever end is near."""
    a = 1.0 - alpha if alpha != 1.0 else _AT_ONE
    return a, -math.tan(0.5 * math.pi * (2.0 - alpha)) if alpha > 1.5 else 1.0 / math.tan(0.5 * math.pi * a)


@kernel
def _side(x: float, alpha: float, beta: float, a: float, t: float) -> tuple[float, float, float]:
    """`values` where x + beta T >= 0."""
    skew = beta * t
    if a > 0.0:
        edge = math.atan2((1.0 - beta) * t, 1.0 + skew * t) / alpha
        rest = math.atan2((1.0 + beta) * t, 1.0 - skew * t) / alpha
        length = rest
    else:
        edge = math.atan2(-(1.0 + beta) * t, 1.0 - skew * t)
        rest = math.atan2(-(1.0 + beta) * t, skew * t - 1.0)
        length = rest / alpha
    at_end = x + skew <= _ROUNDING * skew
    if a > 0.0 and beta == -1.0:  # beyond the support, which ends at y = 0
        return -math.inf, 0.0, -math.inf
    if a > 0.0 and beta == 1.0 and at_end:
        return -math.inf, -math.inf, 0.0
    log_k = 0.5 * math.log1p(skew * skew)
    if skew > max(abs(x), 1.0):  # K / y to relative precision however large both are
        log_y = math.log(skew) + math.log1p(x / skew)
        base = 0.5 * math.log1p(1.0 / (skew * skew)) - math.log1p(x / skew)
    else:
        log_y = math.log(max(x + skew, _LEAST_Y))
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
    whole, near_u, near_v = _integrals(least, log_least, shape)
    log_f = log_front + math.log(whole) - least
    scaled = math.exp(-least)
    if a > 0.0:
        upper = (near_v * scaled - length * math.expm1(-least)) / math.pi
        lower = (edge + near_u * scaled) / math.pi
        return log_f, math.log(lower) if edge > 0.0 else math.log(near_u / math.pi) - least, math.log(upper)
    upper = near_v * scaled / math.pi
    outside = (edge - a * math.pi) / alpha  # pi - length
    lower = (outside + near_u * scaled - length * math.expm1(-least)) / math.pi
    return log_f, math.log(lower), math.log(near_v / math.pi) - least


@kernel
def _power_law(x: float, alpha: float, beta: float) -> tuple[float, float, float]:
    """`values` so far out that the leading power is all.

    P(X > x) = Gamma(alpha) sin(pi alpha/2) (1 + beta) x^-alpha / pi.
    """
    heavy = 1.0 + beta if x > 0.0 else 1.0 - beta
    if heavy == 0.0:
        return (-math.inf, 0.0, -math.inf) if x > 0.0 else (-math.inf, -math.inf, 0.0)
    sine = math.sin(0.5 * math.pi * min(alpha, 2.0 - alpha))
    log_tail = math.lgamma(alpha) + math.log(sine * heavy / math.pi) - alpha * math.log(abs(x))
    log_f = log_tail + math.log(alpha) - math.log(abs(x))
    return (log_f, 0.0, log_tail) if x > 0.0 else (log_f, log_tail, 0.0)


@kernel
def _exact(x: float, alpha: float, beta: float) -> tuple[float, float, float]:
    """`values` by the integral."""
    a, t = _tangent(alpha)
    y = x + beta * t
    if y > 0.0 or (y == 0.0 and beta > 0.0):
        return _side(x, alpha, beta, a, t)
    log_f, log_lower, log_upper = _side(-x, alpha, -beta, a, t)
    return log_f, log_upper, log_lower


@kernel
def _faintly_skewed(x: float, alpha: float, beta: float) -> tuple[float, float, float]:
    """`values` near (1, 0), where rounding of the integral grows like 1 / beta.

    The parabola through beta = -_FAINT, 0, _FAINT.
    """
    log_f, core, log_tail, _, _ = point.values(abs(x), alpha)
    log_rest = math.log(0.5 + core)
    middle = (log_f, log_tail, log_rest) if x < 0.0 else (log_f, log_rest, log_tail)
    left, right = _exact(x, alpha, -_FAINT), _exact(x, alpha, _FAINT)
    r = beta / _FAINT
    return (
        middle[0] + 0.5 * r * ((right[0] - left[0]) + r * ((right[0] - middle[0]) + (left[0] - middle[0]))),
        middle[1] + 0.5 * r * ((right[1] - left[1]) + r * ((right[1] - middle[1]) + (left[1] - middle[1]))),
        middle[2] + 0.5 * r * ((right[2] - left[2]) + r * ((right[2] - middle[2]) + (left[2] - middle[2]))),
    )


@kernel
def values(x: float, alpha: float, beta: float) -> tuple[float, float, float]:
    """Log density, log P(X <= x) and log P(X > x) of the S0 law, 0 < alpha < 2, beta not 0, x finite."""
    if alpha * math.log(abs(x) + 1.0) > _FAR:
        return _power_law(x, alpha, beta)
    if abs(beta) < _FAINT and abs(1.0 - alpha) < _CLOSE:
        return _faintly_skewed(x, alpha, beta)
    return _exact(x, alpha, beta)


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


@kernel
def quantile(p: float, upper: bool, alpha: float, beta: float) -> float:
    """x with P(X <= x) = p, or P(X > x) = p if upper, for 0 < p <= 1/2.

    Newton's method for log P in asinh x, inside a bracket.
    """
    target = math.log(p)
    side = -1.0 if upper else 1.0
    low, high, w = -720.0, 720.0, 0.0
    for _ in range(300):
        x = math.sinh(w)
        log_f, log_lower, log_upper = values(x, alpha, beta)
        log_p = log_upper if upper else log_lower
        gap = side * (target - log_p)
        if gap > 0.0:
            low = w
        else:
            high = w
        move = gap / math.exp(log_f - log_p + math.log(math.cosh(w)))
        if abs(move) < 1e-9 * max(1.0, abs(w)):
            return math.sinh(w + move)
        new = w + min(max(move, -4.0), 4.0)
        w = new if low < new < high else 0.5 * (low + high)
        if high - low < 1e-15 * max(1.0, abs(w)):
            break
    return math.sinh(w) if w < 710.0 else math.inf


@kernel
def fill_quantiles(p: np.ndarray, upper: np.ndarray, alpha: np.ndarray, beta: np.ndarray, out: np.ndarray) -> None:
    """`quantile` of each p in (0, 1/2]."""
    for i in range(p.size):
        out[i] = quantile(p[i], upper[i], alpha[i], beta[i])

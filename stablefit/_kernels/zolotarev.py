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
a limit and alpha = 1 is a point like any other, taken as a = 1e-60. Around the peak log g is found from its
difference to the peak's: an error of the peak's own log g then counts no more than one of x.
"""

import math
from typing import NamedTuple

from stablefit._kernels.compile import kernel

_AT_ONE = 1e-60  # stands for a = 0: squares of it are normal numbers


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
def _log_ratio(u: float, v: float, s: float, sin_au: float, sin_v: float, shape: Shape) -> float:
    """Log of sin(alpha u) / sin v, from their difference as a product: near alpha = 1 it is of the order of a."""
    near = u if shape.a > 0.0 else v
    ratio = math.copysign(2.0, -shape.a) * _cosine(near, shape) * math.sin(0.5 * s) / sin_v
    return math.log1p(ratio) if abs(ratio) < 0.5 else math.log(sin_au / sin_v)


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
    if 0.3 < u / u0 < 3.0 and 0.3 < v / v0 < 3.0:
        log_ratio = math.log1p(change) if abs(change) < 0.5 else math.log(sin_au / sin_au0 * (sin_c0 / sin_c))
    else:  # so far away products of sines cancel, and logarithms do not
        log_ratio = _log_ratio(u, v, s, sin_au, sin_c, shape) - _log_ratio(u0, v0, s0, sin_au0, sin_c0, shape)
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
def _tangent(alpha: float) -> tuple[float, float]:
    """a = 1 - alpha, with the stand-in at alpha = 1, and T = tan(pi alpha / 2), from whichever end is near."""
    a = 1.0 - alpha if alpha != 1.0 else _AT_ONE
    return a, -math.tan(0.5 * math.pi * (2.0 - alpha)) if alpha > 1.5 else 1.0 / math.tan(0.5 * math.pi * a)

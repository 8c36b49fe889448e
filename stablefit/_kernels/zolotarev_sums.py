"""The quadrature of Zolotarev's integral, its nodes in blocks that the compiler vectorises.

In the logit p of the place in the interval every feature of log g has a length of order 1: the ends, the corner where
an angle is as small as the edge, a plateau between corners. Only the peak, where g = 1, can be narrower, as narrow as
w = 1 / slope of log g. So dp/dtau is w at the peak, grows like exp(-tau) towards falling g as far as _LONG, and like
exp(tau), once g is beyond 20 and the peak over, as far as _WIDE. With r = _OVER w / (_WIDE - w + _OVER w),

    p - p0 = w tau - (_LONG - w) log1p(w / _LONG (exp(-tau) - 1)) + (_WIDE - w) log1p(r (exp(tau) - 1)).

The trapezoidal rule in tau does the rest. Its error is below 1e-13: measured against a sixth of the step over laws with
|1 - alpha|, 2 - alpha and 1 - |beta| from 1e-12 on and x from 1e-8 to 1e10.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import branchless
from stablefit._kernels.compile import inlined, kernel
from stablefit._kernels.elementary import sine
from stablefit._kernels.zolotarev import Shape, _ends, _log_g, _peak, _slope

_BLOCK = 16
_MOST_BLOCKS = 600
_STEP = 1.0 / 16.0
_LONG = 4.0  # largest dp/dtau towards falling g; the poles of a corner lie pi away from the real axis
_WIDE = 1.5  # largest dp/dtau towards growing g, where a plateau ends in a Gaussian of width 1/7 or more
_OVER = math.exp(-5.0)
_NEGLIGIBLE = 1e-17
_LARGEST = 300.0  # of |p|, log g and g: products of their exponentials stay in range
_GROWTH = np.expm1(_STEP * np.arange(_BLOCK))
_DECAY = np.expm1(-_STEP * np.arange(_BLOCK))


class Angles(NamedTuple):
    """What the sines at a node are linear in."""

    alpha: float
    a: float
    edge: float
    rest: float  # pi - edge
    of_u: float  # s = edge + of_u u + of_v v
    of_v: float
    left_au: float  # pi - alpha u = left_au + alpha v
    left_v: float  # pi - v = left_v + u


class Node(NamedTuple):
    """A place in the interval."""

    u: float
    v: float
    s: float
    sin_s: float
    sin_au: float  # of alpha u
    sin_v: float
    half_gap: float  # (alpha u - v) / 2
    sin_half_s: float
    half_difference: float  # (sin(alpha u) - sin v) / 2, as a product


@kernel
def _angles(shape: Shape) -> Angles:
    alpha, a, edge = shape.alpha, shape.a, shape.edge
    if a > 0.0:
        return Angles(alpha, a, edge, shape.rest, a, 0.0, a * math.pi + alpha * edge, edge)
    return Angles(alpha, a, edge, shape.rest, 0.0, -a, edge, (edge - a * math.pi) / alpha)


@inlined
def _node(u: float, v: float, c: Angles) -> Node:
    """Sines of angles in [0, pi], each counted from the nearer end."""
    s, beyond = c.edge + c.of_u * u + c.of_v * v, c.rest - c.of_u * u - c.of_v * v
    au, far_au, far_v = c.alpha * u, c.left_au + c.alpha * v, c.left_v + u
    sin_s = sine(s if s < beyond else beyond)
    sin_au = sine(au if au < far_au else far_au)
    sin_v = sine(v if v < far_v else far_v)
    half_gap, sin_half_s = 0.5 * (au - v), sine(0.5 * s)
    return Node(u, v, s, sin_s, sin_au, sin_v, half_gap, sin_half_s, sine(half_gap) * sin_half_s)


@inlined
def _cosine_of_double(x: float) -> float:
    """Cos 2x for |x| <= pi/2."""
    sin_x = sine(x)
    return 1.0 - 2.0 * sin_x * sin_x


@inlined
def _step(tau: float, up: float, down: float, w: float, r: float) -> tuple[float, float]:
    """p - p0 and dp/dtau at tau, from exp(tau) - 1 and exp(-tau) - 1, growing g ahead."""
    left, right = w / _LONG * down, r * up
    inverse_left, inverse_right = 1.0 / (1.0 + left), 1.0 / (1.0 + right)
    log_left = branchless.log(1.0 + left) + (left - ((1.0 + left) - 1.0)) * inverse_left
    log_right = branchless.log(1.0 + right) + (right - ((1.0 + right) - 1.0)) * inverse_right
    rate = w + (_LONG - w) * (w / _LONG * (1.0 + down)) * inverse_left + (_WIDE - w) * (r * (1.0 + up)) * inverse_right
    return w * tau - (_LONG - w) * log_left + (_WIDE - w) * log_right, rate


@inlined
def _growth(node: Node, peak: Node, move: float, close: bool, log_ratio0: float, inverse: float, c: Angles) -> float:
    """Log g less that at the peak; move is the change of u, inverse that of sin v.

    R = K sin(alpha u) / (y sin v) = 1 + D / sin v, D = sin(alpha u) - sin v. Close to the peak the change of D / sin v
    is a sum of products with sines of multiples of move, of the order of a near alpha = 1; far from it these products
    cancel, and the logarithms themselves do not.
    """
    up_b = _cosine_of_double(0.125 * (node.s + peak.s)) * sine(0.25 * c.a * move)
    up_m = _cosine_of_double(0.25 * (node.half_gap + peak.half_gap)) * sine(0.25 * (1.0 + c.alpha) * move)
    up_v = -2.0 * _cosine_of_double(0.25 * (node.v + peak.v)) * sine(0.5 * move)
    up_d = 2.0 * (sine(node.half_gap) * up_b + peak.sin_half_s * up_m)
    near = 2.0 * (peak.sin_v * up_d - peak.half_difference * up_v) * (inverse / peak.sin_au)
    away = 2.0 * node.half_difference * inverse
    sine_ratio = peak.sin_v * inverse
    x = near if close else away
    other = (node.sin_au / peak.sin_au) * sine_ratio if close else node.sin_au * inverse
    subtracted = 0.0 if close else log_ratio0
    small = abs(x) < 0.5
    whole = 1.0 + x if small else other
    lost = x - (whole - 1.0) if small else 0.0
    log_ratio = branchless.log(whole) + lost / whole - subtracted
    return c.alpha / c.a * log_ratio + branchless.log(node.sin_s / peak.sin_s * sine_ratio)


@inlined
def _steepness(node: Node, inverse: float, c: Angles) -> float:
    """Size of the derivative of log g in the angle; inverse is that of sin v."""
    in_r = (node.sin_s - c.a * _cosine_of_double(0.5 * c.alpha * node.u) * node.sin_v) * inverse / node.sin_au
    cos_s = 1.0 - 2.0 * node.sin_half_s * node.sin_half_s
    return abs(c.alpha / c.a * in_r + c.a * cos_s / node.sin_s + _cosine_of_double(0.5 * node.v) * inverse)


@kernel
def integrals(least: float, log_least: float, shape: Shape) -> tuple[float, float, float]:
    """Integrals over the angle: of g exp(least - g), of exp(least - g) and of 1 - exp(least - g).

    least is the smallest g. The second is the share of the angle where g is small, the third that where it is large;
    their sum is the length, and the smaller is the one that is summed, by parts: int u |dg| exp(-g), where u vanishes
    with g, and the same with v.
    """
    c, length = _angles(shape), shape.length
    p0 = _peak(math.log1p(least), 0.01 / (1.0 + least), shape)
    u0, v0 = _ends(p0, length)
    peak = _node(u0, v0, c)
    log_g0 = _log_g(u0, v0, shape)
    slope0 = _slope(u0, v0, shape) * u0 * v0 / length * (1.0 + least)
    ratio0 = 2.0 * peak.half_difference / peak.sin_v
    log_ratio0 = math.log1p(ratio0) if abs(ratio0) < 0.5 else math.log(peak.sin_au / peak.sin_v)
    growing, w = math.copysign(1.0, slope0), min(1.0 / abs(slope0), 1.0)
    r = _OVER * w / (_WIDE - w + _OVER * w)
    # what p0, rounded, lacks to the peak: all there is where log g is steeper than p has digits
    lacking = min(max((math.log1p(least) - log_g0) * w * growing, -0.5), 0.5) if w < 1.0 else 0.0
    lowest, highest = -_LARGEST - p0, _LARGEST - p0
    q0, share0 = v0 / u0, v0 / length
    steep = least >= 1.0
    log_unit, unit = (log_least, least) if steep else (0.0, 1.0)
    light = steep and shape.edge == 0.0  # the slope at the end of a light tail is a difference of large numbers
    parts = np.empty((3, _BLOCK))
    mass, small, large, end_large = 0.0, 0.0, 0.0, 0.0
    for side in (1.0, -1.0):
        for block in range(_MOST_BLOCKS):
            start = _STEP * _BLOCK * block
            rise, fall = math.exp(start), math.exp(-start)
            rise_1, fall_1 = math.expm1(start), math.expm1(-start)
            g, base, less_base, u, v = 0.0, 0.0, 0.0, 0.0, 0.0
            for i in range(_BLOCK):
                longer, shorter = rise_1 + rise * _GROWTH[i], fall_1 + fall * _DECAY[i]
                up, down = (longer, shorter) if side > 0.0 else (shorter, longer)
                dp, rate = _step(side * (start + _STEP * i), up, down, w, r)
                dp = growing * dp + lacking
                dp = dp if dp > lowest else lowest
                dp = dp if dp < highest else highest
                e, e_1 = branchless.exp_expm1(-dp)
                inverse = 1.0 / (1.0 + q0 * e)
                u, v = length * inverse, length * (q0 * e * inverse)
                node = _node(u, v, c)
                inverse = 1.0 / node.sin_v
                log_g = log_g0 + _growth(node, peak, -u * share0 * e_1, abs(dp) < 1.0, log_ratio0, inverse, c)
                above = log_g - log_unit
                e, e_1 = branchless.exp_expm1(above if above < _LARGEST else _LARGEST)
                g = unit * e
                excess = unit * e_1 if steep else g - least
                base, less_base = branchless.exp_expm1(-excess)
                base = base if excess < _LARGEST else 0.0
                weight = base * rate * (u * (v / length))
                turned = weight * g * _steepness(node, inverse, c)
                parts[0, i] = weight * g
                parts[1, i] = weight if light else turned * (u if shape.a > 0.0 else v)
                parts[2, i] = turned * (v if shape.a > 0.0 else u)
            first = 1 if side < 0.0 and block == 0 else 0
            for i in range(first, _BLOCK):
                mass += parts[0, i]
                small += parts[1, i]
                large += parts[2, i]
            # what is left beyond the last node, from the angle left and the fall of exp(-g)
            before, ahead = (u, v) if shape.a > 0.0 else (v, u)
            if side > 0.0:
                rest = base * ahead
                of_small = rest if light else base * length
                least_sum = _NEGLIGIBLE * _STEP
                if g * rest <= least_sum * mass and rest <= least_sum * large and of_small <= least_sum * small:
                    break
            elif g * before <= _NEGLIGIBLE * _STEP * mass:
                # the other end of a light tail, where g has its minimum, has nothing beyond
                rest, end_large = (before, 0.0) if light else (before * -less_base, ahead * -less_base)
                nothing = 1e-14 * _STEP * large + 1e-15 * least * length
                end_is_nothing = small * _STEP < 0.4 * length or end_large <= nothing
                if rest <= _NEGLIGIBLE * _STEP * small and end_is_nothing:
                    break
    mass, small, large = mass * _STEP, small * _STEP, large * _STEP + end_large
    if small < 0.5 * length:
        return mass, small, length - small
    return mass, length - large, large

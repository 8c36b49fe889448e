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

import numpy as np

from stablefit._kernels import inlined
from stablefit._kernels.compile import kernel
from stablefit._kernels.elementary import sine
from stablefit._kernels.zolotarev import Shape, _ends, _log_g, _peak, _sines, _slope

_BLOCK = 32
_MOST_BLOCKS = 300
_STEP = 1.0 / 16.0
_LONG = 4.0  # largest dp/dtau towards falling g; the poles of a corner lie pi away from the real axis
_WIDE = 1.0  # largest dp/dtau towards growing g, where a plateau ends in a Gaussian of width 1/7 or more
_OVER = math.exp(-3.0)
_NEGLIGIBLE = 1e-17
_LARGEST = 300.0  # of |p|, log g and g: products of their exponentials stay in range
_GROWTH = np.expm1(_STEP * np.arange(_BLOCK))
_DECAY = np.expm1(-_STEP * np.arange(_BLOCK))


@kernel
def _difference(u: float, v: float, s: float, alpha: float) -> float:
    """Sin(alpha u) - sin v, half of it, as a product."""
    return sine(0.5 * (alpha * u - v)) * sine(0.5 * s)


@kernel
def integrals(least: float, log_least: float, shape: Shape) -> tuple[float, float, float]:
    """Integrals over the angle: of g exp(least - g), of exp(least - g) and of 1 - exp(least - g).

    least is the smallest g. The second is the angle's share where g is small, the third that where it is large; their
    sum is the length, and the smaller is the one that is summed.
    """
    alpha, a, edge, length = shape.alpha, shape.a, shape.edge, shape.length
    p0 = _peak(math.log1p(least), 0.01 / (1.0 + least), shape)
    u0, v0 = _ends(p0, length)
    s0, sin_s0, sin_au0, sin_v0 = _sines(u0, v0, shape)
    log_g0 = _log_g(u0, v0, shape)
    slope0 = _slope(u0, v0, shape) * u0 * v0 / length * (1.0 + least)
    w = min(1.0 / abs(slope0), 1.0)
    growing = math.copysign(1.0, slope0)
    r = _OVER * w / (_WIDE - w + _OVER * w)
    # linear pieces of the angles: s, what is left of it to pi, and the far ends of alpha u and of v
    in_u, in_v = max(a, 0.0), max(-a, 0.0)
    left_au = a * math.pi + alpha * edge if a > 0.0 else edge
    left_v = edge if a > 0.0 else (edge - a * math.pi) / alpha
    power = alpha / a
    half_d0 = _difference(u0, v0, s0, alpha)
    ratio0 = 2.0 * half_d0 / sin_v0
    log_ratio0 = math.log1p(ratio0) if abs(ratio0) < 0.5 else math.log(sin_au0 / sin_v0)
    half_s0, half_m0 = 0.5 * s0, 0.5 * (alpha * u0 - v0)
    sin_b0 = math.sin(half_s0)
    steep = least >= 1.0
    log_unit, unit = (log_least, least) if steep else (0.0, 1.0)
    light = edge == 0.0
    parts = np.empty((3, _BLOCK))
    mass, small, large = 0.0, 0.0, 0.0
    end_large = 0.0
    q0, share0 = v0 / u0, v0 / length
    lowest, highest = -_LARGEST - p0, _LARGEST - p0
    for side in (1.0, -1.0):
        for block in range(_MOST_BLOCKS):
            start = _STEP * _BLOCK * block
            rise, fall = math.exp(start), math.exp(-start)
            rise_1, fall_1 = math.expm1(start), math.expm1(-start)
            g, base, u, v = 0.0, 0.0, 0.0, 0.0
            for i in range(_BLOCK):
                longer, shorter = rise_1 + rise * _GROWTH[i], fall_1 + fall * _DECAY[i]
                up, down = (longer, shorter) if side > 0.0 else (shorter, longer)
                tau = side * (start + _STEP * i)
                dp = w * tau - (_LONG - w) * inlined.log1p(w / _LONG * down) + (_WIDE - w) * inlined.log1p(r * up)
                rate = w + (_LONG - w) * (w * (1.0 + down)) / (_LONG + w * down)
                rate += (_WIDE - w) * (r * (1.0 + up)) / (1.0 + r * up)
                dp = growing * dp
                dp = dp if dp > lowest else lowest
                dp = dp if dp < highest else highest
                e, e_1 = inlined.exp_expm1(-dp)
                q = q0 * e
                u, v = length / (1.0 + q), length * (q / (1.0 + q))
                move = -u * share0 * e_1
                # sines, each of the nearer end
                s = edge + in_u * u + in_v * v
                beyond = shape.rest - in_u * u - in_v * v
                au, far_au, far_v = alpha * u, left_au + alpha * v, left_v + u
                sin_s = sine(s if s < beyond else beyond)
                sin_au = sine(au if au < far_au else far_au)
                sin_v = sine(v if v < far_v else far_v)
                # log of R relative to the peak: nearby as a product of small sines, far away as a difference
                half_s, half_m = 0.5 * s, 0.5 * (au - v)
                sin_b, sin_m = sine(half_s), sine(half_m)
                cos_b, cos_c = sine(0.125 * (s + s0)), sine(0.25 * (v + v0))
                up_b = 2.0 * (1.0 - 2.0 * cos_b * cos_b) * sine(0.25 * a * move)
                cos_m = sine(0.25 * (half_m + half_m0))
                up_m = 2.0 * (1.0 - 2.0 * cos_m * cos_m) * sine(0.25 * (1.0 + alpha) * move)
                up_c = -2.0 * (1.0 - 2.0 * cos_c * cos_c) * sine(0.5 * move)
                up_d = sin_m * up_b + sin_b0 * up_m
                near = 2.0 * (sin_v0 * up_d - half_d0 * up_c) / (sin_v * sin_au0)
                away = 2.0 * sin_m * sin_b / sin_v
                close = abs(dp) < 1.0
                x = near if close else away
                other = (sin_au / sin_au0) * (sin_v0 / sin_v) if close else sin_au / sin_v
                less = 0.0 if close else log_ratio0
                tiny = abs(x) < 0.5
                whole = 1.0 + x if tiny else other
                lost = x - (whole - 1.0) if tiny else 0.0
                log_ratio = inlined.log(whole) + lost / whole - less
                log_g = log_g0 + power * log_ratio + inlined.log(sin_s / sin_s0 * (sin_v0 / sin_v))
                above = log_g - log_unit
                e, e_1 = inlined.exp_expm1(above if above < _LARGEST else _LARGEST)
                g = unit * e
                excess = unit * e_1 if steep else g - least
                base, _ = inlined.exp_expm1(-excess)
                base = base if excess < _LARGEST else 0.0
                sin_hv, sin_hau = sine(0.5 * v), sine(0.5 * au)
                in_r = (sin_s - a * (1.0 - 2.0 * sin_hau * sin_hau) * sin_v) / (sin_au * sin_v)
                slope = power * in_r + a * (1.0 - 2.0 * sin_b * sin_b) / sin_s + (1.0 - 2.0 * sin_hv * sin_hv) / sin_v
                weight = base * rate * (u * (v / length))
                turned = weight * g * abs(slope)
                parts[0, i] = weight * g
                parts[1, i] = weight if light else turned * (u if a > 0.0 else v)
                parts[2, i] = turned * (v if a > 0.0 else u)
            first = 1 if side < 0.0 and block == 0 else 0
            for i in range(first, _BLOCK):
                mass += parts[0, i]
                small += parts[1, i]
                large += parts[2, i]
            # what is left beyond the last node, from the angle left and the fall of exp(-g)
            before, ahead = (u, v) if a > 0.0 else (v, u)
            if side > 0.0:
                rest = base * ahead
                of_small = rest if light else base * length
                least_sum = _NEGLIGIBLE * _STEP
                if g * rest <= least_sum * mass and rest <= least_sum * large and of_small <= least_sum * small:
                    break
            else:
                lost_g = 1.0 - base
                if g * before <= _NEGLIGIBLE * mass * _STEP:
                    rest = before if light else before * lost_g
                    if rest <= _NEGLIGIBLE * small * _STEP:
                        end_large = ahead * lost_g
                        if small * _STEP < 0.4 * length or end_large <= 1e-14 * large * _STEP:
                            break
    mass, small, large = mass * _STEP, small * _STEP, large * _STEP + end_large
    if small < 0.5 * length:
        return mass, small, length - small
    return mass, length - large, large

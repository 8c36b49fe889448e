"""Derivatives of the skewed law's log density in x, alpha and beta, on the contour behind Zolotarev's integral.

In S0 the density is (1/pi) Re int_0^inf exp(-psi(t)) dt with (Nolan, Univariate Stable Distributions, 2020, 1.3)

    psi = t^alpha - i beta W - i x t,    W = T (t - t^alpha),    T = tan(pi alpha / 2).

Zolotarev's integral is this one along the contour on which psi is real: there psi = g, and at the angle theta

    t = r exp(i phi),   phi = pi/2 - v,   g = r^alpha K sin s / sin v.

A derivative in a parameter leaves the contour where it is, by Cauchy's theorem: with P the antiderivative in t of
d psi / d parameter, and after an integration by parts,

    f = (1/pi) int Re t exp(-g) dg,      df = -(1/pi) int Re P exp(-g) dg.

So one pass over the nodes gives all of them, and what the nodes know to relative precision (log g, the angles) the
derivatives inherit. exponent.py has psi and the antiderivatives.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import tail
from stablefit._kernels.compile import kernel
from stablefit._kernels.exponent import Twist, along_axis, antiderivatives, at_saddle, twist_of
from stablefit._kernels.zolotarev import Shape, _ends, _log_g, _peak, _rise, _sines, _slope, _tangent

_ROUNDING = 4e-16  # relative error of y where x and beta T all but cancel
_FAR = 100.0  # alpha log |x| from which the leading power is all: the next term is of the order 1e-43 / (1 - |beta|)
_FAINT, _CLOSE = 1e-9, 1e-12  # |beta| and |1 - alpha| below which alpha is taken to be 1 - _CLOSE
_LEAST_Y = 1e-250  # stands for y = 0, where the density is continuous
_STEEP = 25.0  # log of the least g from which the saddle is all
_NEGLIGIBLE = 1e-18
_ENOUGH = 1e-10  # change at the last halving: the trapezoidal rule's error is its square
_MOST_HALVINGS = 6
_MOST_NODES = 6000  # on one side of the peak in one pass; some 30 are usual
_DIGITS = 1e-5  # in the sum for alpha two terms may cancel: they are held to five digits less
_PLAIN = 500.0  # of the terms of log g, up to which it is known to 1e-13; beyond, only its change from the peak is
_PAST = 90.0  # exponents beyond which a sum may end
_OVERFLOW = 700.0
_ROOT_PI = math.sqrt(math.pi)


class Gradient(NamedTuple):
    """Log f and its derivatives in x, alpha and beta."""

    log_f: float
    x: float
    alpha: float
    beta: float


@kernel
def _sums(
    least: float, log_least: float, plain: bool, shape: Shape, twist: Twist
) -> tuple[float, float, float, float, float]:
    """Log r at the peak, and the integrals of Re t and of Re P for x, alpha, beta against exp(least - g) dg, r = 1.

    Nodes and steps as in zolotarev.py: p = peak + width (tau - exp(-tau) + 1), the trapezoidal rule halved until it
    holds.
    """
    target, tolerance = math.log1p(least), 0.01 / (1.0 + least)
    p0 = _peak(target, tolerance, shape)
    u0, v0 = _ends(p0, shape.length)
    log_g0 = _log_g(u0, v0, shape)
    if abs(log_g0 - target) > tolerance:  # all rounding, far out at alpha = 1: as if x differed in its last digit
        log_g0 = target
    slope = _slope(u0, v0, shape) * u0 * v0 / shape.length * (1.0 + least)
    width = math.copysign(min(1.0 / abs(slope), 1.0), slope)
    _, sin_s0, _, sin_v0 = _sines(u0, v0, shape)
    log_r0 = (log_g0 - shape.log_k - math.log(sin_s0 / sin_v0)) / shape.alpha
    total, mass = np.zeros(4), np.zeros(4)
    new, new_mass, part = np.empty(4), np.empty(4), np.empty(4)
    step, offset = 0.25, 0.0
    for halving in range(_MOST_HALVINGS):
        new[:] = 0.0
        new_mass[:] = 0.0
        for side in (1.0, -1.0):
            tau = offset if side > 0.0 else offset - step
            for _ in range(_MOST_NODES):
                stretch = math.exp(-tau)
                dp = width * (tau - stretch + 1.0)
                u, v = _ends(p0 + dp, shape.length)
                if plain:
                    log_g = _log_g(u, v, shape)
                else:
                    log_g = log_g0 + _rise(u0, v0, -u * (v0 / shape.length) * math.expm1(-dp), u, v, shape)
                excess = math.exp(log_g) - least if least < 1.0 else least * math.expm1(log_g - log_least)
                weight = math.exp(log_g - excess) * abs(width) * (1.0 + stretch) * u * v / shape.length
                weight *= abs(_slope(u, v, shape))
                # near |beta| = 1 two ranges of g count, with little or nothing between them
                past = excess > _PAST if side > 0.0 else log_g < 0.0 or shape.edge == 0.0
                if weight == 0.0:
                    if past:
                        break
                    tau += side * step
                    continue
                _, sin_s, _, sin_v = _sines(u, v, shape)
                log_r = (log_g - shape.log_k - math.log(sin_s / sin_v)) / shape.alpha
                r, cos_v = math.exp(log_r - log_r0), math.cos(v)
                real_alpha, in_alpha, real_beta, in_beta = antiderivatives(complex(log_r, 0.5 * math.pi - v), twist)
                # i t^2 / r^2 = real + i imag
                scaled = weight * r * r
                real, imag = -2.0 * scaled * sin_v * cos_v, scaled * (sin_v - cos_v) * (sin_v + cos_v)
                part[0] = weight * r * sin_v
                part[1] = -0.5 * real
                first, second = real * (real_alpha + in_alpha.real), imag * in_alpha.imag
                part[2] = first - second
                new_mass[2] += _DIGITS * (abs(first) + abs(second))
                part[3] = real * (real_beta + in_beta.real) - imag * in_beta.imag
                small = past
                for k in range(4):
                    new[k] += part[k]
                    new_mass[k] += abs(part[k])
                    small = small and abs(part[k]) <= _NEGLIGIBLE * new_mass[k]
                if small:
                    break
                tau += side * step
        settled = halving > 0
        for k in range(4):
            new[k] *= step
            new_mass[k] *= step
            if halving > 0:
                new[k] = 0.5 * (total[k] + new[k])
                new_mass[k] = 0.5 * (mass[k] + new_mass[k])
                settled = settled and abs(new[k] - total[k]) <= _ENOUGH * new_mass[k]
            total[k], mass[k] = new[k], new_mass[k]
        if settled:
            break
        if halving > 0:
            step *= 0.5
        offset = 0.5 * step
    return log_r0, total[0], total[1], total[2], total[3]


@kernel
def _side(x: float, alpha: float, beta: float, a: float, t: float) -> Gradient:
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
    if a > 0.0 and (beta == -1.0 or (beta == 1.0 and x + skew <= _ROUNDING * skew)):  # beyond the support
        return Gradient(-math.inf, math.nan, math.nan, math.nan)
    log_k = 0.5 * math.log1p(skew * skew)
    if skew > max(abs(x), 1.0):  # log(K / y) to relative precision however large both are
        first, second = 0.5 * math.log1p(1.0 / (skew * skew)), math.log1p(x / skew)
        terms = first + abs(second)
    else:
        first, second = log_k, math.log(max(x + skew, _LEAST_Y))
        terms = 1.0 + first + abs(second)
    base = first - second
    shape = Shape(alpha, a, edge, rest, length, log_k, base)
    twist = twist_of(alpha, a, beta)
    log_least, log_tau0 = -math.inf, -math.inf
    if edge == 0.0:
        log_least = alpha / a * (base + math.log1p(-a)) + log_k + math.log(abs(a))
        log_tau0 = (log_least - log_k - math.log(abs(a))) / alpha
    toward = -math.inf if beta > 0.0 else math.inf  # mass leaves the light tail as |beta| grows
    least = math.exp(log_least)
    if least == math.inf:
        return Gradient(-math.inf, -toward, math.inf, toward)
    if log_least > _STEEP:
        small = 1e-3
        bend = _log_g(small, length - small, shape) if a > 0.0 else _log_g(length - small, small, shape)
        bend = max(bend - log_least, 1e-300) / (small * small)
        log_f = base - log_k - least + 0.5 * (log_least - math.log(bend)) + math.log(0.5 * alpha / (_ROOT_PI * abs(a)))
        in_x, in_alpha = at_saddle(log_tau0, x, twist)
        return Gradient(log_f, in_x, in_alpha, toward)
    plain = alpha * max(terms, edge) < _PLAIN * abs(a)
    log_r0, total, in_x, in_alpha, in_beta = _sums(least, log_least, plain, shape, twist)
    r0 = math.exp(log_r0)
    if edge == 0.0:
        in_beta += (
            along_axis(log_tau0, least, x, twist) * math.exp(2.0 * (log_tau0 - log_r0)) if least < 700.0 else -toward
        )
    log_f = log_r0 + math.log(total / math.pi) - least
    return Gradient(log_f, -r0 * in_x / total, -r0 * in_alpha / total, -r0 * in_beta / total)


@kernel
def _vanished(x: float, alpha: float) -> Gradient:
    """`values` where a light tail's logarithm overflows, or beyond the support."""
    if alpha < 1.0:
        return Gradient(-math.inf, math.nan, math.nan, math.nan)
    return Gradient(-math.inf, math.copysign(math.inf, -x), math.inf, math.copysign(math.inf, x))


@kernel
def _power_law(x: float, alpha: float, beta: float) -> Gradient:
    """`values` so far out that the leading power is all.

    f = Gamma(1 + alpha) sin(pi alpha/2) (1 + beta) x^(-1-alpha) / pi.
    """
    heavy = 1.0 + beta if x > 0.0 else 1.0 - beta
    if heavy == 0.0:
        return _vanished(x, alpha)
    rest = min(alpha, 2.0 - alpha)
    log_x = math.log(abs(x))
    front = math.lgamma(1.0 + alpha) + math.log(math.sin(0.5 * math.pi * rest) * heavy / math.pi)
    turn = math.copysign(0.5 * math.pi / math.tan(0.5 * math.pi * rest), 1.0 - alpha)
    in_beta = math.copysign(1.0 / heavy, x)
    return Gradient(
        front - (1.0 + alpha) * log_x, -(1.0 + alpha) / x, tail.digamma(1.0 + alpha) + turn - log_x, in_beta
    )


@kernel
def values(x: float, alpha: float, beta: float) -> Gradient:
    """Log density of the S0 law and its derivatives in x, alpha and beta, 0 < alpha < 2, x finite.

    At beta = 1 and -1 the derivative in beta is the one from inside. Nan where the density is 0.
    """
    if alpha * math.log(abs(x) + 1.0) > _FAR:
        return _power_law(x, alpha, beta)
    a, t = _tangent(alpha)
    if abs(a) < _CLOSE and abs(beta) < _FAINT:  # there g would be 0 or infinite to all digits
        a, t = _CLOSE, 2.0 / (math.pi * _CLOSE)
    y = x + beta * t
    if y > 0.0 or (y == 0.0 and beta > 0.0):
        return _side(x, alpha, beta, a, t)
    mirror = _side(-x, alpha, -beta, a, t)
    return Gradient(mirror.log_f, -mirror.x, mirror.alpha, -mirror.beta)


@kernel
def fill(x: np.ndarray, alpha: np.ndarray, beta: np.ndarray, out: np.ndarray) -> None:
    """`values` of each point into the columns of out (4, n), with the limits at infinity; nan at nan."""
    for i in range(x.size):
        if math.isnan(x[i]):
            out[:, i] = math.nan
        elif math.isinf(x[i]):
            heavy = 1.0 + beta[i] if x[i] > 0.0 else 1.0 - beta[i]
            limit = Gradient(-math.inf, 0.0, -math.inf, math.copysign(1.0 / heavy, x[i]))
            out[0, i], out[1, i], out[2, i], out[3, i] = limit if heavy > 0.0 else _vanished(x[i], alpha[i])
        else:
            out[0, i], out[1, i], out[2, i], out[3, i] = values(x[i], alpha[i], beta[i])

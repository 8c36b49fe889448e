"""The exponent of the S0 characteristic function and its derivatives in alpha and beta, for complex t.

exp(-psi(t)) is the characteristic function at -t times exp(i x t), with (Nolan, Univariate Stable Distributions, 2020,
section 1.3)

    psi = t^alpha - i beta W - i x t,    W = T (t - t^alpha),    T = tan(pi alpha / 2).

With a = 1 - alpha, q = a log t and C = a T, which has a limit at alpha = 1,

    W = C t log t E(q),   E(q) = (1 - exp(-q)) / q,   int W dt = t^2 (C log t E(q) - C exp(-q) / (2 - a)) / 2.
"""

import cmath
import math
from typing import NamedTuple

from stablefit._kernels.compile import kernel
from stablefit._kernels.zolotarev import _tangent

_AXIS_STEP = 0.2  # the trapezoid's error is exp(-pi^2 / 0.2)
_SERIES = 0.5  # |q| up to which E is summed
_DONE = 50.0  # exponent beyond which nothing is left


class Twist(NamedTuple):
    """What the skewness term depends on besides t."""

    alpha: float
    a: float
    beta: float
    c: float  # a tan(pi alpha / 2)
    c_a: float  # its derivative in a


@kernel
def twist_of(alpha: float, a: float, beta: float) -> Twist:
    """C = a cot(pi a / 2) and dC/da, from whichever of alpha = 1 and 2 is near."""
    w = 0.5 * math.pi * a
    if abs(w) < 0.25:  # w cot w = 1 - w^2/3 - w^4/45 - ...
        y = w * w
        c = 1 - y * (1 / 3 + y * (1 / 45 + y * (2 / 945 + y * (1 / 4725 + y * (2 / 93555 + y * 1382 / 638512875)))))
        d = 2 / 3 + y * (4 / 45 + y * (12 / 945 + y * (8 / 4725 + y * (20 / 93555 + y * 16584 / 638512875))))
        return Twist(alpha, a, beta, 2.0 / math.pi * c, -w * d)
    t = _tangent(alpha)[1]
    return Twist(alpha, a, beta, a * t, t - w * (1.0 + t * t))


@kernel
def _primitive(q: complex) -> tuple[complex, complex, complex]:
    """exp(-q), E(q) = (1 - exp(-q)) / q and E'(q)."""
    wave = cmath.exp(-q)
    if abs(q.real) + abs(q.imag) > _SERIES:
        e = (1.0 - wave) / q
        return wave, e, (wave - e) / q
    e, e_q, term = 1.0 + 0.0j, 0.0j, 0.5 + 0.0j  # term = (-q)^(k-1) / (k + 1)!
    for k in range(1, 14):
        e -= q * term
        e_q -= k * term
        term *= -q / (k + 2.0)
    return wave, e, e_q


@kernel
def antiderivatives(log_t: complex, twist: Twist) -> tuple[float, complex, float, complex]:
    """Of d psi / d alpha and d psi / d beta, over i t^2: for each what is real, and the rest.

    Far out, Im t^2 is much smaller than t^2, and a real factor must stay so to the last digit.
    """
    a = twist.a
    q = a * log_t
    wave, e, e_q = _primitive(q)
    share = wave / (2.0 - a)
    in_power = -1j * share * (log_t - 1.0 / (2.0 - a))
    if abs(q.real) + abs(q.imag) > _SERIES:
        t, t_a = twist.c / a, (twist.c_a - twist.c / a) / a
        in_w_a = share * (t_a + t * (1.0 / (2.0 - a) - log_t))
        return 0.5 * twist.beta * t_a, in_power - twist.beta * in_w_a, -0.5 * t, t * share
    in_w = 0.5 * twist.c * (log_t * e - share)
    in_w_a = twist.c_a * log_t * e + twist.c * log_t * log_t * e_q
    in_w_a = 0.5 * (in_w_a - share * (twist.c_a + twist.c * (1.0 / (2.0 - a) - log_t)))
    return 0.0, in_power + twist.beta * in_w_a, 0.0, -in_w


@kernel
def along_axis(log_tau0: float, least: float, x: float, twist: Twist) -> float:
    """Integral of Re P_beta exp(least - psi) dpsi along the imaginary axis, from 0 to the saddle of a light tail.

    At |beta| = 1 the contour begins at that saddle, t = +-i tau0. For any other beta it would come along the axis from
    0, which is where the tail that beta makes heavy is. In units of tau0^2.
    """
    turn = -0.5 * math.pi if twist.a > 0.0 else 0.5 * math.pi
    total = 0.0
    for k in range(-150, 200):
        p = _AXIS_STEP * k
        share = -math.log1p(math.exp(-p)) if p > 0.0 else p - math.log1p(math.exp(p))
        log_t = complex(log_tau0 + share, turn)
        t = cmath.exp(log_t)
        wave, e, _ = _primitive(twist.a * log_t)
        twisted = twist.c * log_t * e
        psi = (t * wave - 1j * t * (twist.beta * twisted + x)).real
        if psi > _DONE:
            break
        slope = (twist.alpha * t * wave - 1j * t * (twist.beta * (twisted + twist.c * wave) + x)).real
        in_beta = antiderivatives(log_t, twist)[3]
        value = math.exp(2.0 * share) * in_beta.imag  # i t^2 = -i tau^2
        total += value * math.exp(least - psi) * slope / (1.0 + math.exp(p))
    return total * _AXIS_STEP


@kernel
def at_saddle(log_tau0: float, x: float, twist: Twist) -> tuple[float, float]:
    """-d psi / dx and -d psi / d alpha at the saddle of a light tail."""
    log_t = complex(log_tau0, -0.5 * math.pi if twist.a > 0.0 else 0.5 * math.pi)
    t = cmath.exp(log_t)
    wave, e, e_q = _primitive(twist.a * log_t)
    in_w_a = twist.c_a * log_t * e + twist.c * log_t * log_t * e_q
    return (1j * t).real, -(t * (wave * log_t + 1j * twist.beta * in_w_a)).real

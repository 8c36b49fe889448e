"""Symmetric draws by the method of Chambers, Mallows and Stuck (J. Amer. Statist. Assoc. 71, 1976), from uniforms.

    X = sin(alpha V) cos(V)^(-1/alpha) (cos((1 - alpha) V) / E)^((1 - alpha)/alpha)
      = sin(alpha V) (E / C) (C / (E cos V))^(1/alpha),      C = cos((1 - alpha) V),

V uniform on (-pi/2, pi/2), E exponential: one power a draw. V is counted from the ends, gap = pi/2 - |V|: the tails
come from there, and all three functions are sines of sums of positive numbers, which keep their digits however small
gap or 2 - alpha is.
"""

import math

import numpy as np

from stablefit._kernels import elementary
from stablefit._kernels.compile import kernel

BLOCK = 256
_HALF_PI = 0.5 * math.pi
_TINY = 2.0**-54  # half of the uniforms' resolution: keeps gap and E away from zero


@kernel
def symmetric(uniforms: np.ndarray, alpha: np.ndarray, out: np.ndarray) -> None:
    """Draw i from uniforms[2i], uniforms[2i + 1] in [0, 1) into out; alpha of size 1 holds for all."""
    a, inverse, angle = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    body, ratio, waiting = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    power, work = np.empty(BLOCK), np.empty(BLOCK)
    a[:] = alpha[0]
    inverse[:] = 1.0 / alpha[0]
    for begin in range(0, out.size, BLOCK):
        count = min(BLOCK, out.size - begin)
        if alpha.size > 1:
            for i in range(count):
                a[i] = alpha[begin + i]
                inverse[i] = 1.0 / a[i]
        for i in range(count):
            angle[i] = uniforms[2 * (begin + i)] - 0.5 + 0.5 * _TINY
            waiting[i] = uniforms[2 * (begin + i) + 1] + _TINY
        elementary.log(waiting, count, work, waiting)
        for i in range(count):
            gap = abs(angle[i]) * math.pi
            heavy = a[i] <= 1.0
            rest = _HALF_PI * (2.0 - a[i])  # sin(alpha |V|) = sin(rest + alpha gap)
            turned = a[i] * (_HALF_PI - gap) if heavy else rest + a[i] * gap
            folded = math.pi - turned
            wave = elementary.sine(turned if turned < folded else folded)
            turned = a[i] * _HALF_PI + (1.0 - a[i]) * gap if heavy else rest + (a[i] - 1.0) * gap
            level = elementary.sine(turned if turned < _HALF_PI else _HALF_PI)
            # E = -log of the uniform; E / C is 1 / (ratio cos V)
            edge = elementary.sine(gap)
            ratio[i] = level / (-waiting[i] * edge)
            body[i] = wave / (ratio[i] * edge)
        elementary.log(ratio, count, work, ratio)
        for i in range(count):
            ratio[i] *= inverse[i]
        elementary.exp(ratio, count, work, power)
        for i in range(count):
            out[begin + i] = math.copysign(body[i] * power[i], angle[i])


@kernel
def skewed(uniforms: np.ndarray, alpha: np.ndarray, beta: np.ndarray, out: np.ndarray) -> None:
    """Draw i of the S0 law from uniforms[2i], uniforms[2i + 1] in [0, 1) into out.

    Chambers, Mallows and Stuck for S1, less beta T, T = tan(pi alpha/2), which is huge near alpha = 1: with a = 1 -
    alpha, V and E as in `symmetric`,

        X = beta T (M cos(alpha V) - 1) + M sin(alpha V),    M = cos(V)^(-1/alpha) ((cos a V + beta T sin a V) /
        E)^(a/alpha),

    where M cos(alpha V) - 1 is of the order of a and found to relative precision.
    """
    for i in range(out.size):
        index = alpha[i]
        a = 1.0 - index if index != 1.0 else 1e-140
        t = -math.tan(_HALF_PI * (2.0 - index)) if index > 1.5 else 1.0 / math.tan(_HALF_PI * a)
        v = math.pi * (uniforms[2 * i] - 0.5 + 0.5 * _TINY)
        waiting = -math.log(uniforms[2 * i + 1] + _TINY)
        cos_v = math.sin(_HALF_PI - abs(v))
        tilt = math.cos(a * v) + beta[i] * t * math.sin(a * v)
        # cos(alpha v) / cos v - 1, as a product
        change = 2.0 * math.sin(0.5 * (1.0 + index) * v) * math.sin(0.5 * a * v) / cos_v
        log_rest = a / index * math.log(tilt / (waiting * cos_v))
        size = math.exp(log_rest) / cos_v
        gentle = change > -0.5
        shifted = math.expm1(math.log1p(change) + log_rest) if gentle else size * math.cos(index * v) - 1.0
        out[i] = beta[i] * t * shifted + size * math.sin(index * v)

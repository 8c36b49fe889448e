"""Symmetric draws by the method of Chambers, Mallows and Stuck (J. Amer. Statist. Assoc. 71, 1976), from uniforms.

    X = sin(alpha V) cos(V)^(-1/alpha) (cos((1 - alpha) V) / E)^((1 - alpha)/alpha)
      = sin(alpha V) (E / C) (C / (E cos V))^(1/alpha),      C = cos((1 - alpha) V),

V uniform on (-pi/2, pi/2), E exponential: one power a draw. V is counted from the ends, gap = pi/2 - |V|: the tails
come from there, and all three functions are sines of sums of positive numbers, which keep their digits however small
gap or 2 - alpha is.
"""

import math

import numpy as np

from stablefit._kernels.binary import exp2, log2
from stablefit._kernels.compile import kernel
from stablefit._kernels.elementary import sine

BLOCK = 256
_HALF_PI, _LOG_2 = 0.5 * math.pi, math.log(2.0)
_TINY = 2.0**-54  # half of the uniforms' resolution: keeps gap and E away from zero


@kernel
def symmetric(uniforms: np.ndarray, alpha: np.ndarray, loc: np.ndarray, scale: np.ndarray, out: np.ndarray) -> None:
    """Draw i from uniforms[2i], uniforms[2i + 1] in [0, 1) into out; a parameter of size 1 holds for all.

    With D = 1 / (C E cos V): X = sin(alpha V) (E^2 cos V) D (C^2 D)^(1/alpha).
    """
    inverse, start, turn, lean = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    angle, waiting, power, body = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    centre, width = np.empty(BLOCK), np.empty(BLOCK)
    for begin in range(0, out.size, BLOCK):
        count = min(BLOCK, out.size - begin)
        if begin == 0 or alpha.size > 1:
            for i in range(count):
                inverse[i], start[i], turn[i], lean[i] = _angles(alpha[(begin + i) % alpha.size])
        if begin == 0 or loc.size > 1:
            for i in range(count):
                centre[i] = loc[(begin + i) % loc.size]
        if begin == 0 or scale.size > 1:
            for i in range(count):
                width[i] = scale[(begin + i) % scale.size]
        for i in range(count):
            angle[i] = uniforms[2 * (begin + i)] - 0.5 + 0.5 * _TINY
            waiting[i] = uniforms[2 * (begin + i) + 1] + _TINY
        for i in range(count):
            e = -_LOG_2 * log2(waiting[i])
            waiting[i] = e if e > _TINY else _TINY
        for i in range(count):
            gap = abs(angle[i]) * math.pi
            turned = start[i] + turn[i] * gap
            folded = math.pi - turned
            wave = sine(turned if turned < folded else folded)
            level = sine(start[i] + lean[i] * gap)
            thin = waiting[i] * sine(gap)
            share = 1.0 / (level * thin)
            power[i] = level * level * share
            body[i] = math.copysign(wave * waiting[i] * thin * share, angle[i])
        for i in range(count):
            power[i] = inverse[i] * log2(power[i])
        for i in range(count):
            out[begin + i] = centre[i] + width[i] * (body[i] * exp2(power[i]))


@kernel
def _angles(alpha: float) -> tuple[float, float, float, float]:
    """1 / alpha, start, turn and lean: sin(start + turn gap) is sin(alpha |V|), sin(start + lean gap) is C."""
    if alpha <= 1.0:
        return 1.0 / alpha, _HALF_PI * alpha, -alpha, 1.0 - alpha
    # sin(alpha |V|) = sin(pi - alpha |V|), counted from 2 - alpha, which is exact
    return 1.0 / alpha, _HALF_PI * (2.0 - alpha), alpha, alpha - 1.0


@kernel
def skewed(
    uniforms: np.ndarray, alpha: np.ndarray, beta: np.ndarray, loc: np.ndarray, scale: np.ndarray, out: np.ndarray
) -> None:
    """Draw i of the S0 law from uniforms[2i], uniforms[2i + 1] in [0, 1) into out; sizes as in `symmetric`.

    Chambers, Mallows and Stuck for S1, less beta T, T = tan(pi alpha/2), which is huge near alpha = 1: with a = 1 -
    alpha, V and E as in `symmetric`,

        X = beta T (M cos(alpha V) - 1) + M sin(alpha V),    M = cos(V)^(-1/alpha) ((cos a V + beta T sin a V) /
        E)^(a/alpha),

    where M cos(alpha V) - 1 is of the order of a and found to relative precision.
    """
    for i in range(out.size):
        index, skew = alpha[i % alpha.size], beta[i % beta.size]
        a = 1.0 - index if index != 1.0 else 1e-140
        t = -math.tan(_HALF_PI * (2.0 - index)) if index > 1.5 else 1.0 / math.tan(_HALF_PI * a)
        v = math.pi * (uniforms[2 * i] - 0.5 + 0.5 * _TINY)
        waiting = max(-math.log(uniforms[2 * i + 1] + _TINY), _TINY)
        cos_v = max(math.sin(_HALF_PI - abs(v)), _TINY)
        tilt = math.cos(a * v) + skew * t * math.sin(a * v)
        # cos(alpha v) / cos v - 1, as a product
        change = 2.0 * math.sin(0.5 * (1.0 + index) * v) * math.sin(0.5 * a * v) / cos_v
        log_rest = a / index * math.log(tilt / (waiting * cos_v))
        size = math.exp(log_rest) / cos_v
        gentle = change > -0.5
        shifted = math.expm1(math.log1p(change) + log_rest) if gentle else size * math.cos(index * v) - 1.0
        out[i] = loc[i % loc.size] + scale[i % scale.size] * (skew * t * shifted + size * math.sin(index * v))

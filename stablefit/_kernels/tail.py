"""Bergstrom's series for the tails of the symmetric law (Ark. Mat. 2, 1952; Feller II, XVII.6).

    f(z) = (1 / (pi z)) sum_k (-1)^(k+1) Gamma(1 + k alpha) sin(k pi alpha / 2) / k!  z^(-k alpha),

convergent for alpha < 1, asymptotic for alpha > 1. With the leading power taken out the sums stay of order one for
every z, so that logarithms reach z = 1e300 although the density underflows.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel

TERMS = 20


@kernel
def digamma(x: float) -> float:
    """Psi(x) for x > 0 to 1e-15: recurrence to x >= 10, then the asymptotic series (DLMF 5.11.2)."""
    shift = 0.0
    while x < 10.0:
        shift -= 1.0 / x
        x += 1.0
    y = 1.0 / (x * x)
    series = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132 - y * (691 / 32760 - y / 12))))))
    return shift + math.log(x) - 0.5 / x - series


@kernel
def start(alpha: float) -> float:
    """Smallest z from which `TERMS` terms give the tail to 1e-17; inf at alpha = 2, where there is none.

    The first term left out, with |sin(k a)| <= k |sin a|, against the first one; from alpha = 1.5 on also the part
    that no power series sees, exp(-z^2/4) at alpha = 2, against a tail proportional to 2 - alpha.
    """
    if alpha == 2.0:
        return math.inf
    k = TERMS + 1
    log_ratio = math.lgamma(1.0 + k * alpha) - math.lgamma(1.0 + k) - math.lgamma(1.0 + alpha) + math.log(k * 1e17)
    z = math.exp(log_ratio / (alpha * TERMS))
    return max(z, 20.0) if alpha > 1.5 else z


@kernel
def coefficients(alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients c_k of z^(-(k-1) alpha) in z^(1+alpha) f(z), k = 1..TERMS, and their derivatives in alpha."""
    rest = 2.0 - alpha
    c = np.empty(TERMS)
    c_alpha = np.empty(TERMS)
    sign = 1.0
    for j in range(TERMS):
        k = j + 1.0
        # near alpha = 2: sin(k pi alpha/2) = sin(k pi - k pi rest/2) = -(-1)^k sin(k pi rest/2), which keeps its digits
        if rest < 0.5:
            flip = -1.0 if j % 2 else 1.0
            sine, cosine = flip * math.sin(0.5 * k * math.pi * rest), -flip * math.cos(0.5 * k * math.pi * rest)
        else:
            sine, cosine = math.sin(0.5 * k * math.pi * alpha), math.cos(0.5 * k * math.pi * alpha)
        size = sign * math.exp(math.lgamma(1.0 + k * alpha) - math.lgamma(1.0 + k)) / math.pi
        c[j] = size * sine
        c_alpha[j] = size * k * (digamma(1.0 + k * alpha) * sine + 0.5 * math.pi * cosine)
        sign = -sign
    return c, c_alpha


@kernel
def slope_at_two(z: float, log_f: float, c_alpha: np.ndarray) -> float:
    """Derivative of log f in alpha at alpha = 2 and z >= 20, from below: that of the tail's leading terms, over f."""
    w = 1.0 / (z * z)
    series = 0.0
    for j in range(TERMS - 1, -1, -1):
        series = series * w + c_alpha[j]
    return -math.exp(math.log(-series) - 3.0 * math.log(z) - log_f)


@kernel
def sums(log_z: float, alpha: float, c: np.ndarray, c_alpha: np.ndarray) -> tuple[float, float, float, float]:
    """S, T, S_u, S_a with f = z^(-1-alpha) S and P(Z > z) = z^(-alpha) T.

    S_u and S_a are the derivatives of S in log z and, at fixed z, in alpha.
    """
    w = math.exp(-alpha * log_z)
    s, tail, s_u, s_a = 0.0, 0.0, 0.0, 0.0
    for j in range(TERMS - 1, -1, -1):
        s = s * w + c[j]
        tail = tail * w + c[j] / ((j + 1) * alpha)
        s_u = s_u * w - j * alpha * c[j]
        s_a = s_a * w + c_alpha[j] - j * log_z * c[j]
    return s, tail, s_u, s_a

"""Modified Bessel functions K0 and K1 of a positive number: the logarithm of K1, and the ratio K0 / K1.

Up to y = 2 the ascending series (Abramowitz and Stegun 9.6.10 to 9.6.13), beyond it Chebyshev series in 1/y. Their
coefficients are computed here from K_v(y) = integral of exp(-y cosh t) cosh(v t) over t > 0, by the trapezoidal rule,
which is exact to rounding for such an integrand. Measured against 40 digits for y from 1e-10 to 1e8: error of the
logarithm, and relative error of the ratio, below 4e-15.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel

_SPLIT = 2.0
_DEGREE = 22
_EULER = 0.57721566490153286061
_FAR, _FAR_TERMS = 40.0, 16  # of the series in 1/y: its last term is below 1e-15 there
_TERMS = 16  # of the ascending series: the last is below 1e-20 at y = 2


def _integral(y: float, order: int) -> float:
    """Sqrt(y) exp(y) K_order(y), by a substitution t = u / sqrt(y) that makes the integrand nearly normal."""
    u = np.arange(-240, 241) / 20.0
    t = u / math.sqrt(y)
    return float(np.sum(np.exp(-2.0 * y * np.sinh(t / 2.0) ** 2) * np.cosh(order * t)) / 40.0)


def _coefficients() -> tuple[np.ndarray, np.ndarray]:
    """Chebyshev coefficients of log(sqrt(y) exp(y) K1) and of K0 / K1 in 4/y - 1, for y > 2."""
    count = _DEGREE + 1
    angles = math.pi * (np.arange(count) + 0.5) / count
    y = 4.0 / (1.0 + np.cos(angles))
    k0, k1 = (np.array([_integral(value, order) for value in y]) for order in (0, 1))
    basis = np.cos(np.outer(np.arange(count), angles)) * (2.0 / count)
    basis[0] *= 0.5
    return basis @ np.log(k1), basis @ (k0 / k1)


_LOG_K1, _RATIO = _coefficients()


def _far_out() -> np.ndarray:
    """Coefficients of K0 / K1 in powers of 1/y, from the equation of Riccati that it solves, term by term."""
    c = np.zeros(_FAR_TERMS)
    c[0] = 1.0
    for k in range(_FAR_TERMS - 1):
        c[k + 1] = -0.5 * ((k + 1.0) * c[k] + sum(c[i] * c[k + 1 - i] for i in range(1, k + 1)))
    return c


_RICCATI = _far_out()


@kernel
def log_k1_and_ratio(y: float) -> tuple[float, float]:
    """Log(exp(y) K1(y)) and K0(y) / K1(y) for y > 0."""
    if y > _SPLIT:
        x = 4.0 / y - 1.0
        a, a_before, b, b_before = 0.0, 0.0, 0.0, 0.0
        for k in range(_DEGREE, 0, -1):
            a, a_before = 2.0 * x * a - a_before + _LOG_K1[k], a
            b, b_before = 2.0 * x * b - b_before + _RATIO[k], b
        return x * a - a_before + _LOG_K1[0] - 0.5 * math.log(y), x * b - b_before + _RATIO[0]
    q, log_half = 0.25 * y * y, math.log(0.5 * y)
    term, harmonic = 1.0, -_EULER  # q^k / k!^2, digamma(k + 1)
    k0, k1 = 0.0, 0.0
    for k in range(_TERMS):
        k0 += term * (harmonic - log_half)
        # q^k / (k! (k+1)!) (2 log(y/2) - digamma(k + 1) - digamma(k + 2)), times y / 4
        k1 += term / (k + 1.0) * (2.0 * (log_half - harmonic) - 1.0 / (k + 1.0))
        term *= q / ((k + 1.0) * (k + 1.0))
        harmonic += 1.0 / (k + 1.0)
    scaled = 1.0 + 0.25 * y * y * k1  # y K1(y)
    return math.log(scaled / y) + y, y * k0 / scaled


@kernel
def bend_of_log_k1(y: float, ratio: float) -> tuple[float, float]:
    """Y (1 - K0/K1) and y^2 (K0/K1)', without the cancellation at large y; absolute error below 1e-12."""
    if y < _FAR:
        return y * (1.0 - ratio), y * y * (ratio * ratio - 1.0) + y * ratio
    lack, bend, power = 0.0, 0.0, 1.0
    for k in range(1, _FAR_TERMS):
        lack -= _RICCATI[k] * power
        power /= y
        bend -= k * _RICCATI[k] * y * power
    return lack, bend

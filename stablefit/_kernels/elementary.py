"""Logarithm, exponential and sine that the compiler can vectorise.

The C library's are calls, one number at a time. These are branch-free polynomials over blocks, with the same bits on
every machine: relative error below 6e-16 in their domains (tests/kernels). Coefficients are those of the Taylor series,
for the sine lowered in degree.
"""

import math
from fractions import Fraction

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.economised import economised

_ROOT_HALF = np.uint64(0x3FE6A09E667F3BCD)  # bits of sqrt(1/2), where the mantissa of `log` begins
_ROOT_HALF_VALUE = math.sqrt(0.5)
_LOW_HALF = np.uint64(0x000FFFFFFFFFFFFF)
_BIG_EXPONENT = np.uint64(0x4330000000000000)  # as a float, 2^52 plus whatever integer is added to the bits
_BIAS = np.uint64(1022)
_SHIFT = np.uint64(52)
_LOG_2_HIGH, _LOG_2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # log 2 in two parts (Cody and Waite)
_ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves an integer in the low bits
_ROUND_BITS = np.uint64(0x4338000000000000)
_SINE = [Fraction((-1) ** k, math.factorial(2 * k + 1)) for k in range(12)]
_S0, _S1, _S2, _S3, _S4, _S5, _S6, _S7 = economised(_SINE, Fraction(0), Fraction(math.pi / 2) ** 2, 7)


@kernel
def log(x: np.ndarray, count: int, work: np.ndarray, out: np.ndarray) -> None:
    """Log of x[:count], positive and normal, into out; work is scratch of the same size. out may be x."""
    raw, exponent = x.view(np.uint64), work.view(np.uint64)
    mantissa = out.view(np.uint64)
    for i in range(count):
        moved = raw[i] - _ROOT_HALF + (_BIAS << _SHIFT)
        k = moved >> _SHIFT  # x = 2^(k - 1022) m, m in [sqrt(1/2), sqrt(2))
        mantissa[i] = raw[i] - ((k - _BIAS) << _SHIFT)
        exponent[i] = k | _BIG_EXPONENT
    for i in range(count):
        k = work[i] - (4503599627370496.0 + 1022.0)
        s = (out[i] - 1.0) / (out[i] + 1.0)
        y = s * s
        p = 1.0 / 13.0 + y * (1.0 / 15.0 + y * (1.0 / 17.0 + y * (1.0 / 19.0)))
        p = 1.0 / 5.0 + y * (1.0 / 7.0 + y * (1.0 / 9.0 + y * (1.0 / 11.0 + y * p)))
        out[i] = k * _LOG_2_HIGH + (2.0 * s + (2.0 * s * y * (1.0 / 3.0 + y * p) + k * _LOG_2_LOW))


@kernel
def log_of(x: float) -> float:
    """`log` of one number, with the same bits."""
    m, k = math.frexp(x)
    if m < _ROOT_HALF_VALUE:
        m, k = 2.0 * m, k - 1
    s = (m - 1.0) / (m + 1.0)
    y = s * s
    p = 1.0 / 13.0 + y * (1.0 / 15.0 + y * (1.0 / 17.0 + y * (1.0 / 19.0)))
    p = 1.0 / 5.0 + y * (1.0 / 7.0 + y * (1.0 / 9.0 + y * (1.0 / 11.0 + y * p)))
    return k * _LOG_2_HIGH + (2.0 * s + (2.0 * s * y * (1.0 / 3.0 + y * p) + k * _LOG_2_LOW))


@kernel
def exp(x: np.ndarray, count: int, work: np.ndarray, out: np.ndarray) -> None:
    """Exp of x[:count] into out, 0 below -700 and inf above 709.78.

    Work is scratch. x is overwritten and must not be out.
    """
    raw = work.view(np.uint64)
    for i in range(count):
        low = x[i] if x[i] > -700.0 else -700.0
        work[i] = (low if low < 709.0 else 709.0) * 1.4426950408889634 + _ROUND
    for i in range(count):
        k = work[i] - _ROUND
        r = (x[i] - k * _LOG_2_HIGH) - k * _LOG_2_LOW
        p = 1.0 / 3628800.0 + r * (1.0 / 39916800.0 + r * (1.0 / 479001600.0))
        p = 1.0 / 720.0 + r * (1.0 / 5040.0 + r * (1.0 / 40320.0 + r * (1.0 / 362880.0 + r * p)))
        out[i] = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * p)))))
    for i in range(count):
        # the integer k sits in the low bits: as an exponent it makes 2^k
        raw[i] = (raw[i] - _ROUND_BITS + np.uint64(1023)) << _SHIFT
    for i in range(count):
        value = out[i] * work[i]
        value = value if x[i] > -700.0 else 0.0
        out[i] = value if x[i] < 709.78 else math.inf


@kernel
def sine(y: float) -> float:
    """Sin y for y in [0, pi/2], to full relative precision."""
    s = y * y
    q = s * s  # even and odd powers apart: the halves do not wait for each other
    return y * ((_S0 + q * (_S2 + q * (_S4 + q * _S6))) + s * (_S1 + q * (_S3 + q * (_S5 + q * _S7))))

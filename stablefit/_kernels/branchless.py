"""Logarithm and exponential of one number, branch-free: inlined into a loop, they let the compiler vectorise it.

The same polynomials as in elementary.py, which works on blocks; relative error below 4e-16 (tests/kernels).
"""

import numpy as np

from stablefit._kernels.compile import inlined

_ROOT_HALF = np.uint64(0x3FE6A09E667F3BCD)  # bits of sqrt(1/2), where the mantissa begins
_BIG_EXPONENT = np.uint64(0x4330000000000000)  # as a float, 2^52 plus whatever integer is added to the bits
_BIAS = np.uint64(1022)
_ONE_BIAS = np.uint64(1023)
_SHIFT = np.uint64(52)
_LOG_2_HIGH, _LOG_2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # log 2 in two parts (Cody and Waite)
_ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves an integer in the low bits
_ROUND_BITS = np.uint64(0x4338000000000000)


@inlined
def log(x: float) -> float:
    """Log x, x positive and normal."""
    raw = np.float64(x).view(np.uint64)
    k_bits = (raw - _ROOT_HALF + (_BIAS << _SHIFT)) >> _SHIFT  # x = 2^(k - 1022) m, m in [sqrt(1/2), sqrt(2))
    m = np.uint64(raw - ((k_bits - _BIAS) << _SHIFT)).view(np.float64)
    k = np.uint64(k_bits | _BIG_EXPONENT).view(np.float64) - (4503599627370496.0 + 1022.0)
    s = (m - 1.0) / (m + 1.0)
    y = s * s
    p = 1.0 / 13.0 + y * (1.0 / 15.0 + y * (1.0 / 17.0 + y * (1.0 / 19.0)))
    p = 1.0 / 5.0 + y * (1.0 / 7.0 + y * (1.0 / 9.0 + y * (1.0 / 11.0 + y * p)))
    return k * _LOG_2_HIGH + (2.0 * s + (2.0 * s * y * (1.0 / 3.0 + y * p) + k * _LOG_2_LOW))


@inlined
def log1p(x: float) -> float:
    """Log(1 + x), x > -1, to relative precision: what the sum lost is put back."""
    whole = 1.0 + x
    return log(whole) + (x - (whole - 1.0)) / whole


@inlined
def exp_expm1(x: float) -> tuple[float, float]:
    """Exp x and exp(x) - 1, each to relative precision; x beyond -700 and 700 counts as these."""
    x = x if x > -700.0 else -700.0
    x = x if x < 700.0 else 700.0
    shifted = x * 1.4426950408889634 + _ROUND
    k = shifted - _ROUND
    r = (x - k * _LOG_2_HIGH) - k * _LOG_2_LOW
    p = 1.0 / 3628800.0 + r * (1.0 / 39916800.0 + r * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0)))
    p = 1.0 / 720.0 + r * (1.0 / 5040.0 + r * (1.0 / 40320.0 + r * (1.0 / 362880.0 + r * p)))
    p = r + r * r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * p))))
    power = np.uint64((np.float64(shifted).view(np.uint64) - _ROUND_BITS + _ONE_BIAS) << _SHIFT).view(np.float64)
    return power + power * p, power * p + (power - 1.0)

"""One point of the standard symmetric law, table-free.

The region is chosen here, the mathematics is in contour.py and tail.py.

Measured against the certified table (tests/laws): log density and log tail to 2e-14, derivatives to 2e-12, for alpha
in [.1, 2] and every z. 3 to 22 microseconds a point.
"""

import math

import numpy as np

from stablefit._kernels import contour, tail
from stablefit._kernels.compile import kernel

_LOG_2_ROOT_PI = math.log(2.0 * math.sqrt(math.pi))
_HALF = math.log(0.5)


@kernel
def _log_erfc(x: float) -> float:
    """Log erfc(x) for x >= 0: the C library's to x = 20, then the asymptotic series (DLMF 7.12.1)."""
    if x < 20.0:
        return math.log(math.erfc(x))
    y = 0.5 / (x * x)
    series = 1.0 - y * (1.0 - 3.0 * y * (1.0 - 5.0 * y * (1.0 - 7.0 * y)))
    return -x * x - math.log(x * math.sqrt(math.pi)) + math.log(series)


@kernel
def normal(z: float) -> tuple[float, float, float, float, float]:
    """`values` at alpha = 2, where the law is normal with variance 2.

    The derivative in alpha is the one from below; it grows like exp(z^2/4) and is found by the same contour, whose
    tail leg has a finite slope in alpha there.
    """
    logf = -0.25 * z * z - _LOG_2_ROOT_PI
    core = 0.5 * math.erf(0.5 * z)
    if z < 3.0:
        f, _, _, f_alpha = contour.near(z, 2.0)
        slope = f_alpha / f
    elif z < 20.0:
        slope = contour.legs(z, 2.0)[3] * math.exp(-logf)
    else:
        _, c_alpha = tail.coefficients(2.0)
        slope = tail.slope_at_two(z, logf, c_alpha)
    return logf, core, _log_erfc(0.5 * z) + _HALF, -0.5 * z, slope


@kernel
def values(z: float, alpha: float) -> tuple[float, float, float, float, float]:
    """Log f(z), P(0 < Z < z), log P(Z > z), and the derivatives of log f in z and alpha.

    For z >= 0, inf allowed, and 0 < alpha <= 2.
    """
    if math.isnan(z) or not 0.0 < alpha <= 2.0:
        return math.nan, math.nan, math.nan, math.nan, math.nan
    if z == math.inf:
        return -math.inf, 0.5, -math.inf, 0.0 if alpha < 2.0 else -math.inf, -math.inf
    if alpha == 2.0:
        return normal(z)
    if z >= tail.start(alpha):
        c, c_alpha = tail.coefficients(alpha)
        u = math.log(z)
        s, t, s_u, s_a = tail.sums(u, alpha, c, c_alpha)
        log_tail = math.log(t) - alpha * u
        return (
            math.log(s) - (1.0 + alpha) * u,
            0.5 - math.exp(log_tail),
            log_tail,
            (s_u / s - 1.0 - alpha) / z,
            s_a / s - u,
        )
    if alpha > 1.2 and z >= 3.0:
        f, p, f_z, f_alpha = contour.legs(z, alpha)
    elif alpha > 1.2 or z * math.gamma(1.0 + 1.0 / alpha) <= 1.0:
        f, core, f_z, f_alpha = contour.near(z, alpha)
        return math.log(f), core, math.log(0.5 - core), f_z / f, f_alpha / f
    else:
        f, p, f_z, f_alpha = contour.far(z, alpha)
    return math.log(f), 0.5 - p, math.log(p), f_z / f, f_alpha / f


@kernel
def fill(z: np.ndarray, alpha: np.ndarray, out: np.ndarray) -> None:
    """`values` of each (z[i], alpha[i]) into the columns of out (5, n); alpha of size 1 holds for all."""
    for i in range(z.size):
        out[0, i], out[1, i], out[2, i], out[3, i], out[4, i] = values(z[i], alpha[i % alpha.size])

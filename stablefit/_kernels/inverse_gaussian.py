"""The symmetric normal inverse Gaussian law: logarithms of its density and tails, and quantiles.

The law of z = (x - loc) / scale has the density a exp(a) K1(a r) / (pi r), r = sqrt(1 + z^2), between Cauchy's at a = 0
and, with scale^2 / a kept, the normal one at a = inf (Barndorff-Nielsen, Scand. J. Statist. 24, 1997). It is a mixture
of normal laws with variances w = exp(2 u) / a, over which tails are integrated by the trapezoidal rule: the integrand
is entire and falls twice exponentially, so that the rule converges exponentially.
"""

import math

import numpy as np

from stablefit._kernels.bessel import log_k1_and_ratio
from stablefit._kernels.compile import kernel

_NATS = 45.0  # fall of the integrand from its peak, beyond which the sum is cut
_STEP = 0.1  # at most: of the width of the strip where the integrand decays
_PEAK = 0.30  # step where a r is large, in units of 2 deviations of the nearly normal integrand


@kernel
def log_density(z: float, a: float) -> float:
    """Log of the density at z, for a > 0; relative error of the density below 1e-14 (1 + a r)."""
    r = math.hypot(1.0, z)
    log_k1, _ = log_k1_and_ratio(a * r)
    return math.log(a / (math.pi * r)) + log_k1 - a * z * (z / (1.0 + r))


@kernel
def _scaled_erfc(x: float) -> float:
    """Exp(x^2) erfc(x) for x >= 0; from 10 on by the asymptotic series, Abramowitz and Stegun 7.1.23."""
    if x < 10.0:
        return math.exp(x * x) * math.erfc(x)
    total, term = 1.0, 1.0
    for k in range(1, 11):
        term *= -(2.0 * k - 1.0) / (2.0 * x * x)
        total += term
    return total / (x * math.sqrt(math.pi))


@kernel
def log_tail(z: float, a: float) -> float:
    """Log of P(Z > z) for z >= 0, a > 0; relative error of the tail below 1e-12 for a from 1e-8 to 1e5 (tests/kernels).

    With u = v + log(r) / 2 the exponent of the integrand is a (1 - r) - 2 a r sinh^2 v, once that of the normal law's
    tail is taken out of it: neither underflows far out.
    """
    r = math.hypot(1.0, z)
    size = a * r
    if size == math.inf:
        return -math.inf
    farthest = math.asinh(math.sqrt(0.5 * _NATS / size)) + 0.5 / (1.0 + size)
    step = min(_STEP, _PEAK / math.sqrt(size))
    slope = z * math.sqrt(0.5 * a / r)
    total = 0.0
    for k in range(-int(farthest / step) - 1, int(farthest / step) + 2):
        v = k * step
        sinh = math.sinh(v)
        shrink = math.exp(-v)
        total += math.exp(-2.0 * size * sinh * sinh) * shrink * _scaled_erfc(slope * shrink)
    return -a * z * (z / (1.0 + r)) + math.log(total * step * math.sqrt(0.5 * a / (math.pi * r)))


@kernel
def quantile(q: float, a: float) -> float:
    """Z >= 0 with P(Z > z) = q, for q in (0, 1/2]: Newton's method for the logarithm, kept between two bounds."""
    if q == 0.5:
        return 0.0
    goal, low, high = math.log(q), 0.0, 1.0
    while log_tail(high, a) > goal:
        low, high = high, 4.0 * high
    z = 0.5 * (low + high)
    for _ in range(200):
        tail = log_tail(z, a)
        if tail > goal:
            low = z
        else:
            high = z
        new = z + (tail - goal) * math.exp(tail - log_density(z, a))
        if not low <= new <= high:
            new = 0.5 * (low + high)
        if abs(new - z) <= 4e-16 * z or high - low <= 4e-16 * high:
            return new
        z = new
    return z


@kernel
def fill(which: int, points: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:
    """`log_density` (0), `log_tail` (1) or `quantile` (2) of each point."""
    for i in range(points.size):
        if which == 0:
            out[i] = log_density(points[i], a[i])
        elif which == 1:
            out[i] = log_tail(points[i], a[i])
        else:
            out[i] = quantile(points[i], a[i])

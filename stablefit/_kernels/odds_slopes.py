"""Log odds m = log(cdf / sf) of the symmetric law with their derivatives in z and alpha, from the tables of odds.py.

Below alpha = 2 the tables and the tails' series hold every z, alpha in [0.1, 2).
"""

import math

import numpy as np

from stablefit._kernels import odds, pieces, tail
from stablefit._kernels.compile import kernel
from stablefit._kernels.odds import Odds


@kernel
def prepare(alpha: float, bulk: np.ndarray, wing: np.ndarray, coefficients: np.ndarray) -> Odds:
    """`odds.prepare`, with the polynomials of the derivative in alpha."""
    c, c_alpha = tail.coefficients(alpha)
    in_bulk, in_wing = pieces.summed(alpha, bulk, coefficients, True), pieces.summed(alpha, wing, coefficients, True)
    return Odds(alpha, in_bulk, in_wing, tail.start(alpha), c, c_alpha)


@kernel
def _log_tail(z: float, law: Odds) -> tuple[float, float, float]:
    """Log P(Z > z), its derivatives in z and alpha, where the bulk's polynomials end.

    At alpha = 2 beyond the wing the last is 0, not minus infinity: nobody asks for it there.
    """
    s = z * z + law.wing.shift
    if law.bulk.top <= s < law.wing.top:
        rest = 2.0 - law.alpha
        j, t, dt = pieces.segment(s, law.wing)
        h, h_t = pieces.polynomial(law.wing.value, j, t)
        h_alpha, _ = pieces.polynomial(law.wing.slope, j, t)
        sf = 0.5 * math.erfc(0.5 * z) + rest * h
        in_z = rest * h_t * dt * 2.0 * z - math.exp(-0.25 * z * z) / (2.0 * math.sqrt(math.pi))
        return math.log(sf), in_z / sf, (rest * h_alpha - h) / sf
    if not law.tail_start <= z < math.inf:
        log_sf, slope = odds.log_tail(z, law)
        return log_sf, slope / z, 0.0
    u = math.log(z)
    w = math.exp(-law.alpha * u)
    total, density, in_alpha = 0.0, 0.0, 0.0
    for j in range(tail.TERMS - 1, -1, -1):
        share = law.tail[j] / ((j + 1) * law.alpha)
        total = total * w + share
        density = density * w + law.tail[j]
        in_alpha = in_alpha * w + law.tail_slope[j] / ((j + 1) * law.alpha) - share * (1.0 / law.alpha + j * u)
    return math.log(total) - law.alpha * u, -density / (total * z), in_alpha / total - u


@kernel
def at(z: float, law: Odds) -> tuple[float, float, float]:
    """M, dm/dz, dm/dalpha at any z; the slopes are 0 at infinity.

    Relative errors: m 2e-13, dm/dz 2e-12; dm/dalpha 1e-11 of the larger of m and it (tests/estimators/test_binned.py).
    """
    if math.isinf(z):
        return z, 0.0, 0.0
    s = z * z + law.bulk.shift
    if s < law.bulk.top:
        j, t, dt = pieces.segment(s, law.bulk)
        q, q_t = pieces.polynomial(law.bulk.value, j, t)
        q_alpha, _ = pieces.polynomial(law.bulk.slope, j, t)
        rate = math.exp(q) / math.sqrt(s)
        return z * rate, rate * (1.0 + z * z * (2.0 * dt * q_t - 1.0 / s)), z * rate * q_alpha
    log_sf, in_z, in_alpha = _log_tail(abs(z), law)
    cdf = -math.expm1(log_sf)
    m = math.log(cdf) - log_sf
    return math.copysign(m, z), -in_z / cdf, math.copysign(1.0, z) * -in_alpha / cdf

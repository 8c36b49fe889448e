"""Maximum likelihood of Student's t: location, scale and degrees of freedom.

The degrees of freedom v enter as q = 1/v, so that the normal law is the end point q = 0 of a bounded interval and a
normal sample converges instead of running off to infinity.
"""

import math

from stablefit._kernels.compile import kernel
from stablefit._types import FloatArray

LARGEST_Q = 10.0
"""Degrees of freedom of .1: a heavier tail than any mean or median survives."""

SMALLEST_Q = 1e-5
"""Below this q the density is the normal one to 1e-5 in the centre, and derivatives drown in rounding: q is then 0."""


@kernel
def log_gamma_ratio(v: float) -> tuple[float, float, float]:
    """log(Gamma((v+1)/2) / Gamma(v/2)) - log(v/2)/2 and its first two derivatives in v, for v > 0.

    The asymptotic series in 1/v (from Stirling's series of both), reached by the recurrence v -> v + 2. Differences of
    lgamma lose all digits at large v, this none: absolute error below 2e-15 for every v.
    """
    value, first, second = 0.0, 0.0, 0.0
    while v < 40.0:
        value += 0.5 * (math.log(v + 2.0) + math.log(v)) - math.log(v + 1.0)
        first += 0.5 / (v + 2.0) + 0.5 / v - 1.0 / (v + 1.0)
        second += -0.5 / (v + 2.0) ** 2 - 0.5 / v**2 + 1.0 / (v + 1.0) ** 2
        v += 2.0
    w = 1.0 / (v * v)
    value += (-1 / 4 + w * (1 / 24 + w * (-1 / 20 + w * (17 / 112 - w * 31 / 36)))) / v
    first += w * (1 / 4 + w * (-1 / 8 + w * (1 / 4 + w * (-17 / 16 + w * 31 / 4))))
    second += w / v * (-1 / 2 + w * (1 / 2 + w * (-3 / 2 + w * (17 / 2 - w * 155 / 2))))
    return value, first, second


@kernel
def loglik_and_score(x: FloatArray, loc: float, scale: float, q: float) -> tuple[float, float, float, float]:
    """Log-likelihood and its derivatives in loc / scale, log scale and q; q in [0, LARGEST_Q]."""
    n = x.size
    fit, by_loc, by_scale, by_q = 0.0, 0.0, 0.0, 0.0
    if q == 0.0:
        for value in x:
            z = (value - loc) / scale
            z2 = z * z
            fit -= 0.5 * z2
            by_loc += z
            by_scale += z2 - 1.0
            by_q += 0.25 * (z2 * z2 - 2.0 * z2 - 1.0)
        return fit - n * (math.log(scale) + 0.5 * math.log(2.0 * math.pi)), by_loc, by_scale, by_q
    v = 1.0 / q
    norm, norm_v, _ = log_gamma_ratio(v)
    for value in x:
        z = (value - loc) / scale
        u = q * z * z
        log_u = math.log1p(u)
        weight = (1.0 + q) / (1.0 + u)
        fit -= 0.5 * (v + 1.0) * log_u
        by_loc += weight * z
        by_scale += weight * z * z - 1.0
        by_q += log_u - (1.0 + q) * u / (1.0 + u)
    fit += n * (norm - math.log(scale) - 0.5 * math.log(2.0 * math.pi))
    return fit, by_loc, by_scale, v * v * (0.5 * by_q - n * norm_v)


@kernel
def information(q: float) -> tuple[float, float, float, float]:
    """Return the expected information of one value: about loc / scale, log scale, (log scale, q) and q.

    Lange, Little and Taylor, J. Amer. Statist. Assoc. 84 (1989), appendix B, in the variable q = 1/v; the last entry,
    a difference of trigamma functions there, through `log_gamma_ratio`, and by its expansion 7/2 - 13 q, good to 1e-5,
    where v > 1e3. It sets the length of steps, not where they end.
    """
    by_loc = (1.0 + q) / (1.0 + 3.0 * q)
    by_scale = 2.0 / (1.0 + 3.0 * q)
    cross = 2.0 / ((1.0 + q) * (1.0 + 3.0 * q))
    if q < 1e-3:
        return by_loc, by_scale, cross, 3.5 - 13.0 * q
    v = 1.0 / q
    _, _, second = log_gamma_ratio(v)
    by_v = -second + (3.0 - v) / (2.0 * v * v * (v + 1.0) * (v + 3.0))
    return by_loc, by_scale, cross, v**4 * by_v


@kernel
def scoring_step(q: float, by_loc: float, by_scale: float, by_q: float) -> tuple[float, float, float]:
    """Return Fisher scoring's step in loc / scale, log scale and q, from the scores per value.

    q stays at an end that it presses against.
    """
    i_loc, i_scale, cross, i_q = information(q)
    if (q == 0.0 and by_q <= 1.5 * SMALLEST_Q) or (q == LARGEST_Q and by_q >= 0.0):
        return by_loc / i_loc, by_scale / i_scale, 0.0
    det = i_scale * i_q - cross * cross
    d_scale = (i_q * by_scale - cross * by_q) / det
    return by_loc / i_loc, min(max(d_scale, -1.0), 1.0), (i_scale * by_q - cross * by_scale) / det


@kernel
def maximise(x: FloatArray, loc: float, scale: float, q: float, out: FloatArray) -> bool:
    """Write loc, scale, q and the log-likelihood at the maximum into `out`; True where Fisher scoring converged.

    The start must have scale > 0 and 0 <= q <= LARGEST_Q. Steps are halved until the likelihood rises; q is projected
    onto its interval, and a maximum at q = 0 is the normal law's.
    """
    n = x.size
    fit, by_loc, by_scale, by_q = loglik_and_score(x, loc, scale, q)
    for _ in range(500):
        d_loc, d_scale, d_q = scoring_step(q, by_loc / n, by_scale / n, by_q / n)
        length = 1.0
        while length > 1e-9:
            new_q = min(max(q + length * d_q, 0.0), LARGEST_Q)
            new_q = 0.0 if new_q < SMALLEST_Q else new_q
            new_loc, new_scale = loc + length * scale * d_loc, scale * math.exp(length * d_scale)
            new_fit, by_loc, by_scale, by_q = loglik_and_score(x, new_loc, new_scale, new_q)
            if new_fit >= fit - 1e-13 * abs(fit):
                break
            length *= 0.5
        moved = max(abs(new_loc - loc) / scale, abs(math.log(new_scale / scale)), abs(new_q - q))
        loc, scale, q, fit = new_loc, new_scale, new_q, new_fit
        out[0], out[1], out[2], out[3] = loc, scale, q, fit
        if moved < 1e-9:
            return length > 1e-9
    return False

"""Maximum likelihood of the symmetric normal inverse Gaussian law: location, scale and tail weight a.

Newton's method in loc / scale, log scale and log a, with exact second derivatives: all of them need no more of the
Bessel functions than K0 / K1 and its derivative, (K0/K1)^2 + (K0/K1) / y - 1.
"""

import math

import numpy as np

from stablefit._kernels.bessel import bend_of_log_k1, log_k1_and_ratio
from stablefit._kernels.compile import kernel

SMALLEST_A, LARGEST_A = 1e-9, 1e5
"""Below, Cauchy's law to the last sample; beyond, the normal law to 1e-5 in the centre: a is then inf."""

_TIGHT = 1e-11  # promised gain in log-likelihood at which to stop: the next step is below 1e-9 standard errors
_MOST_STEPS = 200


@kernel
def derivatives(x: np.ndarray, loc: float, scale: float, a: float, g: np.ndarray, h: np.ndarray) -> float:
    """Log-likelihood; its slopes into g (3,), and minus its second derivatives into h (3, 3).

    They are in loc / scale, log scale and log a.
    """
    fit, g0, g1, g2 = 0.0, 0.0, 0.0, 0.0
    h00, h01, h02, h11, h12, h22 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for value in x:
        z = (value - loc) / scale
        r = math.sqrt(1.0 + z * z)
        y, part = a * r, z / r
        log_k1, ratio = log_k1_and_ratio(y)
        lack, bend = bend_of_log_k1(y, ratio)
        fall = a * z * (z / (1.0 + r))  # a r - a
        pull = a * ratio + 2.0 / r
        by_z = pull * part
        slope = (bend - 2.0) * part * part / (r * r) + pull / (r * r * r)  # of by_z in z
        more = a * ratio + bend / r  # of pull in log a
        fit += log_k1 - math.log(r) - fall
        g0 += by_z
        g1 += z * by_z - 1.0
        g2 += lack - fall
        h00 += slope
        h01 += by_z + z * slope
        h02 -= part * more
        h11 += z * (by_z + z * slope)
        h12 -= z * part * more
        h22 -= lack - fall - bend
    g[0], g[1], g[2] = g0, g1, g2
    h[0, 0], h[1, 1], h[2, 2] = h00, h11, h22
    h[0, 1] = h[1, 0] = h01
    h[0, 2] = h[2, 0] = h02
    h[1, 2] = h[2, 1] = h12
    return fit + x.size * (math.log(a / math.pi) - math.log(scale))


@kernel
def ascent(g: np.ndarray, h: np.ndarray, ridge: float, step: np.ndarray) -> bool:
    """Solve (h + ridge 1) step = g by Cholesky's factors; False where the matrix is not positive definite."""
    a = h[0, 0] + ridge
    if not a > 0.0:
        return False
    p, q = h[1, 0] / a, h[2, 0] / a
    b = h[1, 1] + ridge - p * h[1, 0]
    if not b > 1e-13 * abs(h[1, 1]):
        return False
    s = h[2, 1] - q * h[1, 0]
    c = h[2, 2] + ridge - q * h[2, 0] - s * s / b
    if not c > 1e-13 * abs(h[2, 2]):
        return False
    v = g[1] - p * g[0]
    step[2] = (g[2] - q * g[0] - s / b * v) / c
    step[1] = (v - s * step[2]) / b
    step[0] = g[0] / a - p * step[1] - q * step[2]
    return True


@kernel
def maximise(x: np.ndarray, loc: float, scale: float, a: float, out: np.ndarray) -> bool:
    """Write loc, scale, a and the log-likelihood at the maximum into `out`; True where Newton's method converged.

    Where the matrix of second derivatives does not bend downwards a multiple of the unit matrix is added to it, and
    steps are halved until the likelihood rises. a is inf where the likelihood rises to the last towards the normal law.
    """
    g, h, step = np.empty(3), np.empty((3, 3)), np.empty(3)
    fit = derivatives(x, loc, scale, a, g, h)
    for _ in range(_MOST_STEPS):
        if a == SMALLEST_A and g[2] <= 0.0:  # pressed against the end
            g[2] = h[0, 2] = h[2, 0] = h[1, 2] = h[2, 1] = 0.0
            h[2, 2] = 1.0
        ridge = 0.0
        while not ascent(g, h, ridge, step):
            ridge = max(1e-3 * x.size, 4.0 * ridge)
            if ridge > 1e12 * x.size:
                return False
        share = 1.0 / max(1.0, abs(step[0]), abs(step[1]), 0.5 * abs(step[2]))
        gain = g[0] * step[0] + g[1] * step[1] + g[2] * step[2]
        length = share
        while True:
            new_loc, new_scale = loc + length * scale * step[0], scale * math.exp(length * step[1])
            new_a = max(a * math.exp(length * step[2]), SMALLEST_A)
            new_fit = derivatives(x, new_loc, new_scale, new_a, g, h)
            if new_fit >= fit - 1e-12 * abs(fit) or length < 1e-9:
                break
            length *= 0.5
        if length < 1e-9:
            return False
        loc, scale, a, fit = new_loc, new_scale, new_a, new_fit
        out[0], out[1], out[2], out[3] = loc, scale, a, fit
        if a > LARGEST_A:
            out[2] = math.inf
            return True
        if gain < _TIGHT:
            return True
    return False

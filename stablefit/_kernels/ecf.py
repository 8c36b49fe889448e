"""Symmetric laws by generalised least squares on the empirical characteristic function at octaves of frequency.

alpha and scale come from the moments g of moments.py, the location from the phases. Weights are the inverse covariance
of the moments under a first estimate of alpha; they decide about efficiency, not about consistency.
"""

import math

import numpy as np

from stablefit._kernels.characteristic import octaves, weighted_octaves
from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import dot, sum_of
from stablefit._kernels.moments import LOWEST, OCTAVES, WEIGHTS_UP_TO, covariances, decays, first_alpha
from stablefit._kernels.triangular import backward, factor, forward

ALPHA_MIN = 0.1
OK, BOUNDARY, NOT_CONVERGED = 0, 1, 2
_MOST_STEPS = 100
_FLAT = 1e-3  # share of Gauss and Newton's curvature that Newton's own must have to be used
_TIGHT = 1e-12  # promised fall of the weighted sum of squares, a squared distance in standard errors, at which to stop
_FARTHEST = 7.0  # log of scale over pilot, beyond which there is nothing to be found
_MOST_ATTEMPTS = 5
_CLOSER = 0.125  # pilot over the last attempt's


@kernel
def _weigh(g: np.ndarray, alpha: float, log_scale: float, lower: np.ndarray, out: np.ndarray) -> float:
    """Weighted residuals of g and derivatives of the model in alpha and log scale into out (3, ...); sum of squares.

    The model exp(-2 power) and power = (scale t)^alpha as they are into out[3] and out[4].
    """
    u = math.log(LOWEST) + log_scale
    power, double = math.exp(alpha * u), math.exp(alpha * math.log(2.0))
    for j in range(g.size):
        model = math.exp(-2.0 * power)
        out[0, j] = g[j] - model
        out[1, j] = -2.0 * model * power * u
        out[2, j] = -2.0 * model * power * alpha
        out[3, j], out[4, j] = model, power
        u += math.log(2.0)
        power *= double
    for i in range(3):
        forward(lower, out[i])
    return dot(out[0], out[0])


@kernel
def _bend(alpha: float, log_scale: float, lower: np.ndarray, w: np.ndarray) -> tuple[float, float, float]:
    """What the model's curvature adds to the products of its derivatives: alpha twice, alpha and scale, scale twice."""
    rest = w[0].copy()
    backward(lower, rest)
    aa, ag, gg = 0.0, 0.0, 0.0
    for j in range(rest.size):
        u = math.log(LOWEST) + j * math.log(2.0) + log_scale
        power = w[4, j]
        both = 2.0 * rest[j] * w[3, j] * power
        aa += both * (1.0 - 2.0 * power) * u * u
        ag += both * (1.0 + (1.0 - 2.0 * power) * alpha * u)
        gg += both * (1.0 - 2.0 * power) * alpha * alpha
    return aa, ag, gg


@kernel
def _move(
    alpha: float, log_scale: float, free_alpha: bool, free_scale: bool, lower: np.ndarray, w: np.ndarray
) -> tuple[float, float, float]:
    """Newton's step in alpha and log scale, Gauss and Newton's where that may not descend, and the gain it promises.

    Where it leaves the range of alpha it is the best step along the edge.
    """
    aa, ag, gg = dot(w[1], w[1]), dot(w[1], w[2]), dot(w[2], w[2])
    more_aa, more_ag, more_gg = _bend(alpha, log_scale, lower, w)
    a, g = dot(w[1], w[0]), dot(w[2], w[0])
    if not free_alpha:
        a, aa, ag, more_aa, more_ag = 0.0, 1.0, 0.0, 0.0, 0.0
    if not free_scale:
        g, gg, ag, more_gg, more_ag = 0.0, 1.0, 0.0, 0.0, 0.0
    det = (aa + more_aa) * (gg + more_gg) - (ag + more_ag) ** 2
    if aa + more_aa > _FLAT * aa and gg + more_gg > _FLAT * gg and det > _FLAT * (aa * gg - ag * ag):
        aa, ag, gg = aa + more_aa, ag + more_ag, gg + more_gg
    in_alpha = (gg * a - ag * g) / (aa * gg - ag * ag)
    if free_alpha:
        in_alpha = min(max(in_alpha, ALPHA_MIN - alpha), 2.0 - alpha)
    in_scale = (g - ag * in_alpha) / gg
    gain = in_alpha * (2.0 * a - aa * in_alpha) + in_scale * (2.0 * (g - ag * in_alpha) - gg * in_scale)
    share = min(1.0, 1.0 / max(abs(in_scale), 1.0))
    return share * in_alpha, share * in_scale, share * gain


@kernel
def least_squares(
    g: np.ndarray, alpha: float, log_scale: float, free_alpha: bool, free_scale: bool, lower: np.ndarray
) -> tuple[float, float, np.ndarray, int]:
    """Alpha and log of scale over pilot that fit g best, found from these; what `_weigh` gives there, and a state."""
    w, trial = np.empty((5, g.size)), np.empty((5, g.size))
    square = _weigh(g, alpha, log_scale, lower, w)
    for _ in range(_MOST_STEPS):
        in_alpha, in_scale, gain = _move(alpha, log_scale, free_alpha, free_scale, lower, w)
        new = _weigh(g, alpha + in_alpha, log_scale + in_scale, lower, trial)
        while gain > _TIGHT and new > square:
            in_alpha, in_scale, gain = 0.5 * in_alpha, 0.5 * in_scale, 0.5 * gain
            new = _weigh(g, alpha + in_alpha, log_scale + in_scale, lower, trial)
        alpha, log_scale, square = alpha + in_alpha, log_scale + in_scale, new
        w, trial = trial, w
        if abs(log_scale) > _FARTHEST:
            break
        if gain <= _TIGHT:
            at_edge = free_alpha and (alpha >= 2.0 or alpha <= ALPHA_MIN)
            return min(max(alpha, ALPHA_MIN), 2.0) if free_alpha else alpha, log_scale, w, BOUNDARY if at_edge else OK
    return alpha, log_scale, w, NOT_CONVERGED


@kernel
def spread(
    lower: np.ndarray, w: np.ndarray, even: np.ndarray, free_alpha: bool, free_scale: bool, cov: np.ndarray
) -> None:
    """Covariance of alpha and log scale into cov (2, 2): B^-1 A' V A B^-1, A the weighted derivatives D, B = D' A."""
    a = w.copy()
    backward(lower, a[1])
    backward(lower, a[2])
    meat = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            for k in range(w.shape[1]):
                meat[i, j] += a[1 + i, k] * dot(even[k], a[1 + j])
    aa, ag, gg = dot(w[1], w[1]), dot(w[1], w[2]), dot(w[2], w[2])
    cov[:, :] = 0.0
    if free_alpha and free_scale:
        det = aa * gg - ag * ag
        p, q, r = gg / det, -ag / det, aa / det
        cov[0, 0] = p * p * meat[0, 0] + 2.0 * p * q * meat[0, 1] + q * q * meat[1, 1]
        cov[1, 1] = q * q * meat[0, 0] + 2.0 * q * r * meat[0, 1] + r * r * meat[1, 1]
        cov[0, 1] = cov[1, 0] = p * q * meat[0, 0] + (p * r + q * q) * meat[0, 1] + q * r * meat[1, 1]
    elif free_alpha:
        cov[0, 0] = meat[0, 0] / (aa * aa)
    elif free_scale:
        cov[1, 1] = meat[1, 1] / (gg * gg)


@kernel
def locate(phi: np.ndarray, e: np.ndarray, odd: np.ndarray) -> tuple[float, float, bool]:
    """Location in units of the pilot, its variance, and whether it was found; odd is overwritten.

    The location makes the weighted sum of the imaginary parts of exp(-i t loc) phi(t) vanish.
    """
    factor(odd)
    weight, part, rise = np.empty(phi.shape[1]), np.empty(phi.shape[1]), np.empty(phi.shape[1])
    for j in range(phi.shape[1]):
        weight[j] = LOWEST * 2**j * (1.0 - e[2**j])
    forward(odd, weight)
    information = dot(weight, weight)
    loc = 0.0
    for i in range(_MOST_STEPS):
        c, s = math.cos(LOWEST * loc), math.sin(LOWEST * loc)
        for j in range(phi.shape[1]):
            part[j] = phi[1, j] * c - phi[0, j] * s
            rise[j] = LOWEST * 2**j * (phi[0, j] * c + phi[1, j] * s)
            c, s = (c - s) * (c + s), 2.0 * c * s
        forward(odd, part)
        forward(odd, rise)
        # a share of the expected slope at least, a smaller one the longer it takes: a flat stretch is crossed in time
        step = dot(weight, part) / max(dot(weight, rise), 0.3 * information / (1.0 + i))
        loc += min(max(step, -0.5), 0.5)
        if abs(step) < 1e-5:  # Newton's method: the next step would be below 1e-9
            return loc, 1.0 / information, True
    return loc, 1.0 / information, False


@kernel
def _moduli(x: np.ndarray, weights: np.ndarray, n: float, pilot: float, phi: np.ndarray, g: np.ndarray) -> None:
    """Characteristic function of x at the octaves over pilot into phi (2, ...), its debiased squared moduli into g."""
    if weights.size == 0:
        octaves(x, LOWEST / pilot, phi)
    else:
        weighted_octaves(x, weights, LOWEST / pilot, phi)
    for j in range(OCTAVES):
        g[j] = (n * (phi[0, j] * phi[0, j] + phi[1, j] * phi[1, j]) - 1.0) / (n - 1.0)


@kernel
def _row(
    x: np.ndarray, weights: np.ndarray, pilot: float, held_alpha: float, free: np.ndarray, cov: np.ndarray
) -> tuple[float, float, float, int]:
    """Alpha, loc and scale of x, and a state; see `fill`.

    One sample in hundreds, of a few dozen values, misleads the first look. Its lowest frequencies may see an outlier
    that the weights take to be impossible: weights for alpha = 1 allow for it. Or its quartiles lie outside a cluster
    of most values, which only higher frequencies resolve.
    """
    n = float(x.size) if weights.size == 0 else sum_of(weights)
    phi, g = np.empty((2, OCTAVES)), np.empty(OCTAVES)
    even, odd, lower = np.empty((OCTAVES, OCTAVES)), np.empty((OCTAVES, OCTAVES)), np.empty((OCTAVES, OCTAVES))
    e, pair = np.empty(2**OCTAVES + 1), np.empty((2, 2))
    _moduli(x, weights, n, pilot, phi, g)
    first = first_alpha(g) if free[0] else held_alpha
    for attempt in range(_MOST_ATTEMPTS):
        decays(min(first, WEIGHTS_UP_TO), 0.0, e)
        covariances(e, n, lower, odd)
        factor(lower)
        alpha, log_scale, w, state = least_squares(g, first, 0.0, free[0], free[2], lower)
        if state != NOT_CONVERGED or (attempt > 0 and not free[2]):
            break
        if attempt > 0:
            pilot *= _CLOSER
            _moduli(x, weights, n, pilot, phi, g)
        first = 1.0 if free[0] else held_alpha
    decays(alpha, log_scale, e)
    covariances(e, n, even, odd)
    spread(lower, w, even, free[0], free[2], pair)
    scale = pilot * math.exp(log_scale)
    cov[:, :] = 0.0
    cov[0, 0], cov[2, 2] = pair[0, 0], scale * scale * pair[1, 1]
    cov[0, 2] = cov[2, 0] = scale * pair[0, 1]
    loc = 0.0
    if free[1]:
        loc, variance, found = locate(phi, e, odd)
        loc, cov[1, 1] = pilot * loc, pilot * pilot * variance
        if abs(loc) > pilot or not free[2]:  # beyond the quartiles, as of two clusters: never beyond the sample
            lowest, highest = math.inf, -math.inf
            for value in x:
                lowest, highest = min(lowest, value), max(highest, value)
            loc = min(max(loc, lowest), highest)
        if not found:
            state = NOT_CONVERGED
    return alpha, loc, scale, state


@kernel
def fill(
    rows: np.ndarray,
    weights: np.ndarray,
    pilot: np.ndarray,
    held_alpha: float,
    free: np.ndarray,
    out: np.ndarray,
    cov: np.ndarray,
    state: np.ndarray,
) -> None:
    """Fit each row: (alpha, loc, scale) into out (3, k), their covariance into cov (k, 3, 3), a state.

    weights (k, n) say how often each value counts, (k, 0) that each counts once.
    pilot is near the scale of each row, and is the scale where that is held; free says which of (alpha, loc, scale) are
    estimated; a held loc is 0.
    """
    for i in range(rows.shape[0]):
        out[0, i], out[1, i], out[2, i], state[i] = _row(rows[i], weights[i], pilot[i], held_alpha, free, cov[i])

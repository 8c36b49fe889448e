"""Symmetric laws by generalised least squares on the empirical characteristic function phi at octaves of frequency.

alpha and scale come from the squared moduli, debiased: g(t) = (n |phi(t)|^2 - 1) / (n - 1) is the mean of cos t(X - X')
over all pairs, so it does not know the location, and E g(t) = exp(-2 (scale t)^alpha) for every n. The location comes
from the phases. Weights are the inverse covariance of the moments under a first estimate of alpha; they decide about
efficiency, not about consistency. Frequencies are t = m LOWEST / pilot with m = 1, 2, 4, ..., 32, and the pilot is near
the scale.
"""

import math

import numpy as np

from stablefit._kernels.characteristic import octaves
from stablefit._kernels.compile import kernel

OCTAVES = 6
LOWEST = 0.0625
ALPHA_MIN = 0.1
OK, BOUNDARY, NOT_CONVERGED = 0, 1, 2
_WEIGHTS_UP_TO = 1.95  # beyond this alpha the best weights rest on differences that data of another alpha do not have
_RIDGE = 1e-9
_MOST_STEPS = 100
_FLAT = 1e-3  # share of Gauss and Newton's curvature that Newton's own must have to be used
_TIGHT = 1e-12  # promised fall of the weighted sum of squares, a squared distance in standard errors, at which to stop
_FARTHEST = 7.0  # log of scale over pilot, beyond which there is nothing to be found


@kernel
def decays(alpha: float, log_scale: float, out: np.ndarray) -> None:
    """1 - exp(-(scale m LOWEST)^alpha) into out[m] for every sum and difference m of two octaves; out[0] = 0."""
    lowest = math.exp(alpha * (math.log(LOWEST) + log_scale))
    out[0] = 0.0
    for j in range(OCTAVES):
        for k in range(j + 1):
            plus, minus = 2**j + 2**k, 2**j - 2**k
            out[plus] = -math.expm1(-lowest * math.exp(alpha * math.log(plus)))
            if k < j:
                out[minus] = -math.expm1(-lowest * math.exp(alpha * math.log(minus)))


@kernel
def covariances(e: np.ndarray, n: int, even: np.ndarray, odd: np.ndarray) -> None:
    """Covariance matrices of g(t) into even, and of Im phi(t) about the location into odd, at sample size n.

    With e(t) = 1 - E cos(t X), as `decays` has it, cov(cos tX, cos uX) = e(t) + e(u) - e(t) e(u) - (e(t + u) + e(t -
    u)) / 2, which loses no digits for small t, and cov(sin tX, sin uX) = (e(t + u) - e(t - u)) / 2. g is a U-statistic
    of order two: its variance is (4 (n - 2) first + 2 second) / (n (n - 1)) (Hoeffding, Ann. Math. Statist. 19, 1948,
    section 5).
    """
    for j in range(OCTAVES):
        for k in range(j + 1):
            at_j, at_k, plus, minus = e[2**j], e[2**k], e[2**j + 2**k], e[2**j - 2**k]
            first = (1.0 - at_j) * (1.0 - at_k) * (at_j + at_k - at_j * at_k - 0.5 * (plus + minus))
            # the same for the difference of two draws, whose characteristic function is the square
            a, b = at_j * (2.0 - at_j), at_k * (2.0 - at_k)
            second = a + b - a * b - 0.5 * (plus * (2.0 - plus) + minus * (2.0 - minus))
            even[j, k] = even[k, j] = (4.0 * (n - 2.0) * first + 2.0 * second) / (n * (n - 1.0))
            odd[j, k] = odd[k, j] = 0.5 * (plus - minus) / n


@kernel
def _factor(matrix: np.ndarray) -> None:
    """Cholesky factor in place of the lower triangle, its diagonal inverted; the ridge keeps it real."""
    for j in range(matrix.shape[0]):
        least = _RIDGE * matrix[j, j]
        rest = matrix[j, j] + least
        for k in range(j):
            rest -= matrix[j, k] * matrix[j, k]
        matrix[j, j] = 1.0 / math.sqrt(max(rest, least))
        for i in range(j + 1, matrix.shape[0]):
            rest = matrix[i, j]
            for k in range(j):
                rest -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = rest * matrix[j, j]


@kernel
def _forward(factor: np.ndarray, x: np.ndarray) -> None:
    """Solve factor y = x in place."""
    for i in range(x.size):
        for k in range(i):
            x[i] -= factor[i, k] * x[k]
        x[i] *= factor[i, i]


@kernel
def _backward(factor: np.ndarray, x: np.ndarray) -> None:
    """Solve factor' y = x in place."""
    for i in range(x.size - 1, -1, -1):
        for k in range(i + 1, x.size):
            x[i] -= factor[k, i] * x[k]
        x[i] *= factor[i, i]


@kernel
def _dot(x: np.ndarray, y: np.ndarray) -> float:
    total = 0.0
    for i in range(x.size):
        total += x[i] * y[i]
    return total


@kernel
def _weigh(g: np.ndarray, alpha: float, log_scale: float, factor: np.ndarray, out: np.ndarray) -> float:
    """Weighted residuals of g and derivatives of the model in alpha and log scale into out (3, ...); sum of squares."""
    for j in range(g.size):
        u = math.log(LOWEST) + j * math.log(2.0) + log_scale
        power = math.exp(alpha * u)
        model = math.exp(-2.0 * power)
        out[0, j] = g[j] - model
        out[1, j] = -2.0 * model * power * u
        out[2, j] = -2.0 * model * power * alpha
    for i in range(3):
        _forward(factor, out[i])
    return _dot(out[0], out[0])


@kernel
def _bend(alpha: float, log_scale: float, factor: np.ndarray, w: np.ndarray) -> tuple[float, float, float]:
    """What the model's curvature adds to the products of its derivatives: alpha twice, alpha and scale, scale twice."""
    rest = w[0].copy()
    _backward(factor, rest)
    aa, ag, gg = 0.0, 0.0, 0.0
    for j in range(rest.size):
        u = math.log(LOWEST) + j * math.log(2.0) + log_scale
        power = math.exp(alpha * u)
        both = 2.0 * rest[j] * math.exp(-2.0 * power) * power
        aa += both * (1.0 - 2.0 * power) * u * u
        ag += both * (1.0 + (1.0 - 2.0 * power) * alpha * u)
        gg += both * (1.0 - 2.0 * power) * alpha * alpha
    return aa, ag, gg


@kernel
def _move(
    alpha: float, log_scale: float, free_alpha: bool, free_scale: bool, factor: np.ndarray, w: np.ndarray
) -> tuple[float, float, float]:
    """Newton's step in alpha and log scale, Gauss and Newton's where that may not descend, and the gain it promises.

    Where it leaves the range of alpha it is the best step along the edge.
    """
    aa, ag, gg = _dot(w[1], w[1]), _dot(w[1], w[2]), _dot(w[2], w[2])
    more_aa, more_ag, more_gg = _bend(alpha, log_scale, factor, w)
    a, g = _dot(w[1], w[0]), _dot(w[2], w[0])
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
    g: np.ndarray, alpha: float, free_alpha: bool, free_scale: bool, factor: np.ndarray
) -> tuple[float, float, np.ndarray, int]:
    """Alpha and log of scale over pilot that fit g best, what `_weigh` gives there, and a state."""
    w, trial = np.empty((3, g.size)), np.empty((3, g.size))
    log_scale = 0.0
    square = _weigh(g, alpha, log_scale, factor, w)
    for _ in range(_MOST_STEPS):
        in_alpha, in_scale, gain = _move(alpha, log_scale, free_alpha, free_scale, factor, w)
        new = _weigh(g, alpha + in_alpha, log_scale + in_scale, factor, trial)
        while gain > _TIGHT and new > square:
            in_alpha, in_scale, gain = 0.5 * in_alpha, 0.5 * in_scale, 0.5 * gain
            new = _weigh(g, alpha + in_alpha, log_scale + in_scale, factor, trial)
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
    factor: np.ndarray, w: np.ndarray, even: np.ndarray, free_alpha: bool, free_scale: bool, cov: np.ndarray
) -> None:
    """Covariance of alpha and log scale into cov (2, 2): B^-1 A' V A B^-1, A the weighted derivatives D, B = D' A."""
    a = w.copy()
    _backward(factor, a[1])
    _backward(factor, a[2])
    meat = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            for k in range(w.shape[1]):
                meat[i, j] += a[1 + i, k] * _dot(even[k], a[1 + j])
    aa, ag, gg = _dot(w[1], w[1]), _dot(w[1], w[2]), _dot(w[2], w[2])
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
    _factor(odd)
    weight, part, rise = np.empty(OCTAVES), np.empty(OCTAVES), np.empty(OCTAVES)
    for j in range(OCTAVES):
        weight[j] = LOWEST * 2**j * (1.0 - e[2**j])
    _forward(odd, weight)
    information = _dot(weight, weight)
    loc = 0.0
    for _ in range(_MOST_STEPS):
        c, s = math.cos(LOWEST * loc), math.sin(LOWEST * loc)
        for j in range(OCTAVES):
            part[j] = phi[1, j] * c - phi[0, j] * s
            rise[j] = LOWEST * 2**j * (phi[0, j] * c + phi[1, j] * s)
            c, s = (c - s) * (c + s), 2.0 * c * s
        _forward(odd, part)
        _forward(odd, rise)
        step = _dot(weight, part) / max(_dot(weight, rise), 0.3 * information)
        loc += min(max(step, -0.5), 0.5)
        if abs(step) < 1e-5:  # Newton's method: the next step would be below 1e-9
            return loc, 1.0 / information, True
    return loc, 1.0 / information, False


@kernel
def first_alpha(g: np.ndarray) -> float:
    """Alpha from two frequencies: log(-log g) rises by alpha log 4 from m = 4 to m = 16."""
    low, high = -math.log(min(max(g[2], 1e-9), 0.999999)), -math.log(min(max(g[4], 1e-9), 0.999999))
    return min(max(math.log(high / low) / math.log(4.0), 0.3), _WEIGHTS_UP_TO)


@kernel
def fill(
    rows: np.ndarray,
    pilot: np.ndarray,
    held_alpha: float,
    free: np.ndarray,
    out: np.ndarray,
    cov: np.ndarray,
    state: np.ndarray,
) -> None:
    """Fit each row: (alpha, loc, scale) into out (3, k), their covariance into cov (k, 3, 3), a state.

    pilot is near the scale of each row, and is the scale where that is held; free says which of (alpha, loc, scale) are
    estimated; a held loc is 0.
    """
    n = rows.shape[1]
    phi, g = np.empty((2, OCTAVES)), np.empty(OCTAVES)
    even, odd, factor = np.empty((OCTAVES, OCTAVES)), np.empty((OCTAVES, OCTAVES)), np.empty((OCTAVES, OCTAVES))
    e, pair = np.empty(2**OCTAVES + 1), np.empty((2, 2))
    for i in range(rows.shape[0]):
        octaves(rows[i], LOWEST / pilot[i], phi)
        for j in range(OCTAVES):
            g[j] = (n * (phi[0, j] * phi[0, j] + phi[1, j] * phi[1, j]) - 1.0) / (n - 1.0)
        alpha = first_alpha(g) if free[0] else held_alpha
        decays(min(alpha, _WEIGHTS_UP_TO), 0.0, e)
        covariances(e, n, factor, odd)
        _factor(factor)
        alpha, log_scale, w, state[i] = least_squares(g, alpha, free[0], free[2], factor)
        decays(alpha, log_scale, e)
        covariances(e, n, even, odd)
        spread(factor, w, even, free[0], free[2], pair)
        scale = pilot[i] * math.exp(log_scale)
        out[0, i], out[1, i], out[2, i] = alpha, 0.0, scale
        cov[i] = 0.0
        cov[i, 0, 0], cov[i, 2, 2] = pair[0, 0], scale * scale * pair[1, 1]
        cov[i, 0, 2] = cov[i, 2, 0] = scale * pair[0, 1]
        if free[1]:
            loc, variance, found = locate(phi, e, odd)
            out[1, i], cov[i, 1, 1] = pilot[i] * loc, pilot[i] * pilot[i] * variance
            if not found:
                state[i] = NOT_CONVERGED

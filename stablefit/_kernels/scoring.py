"""Maximum likelihood for the symmetric law: safeguarded Fisher scoring in (-log(2 - alpha), loc, log scale).

The coordinate of alpha keeps every step inside (0, 2) and turns the likelihood near alpha = 2, where a few outliers
decide about 2 - alpha, into one of ordinary shape. Steps use the expected information up to alpha = 1.9 and the
scores' products above: there f(z; alpha) is all but linear in 2 - alpha, and the products are then minus the second
derivative. Once steps are short, secants improve the curvature, so that data which no stable law fits, where the
information is off, converge as fast. The boundary alpha = 2 is a maximum of its own where the normal fit's
likelihood does not rise as alpha falls; it is looked at once, when alpha exceeds 1.9.
"""

import math

import numpy as np

from stablefit._kernels import curvature, density
from stablefit._kernels.compile import kernel, spliced
from stablefit._kernels.elements import dot, sum_of
from stablefit._kernels.score_sums import add_up

CONVERGED, BOUNDARY, NOT_CONVERGED = 0, 1, 2
# Smallest alpha that is tried. A value in a share p of the sample makes the likelihood unbounded, as the scale falls
# about it, where p > (1 - p) alpha; samples with p up to a fifth are fitted, so that alpha must stay above a quarter.
LOWEST = 0.26
_NEAR_NORMAL = 1.9
_MOST_STEPS = 100
_SHORT = 0.3  # in units of a factor e in 2 - alpha or scale
_TIGHT = 1e-10  # g' I^-1 g, a squared distance in standard errors, at which the next step is the last and needs no look
_GOOD = 1e-6  # the same where rounding stops the ascent first
FARTHEST_NORMAL = 16.0  # |z| that no normal fit at a maximum can hold: h / f there outweighs a million ordinary points


@kernel
def information(alpha: float, low: float, step: float, table: np.ndarray) -> tuple[float, float, float, float]:
    """I_aa, I_ag, I_gg, I_dd of one observation at scale 1; g is log scale, d is loc.

    Cubic interpolation of the table that tools/information_table.py writes.
    """
    place = (math.log(alpha / (2.0 - alpha)) - low) / step
    j = min(max(int(place), 1), table.shape[0] - 3)
    t = min(max(place - j, -1.0), 2.0)
    before, at = -t * (t - 1.0) * (t - 2.0) / 6.0, (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0
    after, last = -(t + 1.0) * t * (t - 2.0) / 2.0, (t + 1.0) * t * (t - 1.0) / 6.0
    row = np.empty(4)
    for k in range(4):
        row[k] = before * table[j - 1, k] + at * table[j, k] + after * table[j + 1, k] + last * table[j + 2, k]
    i_aa, i_gg = math.exp(row[0]), math.exp(row[2])
    return i_aa, row[1] * math.sqrt(i_aa * i_gg), i_gg, math.exp(row[3])


@spliced
def _curvature(
    n: float, alpha: float, log_scale: float, sums: np.ndarray, low: float, step: float, table: np.ndarray
) -> np.ndarray:
    """Information of the whole sample in (-log(2 - alpha), loc, log scale).

    Expected, or near alpha = 2 the scores' products.
    """
    rest = 2.0 - alpha
    matrix = np.zeros((3, 3))
    if alpha > _NEAR_NORMAL:
        matrix[0, 0], matrix[1, 0], matrix[2, 0] = rest * rest * sums[4], rest * sums[5], rest * sums[6]
        matrix[1, 1], matrix[2, 1], matrix[2, 2] = sums[7], sums[8], sums[9]
        for i in range(3):
            matrix[i, i] *= 1.0 + 1e-9
    else:
        i_aa, i_ag, i_gg, i_dd = information(alpha, low, step, table)
        matrix[0, 0], matrix[2, 0], matrix[2, 2] = n * rest * rest * i_aa, n * rest * i_ag, n * i_gg
        matrix[1, 1] = n * i_dd * math.exp(-2.0 * log_scale)
    matrix[0, 1], matrix[0, 2], matrix[1, 2] = matrix[1, 0], matrix[2, 0], matrix[2, 1]
    return matrix


@spliced
def _gradient(alpha: float, sums: np.ndarray, out: np.ndarray) -> None:
    """Derivatives of the log-likelihood in (-log(2 - alpha), loc, log scale)."""
    out[0], out[1], out[2] = (2.0 - alpha) * sums[1], sums[2], sums[3]


@kernel
def normal_fit(
    x: np.ndarray, weights: np.ndarray, loc: float, log_scale: float, free: np.ndarray
) -> tuple[float, float, float]:
    """Loc, log scale of the best normal law (standard deviation sqrt(2) scale), held ones kept; largest |z|."""
    size = x.size if weights.size == 0 else sum_of(weights)
    if free[1]:
        loc = sum_of(x) / size if weights.size == 0 else dot(weights, x) / size
    square, largest = 0.0, 0.0
    for i in range(x.size):
        part = (x[i] - loc) * (x[i] - loc)
        square += part if weights.size == 0 else weights[i] * part
        largest = max(largest, abs(x[i] - loc))
    if free[2]:
        log_scale = 0.5 * math.log(0.5 * square / size)
    return loc, log_scale, largest * math.exp(-log_scale)


@spliced
def normal_maximum(
    x: np.ndarray,
    weights: np.ndarray,
    start: np.ndarray,
    free: np.ndarray,
    bulk: np.ndarray,
    wing: np.ndarray,
    coefficients: np.ndarray,
    out: np.ndarray,
) -> None:
    """The best normal law as (2, loc, log scale, log-likelihood) into out (4,), loc and scale from start where held.

    The last is minus infinity where the normal law is no maximum, the likelihood rising as alpha falls.
    """
    out[0] = 2.0
    out[1], out[2], largest = normal_fit(x, weights, start[1], start[2], free)
    out[3] = -math.inf
    if largest < FARTHEST_NORMAL:
        sums = np.empty(10)
        add_up(x, weights, out[1], out[2], density.prepare(2.0, bulk, wing, coefficients), sums)
        if sums[1] >= 0.0:
            out[3] = sums[0]


@kernel
def maximise(
    x: np.ndarray,
    weights: np.ndarray,
    start: np.ndarray,
    free: np.ndarray,
    bulk: np.ndarray,
    wing: np.ndarray,
    coefficients: np.ndarray,
    low: float,
    step: float,
    table: np.ndarray,
    out: np.ndarray,
) -> int:
    """Fit x from start = (alpha, loc, log scale).

    Each value counts as often as its weight says; weights are empty where each counts once. The estimates and the
    log-likelihood into out (4,). Returns a state.
    """
    n = float(x.size) if weights.size == 0 else sum_of(weights)
    alpha, loc, log_scale = start
    look = free[0]
    if alpha == 2.0 and not free[0]:  # the best normal law has a closed form
        loc, log_scale, _ = normal_fit(x, weights, loc, log_scale, free)
    sums, trial = np.empty(10), np.empty(10)
    gradient, move = np.zeros(3), np.zeros(3)
    if free[0]:
        alpha = min(max(alpha, LOWEST), 2.0 - 1e-3)
    law = density.prepare(alpha, bulk, wing, coefficients)
    add_up(x, weights, loc, log_scale, law, sums)
    matrix = np.empty((3, 3))
    state, fresh = NOT_CONVERGED, True
    for _ in range(_MOST_STEPS):
        if look and alpha > _NEAR_NORMAL:
            look = False
            normal_maximum(x, weights, start, free, bulk, wing, coefficients, out)
            if out[3] >= sums[0]:
                return BOUNDARY
        rest = 2.0 - alpha
        _gradient(alpha, sums, gradient)
        if fresh:
            matrix = _curvature(n, alpha, log_scale, sums, low, step, table)
        at_lowest = free[0] and alpha <= LOWEST and gradient[0] < 0.0
        movable = free.copy()
        movable[0] = free[0] and not at_lowest
        gain = curvature.solve(matrix, gradient, movable, move)
        if not gain >= 0.0:
            break
        if gain < _TIGHT:
            if free[0]:
                alpha = max(2.0 - rest * math.exp(-move[0]), LOWEST)
            loc, log_scale = loc + move[1], log_scale + move[2]
            sums[0] += 0.5 * gain
            state = BOUNDARY if at_lowest else CONVERGED
            break
        # No step beyond a factor e in 2 - alpha or in the scale, nor two scales in loc. Close to alpha = 2 the first is
        # far too small a step, so that it is taken and the others go to their best beside it.
        if movable[0] and abs(move[0]) > 1.0:
            curvature.beside(matrix, gradient, movable, math.copysign(1.0, move[0]), move)
        longest = max(abs(move[0]), max(abs(move[2]), 0.5 * abs(move[1]) * math.exp(-log_scale)))
        share = 1.0 / max(longest, 1.0)
        climbed = False
        for _ in range(40):
            new_alpha = max(2.0 - rest * math.exp(-share * move[0]), LOWEST) if free[0] else alpha
            new_loc, new_scale = loc + share * move[1], log_scale + share * move[2]
            if free[0]:
                law = density.prepare(new_alpha, bulk, wing, coefficients)
            add_up(x, weights, new_loc, new_scale, law, trial)
            if trial[0] > sums[0] or (gain < _GOOD and trial[0] > sums[0] - 1e-11 * abs(sums[0])):
                climbed = True
                break
            share *= 0.4
        if not climbed:
            if gain < _GOOD:
                state = BOUNDARY if at_lowest else CONVERGED
            break
        alpha, loc, log_scale = new_alpha, new_loc, new_scale
        sums, trial = trial, sums
        # Long steps leave the old curvature behind; short ones improve it.
        fresh = share * longest > _SHORT
        if not fresh:
            _gradient(alpha, sums, trial[:3])
            for i in range(3):
                move[i] = share * move[i] if movable[i] else 0.0
                gradient[i] = gradient[i] - trial[i] if movable[i] else 0.0
            curvature.update(matrix, move, gradient)
    out[0], out[1], out[2], out[3] = alpha, loc, log_scale, sums[0]
    return state

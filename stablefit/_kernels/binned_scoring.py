"""Maximum likelihood of a symmetric law from counts in bins: safeguarded Fisher scoring, as in scoring.py.

The likelihood is that of the counts given their sum: sum n_i log(P_i / P), P the probability of all bins together, 1
where the outer ones are open. Coordinates, and the boundary at alpha = 2, are those of scoring.py. The expected
information is exact here, a sum over bins; above alpha = 1.9 the scores' products take its place, as there.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import bin_masses
from stablefit._kernels.compile import kernel
from stablefit._kernels.curvature import beside, solve, update
from stablefit._kernels.elements import copy
from stablefit._kernels.scoring import BOUNDARY, CONVERGED, LOWEST, NOT_CONVERGED

UNDECIDED = 3  # the ascent came near alpha = 2, and was to stop there
_NEAR_NORMAL = 1.9
_BELOW_TWO = 2.0 - 1e-9  # where the likelihood's slope at alpha = 2 is taken; at 2 that of a far bin is infinite
_FARTHEST = 20.0  # log scale about that of the start beyond which the law is flat on the bins, or lies in one of them
_MOST_STEPS = 100
_SHORT, _TIGHT, _GOOD = 0.3, 1e-10, 1e-6  # as in scoring.py
_NOTHING = -600.0  # log probability below which a bin adds nothing to the information


class BinTables(NamedTuple):
    """The tables of the distribution and of the density; they share their rows of specifications."""

    bulk: np.ndarray
    wing: np.ndarray
    odds: np.ndarray
    density: np.ndarray


@kernel
def evaluate(
    counts: np.ndarray, edges: np.ndarray, point: np.ndarray, tables: BinTables, sums: np.ndarray, matrix: np.ndarray
) -> None:
    """Log-likelihood at (alpha, loc, log scale) and its derivatives into sums (4,); information into matrix (2, 3, 3).

    Coordinates are (-log(2 - alpha), loc, log scale). The first matrix is the expected information, the second the sum
    of the scores' products.
    """
    bins, n, rest = counts.size, 0.0, 2.0 - point[0]
    found, score = np.empty((bins + 1, 4)), np.empty(3)
    bin_masses.fill(edges, point[0], point[1], point[2], tables.bulk, tables.wing, tables.odds, tables.density, found)
    all_bins = found[bins]
    sums[:], matrix[:] = 0.0, 0.0
    for i in range(bins):
        log_p = found[i, 0] - all_bins[0]
        expected = math.exp(log_p) if log_p > _NOTHING else 0.0
        if expected == 0.0 and counts[i] == 0.0:
            continue
        n += counts[i]
        for j in range(3):
            score[j] = (found[i, j + 1] - all_bins[j + 1]) * (rest if j == 0 else 1.0)
        sums[0] += counts[i] * log_p if counts[i] > 0.0 else 0.0
        for j in range(3):
            sums[j + 1] += counts[i] * score[j]
            for k in range(3):
                matrix[0, j, k] += expected * score[j] * score[k]
                matrix[1, j, k] += counts[i] * score[j] * score[k]
    matrix[0] *= n


@kernel
def _curvature(alpha: float, matrix: np.ndarray) -> np.ndarray:
    """The expected information, or near alpha = 2 the scores' products, made definite."""
    near_normal = _NEAR_NORMAL < alpha < 2.0
    chosen: np.ndarray = matrix[1 if near_normal else 0].copy()
    if near_normal:
        for i in range(3):
            chosen[i, i] *= 1.0 + 1e-9
    return chosen


@kernel
def _moved(point: np.ndarray, move: np.ndarray, share: float, free: np.ndarray, out: np.ndarray) -> None:
    """The point after a share of a step."""
    out[0] = max(2.0 - (2.0 - point[0]) * math.exp(-share * move[0]), LOWEST) if free[0] else point[0]
    out[1], out[2] = point[1] + share * move[1], point[2] + share * move[2]


@kernel
def _climb(
    counts: np.ndarray,
    edges: np.ndarray,
    point: np.ndarray,
    free: np.ndarray,
    tables: BinTables,
    stop: bool,
    out: np.ndarray,
) -> int:
    """Ascend from point = (alpha, loc, log scale), which is overwritten; the maximum into out (4,).

    If stop is set the ascent ends `UNDECIDED` once alpha exceeds 1.9.
    """
    sums, trial, matrix, ahead = np.empty(4), np.empty(4), np.empty((2, 3, 3)), np.empty((2, 3, 3))
    move, there, curvature = np.zeros(3), np.empty(3), np.empty((3, 3))
    evaluate(counts, edges, point, tables, sums, matrix)
    state, fresh, first = NOT_CONVERGED, True, point[2]
    for _ in range(_MOST_STEPS):
        if stop and point[0] > _NEAR_NORMAL:
            state = UNDECIDED
            break
        if fresh:
            curvature = _curvature(point[0], matrix)
        at_lowest = free[0] and point[0] <= LOWEST and sums[1] < 0.0
        movable = free.copy()
        movable[0] = free[0] and not at_lowest
        gain = solve(curvature, sums[1:], movable, move)
        if not gain >= 0.0 or abs(point[2] - first) > _FARTHEST:
            break
        if gain < _TIGHT:
            _moved(point, move, 1.0, free, point)
            sums[0] += 0.5 * gain
            state = BOUNDARY if at_lowest else CONVERGED
            break
        if movable[0] and abs(move[0]) > 1.0:
            beside(curvature, sums[1:], movable, math.copysign(1.0, move[0]), move)
        longest = max(abs(move[0]), max(abs(move[2]), 0.5 * abs(move[1]) * math.exp(-point[2])))
        share, climbed = 1.0 / max(longest, 1.0), False
        for _ in range(40):
            _moved(point, move, share, free, there)
            evaluate(counts, edges, there, tables, trial, ahead)
            if trial[0] > sums[0] or (gain < _GOOD and trial[0] > sums[0] - 1e-11 * abs(sums[0])):
                climbed = True
                break
            share *= 0.4
        if not climbed:
            if gain < _GOOD:
                state = BOUNDARY if at_lowest else CONVERGED
            break
        fresh = share * longest > _SHORT
        if not fresh:
            update(curvature, np.where(movable, share * move, 0.0), np.where(movable, sums[1:] - trial[1:], 0.0))
        copy(there, point)
        sums, trial, matrix, ahead = trial, sums, ahead, matrix
    out[:3], out[3] = point, sums[0]
    return state


@kernel
def normal_maximum(
    counts: np.ndarray, edges: np.ndarray, start: np.ndarray, free: np.ndarray, tables: BinTables, out: np.ndarray
) -> None:
    """The best normal law as (2, loc, log scale, log-likelihood) into out (4,), from start where these are free.

    The last is minus infinity where the normal law is no maximum, the likelihood rising as alpha falls.
    """
    others, point = free.copy(), start.copy()
    others[0], point[0] = False, 2.0
    sums, matrix = np.empty(4), np.empty((2, 3, 3))
    state = _climb(counts, edges, point, others, tables, False, out)
    point[0] = _BELOW_TWO
    evaluate(counts, edges, point, tables, sums, matrix)
    if state != CONVERGED or not sums[1] >= 0.0:
        out[3] = -math.inf


@kernel
def maximise(
    counts: np.ndarray, edges: np.ndarray, start: np.ndarray, free: np.ndarray, tables: BinTables, out: np.ndarray
) -> int:
    """Fit counts from start = (alpha, loc, log scale); estimates and log-likelihood into out (4,). Returns a state."""
    point, normal = start.copy(), np.empty(4)
    state = _climb(counts, edges, point, free, tables, free[0], out)
    if state != UNDECIDED:
        return state
    normal_maximum(counts, edges, point, free, tables, normal)
    if normal[3] >= out[3]:
        copy(normal, out)
        return BOUNDARY
    return _climb(counts, edges, point, free, tables, False, out)

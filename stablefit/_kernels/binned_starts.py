"""Where the search for a histogram's law begins, and second starts for small ones, as restarts.py has for samples."""

import math

import numpy as np

from stablefit._kernels import binned_scoring
from stablefit._kernels.binned_scoring import BinTables
from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import copy
from stablefit._kernels.scoring import BOUNDARY, NOT_CONVERGED

SMALL = 64.0  # counts below which a histogram gets every start, as a sample does
_ALPHAS = (1.8, 1.3, 0.8, 0.45)
_WIDER = math.log(4.0)  # between scales: where bins cover little of the line, the quartiles seen are too close
_WIDE = 8.0  # half distances of the quartiles on either side, beyond which bins cover enough
_BETTER = 1e-9  # in log-likelihood: less is rounding, and the first maximum stays


@kernel
def _points(start: np.ndarray, free: np.ndarray, wide: bool) -> np.ndarray:
    """Rows of (alpha, loc, log scale) to begin from."""
    alphas = len(_ALPHAS) if free[0] else 1
    scales = 1 if wide or not free[2] else 2
    points = np.empty((alphas * scales, 3))
    for i in range(alphas):
        for j in range(scales):
            points[scales * i + j] = start
            points[scales * i + j, 2] += j * _WIDER
            if free[0]:
                points[scales * i + j, 0] = _ALPHAS[i]
    return points


@kernel
def maximise(
    counts: np.ndarray, edges: np.ndarray, start: np.ndarray, free: np.ndarray, tables: BinTables, out: np.ndarray
) -> int:
    """`binned_scoring.maximise` from the likeliest of several points about start.

    From all of them for few counts, or where bins cover little of the line. Edges are in units of half the distance of
    the quartiles.
    """
    wide = min(-edges[0], edges[edges.size - 1]) > _WIDE
    points = _points(start, free, wide)
    sums, matrix, best, highest = np.empty(4), np.empty((2, 3, 3)), 0, -math.inf
    for i in range(points.shape[0]):
        binned_scoring.evaluate(counts, edges, points[i], tables, sums, matrix)
        if sums[0] > highest:
            best, highest = i, sums[0]
    state = binned_scoring.maximise(counts, edges, points[best], free, tables, out)
    if wide and counts.sum() >= SMALL and state != NOT_CONVERGED:
        return state
    found = np.empty(4)
    for i in range(points.shape[0]):
        if i == best:
            continue
        other = binned_scoring.maximise(counts, edges, points[i], free, tables, found)
        lost = state == NOT_CONVERGED
        if other != NOT_CONVERGED and (lost or found[3] > out[3] + _BETTER):
            state = other
            copy(found, out)
    if free[0]:
        binned_scoring.normal_maximum(counts, edges, out[:3], free, tables, found)
        if found[3] > out[3] + _BETTER:
            state = BOUNDARY
            copy(found, out)
    return state

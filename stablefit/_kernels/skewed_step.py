"""Newton's step in (alpha, beta, loc, log scale) of general laws, alpha and beta in their ranges."""

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import dot
from stablefit._kernels.triangular import backward, factor, forward

ALPHA, BETA, LOC, LOG_SCALE = 0, 1, 2, 3
ALPHA_MAX = 2.0
BETA_UNKNOWN = 1.0  # stands for the variance of beta at alpha = 2: half the width of its range, squared
_LONGEST = 1.0  # change of loc, in units of the scale, and of log scale, in one step
_FAINT = 1e-9  # added to the curvature in beta, which vanishes at alpha = 2


@kernel
def solve(h: np.ndarray, g: np.ndarray, moves: np.ndarray, step: np.ndarray) -> None:
    """Solve h step = g for the entries that move, the other entries of step being given."""
    m = 0
    index = np.empty(4, dtype=np.int64)
    for i in range(4):
        if moves[i]:
            index[m] = i
            m += 1
    part, right = np.empty((m, m)), np.empty(m)
    for i in range(m):
        right[i] = g[index[i]]
        for j in range(4):
            if not moves[j]:
                right[i] -= h[index[i], j] * step[j]
        for j in range(m):
            part[i, j] = h[index[i], index[j]]
    factor(part)
    forward(part, right)
    backward(part, right)
    for i in range(m):
        step[index[i]] = right[i]


@kernel
def curvature(w: np.ndarray, h: np.ndarray) -> None:
    """Gauss and Newton's curvature of half the sum of squares into h (4, 4); w holds residuals, then derivatives."""
    for i in range(4):
        for j in range(4):
            h[i, j] = dot(w[1 + i], w[1 + j])
    h[BETA, BETA] += _FAINT


@kernel
def downhill(w: np.ndarray, g: np.ndarray) -> None:
    """Downhill direction of half the sum of squares into g (4,)."""
    for i in range(4):
        g[i] = dot(w[1 + i], w[0])


@kernel
def move(g: np.ndarray, h: np.ndarray, theta: np.ndarray, lowest: float, free: np.ndarray, step: np.ndarray) -> float:
    """Newton's step for a downhill direction g and curvature h, and the fall of the sum of squares that it promises.

    Where it leaves the ranges of alpha, from lowest to 2, and of beta it is the best step along the edge that it
    crosses.
    """
    low = (lowest - theta[ALPHA], -1.0 - theta[BETA])
    high = (ALPHA_MAX - theta[ALPHA], 1.0 - theta[BETA])
    moves = free.copy()
    step[:] = 0.0
    for _ in range(3):
        solve(h, g, moves, step)
        inside = True
        for k in (ALPHA, BETA):
            if moves[k] and not low[k] <= step[k] <= high[k]:
                step[k] = low[k] if step[k] < low[k] else high[k]
                moves[k] = inside = False
        if inside:
            break
    gain = 0.0
    for i in range(4):
        gain += step[i] * (2.0 * g[i] - dot(h[i], step))
    share = min(1.0, _LONGEST / max(abs(step[LOC]), abs(step[LOG_SCALE]), _LONGEST))
    for i in range(4):
        step[i] *= share
    return float(share * gain)

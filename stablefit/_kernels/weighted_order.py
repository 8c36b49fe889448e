"""Order statistics of samples in which each value counts as often as its weight says: by sorting."""

import math

import numpy as np

from stablefit._kernels.compile import kernel


@kernel
def _row(x: np.ndarray, weights: np.ndarray, p: np.ndarray, out: np.ndarray) -> float:
    """Quantiles of x at p into out, as `order` defines them; the weight of the commonest value."""
    places = np.argsort(x)
    values, reached = x[places], np.cumsum(weights[places])
    total = reached[x.size - 1]
    for j in range(p.size):
        rank = max(0.0, min(total * p[j] - 0.5, total - 1.0))
        below = math.floor(rank)
        # the first value up to which more than `below` values lie
        at = min(np.searchsorted(reached, below, "right"), x.size - 1)
        after = min(np.searchsorted(reached, below + 1.0, "right"), x.size - 1)
        out[j] = values[at]
        if values[after] != values[at]:
            out[j] += (rank - below) * (values[after] - values[at])
    most, run = 0.0, 0.0
    for i in range(x.size):
        run = weights[places[i]] + (run if i > 0 and values[i] == values[i - 1] else 0.0)
        most = max(most, run)
    return most


@kernel
def fill(rows: np.ndarray, weights: np.ndarray, p: np.ndarray, quantiles: np.ndarray, commonest: np.ndarray) -> None:
    """Quantiles of each row into quantiles (k, p.size), and into commonest (k,) how often its commonest value occurs.

    The latter is 0 where that is in no more than a fifth of the sample. Nan and 0 where a row is not finite.
    """
    for i in range(rows.shape[0]):
        finite = True
        for j in range(rows.shape[1]):
            finite &= abs(rows[i, j]) < math.inf
        quantiles[i], commonest[i] = math.nan, 0.0
        if finite:
            most, total = _row(rows[i], weights[i], p, quantiles[i]), weights[i].sum()
            commonest[i] = most if 5.0 * most > total else 0.0

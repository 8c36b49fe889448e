"""Autocorrelations of ranks, and how they are distributed where the order of the values means nothing."""

import numpy as np

from stablefit._types import FloatArray


def ranks(rows: FloatArray) -> FloatArray:
    """Return ranks along the last axis, equal values sharing their mean, brought to mean 0 and mean square 1."""
    from scipy.stats import rankdata

    found = rankdata(rows, axis=-1)
    found -= 0.5 * (rows.shape[-1] + 1.0)
    found /= np.sqrt(np.mean(found**2, axis=-1, keepdims=True))
    return np.asarray(found)


def autocorrelations(scores: FloatArray, lags: int) -> FloatArray:
    """Return the mean product of scores k places apart, times (n - k) / n, for k = 1 .. lags along a new last axis."""
    n = scores.shape[-1]
    products = [np.einsum("...i,...i", scores[..., k:], scores[..., :-k]) / n for k in range(1, lags + 1)]
    return np.stack(products, axis=-1)


def portmanteau(correlations: FloatArray, n: int) -> FloatArray:
    """Return Ljung and Box's n (n + 2) sum r_k^2 / (n - k); chi-square with as many degrees as lags for large n.

    Examples
    --------
    >>> float(portmanteau(np.array([0.5]), 4))  # 4 * 6 * .25 / 3
    2.0
    """
    lag = np.arange(1, correlations.shape[-1] + 1)
    return np.asarray(n * (n + 2.0) * np.sum(correlations**2 / (n - lag), axis=-1))


def permuted(scores: FloatArray, lags: int, n_perm: int, rng: np.random.Generator) -> FloatArray:
    """Return sorted portmanteau statistics of scores of shape (n,) in random orders, shape (n_perm,)."""
    chunk = max(1, 2**20 // scores.size)
    parts = []
    for start in range(0, n_perm, chunk):
        many = np.tile(scores, (min(chunk, n_perm - start), 1))
        rng.permuted(many, axis=1, out=many)
        parts.append(portmanteau(autocorrelations(many, lags), scores.size))
    return np.sort(np.concatenate(parts))

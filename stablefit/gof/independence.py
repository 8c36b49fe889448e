# ruff: noqa: PT028 - `test_independence` is a public name, and no test of ours
"""Does the order of the values mean anything? Every other test here supposes that it does not."""

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray, RandomState
from stablefit.gof.frames import numbers
from stablefit.gof.independence_result import IndependenceTest
from stablefit.gof.multiplicity import Correction, adjust
from stablefit.gof.options import check_correction, check_count, check_level
from stablefit.gof.ranks import autocorrelations, permuted, portmanteau, ranks
from stablefit.gof.rows import checked_rows


def test_independence(
    samples: ArrayLike,
    *,
    axis: int | None = None,
    lags: int = 10,
    n_perm: int = 999,
    correction: Correction | None = "bh",
    level: float = 0.05,
    rng: RandomState = 0,
) -> IndependenceTest:
    """Test whether successive values are independent, without supposing that they have a variance.

    Two statistics of Ljung and Box: of the ranks of the values, which feel a trend or an autocorrelation, and of the
    ranks of their distances from the median, which feel that large values come in clusters. Clusters make tails look
    heavy. If the order means nothing, every order of the values is as likely, and the p-values are exact.

    Parameters
    ----------
    samples : array_like
        In any unit and in their order in time: shape (n,) for one sample, any shape with `axis` for many; n >= 8.
    axis : int, optional
        Axis along which one sample lies, which is time.
    lags : int, default 10
        Largest distance in time; smaller than n / 2.
    n_perm : int, default 999
        Random orders. A p-value is at least 2 / (n_perm + 1): many samples with a correction want more.
    correction : {"bh", "by"} or None, default "bh"
        How `rejected` allows for the number of samples: see `stablefit.gof.adjust`. One sample needs none.
    level : float, default 0.05
        False discovery rate of `rejected`; of one sample, or without a correction, the probability of a false alarm.
    rng : numpy.random.Generator, int or None, default 0
        Source of the random orders. Samples without equal values share them: their ranks are the same numbers.

    Returns
    -------
    IndependenceTest
        `pvalue`, `level_pvalue`, `size_pvalue`, the rank autocorrelations, `rejected`.

    Raises
    ------
    ValueError
        If an option is not of the kind above, or there is more than one dimension and no `axis`.
    DataError
        If a single sample holds nan or inf, has fewer than 8 values, or is constant. In a batch it has nan and a
        status.
    TypeError
        If the samples are not real numbers.

    References
    ----------
    .. [1] G. M. Ljung, G. E. P. Box, "On a measure of lack of fit in time series models", Biometrika 65 (1978),
       297-303.
    .. [2] J. M. Dufour, R. Roy, "Generalized portmanteau statistics and tests of randomness", Comm. Statist. Theory
       Methods 15 (1986), 2953-2972: of ranks.

    Examples
    --------
    >>> import numpy as np, stablefit as sf
    >>> x = sf.Stable(1.5).rvs(1000, rng=0)
    >>> sf.gof.test_independence(x).rejected, sf.gof.test_independence(np.sort(x)).pvalue  # 2 / (999 + 1)
    (False, 0.002)
    """
    check_correction("correction", correction)
    check_level(level)
    check_count("n_perm", n_perm)
    check_count("lags", lags)
    rows, shape, status = checked_rows(samples, axis)
    n = rows.shape[1]
    if not lags < n / 2:
        raise ValueError(f"lags must be smaller than half the number of values, {n / 2:g}, got {lags}")
    used = np.flatnonzero(status == 0)
    correlations = np.full((2, len(rows), lags), np.nan)
    pvalues = np.full((2, len(rows)), np.nan)
    if used.size:
        scores = _scores(rows[used])
        correlations[:, used] = autocorrelations(scores, lags)
        statistic = portmanteau(correlations[:, used], n)
        pvalues[:, used] = _pvalues(scores, statistic, lags, n_perm, np.random.default_rng(rng))
    combined = np.minimum(2.0 * pvalues.min(axis=0), 1.0)
    adjusted = adjust(combined.reshape(shape), correction if shape else None, level=level)
    pvalue, level_p, size_p, level_q, size_q = numbers(shape, combined, *pvalues, *portmanteau(correlations, n))
    adjusted_p, rejected, codes = numbers(shape, adjusted.pvalues, adjusted.rejected, status)
    level_r, size_r = correlations.reshape(2, *shape, lags)
    return IndependenceTest(
        *(pvalue, level_p, size_p, level_q, size_q, level_r, size_r, adjusted_p, rejected, codes),
        *(n, lags, n_perm, adjusted),
    )


def _scores(rows: FloatArray) -> FloatArray:
    """Return ranks of the values, and of their distances from the median, shape (2, k, n)."""
    half = rows.shape[1] // 2
    middle = np.partition(rows, half, axis=1)[:, half : half + 1]  # a mean of two would be equally far from both
    return ranks(np.stack([rows, np.abs(rows - middle)]))


def _pvalues(scores: FloatArray, statistic: FloatArray, lags: int, n_perm: int, rng: np.random.Generator) -> FloatArray:
    """Return the share of orders with a statistic as large; rows of scores without ties share their orders."""
    flat, values = scores.reshape(-1, scores.shape[-1]), statistic.ravel()
    distinct = ranks(np.arange(flat.shape[1], dtype=np.float64))
    shared = permuted(distinct, lags, n_perm, rng)
    out = np.empty(values.size)
    for i, row in enumerate(flat):
        null = shared if np.unique(row).size == row.size else permuted(row, lags, n_perm, rng)
        as_large = null.size - np.searchsorted(null, values[i] * (1.0 - 1e-12))
        out[i] = (1.0 + as_large) / (1.0 + n_perm)
    return out.reshape(statistic.shape)

"""Are tails that look stable stable? Sums of stable values have the same alpha; others drift to 2."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray, IntArray, RandomState
from stablefit.errors import DataError
from stablefit.estimators.samples import read
from stablefit.gof.aggregation_result import AggregationTest
from stablefit.gof.options import check_count
from stablefit.gof.simulation import share_as_large, simulate
from stablefit.laws.stable import Stable

if TYPE_CHECKING:
    from stablefit.estimators.fitting import MethodName

SUMS = 64
"""Sums that there must be at least of each length."""
FEWEST_DRAWS = 19
"""Simulated samples at least; with fewer no p-value is as small as 5 %."""
BAND = (0.05, 0.5, 0.95)
"""Quantiles of the estimates under a stable law that are reported."""


def aggregation_test(
    samples: ArrayLike,
    *,
    blocks: Sequence[int] = (1, 2, 4, 8),
    method: "MethodName" = "ecf",
    n_boot: int = 999,
    shuffles: int = 0,
    rng: RandomState = 0,
    n_jobs: int = 1,
) -> AggregationTest:
    """Test whether alpha stays constant under block sums.

    Sums of independent stable values are stable with the same alpha. Sums of values with a finite variance, such as
    Student's t with more than two degrees of freedom, approach the normal law, and their alpha drifts to 2, although a
    stable law with alpha < 2 may describe the single values well. The parametric bootstrap draws from the stable law
    fitted to the single values, and treats the draws in the same way.

    Parameters
    ----------
    samples : array_like, shape (n,)
        Independent draws in any unit; n >= 64 max(blocks).
    blocks : sequence of int, default (1, 2, 4, 8)
        Lengths of the sums, increasing from 1.
    method : {"ecf", "mle", "quantile", "logmoment", "mohammadi"}, default "ecf"
        How alpha is estimated: a method of `stablefit.fit`. "ecf" is fastest.
    n_boot : int, default 999
        Samples that are drawn, at least 19. The p-value is at least 1 / (n_boot + 1).
    shuffles : int, default 0
        0: sums of consecutive values. More: alpha of the sums is the mean over that many random orders, for values
        whose order means nothing; sums of several orders use more of the data than those of one.
    rng : numpy.random.Generator, int or None, default 0
        Source of the orders and of the draws.
    n_jobs : int, default 1
        Threads; the result does not depend on it.

    Returns
    -------
    AggregationTest
        `alpha` and `se` by block length, their `band` under a stable law, `slope` per doubling, `pvalue`; nan where the
        sums of a length could not be fitted.

    Raises
    ------
    ValueError
        If an option is not of the kind above.
    DataError
        If the samples hold nan or inf, are fewer than 64 max(blocks), or cannot be fitted: see `stablefit.fit`.
    TypeError
        If the samples are not real numbers.

    See Also
    --------
    stablefit.gof.test_independence : Before this one: sums of dependent values say nothing about their law.

    Notes
    -----
    The statistic is the slope of alpha against the logarithm of the block length, by generalised least squares: the
    bootstrap's means are the line of no drift, and its covariance says how sums of different lengths go together, which
    share their values. Large slopes count against stability. A p-value that is not small does not prove stability:
    docs/tests-of-the-claim.md says how often other laws are told apart.

    References
    ----------
    .. [1] W. Feller, "An introduction to probability theory and its applications", volume 2, Wiley, 1971, sections VI.1
       and VIII.4.
    .. [2] A. C. Davison, D. V. Hinkley, "Bootstrap methods and their application", Cambridge, 1997, section 4.2.

    Examples
    --------
    >>> import numpy as np, stablefit as sf
    >>> stable = sf.gof.aggregation_test(sf.Stable(1.5).rvs(4000, rng=0), n_boot=199)
    >>> student = sf.gof.aggregation_test(np.random.default_rng(0).standard_t(3, 4000), n_boot=199)
    >>> stable.pvalue > 0.05, student.pvalue <= 0.05
    (True, True)
    """
    lengths = _checked_lengths(blocks)
    check_count("n_boot", n_boot, least=FEWEST_DRAWS)
    check_count("shuffles", shuffles, least=0)
    rows, n = _checked_samples(samples, lengths)
    generator = np.random.default_rng(rng)
    orders = np.stack([generator.permutation(n) for _ in range(shuffles)]) if shuffles else np.arange(n)[None]
    alpha, se = _of_sums(rows, lengths, method, orders)
    if np.isnan(alpha[0, 0]):
        raise DataError(f"samples must have a fit by {method!r}, got none that converged")
    law = Stable(alpha[0, 0])  # location and scale make no difference

    def alphas(count: int, stream: np.random.Generator) -> FloatArray:
        return _of_sums(np.asarray(law.rvs((count, n), rng=stream)), lengths, method, orders)[0]

    drawn = simulate(alphas, n_boot, n, generator, n_jobs, "aggregation_test")
    drawn = drawn[~np.isnan(drawn).any(axis=1)]
    centre, weights = drawn.mean(axis=0), slope_weights(lengths, drawn)
    slope, slopes = float((alpha[0] - centre) @ weights), (drawn - centre) @ weights
    band = np.quantile(drawn, BAND, axis=0)
    pvalue = share_as_large(slope, slopes)
    found = lengths, n // lengths, alpha[0], se[0], band, slope, float(slopes.std()), pvalue
    return AggregationTest(*found, method, n, len(drawn), shuffles)


def slope_weights(lengths: IntArray, drawn: FloatArray) -> FloatArray:
    """Return what the alphas are multiplied by for their slope per doubling, by generalised least squares.

    Examples
    --------
    Independent alphas of equal variance give ordinary least squares:

    >>> drawn = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> slope_weights(np.array([1, 2, 4]), np.vstack([drawn, [0.0, 0.0, -1.0]]))[[0, 2]].round(3)
    array([-0.5,  0.5])
    """
    covariance = np.cov(drawn.T)
    # at alpha = 2 nearly every estimate is 2, and nothing varies
    ridge = 1e-6 * np.trace(covariance) / lengths.size + 1e-12
    precision = np.linalg.inv(covariance + ridge * np.eye(lengths.size))
    doublings = np.log2(lengths)
    level = precision.sum(axis=0)
    weights = doublings @ precision - (doublings @ level) / level.sum() * level
    return np.asarray(weights / (weights @ doublings))


def _of_sums(
    rows: FloatArray, lengths: IntArray, method: "MethodName", orders: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return alpha of the sums of each length and its standard error, shape (k, lengths), means over the orders."""
    from stablefit.estimators.fitting import fit

    out = np.empty((2, len(rows), lengths.size))
    for j, length in enumerate(lengths):
        parts = []
        for order in orders[: 1 if length == 1 else None]:
            ordered = rows if len(orders) == 1 and length == 1 else rows[:, order]
            sums = ordered[:, : ordered.shape[1] // length * length].reshape(len(rows), -1, length).sum(axis=2)
            found = fit(sums, method, axis=1)
            parts.append(np.where(found.converged, [found.alpha, found.bse["alpha"]], np.nan))
        out[:, :, j] = np.mean(parts, axis=0)
    return out[0], out[1]


def _checked_lengths(blocks: Sequence[int]) -> IntArray:
    lengths = np.asarray(blocks)
    if lengths.ndim != 1 or lengths.size < 2 or lengths.dtype.kind not in "iu":
        raise ValueError(f"blocks must be two whole numbers or more, got {blocks!r}")
    if lengths[0] != 1 or (np.diff(lengths) <= 0).any():
        raise ValueError(f"blocks must increase from 1, got {tuple(blocks)!r}")
    return np.asarray(lengths, dtype=np.int64)


def _checked_samples(samples: ArrayLike, lengths: IntArray) -> tuple[FloatArray, int]:
    """Return the samples as one row, in units of the largest, and their number."""
    from stablefit.estimators.fitting import fit

    fit(samples, "quantile")  # raises what is wrong with them
    rows = np.asarray(read(samples, None).rows, dtype=np.float64)
    n = rows.shape[1]
    if n < SUMS * lengths[-1]:
        raise DataError(f"samples must hold at least {SUMS} * {lengths[-1]} values for these blocks, got {n}")
    return rows / np.abs(rows).max(), n  # sums cannot overflow

"""Fitting by block sums: the estimator of Mohammadi, Mohammadpour and Ogata, used on gradient noise by Simsekli."""

import math
from collections.abc import Mapping

import numpy as np

from stablefit.estimators import logarithms
from stablefit.estimators.estimates import Estimates
from stablefit.estimators.standard import Standard

PROBABILITIES = logarithms.PROBABILITIES


def block_lengths(n: int) -> tuple[int, int]:
    """Length of the blocks, and their number, for n samples.

    The length is the largest divisor of the number of samples that is not above its root. A prime number has none but
    1, and twice a prime none but 2, which tells next to nothing: the last samples are dropped until the length is at
    least half the root.

    Examples
    --------
    >>> block_lengths(1000)
    (25, 40)
    >>> block_lengths(1009)  # a prime
    (28, 36)
    """
    for used in range(n, 0, -1):
        length = next(d for d in range(math.isqrt(used), 0, -1) if used % d == 0)
        if 4 * length * length >= used and length > 1:
            return length, used // length
    raise ValueError(f"n must be at least 4, got {n}")


def estimate(samples: Standard, held: Mapping[str, float]) -> Estimates:
    """Fit block sums of each row, in the order in which the samples come.

    Parameters
    ----------
    samples : Standard
        One sample a row, in standard units, with quantiles at `PROBABILITIES`.
    held : mapping
        Values of the parameters that are not estimated: loc 0 and scale 1, as `Standard` has them.

    Returns
    -------
    Estimates
        1/alpha is how much larger log abs(x - loc) is on average for sums of `block_lengths` samples than for single
        ones, over the logarithm of the length. Scale as the log-moment estimator has it, loc the median. The standard
        errors leave out the correlation of sums and single samples.

    Notes
    -----
    Consistent for stable laws only, and noisy: at n = 1000 the standard deviation of alpha is .14 at alpha 1.5, three
    times that of ``"mle"``. It depends on the order of the samples. Kept to compare with published figures.

    References
    ----------
    .. [1] M. Mohammadi, A. Mohammadpour and H. Ogata, "On estimating the tail index and the spectral measure of
       multivariate alpha-stable distributions", Metrika 78 (2015), corollary 2.4.
    .. [2] U. Simsekli, L. Sagun and M. Gurbuzbalaban, "A tail-index analysis of stochastic gradient noise in deep
       neural networks", ICML 2019.
    """
    k, n = samples.rows.shape
    length, blocks = block_lengths(n)
    loc = logarithms.centre(samples, held)
    used = np.ascontiguousarray(samples.rows[:, : length * blocks])
    singles = logarithms.log_distances(used, loc)
    with np.errstate(over="ignore", invalid="ignore"):
        totals = used.reshape(k, blocks, length).sum(axis=2)
    sums = logarithms.log_distances(totals, length * loc)
    mean = singles.mean()
    inverse = (sums.mean() - mean) / math.log(length)
    alpha, scale, status = logarithms.alpha_and_scale(inverse, mean, held)
    of_mean = logarithms.variance(alpha) / (length * blocks)
    of_inverse, with_mean = np.zeros(k), np.zeros(k)  # variance of 1/alpha, and its covariance with the mean
    if "alpha" not in held:
        of_inverse = logarithms.variance(alpha) * (1.0 / blocks + 1.0 / (length * blocks)) / math.log(length) ** 2
        with_mean = -of_mean / math.log(length)
    euler = logarithms.EULER
    of_scale = of_mean - 2.0 * euler * with_mean + euler**2 * of_inverse
    together = -(alpha**2) * (with_mean - euler * of_inverse)
    cov = logarithms.covariance(alpha, scale, alpha**4 * of_inverse, together, of_scale, n, held)
    return Estimates.symmetric(alpha, loc, scale, cov, status)

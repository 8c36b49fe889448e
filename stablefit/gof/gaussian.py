# ruff: noqa: PT028 - `test_gaussian` is a public name, and no test of ours
"""Is alpha = 2? The likelihood ratio of the stable and the normal law, against what it is for normal samples."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.estimators.batch import BatchFit
from stablefit.estimators.result import FitResult
from stablefit.gof.frames import numbers
from stablefit.gof.gaussian_null import pvalues
from stablefit.gof.gaussian_result import GaussianTest
from stablefit.gof.multiplicity import Correction, adjust
from stablefit.gof.options import check_correction, check_level


def test_gaussian(
    samples_or_fit: ArrayLike | FitResult | BatchFit,
    *,
    axis: int | None = None,
    correction: Correction | None = "bh",
    level: float = 0.05,
    n_jobs: int = 1,
) -> GaussianTest:
    """Test whether samples are normal, alpha = 2, against stable laws with alpha < 2.

    The statistic is twice the log-likelihood that the best symmetric stable law gains over the best normal one. alpha =
    2 is the end of alpha's range, and its information is infinite there, so that the statistic is neither chi-square
    nor half of one: of 1,000 normal values it is 0 in 84 % of samples, and its 95 % point is .85, not 3.84 or 2.71. The
    p-values come from simulated normal samples of each size.

    Parameters
    ----------
    samples_or_fit : array_like, FitResult or BatchFit
        Independent draws in any unit: shape (n,) for one sample, any shape with `axis` for many, at least 8 values
        each. Or a fit by maximum likelihood with alpha, loc and scale free, without weights; it must hold its samples.
    axis : int, optional
        Axis along which one sample lies; not for fits.
    correction : {"bh", "by"} or None, default "bh"
        How `rejected` allows for the number of samples: see `stablefit.gof.adjust`. One sample needs none.
    level : float, default 0.05
        False discovery rate of `rejected`; of one sample, or without a correction, the probability of a false alarm.
    n_jobs : int, default 1
        Threads for the fits; the result does not depend on it.

    Returns
    -------
    GaussianTest
        `statistic`, `pvalue`, `adjusted`, `rejected`, and `alpha`: numbers for one sample, arrays for many.

    Raises
    ------
    ValueError
        If a fit is not of the kind above, an option is none of those above, or there is more than one dimension and no
        `axis`.
    DataError
        If a single sample cannot be fitted: see `stablefit.fit`. In a batch it has nan and a status.
    TypeError
        If the samples are not real numbers.

    See Also
    --------
    stablefit.gof.aggregation_test : Heavy tails are not yet stable: t and Laplace samples are rejected here as well.
    stablefit.gof.compare : Which law fits best.

    Notes
    -----
    The table of the statistic's law covers n from 8 to 100,000; beyond, that of 100,000 serves, and p-values are too
    large. Its Monte Carlo errors, one standard deviation, are at most 5 % of a p-value of .05, 7 % of .01 and 9 % of
    .001, and mostly 1 to 2 %. p-values below the smallest that the simulation could tell are given as that: 3e-4 up to
    n = 30, 1e-5 at 40 and at 100,000, 1e-7 and less between.

    References
    ----------
    .. [1] W. H. DuMouchel, "On the asymptotic normality of the maximum-likelihood estimate when sampling from a stable
       distribution", Ann. Statist. 1 (1973), 948-957: the end alpha = 2.

    Examples
    --------
    >>> import numpy as np, stablefit as sf
    >>> samples = np.random.default_rng(0).standard_normal((1000, 3))
    >>> samples[:, 2] = sf.Stable(1.9).rvs(1000, rng=1)
    >>> found = sf.gof.test_gaussian(samples, axis=0)
    >>> found.statistic[0], found.pvalue[0], found.rejected  # the first fit has alpha = 2
    (np.float64(0.0), np.float64(1.0), array([False, False,  True]))
    """
    check_correction("correction", correction)
    check_level(level)
    fits = _fits(samples_or_fit, axis, n_jobs)
    statistic = likelihood_ratio(fits)
    pvalue = pvalues(statistic, np.asarray(fits.nobs))
    method = None if statistic.ndim == 0 else correction
    adjusted = adjust(pvalue, method, level=level)
    parts = statistic, pvalue, adjusted.pvalues, adjusted.rejected
    value, p, adjusted_p, rejected = numbers(statistic.shape, *parts)
    return GaussianTest(value, p, adjusted_p, rejected, fits.alpha, fits.nobs, fits.status, adjusted)


def likelihood_ratio(fits: FitResult | BatchFit) -> FloatArray:
    """Return twice what the fits gain in log-likelihood over normal laws; nan where there is no fit."""
    rows, counts = _rows(fits)
    loc, scale, alpha, loglik = (np.ravel(getattr(fits, name)) for name in ("loc", "scale", "alpha", "loglik"))
    out = np.full(len(rows), np.nan)
    for i in np.flatnonzero(np.ravel(fits.converged)):
        z = (rows[i] - loc[i]) / scale[i]
        normal = -0.5 * counts[i] * (np.log(2.0 * np.pi * np.nanvar(z)) + 1.0) - counts[i] * np.log(scale[i])
        # a search that ends in a lower maximum than alpha = 2 has found nothing against it
        out[i] = 0.0 if alpha[i] == 2.0 else max(2.0 * (loglik[i] - normal), 0.0)
    return out.reshape(np.shape(fits.alpha))


def _fits(given: Any, axis: int | None, n_jobs: int) -> FitResult | BatchFit:
    """Fits by maximum likelihood; ValueError for others."""
    from stablefit.estimators.fitting import fit

    if not isinstance(given, FitResult | BatchFit):
        policy: Any = "raise" if axis is None or np.ndim(given) == 1 else "propagate"
        fitted: FitResult | BatchFit = fit(given, axis=axis, nan_policy=policy, n_jobs=n_jobs)
        return fitted
    if axis is not None:
        raise ValueError(f"axis must be None for fits, got {axis}")
    if given.method != "mle":
        raise ValueError(f"fits must be by 'mle', got {given.method!r}; pass the samples")
    if given.fixed != {"beta": 0.0}:
        raise ValueError(f"fits must hold beta = 0 and nothing else, got {given.fixed}; pass the samples")
    return given


def _rows(fits: FitResult | BatchFit) -> tuple[Any, Any]:
    """Return the samples of the fits, one a row with nan where values were left out, and how many there are."""
    if isinstance(fits, FitResult):
        rows, weights = (None if fits.samples is None else fits.samples[None]), fits.weights
    else:
        rows, weights = (None, None) if fits.data is None else (fits.data.rows, fits.data.weights)
    if rows is None:
        raise ValueError("fits must hold their samples, got none; save them with samples=True")
    if weights is not None:
        raise ValueError("fits must be without weights, got weights; the null law is known for samples of whole values")
    return rows, np.ravel(fits.nobs)

# ruff: noqa: PT028 - `test_equal_alpha` is a public name, and no test of ours
"""Do different parameters have different alpha? The spread of estimates, against what one common alpha gives."""

from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import AnyArray, FloatArray, RandomState
from stablefit.errors import DataError
from stablefit.estimators.batch import BatchFit
from stablefit.gof.equal_alpha_result import EqualAlphaTest
from stablefit.gof.options import check_count
from stablefit.gof.simulation import VALUES, share_as_large, simulate
from stablefit.laws.stable import Stable

BAND = (0.025, 0.5, 0.975)
"""Quantiles of the sorted estimates under one common alpha that are reported."""
_CLOSE = 1e-3
"""How well the common alpha is found, in log(2 - alpha): far below its standard error."""


def test_equal_alpha(
    samples_or_fits: ArrayLike | BatchFit,
    *,
    axis: int | None = None,
    method: Any = "mle",
    n_boot: int = 199,
    rng: RandomState = 0,
    n_jobs: int = 1,
) -> EqualAlphaTest:
    """Test whether many samples have one common alpha, each with a location and scale of its own.

    Estimates differ although alpha does not: of samples of 1,000 from one law with alpha = 1.5 they spread by .05. The
    null law is simulated: alpha is estimated in common, as many samples as there are are drawn with it, and each is
    fitted as the samples were.

    Parameters
    ----------
    samples_or_fits : array_like or BatchFit
        Samples in any unit, each along `axis`, which are to be independent of each other; at least two with 8 values or
        more. Or their fits, symmetric with alpha, loc and scale free, without weights; they must hold the samples.
    axis : int, optional
        Axis along which one sample lies; needed for samples, not for fits.
    method : {"mle", "ecf", "quantile", "logmoment", "mohammadi"}, default "mle"
        How alpha is estimated: a method of `stablefit.fit`. Fits keep theirs.
    n_boot : int, default 199
        Batches that are simulated. The p-value is at least 1 / (n_boot + 1).
    rng : numpy.random.Generator, int or None, default 0
        Source of the draws.
    n_jobs : int, default 1
        Threads; the result does not depend on it.

    Returns
    -------
    EqualAlphaTest
        `statistic`, `ratio`, `pvalue`, the `common` alpha, and the `band` of the sorted estimates.

    Raises
    ------
    ValueError
        If fits are not of the kind above, or an option is not.
    DataError
        If fewer than two samples could be fitted. Others that could not are left out and counted in `missing`.
    TypeError
        If the samples are not real numbers.

    Notes
    -----
    The statistic is Cochran's Q: the sum of the squared deviations of the estimates from their mean, weighed by the
    sample sizes, over the variance of an estimate under the common alpha; about chi-square with one degree less than
    samples, had it not been simulated. The common alpha maximises the sum of the likelihoods.

    Gradient noise of several parameters in the same mini-batches is dependent. Estimates that go up and down together
    spread less, and Q of dependent samples varies more, than this null law knows.

    References
    ----------
    .. [1] W. G. Cochran, "The combination of estimates from different experiments", Biometrics 10 (1954), 101-129.
    .. [2] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the noise model of stochastic gradient descent",
       arXiv 2303.02749, Figure 5.

    Examples
    --------
    >>> import numpy as np, stablefit as sf
    >>> same = sf.Stable(1.5, scale=np.geomspace(0.01, 100.0, 20)).rvs((500, 20), rng=0)
    >>> different = sf.Stable(np.linspace(1.4, 1.8, 20)).rvs((500, 20), rng=0)
    >>> [sf.gof.test_equal_alpha(x, axis=0, method="ecf").pvalue < 0.05 for x in (same, different)]
    [False, True]
    """
    check_count("n_boot", n_boot)
    fits = _fits(samples_or_fits, axis, method, n_jobs)
    used = np.ravel(fits.converged)
    if used.sum() < 2:
        raise DataError(f"two samples at least must have been fitted, got {int(used.sum())} of {used.size}")
    kept = cast("BatchFit", fits.flat()[used])
    common = common_alpha(kept, n_jobs)
    counts = kept.nobs_of_rows
    drawn = _drawn(common, counts, kept.method, n_boot, np.random.default_rng(rng), n_jobs)
    spread, spreads = _spread(kept.alpha, counts), _spread(drawn, counts)
    unit = np.nanmean(spreads) / (counts.size - 1)
    band = np.nanquantile(np.sort(drawn, axis=1), BAND, axis=0)
    order = np.flatnonzero(used)[np.argsort(kept.alpha, kind="stable")]
    with np.errstate(divide="ignore"):
        statistic = float(np.divide(spread, unit)) if spread > 0.0 else 0.0
    pvalue = share_as_large(float(spread), spreads)
    found = statistic, counts.size - 1, pvalue, common, np.sort(kept.alpha), order, band
    return EqualAlphaTest(*found, fits.shape, kept.method, counts[np.argsort(kept.alpha)], n_boot, int((~used).sum()))


def common_alpha(fits: BatchFit, n_jobs: int = 1) -> float:
    """Return the alpha that maximises the sum of the likelihoods, each sample with its own location and scale."""
    from scipy.optimize import minimize_scalar

    from stablefit.estimators.fitting import fit

    assert fits.data is not None
    rows = fits.data.rows

    def lost(alpha: float) -> float:
        held = fit(rows, axis=1, fixed={"alpha": alpha}, nan_policy="omit", n_jobs=n_jobs)
        return -float(np.nansum(held.loglik))

    low, high = float(fits.alpha.min()), min(float(fits.alpha.max()), 2.0 - _CLOSE)
    if low >= 2.0 - _CLOSE:
        return 2.0
    span = -np.log(2.0 - low), -np.log(2.0 - high)
    found = minimize_scalar(lambda u: lost(2.0 - np.exp(-u)), bounds=span, method="bounded", options={"xatol": _CLOSE})
    return 2.0 if fits.alpha.max() == 2.0 and lost(2.0) <= found.fun else float(2.0 - np.exp(-found.x))


def _fits(given: Any, axis: int | None, method: Any, n_jobs: int) -> BatchFit:
    """Fits of samples; ValueError for fits that cannot be simulated."""
    from stablefit.estimators.fitting import fit
    from stablefit.estimators.samples import read

    if not isinstance(given, BatchFit):
        if not read(given, axis).shape:
            raise ValueError(f"samples must have two dimensions or more, got shape {np.shape(given)}")
        return fit(given, method, axis=cast("int", axis), nan_policy="propagate", n_jobs=n_jobs)
    if axis is not None:
        raise ValueError(f"axis must be None for fits, got {axis}")
    if given.fixed != {"beta": 0.0}:
        raise ValueError(f"fits must hold beta = 0 and nothing else, got {given.fixed}; pass the samples")
    if given.data is None or given.data.weights is not None:
        what = "none" if given.data is None else "weights as well"
        raise ValueError(f"fits must hold their samples, without weights, got {what}")
    return given


def _spread(alpha: FloatArray, counts: AnyArray) -> Any:
    """Return the weighted sum of squared deviations from the weighted mean, along the last axis; nan are left out."""
    share = np.where(np.isnan(alpha), 0.0, counts / counts.mean())
    known = np.where(np.isnan(alpha), 0.0, alpha)
    mean = (share * known).sum(axis=-1, keepdims=True) / share.sum(axis=-1, keepdims=True)
    return (share * (known - mean) ** 2).sum(axis=-1)


def _drawn(
    alpha: float, counts: AnyArray, method: Any, n_boot: int, rng: np.random.Generator, n_jobs: int
) -> FloatArray:
    """Return estimates of samples of one law, shape (n_boot, k); nan where there is none."""
    from stablefit.estimators.fitting import fit

    law, longest = Stable(alpha), int(counts.max())  # location and scale make no difference
    beyond = np.arange(longest) >= counts[:, None] if counts.min() < longest else None

    def one_chunk(count: int, stream: np.random.Generator) -> FloatArray:
        out = np.empty(count * counts.size)
        step = max(1, VALUES // longest)
        for start in range(0, out.size, step):
            block = np.arange(start, min(start + step, out.size))
            x = np.asarray(law.rvs((block.size, longest), rng=stream))
            if beyond is not None:
                x[beyond[block % counts.size]] = np.nan
            found = fit(x, method, axis=1, nan_policy="omit")
            out[block] = np.where(found.converged, found.alpha, np.nan)
        return out.reshape(count, counts.size)

    return simulate(one_chunk, n_boot, longest * counts.size, rng, n_jobs, "test_equal_alpha")

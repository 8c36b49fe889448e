"""Maximum likelihood from grouped data: counts in the bins of a histogram."""

import warnings
from collections.abc import Mapping
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import BoolArray, FloatArray, RandomState
from stablefit.errors import StablefitWarning
from stablefit.estimators.binned_information import covariance
from stablefit.estimators.binned_result import BinnedBatch, BinnedFit
from stablefit.estimators.binned_tables import bin_tables
from stablefit.estimators.estimates import Estimates, Fits, estimated
from stablefit.estimators.fixed import read_fixed
from stablefit.estimators.histograms import Histograms, read_histograms, refuse, status_of, units_of
from stablefit.estimators.status import Status

_OUTCOMES = (Status.OK, Status.BOUNDARY, Status.NOT_CONVERGED)  # states of `_kernels.scoring`


@overload
def fit_binned(
    counts: ArrayLike,
    edges: ArrayLike,
    *,
    symmetric: bool = ...,
    fixed: Mapping[str, float] | None = ...,
    axis: None = ...,
    rng: RandomState = ...,
) -> BinnedFit: ...
@overload
def fit_binned(
    counts: ArrayLike,
    edges: ArrayLike,
    *,
    symmetric: bool = ...,
    fixed: Mapping[str, float] | None = ...,
    axis: int,
    rng: RandomState = ...,
) -> BinnedBatch: ...
def fit_binned(
    counts: ArrayLike,
    edges: ArrayLike,
    *,
    symmetric: bool = True,
    fixed: Mapping[str, float] | None = None,
    axis: int | None = None,
    rng: RandomState = None,
) -> BinnedFit | BinnedBatch:
    """Fit symmetric alpha-stable laws to histograms, by maximum likelihood.

    Parameters
    ----------
    counts : array_like
        How many values lie in each bin: shape (bins,) for one histogram, any shape with `axis` for a batch. Not
        negative, and whole or not: they are weights of bins. A histogram needs a sum of 8, in at least one bin more
        than there are free parameters.
    edges : array_like, shape (bins + 1,)
        Ends of the bins, strictly increasing, in any unit; the same for all histograms. The outer ones may be -inf and
        inf: such bins hold all that lies beyond.
    symmetric : bool, default True
        Fit alpha, loc and scale at beta = 0. Skewed laws are fitted to samples only, by `fit`.
    fixed : mapping, optional
        Parameters to hold, such as ``{"loc": 0.0}``.
    axis : int, optional
        Axis along which one histogram lies: shape (100, 40) with ``axis=0`` is 40 histograms of 100 bins.
    rng : numpy.random.Generator, int or None
        Kept with the result, for the intervals that are simulated; the estimates use no random numbers.

    Returns
    -------
    BinnedFit
        For one histogram: a `FitResult` with standard errors from the expected information of the grouped data, and
        the multinomial's log-likelihood, without its coefficient.
    BinnedBatch
        For a batch: a `BatchFit`. Bad histograms give nan and a `Status`.

    Raises
    ------
    DataError
        If a single histogram has a count that is negative, nan or inf; or counts that sum to less than 8, lie in one
        bin, or in no more bins than there are free parameters.
    TypeError
        If counts or edges are not real numbers.
    ValueError
        If the edges are not strictly increasing, counts are not one for each bin, there is more than one dimension and
        no `axis`, or an argument is not one of those above.

    See Also
    --------
    stablefit.fit : From the samples themselves.

    Notes
    -----
    The likelihood is that of the counts given their sum, sum n_i log(P_i / P): P_i is the probability of a bin and P
    that of all bins. Where the outer edges are finite, what lies beyond was not seen, and the law is fitted to the
    part that was. `numpy.histogram` with a range drops the rest without a word, and the fit is right for such counts
    however much was dropped. To say that *nothing* lies beyond is to say more, and takes a bin that is open and
    empty, or outer bins that are open: ``edges[0], edges[-1] = -inf, inf``. Do so for `numpy.histogram` without a
    range, whose outer edges are the smallest and the largest value: taken for the ends of what was seen, they pull
    alpha down, by half its standard error for 1,000 values and by more for fewer. Where values were dropped, an open
    bin with their number on either side is better than none.

    Alpha lies in [0.26, 2]. At 2 the estimate stays, as in `fit`. On a window about the centre alone, alpha and scale
    are nearly confounded; standard errors say so.

    References
    ----------
    .. [1] G. Kulldorff, "Contributions to the Theory of Estimation from Grouped and Partially Grouped Samples", 1961.

    Examples
    --------
    >>> import numpy as np, stablefit as sf
    >>> x = sf.Stable(1.5, loc=3.0, scale=2.0).rvs(10_000, rng=0)
    >>> counts, edges = np.histogram(x, bins=60, range=(-15.0, 21.0))
    >>> result = sf.fit_binned(counts, edges)
    >>> f"{result.alpha:.2f} ± {result.bse['alpha']:.2f}"
    '1.48 ± 0.02'
    >>> outside = np.sum(x < -15.0), np.sum(x > 21.0)
    >>> opened = np.r_[outside[0], counts, outside[1]], np.r_[-np.inf, edges, np.inf]
    >>> bool(sf.fit_binned(*opened).bse["alpha"] < result.bse["alpha"])
    True
    """
    if not symmetric:
        raise ValueError("symmetric must be True, got False; stablefit.fit fits skewed laws, to samples")
    held = read_fixed(fixed)
    data = read_histograms(counts, edges, axis)
    batch = fit_histograms(data, held, rng)
    if data.shape:
        return batch
    refuse(data, Status(int(batch.fits.status[0])), len(batch.free))
    result = BinnedFit.of_row(batch, 0)
    if result.status is Status.NOT_CONVERGED:
        warnings.warn(result.message, StablefitWarning, stacklevel=2)
    return result


def fit_histograms(data: Histograms, held: Mapping[str, float], rng: RandomState) -> BinnedBatch:
    """Fit histograms one by one; those that cannot be fitted have nan and a status."""
    free = estimated(held)
    rows = np.ascontiguousarray(data.rows, dtype=np.float64)
    status = np.array([status_of(row, int(free.sum())) for row in rows], dtype=np.int64)
    fits, loglik = Fits.missing(status), np.full(len(rows), np.nan)
    for i in np.flatnonzero(status == Status.OK):
        found, loglik[i] = _fit_one(rows[i], data.edges, held, free)
        fits.put(np.array([i]), found)
    nobs = np.where(status == Status.NONFINITE, 0.0, 1.0)
    nobs[nobs > 0.0] = rows[nobs > 0.0].sum(axis=1)
    loglik[np.isnan(fits.scale)] = np.nan
    known = loglik.reshape(data.shape)
    return BinnedBatch("binned", fits, nobs, held, data, rng, data.shape, known_loglik=known)


def _fit_one(counts: FloatArray, edges: FloatArray, held: Mapping[str, float], free: BoolArray) -> tuple[Fits, float]:
    """Return the fit of one histogram, found in its own units, and the log-likelihood."""
    from stablefit._kernels import binned_starts

    centre, width = units_of(counts, edges, held)
    with np.errstate(over="ignore"):
        z = (edges - centre) / width
    optimum = np.empty(4)
    state = binned_starts.maximise(counts, z, np.array([held.get("alpha", 1.0), 0.0, 0.0]), free, bin_tables(), optimum)
    cov = covariance(counts, z, optimum, free)
    loc, scale = np.array([optimum[1]]), np.exp(optimum[2:3])
    estimates = Estimates.symmetric(
        optimum[:1].copy(), loc, scale, cov[None], np.array([_OUTCOMES[state]], dtype=np.int64)
    )
    return Fits.in_units(estimates, np.array([centre]), np.array([width])), float(optimum[3])

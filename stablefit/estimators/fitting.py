"""The entry to all estimators: one sample is a batch of one row, and every batch goes in blocks of rows."""

import os
import sys
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import AnyArray, RandomState
from stablefit.errors import DataError, StablefitWarning
from stablefit.estimators.batch import BatchFit
from stablefit.estimators.blocks import fit_block, join
from stablefit.estimators.chunked import chunked, fit_chunks
from stablefit.estimators.estimates import Fits
from stablefit.estimators.fixed import read_fixed
from stablefit.estimators.methods import Method, find_method
from stablefit.estimators.result import FitResult
from stablefit.estimators.samples import Samples, read, weighted
from stablefit.estimators.standard import FEWEST
from stablefit.estimators.status import Status

MethodName = Literal["mle", "ecf", "quantile", "logmoment", "mohammadi"]
NanPolicy = Literal["raise", "omit", "propagate"]


@overload
def fit(
    samples: ArrayLike,
    method: MethodName = ...,
    *,
    symmetric: bool = ...,
    fixed: Mapping[str, float] | None = ...,
    weights: ArrayLike | None = ...,
    axis: None = ...,
    nan_policy: NanPolicy = ...,
    rng: RandomState = ...,
    n_jobs: int = ...,
) -> FitResult: ...
@overload
def fit(
    samples: ArrayLike,
    method: MethodName = ...,
    *,
    symmetric: bool = ...,
    fixed: Mapping[str, float] | None = ...,
    weights: ArrayLike | None = ...,
    axis: int,
    nan_policy: NanPolicy = ...,
    rng: RandomState = ...,
    n_jobs: int = ...,
) -> BatchFit: ...
def fit(
    samples: ArrayLike,
    method: MethodName = "mle",
    *,
    symmetric: bool = True,
    fixed: Mapping[str, float] | None = None,
    weights: ArrayLike | None = None,
    axis: int | None = None,
    nan_policy: NanPolicy = "raise",
    rng: RandomState = None,
    n_jobs: int = 1,
) -> FitResult | BatchFit:
    """Fit alpha-stable laws to one sample or to a batch of them.

    Parameters
    ----------
    samples : array_like
        Independent draws, in any unit: shape (n,) for one sample, any shape with `axis` for a batch. A sample needs 8
        values. Torch tensors are detached; those on a device are fitted there, symmetric laws without weights by every
        method but ``"mohammadi"``. A batch in a dask or zarr array is read and fitted a chunk at a time, by dask's
        scheduler.
    method : {"mle", "ecf", "quantile", "logmoment", "mohammadi"}
        ``"mle"``: maximum likelihood, efficient. ``"ecf"``: least squares on the characteristic function, nearly as
        precise for alpha > 1 and the fastest on large batches. ``"quantile"``: McCulloch's, robust to what happens
        beyond the 5 and 95 % quantiles. ``"logmoment"`` and ``"mohammadi"`` (sums of blocks): for comparison with
        published figures.
    symmetric : bool, default True
        Fit alpha, loc and scale at beta = 0; False fits beta too, by ``"mle"``, ``"ecf"`` or ``"quantile"``. A skewed
        maximum-likelihood fit makes a table of the law at each step: some hundredths of a second a sample.
    fixed : mapping, optional
        Parameters to hold, such as ``{"loc": 0.0}``.
    weights : array_like, optional
        How often each value counts, of the samples' shape or (n,): a value of weight 3 counts like three equal values,
        one of weight 0 not at all. `nobs` is the sum, and standard errors go by it: weights that are to sum to 1 make
        a sample of one. For ``"mle"``, ``"ecf"`` and ``"quantile"``.
    axis : int, optional
        Axis along which one sample lies: shape (1000, 40) with ``axis=0`` is 40 samples.
    nan_policy : {"raise", "omit", "propagate"}
        What to do about nan: raise DataError, leave them out, or give nan for the sample that holds one.
    rng : numpy.random.Generator, int or None
        Kept with the result, for the intervals that are simulated; the estimates use no random numbers.
    n_jobs : int, default 1
        Threads over blocks of a batch; -1 for as many as there are processors. The bits do not depend on it. Dask has
        its own settings, and this is not used there.

    Returns
    -------
    FitResult
        For one sample.
    BatchFit
        For a batch, of the shape that remains without `axis`. Bad samples give nan and a `Status`.

    Raises
    ------
    DataError
        If nan are to be raised; or if a single sample holds inf, is empty, has fewer than 8 values, is constant, or has
        one value in more than 20 % of its places, where the likelihood is unbounded.
    TypeError
        If the samples are not real numbers.
    ValueError
        If there is more than one dimension and no `axis`, or an argument is not one of those above.

    Warns
    -----
    StablefitWarning
        If the search for a single sample did not converge; in a batch the status says so.

    See Also
    --------
    stablefit.fit_binned : Counts in bins.
    stablefit.Sketch : Streams of values that are not kept.
    stablefit.gof.compare : Other laws on the same sample.
    stablefit.gof.compare_methods : Every method on the same sample.

    References
    ----------
    .. [1] W. H. DuMouchel, "On the asymptotic normality of the maximum-likelihood estimate when sampling from a stable
       distribution", Ann. Statist. 1 (1973), 948-957: ``"mle"``.
    .. [2] I. A. Koutrouvelis, "Regression-type estimation of the parameters of stable laws", J. Amer. Statist. Assoc.
       75 (1980), 918-928: ``"ecf"``.
    .. [3] J. H. McCulloch, "Simple consistent estimators of stable distribution parameters", Commun. Statist. Simula.
       Computa. 15 (1986), 1109-1136: ``"quantile"``.

    Examples
    --------
    One sample, and ten of a thousand draws each:

    >>> import stablefit as sf
    >>> x = sf.Stable(1.5, loc=3.0, scale=2.0).rvs(10_000, rng=0)
    >>> result = sf.fit(x)
    >>> print(f"alpha {result.alpha:.3f} ± {result.bse['alpha']:.3f}, loc {result.loc:.2f}, scale {result.scale:.2f}")
    alpha 1.497 ± 0.015, loc 3.04, scale 1.99
    >>> batch = sf.fit(x.reshape(1000, 10), "ecf", axis=0)
    >>> batch.alpha.round(2)
    array([1.53, 1.52, 1.47, 1.58, 1.47, 1.44, 1.49, 1.47, 1.49, 1.54])
    """
    chosen = find_method(method, symmetric=bool(symmetric))
    _check_options(nan_policy, n_jobs)
    held = read_fixed(fixed, symmetric=bool(symmetric))
    if weights is not None and not chosen.weighted:
        raise ValueError(
            f"weights must be None for method {method!r}, got weights; 'mle', 'ecf' and 'quantile' take them"
        )
    if (lazy := chunked(samples)) is not None and lazy.ndim > 1:
        return fit_chunks(lazy, method, bool(symmetric), held, weights, axis, nan_policy, rng)
    data: Samples
    if on_device(samples) and symmetric and weights is None and method != "mohammadi":
        from stablefit.estimators.device.blocks import fit_tensor

        data, fits, nobs = fit_tensor(samples, axis, method, held, nan_policy)
    else:
        data = read(samples, axis)
        if weights is not None:
            data = weighted(data, weights, axis)
        fits, nobs = _fit_blocks(data, chosen, held, nan_policy, n_jobs)
    batch = BatchFit(method, fits, nobs, held, data, rng, data.shape)
    if data.shape:
        return batch
    _refuse(data, Status(int(fits.status[0])))
    result = FitResult.of_row(batch, 0)
    if result.status is Status.NOT_CONVERGED:
        warnings.warn(result.message, StablefitWarning, stacklevel=2)
    return result


def on_device(samples: Any) -> bool:
    """Whether samples are a torch tensor that is not on the host."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(samples, torch.Tensor) and samples.device.type != "cpu"


def _fit_blocks(
    data: Samples, method: Method, held: Mapping[str, float], nan_policy: str, n_jobs: int
) -> tuple[Fits, AnyArray]:
    """Fit samples on the host, block by block; return how many values each was fitted to, too."""
    blocks = data.blocks()

    def fitted(rows: slice) -> tuple[Fits, AnyArray]:
        return fit_block(data, rows, method, held, nan_policy)

    if len(blocks) == 1 or n_jobs == 1:
        return join([fitted(rows) for rows in blocks])
    with ThreadPoolExecutor(os.cpu_count() if n_jobs == -1 else n_jobs) as pool:
        return join(list(pool.map(fitted, blocks)))


def _check_options(nan_policy: str, n_jobs: int) -> None:
    if nan_policy not in ("raise", "omit", "propagate"):
        raise ValueError(f"nan_policy must be one of raise, omit, propagate, got {nan_policy!r}")
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, int | np.integer) or (n_jobs < 1 and n_jobs != -1):
        raise ValueError(f"n_jobs must be a positive integer or -1, got {n_jobs!r}")


def _refuse(data: Samples, status: Status) -> None:
    """Raise what is wrong with a single sample."""
    if status <= Status.NOT_CONVERGED:
        return
    x = np.asarray(data.rows[0], dtype=np.float64)
    weights = np.ones(x.size) if data.weights is None else np.asarray(data.weights[0], dtype=np.float64)
    if status is Status.NONFINITE:
        infinite = np.flatnonzero(np.isinf(x))
        if infinite.size:
            raise DataError(
                f"samples must be finite, got {infinite.size} infinite values (first at index {infinite[0]})"
            )
        return  # nan, to be propagated
    x, weights = x[~np.isnan(x)], weights[~np.isnan(x)]
    total = f"{weights.sum():.6g}"
    if status is Status.TOO_FEW:
        remedy = "" if data.weights is None else " by weight; weights count values, and are not to sum to 1"
        raise DataError(f"samples must hold at least {FEWEST} finite values, got {total}{remedy}")
    values, places = np.unique(x, return_inverse=True)
    counts = np.bincount(places, weights)
    value, count = values[counts.argmax()], f"{counts.max():.6g}"
    if status is Status.ZERO_INFLATED:
        raise DataError(
            f"samples must not hold one value in more than 20 % of their places, got {value} in {count} of {total}: "
            "the likelihood is unbounded there; fit the others apart"
        )
    raise DataError(f"samples must not be constant, got {value} in all {total} places")

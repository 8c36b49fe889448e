"""The fits of many samples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from stablefit._types import AnyArray, BoolArray, FloatArray, IntArray, RandomState
from stablefit.errors import DataError
from stablefit.estimators import batch_intervals, batch_storage, derived, labelled, messages, summaries
from stablefit.estimators.estimates import Fits
from stablefit.estimators.fixed import PARAMETERS
from stablefit.estimators.likelihood import log_likelihood, weighted_log_likelihood
from stablefit.estimators.result import FitResult, IntervalMethod
from stablefit.estimators.samples import Samples
from stablefit.estimators.status import Status
from stablefit.extras import extra
from stablefit.laws.stable import Stable

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from stablefit.estimators.chunked import ChunkedSamples


@dataclass(frozen=True, eq=False, repr=False)
class BatchFit:
    """Stable laws fitted to a batch of samples; every attribute is an array of the batch's shape.

    `stablefit.fit` with an axis returns it. ``batch[i]`` is one `FitResult`; slices, index arrays and masks give
    smaller batches. A sample that could not be fitted has nan and a status.

    Attributes
    ----------
    method : str
        Name of the estimator.
    shape : tuple of int
        Shape of the batch: that of the samples without their axis.
    fits, nobs_of_rows, held
        Estimates, numbers of values and held parameters, from which the properties below are made.
    data : Samples, ChunkedSamples or None
        The samples, not copied: log-likelihoods are computed from them on first use. Those of a dask or zarr array are
        read again where they are needed. None after loading.

    See Also
    --------
    stablefit.FitResult : The fit of one sample.
    stablefit.Status : What the numbers in `status` mean.
    stablefit.gof.test_gaussian : Which of the samples are not normal.

    Examples
    --------
    >>> import numpy as np, stablefit as sf
    >>> x = sf.Stable(np.array([1.2, 1.8])).rvs((5000, 2), rng=0)
    >>> x[:, 1] = 7.0
    >>> batch = sf.fit(x, axis=0)
    >>> batch.alpha.round(1), [sf.Status(s).name for s in batch.status]
    (array([1.2, nan]), ['OK', 'CONSTANT'])
    >>> batch[0].converged, len(batch)
    (True, 2)
    """

    method: str
    fits: Fits
    nobs_of_rows: AnyArray
    held: Mapping[str, float]
    data: "Samples | ChunkedSamples | None"
    rng: RandomState = None
    shape: tuple[int, ...] = ()
    known_loglik: FloatArray | None = field(default=None, kw_only=True)

    ROW: ClassVar[type[FitResult]] = FitResult
    """What the fit of one sample is."""

    @property
    def alpha(self) -> FloatArray:
        """Index of stability."""
        return self.fits.alpha.reshape(self.shape)

    @property
    def beta(self) -> FloatArray:
        """Skewness; 0 in symmetric fits."""
        return self.fits.beta.reshape(self.shape)

    @property
    def loc(self) -> FloatArray:
        """Location, in the samples' units."""
        return self.fits.loc.reshape(self.shape)

    @property
    def scale(self) -> FloatArray:
        """Scale, in the samples' units."""
        return self.fits.scale.reshape(self.shape)

    @property
    def params(self) -> dict[str, FloatArray]:
        """Estimated and held parameters by name."""
        return {name: getattr(self, name) for name in PARAMETERS}

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the parameters that were estimated, in the order alpha, beta, loc, scale."""
        return tuple(name for name in PARAMETERS if name not in self.held)

    @property
    def fixed(self) -> dict[str, float]:
        """Parameters that were held, by name; beta is among them in symmetric fits."""
        return dict(self.held)

    @property
    def bse(self) -> dict[str, FloatArray]:
        """Standard errors by name, 0 where a parameter was held; at alpha = 2 see `FitResult.bse`."""
        return {name: self.fits.errors[:, i].reshape(self.shape) for i, name in enumerate(PARAMETERS)}

    @property
    def cov(self) -> FloatArray:
        """Covariance of the free parameters, shape (..., len(free), len(free))."""
        chosen = [PARAMETERS.index(name) for name in self.free]
        return self.fits.cov[:, chosen][:, :, chosen].reshape(*self.shape, len(chosen), len(chosen))

    def errors_of_row(self, i: int) -> dict[str, float]:
        """Standard errors by name of the i-th sample, counted through the shape."""
        return dict(zip(PARAMETERS, self.fits.errors[i].tolist(), strict=True))

    def cov_of_row(self, i: int) -> FloatArray:
        """Covariance of the free parameters of the i-th sample, counted through the shape."""
        cov: FloatArray = self.fits.cov[i]
        chosen = np.array([name not in self.held for name in PARAMETERS])
        return np.asarray(cov[chosen][:, chosen])

    @property
    def law(self) -> Stable:
        """The fitted laws as one `Stable` of arrays; DataError if a sample has none."""
        if not np.isfinite(self.scale).all():
            missing = int((~np.isfinite(self.scale)).sum())
            raise DataError(
                f"every sample must have been fitted to make an array of laws, got {missing} without; choose with "
                "batch[batch.converged].law"
            )
        return Stable(self.alpha, self.beta, self.loc, self.scale)

    @property
    def status(self) -> IntArray:
        """`Status` of each sample, as integers."""
        return self.fits.status.reshape(self.shape)

    @property
    def converged(self) -> BoolArray:
        """Where the estimates are estimates."""
        return np.asarray(self.status <= Status.BOUNDARY)

    @property
    def at_boundary(self) -> BoolArray:
        """Where alpha or beta lies at an end of its range."""
        return np.asarray(self.status == Status.BOUNDARY)

    @property
    def message(self) -> AnyArray:
        """What became of each fit, in words."""
        return messages.of_batch(self)

    @property
    def nobs(self) -> AnyArray:
        """Number of values each sample was fitted to; the sum of its weights where there are any."""
        return self.nobs_of_rows.reshape(self.shape)

    @cached_property
    def loglik(self) -> FloatArray:
        """Log-likelihoods at the estimates; computed from the samples on first use."""
        if self.known_loglik is not None:
            return self.known_loglik
        found, data = self.fits, self.data
        if not isinstance(data, Samples):  # none: those in chunks come with their likelihoods
            return np.full(self.shape, np.nan)
        elsewhere = data.log_likelihoods(found)
        if elsewhere is not None:
            return elsewhere.reshape(self.shape)
        values = np.full(len(data.rows), np.nan)
        for part in data.blocks() if data.weights is None else ():
            rows = data.part(part)
            laws = (getattr(found, name)[part] for name in PARAMETERS)
            values[part] = log_likelihood(rows, *laws, maximised=self.method == "mle")
        for i in np.flatnonzero(np.isnan(values) & ~np.isnan(found.scale)):  # with weights, or some left out
            values[i] = self.loglik_of_row(int(i))
        return values.reshape(self.shape)

    @property
    def aic(self) -> FloatArray:
        """Akaike's criterion, 2 len(free) - 2 loglik."""
        return 2.0 * len(self.free) - 2.0 * self.loglik

    @property
    def bic(self) -> FloatArray:
        """Schwarz's criterion, log(nobs) len(free) - 2 loglik."""
        return np.log(np.maximum(self.nobs, 1)) * len(self.free) - 2.0 * self.loglik

    def loglik_of_row(self, i: int) -> float:
        """Log-likelihood of the i-th sample, counted through the shape."""
        if self.known_loglik is not None:
            return float(self.known_loglik.ravel()[i])
        if "loglik" in vars(self):
            return float(self.loglik.ravel()[i])
        if not isinstance(self.data, Samples):
            return np.nan
        found, row = self.fits, slice(i, i + 1)
        elsewhere = self.data.take(np.array([i]), (1,)).log_likelihoods(found.take(np.array([i])))
        if elsewhere is not None:
            return float(elsewhere[0])
        weights = self.data.weights_of_row(i)
        if weights is not None:
            law = (float(getattr(found, name)[i]) for name in PARAMETERS)
            return weighted_log_likelihood(self.data.row(i), weights, *law)
        sample = self.data.row(i)[None, :]
        laws = (getattr(found, name)[row] for name in PARAMETERS)
        return float(log_likelihood(sample, *laws, maximised=self.method == "mle")[0])

    def conf_int(
        self, level: float = 0.95, method: IntervalMethod = "wald", *, n_boot: int = 999, rng: RandomState = None
    ) -> dict[str, FloatArray]:
        """Confidence intervals by name, shape (..., 2); see `FitResult.conf_int`."""
        return batch_intervals.of_batch(self, level, method, n_boot, self.rng if rng is None else rng)

    def derived(self, function: derived.LawFunction, level: float = 0.95) -> derived.Derived:
        """Return what a function makes of each fitted law, in arrays of the batch's shape; see `FitResult.derived`.

        The function is called with a `Stable` of many laws in one dimension, and returns one value for each; nan where
        there is no fit.
        """
        return derived.of_batch(self, function, level)

    def flat(self) -> "BatchFit":
        """Return the batch with one dimension."""
        return replace(self, shape=(self.nobs_of_rows.size,))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Any:
        """One FitResult, or a smaller batch."""
        chosen = np.arange(self.nobs_of_rows.size).reshape(self.shape)[index]
        if np.ndim(chosen) == 0:
            return self.ROW.of_row(self, int(chosen))
        rows = chosen.ravel()
        known = None if self.known_loglik is None else self.known_loglik.ravel()[rows].reshape(chosen.shape)
        data = None if self.data is None else self.data.take(rows, chosen.shape)
        fits, nobs = self.fits.take(rows), self.nobs_of_rows[rows]
        return replace(self, fits=fits, nobs_of_rows=nobs, data=data, shape=chosen.shape, known_loglik=known)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas DataFrame with a row a sample, and one index level a dimension."""
        with extra("stats"):
            import pandas as pd

        columns: dict[str, Any] = {}
        for name, value in self.params.items():
            columns[name] = value.ravel()
            columns[f"{name}_bse"] = self.bse[name].ravel()
        for name in ("nobs", "loglik", "aic", "bic", "converged", "at_boundary"):
            columns[name] = getattr(self, name).ravel()
        columns["status"] = [Status(code).name for code in self.fits.status]
        index = None if len(self.shape) == 1 else pd.MultiIndex.from_product([range(size) for size in self.shape])
        return pd.DataFrame(columns, index=index)

    def to_xarray(self, dims: str | Sequence[str] | None = None, *, level: float | None = 0.95) -> "xr.Dataset":
        """Return an xarray Dataset with everything but the samples.

        Parameters
        ----------
        dims : str or sequence of str, optional
            Names of the batch's dimensions; by default ``"sample"``, or ``"sample_0"``, ``"sample_1"`` and so on.
        level : float or None, default 0.95
            Coverage of the intervals, which are Wald's, of alpha near 2 the profile's; None leaves them out.

        Returns
        -------
        xarray.Dataset
            Over `dims`, whose coordinates count from 0: ``alpha``, ``alpha_bse`` and so on, ``nobs``, ``loglik``,
            ``aic``, ``bic``, ``converged``, ``at_boundary``, and ``status`` with its codes as attributes. Over the free
            parameters too: ``cov`` by `parameter` and `other`, ``interval`` by `parameter` and `limit`, "lower" or
            "upper". Attributes: method, param, fixed as JSON, level, and this package's version.

        Raises
        ------
        ValueError
            If `dims` are not as many names as the batch has dimensions, or names that the dataset holds already.
        ImportError
            If xarray is not installed.

        Examples
        --------
        >>> import stablefit as sf
        >>> batch = sf.fit(sf.Stable(1.5).rvs((500, 2, 3), rng=0), "ecf", axis=0)
        >>> data = batch.to_xarray(["layer", "unit"])
        >>> bool(data.alpha.sel(layer=1, unit=2) == batch.alpha[1, 2])
        True
        >>> data.interval.sel(parameter="scale", limit="lower").sizes
        Frozen({'layer': 2, 'unit': 3})
        """
        return labelled.dataset(self, labelled.names_of_dims(dims, len(self.shape)), level)

    def summary(self) -> str:
        """Return how many samples were fitted, and the spread of their estimates, as text."""
        return summaries.of_batch(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the samples as plain numbers, strings, lists and dicts."""
        return {
            "method": self.method,
            "params": {name: value.tolist() for name, value in self.params.items()},
            "param": "S0",
            "bse": {name: value.tolist() for name, value in self.bse.items()},
            "free": list(self.free),
            "fixed": self.fixed,
            **{name: getattr(self, name).tolist() for name in ("cov", "nobs", "loglik", "aic", "bic")},
            **{name: getattr(self, name).tolist() for name in ("converged", "at_boundary")},
            "status": np.array([status.name for status in Status])[self.status].tolist(),
        }

    def save(self, path: str | Path, *, samples: bool = False) -> None:
        """Write the batch as NumPy's npz, without pickle; `stablefit.load` reads it.

        Parameters
        ----------
        path : path
            A file, replaced if it is there.
        samples : bool, default False
            Write the samples too, so that plots, profiles and tests work after loading.
        """
        batch_storage.save_batch(self, path, samples)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shape={self.shape}, method={self.method!r}, {messages.counted(self.status)})"

    def _repr_html_(self) -> str:
        return summaries.html_of_batch(self)

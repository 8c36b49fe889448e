"""Samples that are larger than memory: dask and zarr arrays, which are fitted a block of samples at a time."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import AnyArray, BoolArray, FloatArray, IntArray, RandomState
from stablefit.estimators.batch import BatchFit
from stablefit.estimators.estimates import Fits
from stablefit.estimators.fixed import PARAMETERS
from stablefit.estimators.samples import Samples, check_axis, check_weights, refuse_nan
from stablefit.estimators.status import Status
from stablefit.extras import extra

if TYPE_CHECKING:
    import dask.array as da

    from stablefit.estimators.fitting import MethodName, NanPolicy

COLUMNS = 11 + len(PARAMETERS) ** 2
"""Numbers that a block gives for a sample: four estimates, four errors, status, nobs, log-likelihood, covariance."""


@dataclass(frozen=True, slots=True)
class ChunkedSamples:
    """A batch of samples that lie in a dask array, in place of `Samples`; they are read where they are asked for.

    Attributes
    ----------
    array : dask.array.Array, shape (..., n)
        Samples along the last axis, each in one chunk.
    shape : tuple of int
        Shape of the batch.
    counts : dask.array.Array of the same shape, or None
        How often each value counts; None where each counts once.
    """

    array: "da.Array"
    shape: tuple[int, ...]
    counts: "da.Array | None" = None

    @property
    def rows(self) -> AnyArray:
        """All samples, shape (k, n), in memory."""
        return self._loaded(self.array, ...)

    @property
    def weights(self) -> AnyArray | None:
        """All weights, shape (k, n), in memory; None where each value counts once."""
        return None if self.counts is None else self._loaded(self.counts, ...)

    def parts(self, wanted: BoolArray) -> Iterator[tuple[IntArray, Samples]]:
        """Return chunks that hold a wanted sample, in memory, with the places of their samples in the batch.

        Places, and `wanted`, are counted through the batch's shape.
        """
        with extra("dask"):
            from dask.array.core import slices_from_chunks

        places = np.arange(wanted.size).reshape(self.array.shape[:-1])
        for where in slices_from_chunks(self.array.chunks[:-1]):
            chosen = places[where].ravel()
            if not wanted[chosen].any():
                continue
            weights = None if self.counts is None else self._loaded(self.counts, where)
            yield chosen, Samples(self._loaded(self.array, where), chosen.shape, weights)

    def fields_of_row(self, i: int) -> dict[str, FloatArray | None]:
        """Return one sample as the fields of a result."""
        where = np.unravel_index(i, self.array.shape[:-1])
        weights = None if self.counts is None else self._loaded(self.counts, where)
        return Samples(self._loaded(self.array, where), (1,), weights).fields_of_row(0)

    def stored(self) -> dict[str, AnyArray]:
        """Raise ValueError: a file that is written at once cannot hold them."""
        raise ValueError("samples must be False for fits of a dask or zarr array, got True; they stay where they are")

    def take(self, where: IntArray, shape: tuple[int, ...]) -> "ChunkedSamples":
        """Return some of the samples, as a batch of this shape; nothing is read."""
        places = np.unravel_index(where, self.array.shape[:-1])
        counts = None if self.counts is None else self.counts.vindex[places]
        return ChunkedSamples(self.array.vindex[places], shape, counts)

    @staticmethod
    def _loaded(array: "da.Array", where: Any) -> AnyArray:
        values = np.asarray(array[where].compute())
        return values.reshape(-1, array.shape[-1])


def chunked(samples: Any) -> Any:
    """Return samples that lie in chunks, a dask or a zarr array, also inside xarray's; None for all others.

    A package that has not been imported has no arrays, and nothing is imported here.
    """
    xarray, dask, zarr = (sys.modules.get(name) for name in ("xarray", "dask.array", "zarr"))
    if xarray is not None and isinstance(samples, xarray.DataArray) and samples.chunks:
        samples = samples.data
    kinds = tuple(package.Array for package in (dask, zarr) if package is not None)
    return samples if isinstance(samples, kinds) else None


def fit_chunks(
    samples: Any,
    method: "MethodName",
    symmetric: bool,
    held: Mapping[str, float],
    weights: Any,
    axis: int | None,
    nan_policy: "NanPolicy",
    rng: RandomState,
) -> BatchFit:
    """Fit what `chunked` found, of two dimensions or more; the arguments are those of `fit`, its options checked.

    The samples go through dask's scheduler, a chunk of whole samples at a time, and every number is that of `fit` for
    the same samples in memory.
    """
    axis = check_axis(samples.shape, axis)
    if samples.dtype.kind not in "fiu":
        raise TypeError(f"samples must be real numbers, got dtype {samples.dtype}")
    array = _whole_samples(samples, axis)
    counts = None if weights is None else _weights_like(array, weights, axis)
    found = array.map_blocks(
        _fit_chunk,
        counts,
        method=method,
        symmetric=symmetric,
        held=dict(held),
        axis=axis,
        nan_policy=nan_policy,
        dtype=np.float64,
        chunks=(*array.chunks[:-1], (COLUMNS,)),
        meta=np.empty((0,) * array.ndim),
    ).compute()
    shape = array.shape[:-1]
    fits, nobs, loglik = _unpacked(found.reshape(-1, COLUMNS), counted=counts is None)
    data = ChunkedSamples(array, shape, counts)
    return BatchFit(method, fits, nobs, held, data, rng, shape, known_loglik=loglik.reshape(shape))


def _whole_samples(samples: Any, axis: int) -> "da.Array":
    """Return a dask array with the samples along the last axis, each in one chunk.

    Chunks that hold whole samples stay as they are; others become as large as dask's setting ``array.chunk-size``. A
    zarr array is read in such chunks, in place of its own.
    """
    with extra("dask"):
        import dask.array as da

    if np.isnan(samples.shape).any():
        raise ValueError(
            f"samples must have known chunk sizes, got shape {samples.shape}; call compute_chunk_sizes() first"
        )
    chunks = {i: -1 if i == axis else "auto" for i in range(samples.ndim)}
    if not isinstance(samples, da.Array):
        samples = da.from_array(samples, chunks=tuple(chunks.values()))
    elif samples.numblocks[axis] > 1:
        samples = samples.rechunk(chunks)
    return da.moveaxis(samples, axis, -1)


def _weights_like(array: "da.Array", weights: Any, axis: int) -> "da.Array":
    """Return the weights in the chunks of the samples."""
    with extra("dask"):
        import dask.array as da

    found = chunked(weights)
    if found is None:
        weights = check_weights(weights)
        found = da.from_array(weights, chunks=-1)
    if found.shape == array.shape[-1:]:
        return da.broadcast_to(da.asarray(found).rechunk(-1), array.shape, chunks=array.chunks)
    moved = da.moveaxis(da.asarray(found), axis, -1) if found.ndim == array.ndim else found
    if moved.shape != array.shape:
        raise ValueError(f"weights must have the samples' shape, or {array.shape[-1:]}, got shape {found.shape}")
    return moved.rechunk(array.chunks)


def _fit_chunk(
    samples: AnyArray,
    weights: AnyArray | None,
    *,
    method: "MethodName",
    symmetric: bool,
    held: Mapping[str, float],
    axis: int,
    nan_policy: "NanPolicy",
    block_info: Any,
) -> FloatArray:
    """Return the fits of one chunk, with `COLUMNS` in place of the samples."""
    from stablefit.estimators.fitting import fit

    corner = [first for first, _ in block_info[0]["array-location"]]
    if weights is not None:
        check_weights(np.moveaxis(weights, -1, axis), [*corner[:axis], corner[-1], *corner[axis:-1]])
    batch = fit(
        samples,
        method,
        symmetric=symmetric,
        fixed=held,
        weights=weights,
        axis=-1,
        nan_policy="omit" if nan_policy == "omit" else "propagate",
    )
    if nan_policy == "raise" and (batch.status == Status.NONFINITE).any():
        shape = samples.shape[:-1]
        refuse_nan(Samples(samples.reshape(-1, samples.shape[-1]), shape), corner[:-1])
    return _packed(batch)


def _packed(batch: BatchFit) -> FloatArray:
    """Return all numbers of a batch as one array of shape (..., COLUMNS)."""
    found = batch.fits
    numbers = [*(getattr(found, name) for name in PARAMETERS), *found.errors.T]
    numbers += [found.status, batch.nobs_of_rows, batch.loglik.ravel(), *found.cov.reshape(-1, 16).T]
    return np.stack(numbers, axis=-1).reshape(*batch.shape, COLUMNS)


def _unpacked(rows: FloatArray, *, counted: bool) -> tuple[Fits, AnyArray, FloatArray]:
    """Return fits, numbers of values and log-likelihoods; values that are counted, not weighed, are integers."""
    alpha, beta, loc, scale = (rows[:, i].copy() for i in range(4))
    status, nobs, loglik = rows[:, 8].astype(np.int64), rows[:, 9].copy(), rows[:, 10].copy()
    fits = Fits(alpha, beta, loc, scale, rows[:, 11:].reshape(-1, 4, 4), status, rows[:, 4:8].copy())
    return fits, nobs.astype(np.int64) if counted else nobs, loglik

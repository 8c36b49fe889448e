"""Samples in chunks: dask and zarr arrays are fitted to the bits of the same samples in memory."""

import re

import dask
import dask.array as da
import numpy as np
import pytest
import xarray as xr
import zarr

import stablefit as sf
from stablefit.estimators.methods import METHODS, SKEWED_METHODS

pytestmark = pytest.mark.unit

X = sf.Stable(np.linspace(1.1, 2.0, 10).reshape(5, 2), loc=4.0).rvs((60, 5, 2), rng=0)
X[:, 1, 0] = 0.0
X[7, 3, 1] = np.inf
GAPS = np.where(np.random.default_rng(0).random(X.shape) < 0.05, np.nan, X)
WEIGHTS = np.random.default_rng(1).integers(0, 3, X.shape)
CHUNKED = da.from_array(X, chunks=(60, 2, 1))


@pytest.fixture(autouse=True)
def _one_thread_unless_told():
    with dask.config.set(scheduler="synchronous"):
        yield


def same(found: sf.BatchFit, expected: sf.BatchFit) -> None:
    """Every array has the same bits and the same type."""
    assert (found.shape, found.method, found.free, found.fixed) == (
        expected.shape,
        expected.method,
        expected.free,
        expected.fixed,
    )
    for name in ("alpha", "beta", "loc", "scale", "cov", "status", "nobs", "loglik", "aic", "bic", "converged"):
        values, wanted = getattr(found, name), getattr(expected, name)
        np.testing.assert_array_equal(values, wanted, err_msg=name)
        assert values.dtype == wanted.dtype, name
    np.testing.assert_equal(found.bse, expected.bse)
    np.testing.assert_array_equal(found.message, expected.message)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("chunks", [(60, 5, 2), (60, 2, 1), (7, 1, 2), (1, 5, 2)], ids=str)
def test_chunks_change_no_bit(method, chunks):
    same(sf.fit(da.from_array(X, chunks=chunks), method, axis=0), sf.fit(X, method, axis=0))


@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_schedulers_change_no_bit(scheduler):
    with dask.config.set(scheduler=scheduler):
        same(sf.fit(CHUNKED, axis=0, fixed={"alpha": 1.5}), sf.fit(X, axis=0, fixed={"alpha": 1.5}))


def test_skewed_fits_at_two():
    """There no law is tabled, and beta, which is not held, is without effect."""
    options = {"symmetric": False, "fixed": {"alpha": 2.0}, "axis": 0}
    found = sf.fit(CHUNKED, **options)
    assert found.free == ("beta", "loc", "scale")
    same(found, sf.fit(X, **options))


@pytest.mark.slow
@pytest.mark.parametrize("method", SKEWED_METHODS)
def test_skewed_fits(method):
    same(sf.fit(CHUNKED, method, symmetric=False, axis=0), sf.fit(X, method, symmetric=False, axis=0))


def test_the_axis_may_be_any_and_numbers_of_any_type():
    single = X.astype(np.float32)
    for axis in (1, -1):
        moved = np.moveaxis(single, 0, axis)
        same(sf.fit(da.from_array(moved, chunks=3), "ecf", axis=axis), sf.fit(single, "ecf", axis=0))


@pytest.mark.parametrize("weights", [WEIGHTS, WEIGHTS[:, 0, 0], 0.5 * WEIGHTS], ids=["of each", "of all", "fractions"])
@pytest.mark.parametrize("lazy", [False, True])
def test_weights(weights, lazy):
    given = da.from_array(weights, chunks=11) if lazy else weights
    options = {"axis": 0, "nan_policy": "omit"}
    found = sf.fit(da.from_array(GAPS, chunks=(60, 2, 1)), "quantile", weights=given, **options)
    expected = sf.fit(GAPS, "quantile", weights=weights, **options)
    same(found, expected)
    np.testing.assert_array_equal(found[0, 1].samples, expected[0, 1].samples)
    np.testing.assert_array_equal(found[0, 1].weights, expected[0, 1].weights)


def test_missing_values():
    gaps = da.from_array(GAPS, chunks=(60, 2, 1))
    for policy in ("omit", "propagate"):
        same(sf.fit(gaps, "ecf", axis=0, nan_policy=policy), sf.fit(GAPS, "ecf", axis=0, nan_policy=policy))
    one = X.copy()
    one[3, 4, 0] = np.nan
    message = "got 1 of 60 values of a chunk (first at index 3 of sample (4, 0)); drop them first or"
    with pytest.raises(sf.DataError, match=re.escape(message)):
        sf.fit(da.from_array(one, chunks=(60, 2, 1)), "ecf", axis=0)


def test_masked_chunks():
    hidden = np.ma.masked_array(X, mask=np.isnan(GAPS))
    found = sf.fit(da.from_array(hidden, chunks=(60, 2, 1)), "ecf", axis=0, nan_policy="omit")
    same(found, sf.fit(GAPS, "ecf", axis=0, nan_policy="omit"))


def test_intervals_read_the_samples_again():
    found, expected = sf.fit(CHUNKED, axis=0), sf.fit(X, axis=0)
    np.testing.assert_equal(found.conf_int(), expected.conf_int())
    np.testing.assert_equal(found[3:, 1].conf_int(0.9, "profile"), expected[3:, 1].conf_int(0.9, "profile"))
    few = {"method": "bootstrap", "n_boot": 5, "rng": 3}
    np.testing.assert_equal(found[2:4].conf_int(**few), expected[2:4].conf_int(**few))
    one = found[4, 1]
    assert one.conf_int() == expected[4, 1].conf_int()
    np.testing.assert_array_equal(one.samples, X[:, 4, 1])
    assert one.summary() == expected[4, 1].summary()


def test_tests_of_the_fits_load_the_samples():
    columns = sf.Stable(1.8).rvs((60, 3), rng=0)
    found, expected = (sf.fit(x, axis=0) for x in (da.from_array(columns, chunks=(60, 1)), columns))
    np.testing.assert_array_equal(sf.gof.test_gaussian(found).pvalue, sf.gof.test_gaussian(expected).pvalue)


def test_parts_are_batches():
    found, expected = sf.fit(CHUNKED, "ecf", axis=0), sf.fit(X, "ecf", axis=0)
    same(found[::-1, 1], expected[::-1, 1])
    same(found[found.converged], expected[expected.converged])
    np.testing.assert_array_equal(found[::-1, 1][0].samples, X[:, 4, 1])
    assert len(found.to_frame()) == 10


def test_results_are_saved_without_their_samples(tmp_path):
    found = sf.fit(CHUNKED, "ecf", axis=0)
    found.save(tmp_path / "batch.npz")
    same(sf.load(tmp_path / "batch.npz"), found)
    with pytest.raises(ValueError, match="samples must be False for fits of a dask or zarr array, got True"):
        found.save(tmp_path / "whole.npz", samples=True)


@pytest.mark.parametrize("chunks", [(60, 1, 1), (4, 5, 2), (60, 5, 2)], ids=str)
def test_zarr_arrays_are_read_in_chunks_of_whole_samples(chunks, tmp_path):
    stored = zarr.create_array(store=str(tmp_path), shape=X.shape, chunks=chunks, dtype=X.dtype)
    stored[:] = X
    same(sf.fit(stored, "ecf", axis=0), sf.fit(X, "ecf", axis=0))
    assert sf.fit(zarr.open_array(str(tmp_path))[:, 0, 1], "ecf").nobs == 60


def test_no_chunk_is_larger_than_dask_allows(tmp_path):
    """Eight columns of 60 float64 are 3,840 bytes: two at a time, whatever the chunks of the store."""
    stored = zarr.create_array(store=str(tmp_path), shape=(60, 8), chunks=(1, 8), dtype="f8")
    stored[:] = np.arange(480.0).reshape(60, 8) % 37.0
    seen = []
    with dask.config.set({"array.chunk-size": "1000 B"}):
        found = sf.fit(stored, "ecf", axis=0)
        seen = [samples.rows.shape for _, samples in found.data.parts(np.ones(8, dtype=bool))]
    assert seen == [(2, 60)] * 4


def test_one_sample_is_fitted_like_any_other(tmp_path):
    stored = zarr.create_array(store=str(tmp_path), data=X[:, 0, 0], chunks=(7,))
    for one in (CHUNKED[:, 0, 0], stored):
        result = sf.fit(one)
        assert isinstance(result, sf.FitResult)
        assert result.alpha == sf.fit(X[:, 0, 0]).alpha


def test_labelled_arrays_keep_their_chunks():
    labelled = xr.DataArray(CHUNKED, dims=("draw", "row", "column"))
    found = sf.fit(labelled, "ecf", axis=0)
    same(found, sf.fit(X, "ecf", axis=0))
    assert found.data.array.chunks == ((2, 2, 1), (1, 1), (60,))


def test_nothing_is_read_before_what_is_wrong_is_said():
    def never(block):
        raise AssertionError("read")

    lazy = da.zeros((60, 4), chunks=(60, 2)).map_blocks(never, dtype=float, meta=np.empty((0, 0)))
    for options, error, message in (
        ({}, ValueError, "samples must be one-dimensional where axis is None, got shape (60, 4); samples are never"),
        ({"axis": 2}, np.exceptions.AxisError, "axis 2 is out of bounds for array of dimension 2"),
        ({"axis": 0, "method": "logmoment", "weights": np.ones(60)}, ValueError, "weights must be None for method"),
        ({"axis": 0, "weights": np.ones(4)}, ValueError, "weights must have the samples' shape, or (60,), got shape"),
        ({"axis": 0, "weights": -np.ones(60)}, ValueError, "weights must be finite and not negative, got -1.0 at inde"),
        ({"axis": 0, "fixed": {"beta": 1.0}}, ValueError, "fixed['beta'] must be 0 in a symmetric fit"),
    ):
        with pytest.raises(error, match=re.escape(message)):
            sf.fit(lazy, **options)
    with pytest.raises(TypeError, match="samples must be real numbers, got dtype complex128"):
        sf.fit(lazy.astype(complex), axis=0)
    with pytest.raises(ValueError, match="samples must have known chunk sizes"):
        sf.fit(CHUNKED[:, 0][CHUNKED[:, 0, 0] > 0], axis=0)


def test_the_place_of_a_wrong_weight_is_counted_from_the_first():
    wrong = np.ones(X.shape)
    wrong[5, 4, 1] = -2.0
    with pytest.raises(
        ValueError, match=re.escape("weights must be finite and not negative, got -2.0 at index (5, 4, 1)")
    ):
        sf.fit(CHUNKED, "ecf", axis=0, weights=da.from_array(wrong, chunks=4))


@pytest.mark.parametrize("shape", [(60, 0), (0, 3), (5, 3)])
def test_empty_batches_and_short_samples(shape):
    same(sf.fit(da.zeros(shape, chunks=2), "ecf", axis=0), sf.fit(np.zeros(shape), "ecf", axis=0))


@pytest.mark.slow
def test_two_worker_processes_change_no_bit():
    from dask.distributed import Client, LocalCluster

    x = sf.Stable(np.linspace(1.1, 2.0, 40)).rvs((200, 40), rng=2)
    x[5, 30] = np.nan
    lazy = da.from_array(x, chunks=(50, 7))
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster), dask.config.set(scheduler=None):  # the client's, in place of this file's
        found = sf.fit(lazy, axis=0, nan_policy="omit")
        with pytest.raises(sf.DataError, match="index 5 of sample 30"):
            sf.fit(lazy, "ecf", axis=0)
    same(found, sf.fit(x, axis=0, nan_policy="omit"))

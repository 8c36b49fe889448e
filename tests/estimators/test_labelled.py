"""Fits as xarray Datasets: labels lead to the numbers of the fit, and files keep both."""

import json
import re

import numpy as np
import pytest
import xarray as xr

import stablefit as sf

pytestmark = pytest.mark.unit
X = sf.Stable(np.array([1.2, 1.5, 2.0]), loc=np.array([[0.0], [5.0]])).rvs((200, 2, 3), rng=0)
X[:, 0, 0] = 1.0


@pytest.fixture(scope="module")
def batch():
    return sf.fit(X, axis=0, fixed={"loc": 0.0})


def test_labels_lead_to_the_numbers(batch):
    data = batch.to_xarray(["layer", "unit"])
    assert dict(data.sizes) == {"layer": 2, "unit": 3, "parameter": 2, "other": 2, "limit": 2}
    intervals = batch.conf_int()
    for i in range(2):
        for j in range(3):
            one = data.sel(layer=i, unit=j)
            for name, value in batch.params.items():
                np.testing.assert_equal(float(one[name]), value[i, j])
                np.testing.assert_equal(float(one[f"{name}_bse"]), batch.bse[name][i, j])
            for name in ("nobs", "loglik", "aic", "bic", "converged", "at_boundary", "status"):
                np.testing.assert_equal(one[name].item(), getattr(batch, name)[i, j].item())
            crossed = one["cov"].sel(parameter="alpha", other="scale").item()
            np.testing.assert_equal(crossed, batch.cov[i, j, 0, 1])
            for name in batch.free:
                found = one["interval"].sel(parameter=name, limit=["lower", "upper"]).values
                np.testing.assert_array_equal(found, intervals[name][i, j])


def test_attributes_say_how_the_fit_was_made(batch):
    data = batch.to_xarray(level=0.9)
    assert set(data.dims) == {"sample_0", "sample_1", "parameter", "other", "limit"}
    assert sf.fit(X[:, 0], "ecf", axis=0).to_xarray(level=None).alpha.dims == ("sample",)
    assert data.attrs == {
        "method": "mle",
        "param": "S0",
        "fixed": '{"beta": 0.0, "loc": 0.0}',
        "stablefit_version": sf.__version__,
        "level": 0.9,
    }
    assert json.loads(data.attrs["fixed"]) == batch.fixed
    meanings = data.status.attrs["flag_meanings"].split()
    assert meanings[data.status[0, 0].item()] == "CONSTANT"
    np.testing.assert_array_equal(data.interval.sel(parameter="scale"), batch.conf_int(0.9)["scale"])


def test_intervals_may_be_left_out(batch):
    data = batch.to_xarray(level=None)
    assert "interval" not in data
    assert "level" not in data.attrs
    assert "limit" not in data.dims


def test_one_fit_has_no_dimension_but_the_parameters():
    result = sf.fit(X[:, 1, 1])
    data = result.to_xarray()
    assert set(data.dims) == {"parameter", "other", "limit"}
    assert data.alpha.item() == result.alpha
    assert tuple(data.interval.sel(parameter="loc").values.tolist()) == result.conf_int()["loc"]
    np.testing.assert_array_equal(data["cov"], result.cov)


def test_everything_may_be_held():
    held = {"alpha": 1.5, "loc": 0.0, "scale": 1.0}
    data = sf.fit(X[:, 1], axis=0, fixed=held).to_xarray()
    assert data.sizes["parameter"] == 0
    assert data.interval.shape == (3, 0, 2)
    assert data["cov"].shape == (3, 0, 0)


def test_files_keep_labels_and_numbers(batch, tmp_path):
    data = batch.to_xarray(["a", "b"])
    data.to_netcdf(tmp_path / "fits.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "fits.nc", engine="scipy") as again:
        assert again.attrs == data.attrs
        np.testing.assert_array_equal(again.alpha.sel(a=1), batch.alpha[1])
        assert again["cov"].sel(a=1, b=2, parameter="alpha", other="alpha").item() == batch.cov[1, 2, 0, 0]


@pytest.mark.parametrize(
    ("dims", "message"),
    [
        ("layer", "dims must be 2 different names, one for each dimension of the batch, got ('layer',)"),
        (("unit", "unit"), "dims must be 2 different names, one for each dimension of the batch, got ('unit', 'unit')"),
        (("alpha", "unit"), "dims must not be names of the dataset's own, got 'alpha'"),
        (("unit", "limit"), "dims must not be names of the dataset's own, got 'limit'"),
    ],
)
def test_dimensions_need_names_of_their_own(batch, dims, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        batch.to_xarray(dims)

import re

import numpy as np
import pandas as pd
import pytest
import torch

import stablefit as sf
from stablefit.estimators.samples import read

pytestmark = pytest.mark.unit
X = sf.Stable(1.5).rvs(60, rng=0)


def with_bad(value, *places):
    x = X.copy()
    x[list(places)] = value
    return x


@pytest.mark.parametrize(
    "same",
    [
        X.tolist(),
        tuple(X),
        torch.tensor(X, requires_grad=True),
        pd.Series(X),
        pd.Series(X, dtype="Float64"),
        np.ma.masked_array(X, mask=False),
        X[::-1][::-1],
        np.repeat(X, 2)[::2],
        X.astype(">f8"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_arrays_of_all_kinds_are_read_alike(same):
    assert sf.fit(same, "ecf").alpha == sf.fit(X, "ecf").alpha


@pytest.mark.parametrize("narrow", [X.astype(np.float32), torch.tensor(X, dtype=torch.float32), X.astype(np.float16)])
def test_narrow_numbers_are_fitted_in_double_precision(narrow):
    wide = np.asarray(narrow, dtype=np.float64)
    assert sf.fit(narrow, "ecf").alpha == sf.fit(wide, "ecf").alpha


def test_integers_and_bfloat16_are_numbers():
    whole = np.round(X * 100).astype(np.int32)
    assert sf.fit(whole, "ecf").alpha == sf.fit(whole.astype(float), "ecf").alpha
    assert sf.fit(torch.tensor(X).to(torch.bfloat16), "ecf").converged


def test_masked_and_nullable_entries_are_nan():
    masked = np.ma.masked_array(X, mask=np.arange(60) < 3)
    nullable = pd.Series(X, dtype="Float64")
    nullable[:3] = pd.NA
    for samples in (masked, nullable):
        with pytest.raises(sf.DataError, match=re.escape("got 3 of 60 values (first at index 0)")):
            sf.fit(samples)
        assert sf.fit(samples, "ecf", nan_policy="omit").alpha == sf.fit(X[3:], "ecf").alpha


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (["1", "2"], "samples must be real numbers, got strings (dtype <U1)"),
        ("abc", "samples must be real numbers, got strings"),
        ([1.0, None, 2.0], "samples must be real numbers, got objects, such as None"),
        ([1.0, "x", object()], "samples must be real numbers, got objects, such as 'x'"),
        (X + 1j, "samples must be real numbers, got complex numbers (dtype complex128)"),
        (X > 0, "samples must be real numbers, got booleans (dtype bool)"),
        (np.arange(10).astype("M8[D]"), "samples must be real numbers, got dates"),
        (pd.Series(["a", "b"]), "samples must be real numbers, got"),
        (None, "samples must be real numbers, got objects, such as None"),
    ],
)
def test_what_is_no_number_is_a_type_error(samples, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        sf.fit(samples)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([], "samples must hold at least 8 finite values, got 0"),
        (X[:7], "samples must hold at least 8 finite values, got 7"),
        (
            with_bad(np.nan, 4, 17),
            "samples must not hold nan, got 2 of 60 values (first at index 4); drop them first or",
        ),
        (with_bad(-np.inf, 9, 30), "samples must be finite, got 2 infinite values (first at index 9)"),
        (np.full(20, 3.5), "samples must not be constant, got 3.5 in all 20 places"),
        (np.zeros(20), "samples must not be constant, got 0.0 in all 20 places"),
        (
            with_bad(0.0, *range(13)),
            "samples must not hold one value in more than 20 % of their places, got 0.0 in 13 of 60",
        ),
    ],
)
@pytest.mark.parametrize("method", ["mle", "quantile"])
def test_bad_samples_are_refused_with_a_reason(samples, message, method):
    with pytest.raises(sf.DataError, match=re.escape(message)):
        sf.fit(samples, method)


def test_a_fifth_of_equal_values_is_allowed():
    assert sf.fit(with_bad(0.0, *range(12)), "ecf").converged


def test_inf_is_an_error_of_its_own():
    """Whatever is to be done about nan."""
    x = with_bad(np.nan, 3)
    x[5] = np.inf
    with pytest.raises(sf.DataError, match="must not hold nan"):
        sf.fit(x)
    for policy in ("omit", "propagate"):
        with pytest.raises(sf.DataError, match=re.escape("got 1 infinite values (first at index 5)")):
            sf.fit(x, nan_policy=policy)


def test_nan_can_be_omitted_or_propagated():
    x = with_bad(np.nan, 4, 17)
    omitted = sf.fit(x, "ecf", nan_policy="omit")
    assert omitted.alpha == sf.fit(np.delete(X, [4, 17]), "ecf").alpha
    assert (omitted.nobs, omitted.samples.size) == (58, 58)
    propagated = sf.fit(x, "ecf", nan_policy="propagate")
    assert np.isnan([propagated.alpha, propagated.scale, propagated.bse["loc"], propagated.loglik]).all()
    assert propagated.status is sf.Status.NONFINITE
    with pytest.raises(sf.DataError, match=re.escape("at least 8 finite values, got 2")):
        sf.fit(with_bad(np.nan, *range(58)), nan_policy="omit")


def test_samples_are_never_pooled():
    with pytest.raises(ValueError, match=re.escape("got shape (6, 10); samples are never pooled: name the axis")):
        sf.fit(X.reshape(6, 10))


@pytest.mark.parametrize(
    ("samples", "options", "message"),
    [
        (3.0, {}, "samples must be a one-dimensional array of values, got the single number 3.0"),
        ([[1.0, 2.0], [3.0]], {}, "samples must be one array of numbers, got sequences of different lengths"),
        (X, {"axis": 1}, "axis 1 is out of bounds"),
        (X.reshape(6, 10), {"axis": 2}, "axis 2 is out of bounds"),
        (
            X,
            {"method": "mlle"},
            "method must be one of mle, ecf, quantile, logmoment, mohammadi, got 'mlle'; did you mean 'mle'?",
        ),
        (X, {"method": 3}, "method must be one of"),
        (X, {"fixed": {"location": 0.0}}, "got 'location'; did you mean 'loc'?"),
        (X, {"fixed": {"sigma": 1.0}}, "fixed must name parameters out of alpha, beta, loc, scale, got 'sigma'"),
        (X, {"fixed": {"alpha": 2.5}}, "alpha must lie in (0, 2], got 2.5"),
        (X, {"fixed": {"alpha": 0.01}}, "fixed['alpha'] must lie in [0.1, 2], got 0.01"),
        (X, {"fixed": {"scale": 0.0}}, "scale must be positive and finite, got 0.0"),
        (X, {"fixed": {"loc": np.nan}}, "loc must be finite, got nan"),
        (X, {"fixed": {"loc": [0.0, 1.0]}}, "fixed['loc'] must be one number, got shape (2,)"),
        (X, {"fixed": {"beta": 0.5}}, "fixed['beta'] must be 0 in a symmetric fit, got 0.5"),
        (X, {"nan_policy": "drop"}, "nan_policy must be one of raise, omit, propagate, got 'drop'"),
        (X, {"n_jobs": 0}, "n_jobs must be a positive integer or -1, got 0"),
        (X, {"n_jobs": 2.0}, "n_jobs must be a positive integer or -1, got 2.0"),
        (X, {"symmetric": False, "method": "mohammadi"}, "symmetric must be True for method 'mohammadi', got False"),
        (X, {"weights": np.ones(59)}, "weights must have the samples' shape, or (60,), got shape (59,)"),
        (X, {"weights": np.full(60, -1.0)}, "weights must be finite and not negative, got -1.0 at index 0"),
        (
            X,
            {"weights": np.append(np.ones(59), np.nan)},
            "weights must be finite and not negative, got nan at index 59",
        ),
        (
            X,
            {"weights": np.ones(60), "method": "mohammadi"},
            "weights must be None for method 'mohammadi', got weights",
        ),
        (X, {"weights": np.full(60, 1.0 / 60)}, "at least 8 finite values, got 1 by weight; weights count values"),
    ],
)
def test_wrong_arguments_are_named(samples, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        sf.fit(samples, **options)


def test_fixed_must_be_a_mapping_of_numbers():
    with pytest.raises(TypeError, match="fixed must be a mapping"):
        sf.fit(X, fixed=[("loc", 0.0)])
    with pytest.raises(TypeError, match="loc must be a real number"):
        sf.fit(X, fixed={"loc": "0"})


def test_batches_are_read_as_views_where_that_is_possible():
    x = np.zeros((1000, 4, 5), dtype=np.float32)
    assert np.shares_memory(read(x, 0).rows, x)
    assert np.shares_memory(read(x, -1).rows, x)
    assert read(x, 1).rows.shape == (5000, 4)

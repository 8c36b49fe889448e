"""A batch never raises because of a sample, and a sample that cannot be fitted never gives a number."""

import re

import numpy as np
import pytest

import stablefit as sf
from stablefit._kernels.scoring import LOWEST
from stablefit.estimators.fixed import ALPHA_MIN
from stablefit.estimators.methods import METHODS

pytestmark = pytest.mark.unit
S = sf.Status


def good_and_bad():
    """Eight samples of 50: two good ones, one of thin tails, and one for each way to be bad."""
    x = sf.Stable(1.4).rvs((8, 50), rng=0)
    x[1] = np.linspace(-1.0, 1.0, 50)
    x[2] = 3.0
    x[3, :11] = x[3, 20]
    x[4] = 0.0
    x[5, 7] = np.nan
    x[6, 9] = -np.inf
    return x


@pytest.mark.parametrize("method", METHODS)
def test_each_sample_has_its_status(method):
    batch = sf.fit(good_and_bad(), method, axis=1, nan_policy="propagate")
    assert batch.status.tolist()[2:7] == [S.CONSTANT, S.ZERO_INFLATED, S.DEAD, S.NONFINITE, S.NONFINITE]
    assert batch.converged.tolist() == [True, True, *[False] * 5, True]
    for values in (*batch.params.values(), *batch.bse.values(), batch.loglik, batch.aic, batch.bic):
        np.testing.assert_array_equal(np.isfinite(values), batch.converged)
    assert np.isfinite(batch.cov).all(axis=(1, 2)).tolist() == batch.converged.tolist()
    for interval in batch.conf_int().values():
        np.testing.assert_array_equal(np.isfinite(interval).all(axis=1), batch.converged)


@pytest.mark.parametrize("method", METHODS)
def test_good_samples_do_not_see_the_bad(method):
    x = good_and_bad()
    batch = sf.fit(x, method, axis=1, nan_policy="propagate")
    alone = sf.fit(x[[0, 1, 7]], method, axis=1)
    np.testing.assert_array_equal(batch.alpha[[0, 1, 7]], alone.alpha)


@pytest.mark.parametrize("method", ["mle", "ecf", "quantile"])
def test_thin_tails_end_at_the_boundary(method):
    result = sf.fit(good_and_bad()[1], method)
    assert (result.alpha, result.status, result.at_boundary, result.converged) == (2.0, S.BOUNDARY, True, True)
    assert "the law is normal with standard deviation sqrt(2) scale" in result.message
    assert 0.0 < result.bse["alpha"] < 2.0
    low, high = result.conf_int()["alpha"]
    assert high == 2.0
    assert result.bse["alpha"] == pytest.approx((2.0 - low) / 1.96, rel=1e-3)


def test_nan_in_a_batch_are_raised_unless_told_otherwise():
    with pytest.raises(sf.DataError, match=re.escape("got 1 of 400 values (first at index 7 of sample 5)")):
        sf.fit(good_and_bad(), "ecf", axis=1)
    x = np.zeros((50, 2, 3))
    x[4, 1, 2] = np.nan
    with pytest.raises(sf.DataError, match=re.escape("first at index 4 of sample (1, 2)")):
        sf.fit(x, "ecf", axis=0)


def test_omitting_nan_leaves_samples_of_different_lengths():
    x = sf.Stable(1.4).rvs((6, 50), rng=0)
    for i in range(6):
        x[i, : 9 * i] = np.nan
    x[5, 0] = np.inf
    batch = sf.fit(x, "ecf", axis=1, nan_policy="omit")
    assert batch.nobs.tolist() == [50, 41, 32, 23, 14, 6]
    assert batch.status[-1] == S.NONFINITE
    for i in range(5):
        one = sf.fit(x[i, 9 * i :], "ecf")
        assert (batch.alpha[i], batch.loglik[i]) == (one.alpha, one.loglik)
        assert batch[i].samples.size == 50 - 9 * i
    x[5, 0] = np.nan
    assert sf.fit(x, "ecf", axis=1, nan_policy="omit").status[-1] == S.TOO_FEW


@pytest.mark.parametrize("shape", [(5, 7), (3, 0), (0, 20), (2, 0, 30)])
def test_short_and_empty_batches(shape):
    batch = sf.fit(np.ones(shape), axis=-1)
    assert batch.shape == shape[:-1]
    assert (batch.status == (S.TOO_FEW if shape[-1] < 8 else S.OK)).all()
    assert batch.summary()
    assert len(batch.to_frame()) == np.prod(shape[:-1])


def nasty(rng):
    """A sample such as one meets: lattices, outliers, huge and tiny units, a few values, other laws."""
    n = int(rng.choice([8, 9, 13, 30, 100]))
    x = np.clip(sf.Stable(rng.uniform(0.2, 2.0)).rvs(n, rng=rng), -1e7, 1e7)
    kinds = [
        x,
        x * 1e300,
        x * 1e-300,
        x * 5e-320,
        np.round(x),
        np.round(x, 1),
        rng.integers(0, 2, n).astype(float),
        rng.integers(0, 7, n).astype(float),
        np.arange(n, dtype=float),
        np.append(x[1:], 10.0 ** rng.uniform(5, 300)),
        np.where(np.arange(n) < n // 5, 0.0, x),
        rng.exponential(size=n),
        rng.random(n),
        10.0 ** rng.uniform(-300, 300, n),
        np.full(n, x[0]),
    ]
    return kinds[rng.integers(len(kinds))]


@pytest.mark.parametrize("method", METHODS)
def test_nasty_samples_give_estimates_or_a_flag(method):
    rng = np.random.default_rng(11)
    for _ in range(100 if method == "mle" else 400):
        batch = sf.fit(nasty(rng)[None], method, axis=1)
        assert batch.status[0] in list(S)
        if batch.converged[0]:
            numbers = [batch.alpha, batch.loc, batch.scale, *batch.bse.values()]
            assert np.isfinite(numbers).all()
            assert ALPHA_MIN <= batch.alpha[0] <= 2.0
            assert batch.scale[0] > 0.0
            assert (batch.alpha[0] in (ALPHA_MIN, LOWEST, 2.0)) == (batch.status[0] == S.BOUNDARY)
            assert not np.isnan(batch.loglik[0])
        elif batch.status[0] > S.NOT_CONVERGED:
            assert np.isnan([batch.alpha, batch.loc, batch.scale, *batch.bse.values()]).all()


def test_a_search_that_fails_says_so():
    """Values of every order of magnitude that float64 has: the scale cannot be reached in a hundred steps."""
    x = 10.0 ** np.linspace(-300.0, 300.0, 31)
    with pytest.warns(sf.StablefitWarning, match="the search did not converge"):
        result = sf.fit(x)
    assert not result.converged
    assert result.status is S.NOT_CONVERGED
    assert sf.fit(x[None], axis=1).status[0] == S.NOT_CONVERGED


@pytest.mark.parametrize("alpha", [0.5, 1.0, 1.5, 2.0])
def test_small_samples_of_stable_laws_always_converge(alpha):
    for n in (20, 54):
        x = sf.Stable(alpha).rvs((1000, n), rng=n)
        for method in METHODS:
            assert sf.fit(x[: 100 if method == "mle" else None], method, axis=1).converged.all()

"""A value of weight 3 is three values: every weighted fit is the fit of the sample in which values are repeated."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stablefit as sf
from stablefit._kernels import characteristic, density, score_sums, weighted_order
from stablefit.estimators.methods import METHODS
from stablefit.laws.tabled import tables

pytestmark = pytest.mark.unit
WEIGHTED = [name for name in METHODS if METHODS[name].weighted]
X = sf.Stable(1.4, loc=3.0, scale=2.0).rvs(150, rng=1)
W = np.random.default_rng(2).integers(0, 4, 150)
REPEATED = np.repeat(X, W)


def same(weighted, repeated):
    """To rounding, as sums are taken in another order; at alpha = 2 errors are a profile's, which ends to 1e-5."""
    assert weighted.status is repeated.status
    assert weighted.nobs == repeated.nobs
    assert weighted.loglik == pytest.approx(repeated.loglik, rel=1e-10)
    for name in ("alpha", "loc", "scale"):
        assert abs(weighted.params[name] - repeated.params[name]) <= 1e-6 * repeated.bse[name]
        assert weighted.bse[name] == pytest.approx(repeated.bse[name], rel=1e-4 if repeated.at_boundary else 1e-6)


@pytest.mark.parametrize("method", WEIGHTED)
@pytest.mark.parametrize("held", [{}, {"alpha": 1.4}, {"loc": 3.0}, {"scale": 2.0}])
def test_weights_are_repetitions(method, held):
    same(sf.fit(X, method, weights=W, fixed=held), sf.fit(REPEATED, method, fixed=held))


@pytest.mark.properties
@pytest.mark.parametrize("method", WEIGHTED)
@given(alpha=st.floats(0.7, 2.0), n=st.integers(70, 120), seed=st.integers(0, 10**6))
def test_weights_are_repetitions_of_any_sample(method, alpha, n, seed):
    """Samples large enough to have one start: the shortest intervals of small ones do not see the weights."""
    x = sf.Stable(alpha).rvs(n, rng=seed)
    weights = np.random.default_rng(seed).integers(1, 4, n)
    same(sf.fit(x, method, weights=weights), sf.fit(np.repeat(x, weights), method))


@pytest.mark.parametrize("method", WEIGHTED)
def test_weights_of_one_change_nothing(method):
    same(sf.fit(X, method, weights=np.ones(150)), sf.fit(X, method))


@pytest.mark.parametrize("method", WEIGHTED)
def test_batches_take_weights_of_both_shapes(method):
    x = np.stack([X, 2.0 * X], axis=1)
    both = np.stack([W, W[::-1]], axis=1)
    batch = sf.fit(x, method, weights=both, axis=0)
    for i in range(2):
        one = sf.fit(x[:, i], method, weights=both[:, i])
        assert (batch.alpha[i], batch.loglik[i], batch.nobs[i]) == (one.alpha, one.loglik, one.nobs)
        np.testing.assert_array_equal(batch[i].weights, one.weights)
    shared = sf.fit(x, method, weights=W, axis=0, n_jobs=2)
    assert shared.alpha[0] == pytest.approx(shared.alpha[1], rel=1e-9)
    assert shared[[1]].loglik[0] == shared.loglik[1]
    with pytest.raises(
        ValueError, match=re.escape("weights must have the samples' shape, or (150,), got shape (2, 150)")
    ):
        sf.fit(x, method, weights=both.T, axis=0)


def test_weights_may_be_fractions():
    """Doubling all weights is a sample of twice the size: the same estimates, standard errors by the root of 2 less."""
    one, two = sf.fit(X, weights=0.75 * W), sf.fit(X, weights=1.5 * W)
    assert one.nobs == 0.75 * W.sum()
    assert one.params == pytest.approx(two.params, rel=1e-7)
    assert one.bse["scale"] == pytest.approx(np.sqrt(2.0) * two.bse["scale"], rel=1e-6)
    with pytest.raises(ValueError, match="weights must be whole numbers to repeat the samples by"):
        sf.fit(X, weights=0.75 * np.ones(150)).kept_samples()


def test_intervals_count_the_weights():
    weighted, repeated = sf.fit(X, weights=W), sf.fit(REPEATED)
    for method in ("wald", "profile"):
        for name, ends in weighted.conf_int(method=method).items():
            assert ends == pytest.approx(repeated.conf_int(method=method)[name], rel=1e-4)
    found = weighted.conf_int(method="bootstrap", n_boot=19, rng=1)
    assert found["scale"][0] < weighted.scale < found["scale"][1]


def test_thin_tails_end_at_two_with_weights():
    x = np.linspace(-1.0, 1.0, 100)
    result = sf.fit(x, weights=np.full(100, 2.0))
    assert (result.alpha, result.nobs, result.at_boundary) == (2.0, 200, True)
    assert result.bse["alpha"] == pytest.approx(sf.fit(np.repeat(x, 2)).bse["alpha"], rel=1e-4)


def test_statuses_go_by_weight():
    x = np.stack([X, X, X, np.full(150, 2.0)])
    weights = np.tile(W, (4, 1)).astype(float)
    weights[0] *= 0.01  # fewer than 8 in all
    weights[1, 7] = 0.3 * weights[1].sum()
    x[2, 5], weights[2, 5] = np.nan, 0.0  # does not count
    batch = sf.fit(x, "ecf", weights=weights, axis=1)
    assert [sf.Status(code).name for code in batch.status] == ["TOO_FEW", "ZERO_INFLATED", "OK", "CONSTANT"]
    assert np.isnan(batch.loglik).tolist() == [np.isnan(batch[i].loglik) for i in range(4)] == [True, True, False, True]
    x[2, 6] = np.nan
    with pytest.raises(sf.DataError, match="must not hold nan"):
        sf.fit(x, "ecf", weights=np.ones(150), axis=1)
    with pytest.raises(sf.DataError, match=re.escape("got 2.0 in all 300 places")):
        sf.fit(x[3], weights=np.full(150, 2.0))
    omitted = sf.fit(x[2], "ecf", weights=np.ones(150), nan_policy="omit")
    assert (omitted.nobs, omitted.weights.size) == (148, 148)


def test_weights_are_saved(tmp_path):
    result, batch = sf.fit(X, "ecf", weights=W), sf.fit(X[None], "ecf", weights=W, axis=1)
    result.save(tmp_path / "fit")
    batch.save(tmp_path / "batch", samples=True)
    np.testing.assert_array_equal(sf.load(tmp_path / "fit").weights, result.weights)
    np.testing.assert_array_equal(sf.load(tmp_path / "batch")[0].weights, result.weights)
    assert replace(result, weights=None).kept_samples().size == (W > 0).sum()
    np.testing.assert_array_equal(result.kept_samples(), REPEATED)


def test_weights_must_be_numbers():
    with pytest.raises(TypeError, match="weights must be real numbers, got strings"):
        sf.fit(X, weights=["a"] * 150)


@pytest.mark.parametrize("n", [1, 9, 100])
def test_weighted_quantiles_are_those_of_repeated_values(n):
    rng = np.random.default_rng(n)
    x, weights, p = np.round(rng.standard_normal(n), 1), rng.integers(1, 5, n).astype(float), np.linspace(0.01, 0.99, 9)
    quantiles, commonest = np.empty((1, 9)), np.empty(1)
    weighted_order.fill(x[None], weights[None], p, quantiles, commonest)
    repeated = np.repeat(x, weights.astype(int))
    np.testing.assert_allclose(quantiles[0], np.quantile(repeated, p, method="hazen"), rtol=1e-12, atol=1e-15)
    most = np.unique(repeated, return_counts=True)[1].max()
    assert commonest[0] == (most if 5 * most > repeated.size else 0)


def test_weighted_sums_are_those_of_repeated_values():
    weights = W[W > 0].astype(float)
    x = X[W > 0]
    one, other = np.empty((2, 6)), np.empty((2, 6))
    characteristic.octaves(REPEATED, 0.0625, one)
    characteristic.weighted_octaves(x, weights, 0.0625, other)
    np.testing.assert_allclose(other, one, atol=1e-12)
    law = density.prepare(1.4, *tables())
    one, other = np.empty(10), np.empty(10)
    score_sums.add_up(REPEATED, np.empty(0), 2.9, 0.7, law, one)
    score_sums.add_up(x, weights, 2.9, 0.7, law, other)
    np.testing.assert_allclose(other, one, rtol=1e-11)

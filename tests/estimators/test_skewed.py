"""Fits of skewed laws: equivariance, optimum, errors, intervals, held parameters, batches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stablefit as sf

METHODS = ("mle", "ecf", "quantile")
LAWS = [(0.6, -0.5), (0.9, 0.8), (1.0, 0.4), (1.3, -0.9), (1.5, 0.5), (1.8, 0.3)]


def names(free):
    return [name for name in ("alpha", "beta", "loc", "scale") if name in free]


@pytest.mark.statistical
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("alpha", "beta"), LAWS)
def test_estimates_lie_within_their_errors(method, alpha, beta):
    """Within 4.5 standard errors: false alarm 7e-6 a parameter."""
    x = sf.Stable(alpha, beta, 3.0, 2.0).rvs(4000, rng=3)
    fit = sf.fit(x, method, symmetric=False)
    assert fit.free == ("alpha", "beta", "loc", "scale")
    assert fit.status is sf.Status.OK
    for name, truth in (("alpha", alpha), ("beta", beta), ("loc", 3.0), ("scale", 2.0)):
        assert abs(fit.params[name] - truth) < 4.5 * fit.bse[name]
        assert 0.0 < fit.bse[name] < 0.5


@pytest.mark.statistical
@pytest.mark.parametrize(("method", "worst"), [("mle", 1.25), ("ecf", 1.4)])
@pytest.mark.parametrize(("alpha", "beta"), [(1.2, 0.5), (1.6, -0.4)])
def test_spread_is_near_the_bound_and_is_what_is_reported(method, worst, alpha, beta):
    """100 samples of 500: a standard deviation is known to 7 %; three of these are allowed on either side."""
    law = sf.Stable(alpha, beta)
    batch = sf.fit(law.rvs((500, 100), rng=17), method, symmetric=False, axis=0)
    bound = np.sqrt(np.diag(np.linalg.inv(law.fisher_information())) / 500)
    for name, least in zip(batch.free, bound, strict=True):
        spread = batch.params[name].std()
        assert spread < worst * least
        assert 0.75 < np.median(batch.bse[name]) / spread < 1.3


@pytest.mark.properties
@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=8)
@given(
    seed=st.integers(0, 2**32 - 1),
    alpha=st.floats(0.7, 1.9),
    beta=st.floats(-1.0, 1.0),
    unit=st.sampled_from([2.0**40, -(2.0**-30), -1.0]),
)
def test_equivariance(method, seed, alpha, beta, unit):
    x = sf.Stable(alpha, beta).rvs(200, rng=seed)
    one = sf.fit(x[:, None], method, symmetric=False, axis=0)[0]
    other = sf.fit(unit * x[:, None], method, symmetric=False, axis=0)[0]
    assert other.status is one.status
    if one.converged:
        side = np.sign(unit)
        assert other.alpha == pytest.approx(one.alpha, rel=1e-6)
        assert other.beta == pytest.approx(side * one.beta, abs=1e-6)
        assert other.loc / unit == pytest.approx(one.loc, abs=1e-6 * one.scale)
        assert other.scale / abs(unit) == pytest.approx(one.scale, rel=1e-6)


@pytest.mark.unit
@pytest.mark.parametrize(("alpha", "beta"), [(0.8, 0.7), (1.4, -0.6), (1.7, 0.2)])
def test_the_likelihood_is_largest_at_the_estimate(alpha, beta):
    """No other start leads higher, and nothing nearby lies higher."""
    from stablefit._kernels import skewed_scoring
    from stablefit.estimators.skewed_family import skewed_family

    x = sf.Stable(alpha, beta).rvs(300, rng=8)
    fit = sf.fit(x, symmetric=False)
    family, found, information = skewed_family(x.size), np.empty(5), np.empty((4, 4))
    rng = np.random.default_rng(5)
    for _ in range(4):
        start = np.array([rng.uniform(0.5, 1.9), rng.uniform(-0.9, 0.9), rng.normal(), rng.normal() / 3.0])
        skewed_scoring.maximise(x, np.empty(0), start, np.ones(4, dtype=bool), family, found, information)
        assert found[4] <= fit.loglik + 1e-5
    values = np.array([fit.params[name] for name in fit.free])
    errors = np.array([fit.bse[name] for name in fit.free])
    for _ in range(20):
        moved = values + 0.1 * errors * rng.standard_normal(4)
        moved[1] = np.clip(moved[1], -1.0, 1.0)
        assert sf.Stable(*moved).logpdf(x).sum() < fit.loglik


@pytest.mark.statistical
def test_small_samples_have_second_maxima_and_get_the_higher():
    """Of 150 samples one start misses the best of eight in about five; the fit, in one at most (once in 1,000 runs)."""
    from stablefit._kernels import skewed_scoring
    from stablefit.estimators.skewed_family import skewed_family

    rng, once, free = np.random.default_rng(4), np.empty(0), np.ones(4, dtype=bool)
    samples = sf.Stable(rng.uniform(0.6, 1.9, 150), rng.uniform(-1.0, 1.0, 150)).rvs((20, 150), rng=rng)
    batch, missed, missed_by_one = sf.fit(samples, axis=0, symmetric=False), 0, 0
    for x, fit in zip(samples.T, (batch[i] for i in range(150)), strict=True):
        z, best = (x - fit.loc) / fit.scale, []
        for alpha, beta, log_scale in rng.uniform((0.7, -0.9, -0.5), (1.9, 0.9, 0.5), (8, 3)):
            found, start = np.empty(5), np.array([alpha, beta, 0.0, log_scale])
            state = skewed_scoring.maximise(z, once, start, free, skewed_family(20), found, np.empty((4, 4)))
            best.append(found[4] if state != skewed_scoring.NOT_CONVERGED else -np.inf)
        reached = fit.loglik + x.size * np.log(fit.scale)
        missed += max(best) > reached + 1e-4
        missed_by_one += max(best) > best[0] + 1e-4
    assert missed <= 1 < missed_by_one


@pytest.mark.unit
def test_log_likelihood_and_criteria():
    x = sf.Stable(1.4, 0.5).rvs(400, rng=2)
    fit = sf.fit(x, symmetric=False)
    assert fit.loglik == pytest.approx(sf.Stable(*fit.params.values()).logpdf(x).sum(), rel=1e-11)
    assert fit.aic == pytest.approx(8.0 - 2.0 * fit.loglik, rel=1e-14)
    assert fit.loglik > sf.fit(x).loglik
    assert "stable, S0" in fit.summary()
    assert "symmetric" not in fit.summary()


@pytest.mark.unit
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("held", [{"beta": 0.5}, {"alpha": 1.5}, {"loc": 1.0}, {"alpha": 1.5, "scale": 2.0}])
def test_held_parameters(method, held):
    x = sf.Stable(1.5, 0.5, 1.0, 2.0).rvs(2000, rng=4)
    fit = sf.fit(x, method, symmetric=False, fixed=held)
    for name, value in held.items():
        assert fit.params[name] == value
        assert fit.bse[name] == 0.0
    assert list(fit.free) == [name for name in ("alpha", "beta", "loc", "scale") if name not in held]
    whole = sf.fit(x, method, symmetric=False)
    for name in fit.free:
        assert fit.bse[name] <= 1.05 * whole.bse[name]
        assert abs(fit.params[name] - {"alpha": 1.5, "beta": 0.5, "loc": 1.0, "scale": 2.0}[name]) < 4.5 * fit.bse[name]


@pytest.mark.unit
def test_beta_held_at_zero_is_the_symmetric_fit():
    x = sf.Stable(1.6).rvs(500, rng=6)
    free, symmetric = sf.fit(x, symmetric=False, fixed={"beta": 0.0}), sf.fit(x)
    assert free.free == symmetric.free
    for name in free.free:
        assert free.params[name] == symmetric.params[name]
        assert free.bse[name] == symmetric.bse[name]


@pytest.mark.statistical
@pytest.mark.parametrize("method", METHODS)
def test_alpha_held_at_two_is_the_normal_law(method):
    """Within 4.5 standard errors: false alarm 7e-6 a parameter."""
    x = np.random.default_rng(2).normal(1.0, 3.0, 400)
    for held in ({}, {"beta": 0.5}):
        fit = sf.fit(x, method, symmetric=False, fixed={"alpha": 2.0, **held})
        assert fit.converged
        assert fit.beta == held.get("beta", 0.0)
        assert fit.at_boundary == (not held)
        assert fit.conf_int()["beta"] == (pytest.approx((-1.0, 1.0)) if not held else (0.5, 0.5))
        for name, truth in (("loc", 1.0), ("scale", 3.0 / np.sqrt(2.0))):
            assert abs(fit.params[name] - truth) < 4.5 * fit.bse[name]


@pytest.mark.unit
def test_ends_of_the_range():
    skewed = sf.fit(sf.Stable(1.5, 1.0).rvs(1000, rng=1), symmetric=False)
    assert skewed.at_boundary
    assert skewed.beta == 1.0
    assert "beta = 1, the end of its range" in skewed.message
    low, high = skewed.conf_int()["beta"]
    assert low == pytest.approx(1.0 - 1.959963984540054 * skewed.bse["beta"], rel=1e-9)
    assert high == 1.0
    # by slope and information, where the profile looks at the likelihood itself
    profile = skewed.conf_int(method="profile")["beta"][0]
    assert low == pytest.approx(profile, abs=0.02)
    assert 0.5 < (1.0 - low) / (1.0 - profile) < 1.1
    x = np.random.default_rng(3).standard_normal(400)
    normal = sf.fit(x, symmetric=False)
    for held in ({}, {"scale": 0.7}):
        bounded, symmetric = sf.fit(x, symmetric=False, fixed=held), sf.fit(x, fixed=held)
        assert bounded.bse["alpha"] == pytest.approx(symmetric.bse["alpha"], rel=1e-3)
    assert normal.alpha == 2.0
    assert normal.at_boundary
    low, high = normal.conf_int()["beta"]
    assert (low, high) == pytest.approx((-1.0, 1.0))
    assert all(np.isfinite(value) for value in normal.bse.values())


@pytest.mark.unit
def test_intervals_of_one_fit():
    x = sf.Stable(1.4, 0.6, 3.0, 2.0).rvs(800, rng=12)
    fit = sf.fit(x, symmetric=False, rng=1)
    wald, profile = fit.conf_int(), fit.conf_int(method="profile")
    for name, truth in (("alpha", 1.4), ("beta", 0.6), ("loc", 3.0), ("scale", 2.0)):
        width = wald[name][1] - wald[name][0]
        assert np.allclose(profile[name], wald[name], atol=0.12 * width)
        assert profile[name][0] < truth < profile[name][1]
    quick = sf.fit(x, "ecf", symmetric=False, rng=1).conf_int(method="bootstrap", n_boot=60)
    assert quick["beta"][0] < 0.6 < quick["beta"][1]


@pytest.mark.unit
def test_weights_count_values():
    x = sf.Stable(1.4, 0.5).rvs(300, rng=9)
    weights = np.random.default_rng(1).integers(0, 4, x.size)
    for method in METHODS:
        weighted = sf.fit(x, method, symmetric=False, weights=weights)
        repeated = sf.fit(np.repeat(x, weights), method, symmetric=False)
        for name in weighted.free:
            assert weighted.params[name] == pytest.approx(repeated.params[name], rel=1e-5, abs=1e-6)


@pytest.mark.unit
@pytest.mark.parametrize("method", METHODS)
def test_a_batch_is_its_samples_with_their_statuses(method, tmp_path):
    x = sf.Stable(1.5, [0.5, -0.5, 0.0, 0.9, 0.2]).rvs((120, 5), rng=3)
    x[:, 1], x[5, 3] = 4.0, np.inf
    batch = sf.fit(x, method, symmetric=False, axis=0)
    assert [sf.Status(s).name for s in batch.status[[1, 3]]] == ["CONSTANT", "NONFINITE"]
    for name in ("alpha", "beta", "loc", "scale"):
        assert np.isnan(batch.params[name][[1, 3]]).all()
        for i in (0, 2, 4):
            assert batch.params[name][i] == sf.fit(x[:, i], method, symmetric=False).params[name]
    assert batch.cov.shape == (5, 4, 4)
    assert batch[0].law == sf.Stable(*batch[0].params.values())
    batch.save(tmp_path / "batch.npz")
    again = sf.load(tmp_path / "batch.npz")
    np.testing.assert_array_equal(again.beta, batch.beta)
    assert again.free == batch.free
    batch[0].save(tmp_path / "fit.json")
    assert sf.load(tmp_path / "fit.json").params == batch[0].params


@pytest.mark.unit
def test_methods_without_skewness_say_so():
    x = sf.Stable(1.5).rvs(100, rng=1)
    for method in ("logmoment", "mohammadi"):
        with pytest.raises(ValueError, match="symmetric must be True for method"):
            sf.fit(x, method, symmetric=False)
    with pytest.raises(ValueError, match="pass symmetric=False"):
        sf.fit(x, fixed={"beta": 0.5})

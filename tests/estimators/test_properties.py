"""What every estimator must do: follow shifts, scales and reflections, forget the order, treat batches one by one."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import stablefit as sf
from stablefit.estimators import samples as reading
from stablefit.estimators.methods import METHODS
from stablefit.testing import batches, stable_laws, stable_samples

pytestmark = pytest.mark.properties

# Largest difference, in standard errors, that rounding may make: the samples are rounded where they are shifted and
# scaled, and least squares with nearly dependent moments magnify that.
ROUNDING = 1e-5


drawn = stable_samples(stable_laws(st.floats(0.6, 2.0), beta=0.0, loc=0.0, scale=1.0))


def same(result, alpha, loc, scale, other):
    """The result has these parameters, the status of the other, and finite standard errors."""
    assert result.status is other.status
    if not other.converged:
        return
    for name, want in (("alpha", alpha), ("loc", loc), ("scale", scale)):
        assert np.isfinite(result.bse[name])
        assert abs(result.params[name] - want) <= ROUNDING * result.bse[name]


@pytest.mark.parametrize("method", METHODS)
@given(x=drawn, shift=st.floats(-100.0, 100.0))
def test_shift(method, x, shift):
    one, other = sf.fit(x, method), sf.fit(x + shift, method)
    same(other, one.alpha, one.loc + shift, one.scale, one)


@pytest.mark.parametrize("method", METHODS)
@given(x=drawn, power=st.floats(-250.0, 250.0))
def test_scale(method, x, power):
    factor = 10.0**power
    one, other = sf.fit(x, method), sf.fit(x * factor, method)
    same(other, one.alpha, one.loc * factor, one.scale * factor, one)
    assert other.bse["scale"] == pytest.approx(one.bse["scale"] * factor, rel=1e-6)


@pytest.mark.parametrize("method", METHODS)
@given(x=drawn, power=st.integers(-900, 900))
def test_a_unit_that_is_a_power_of_two_changes_no_bit(method, x, power):
    factor = 2.0**power
    one, other = sf.fit(x, method), sf.fit(factor * x, method)
    assert (other.alpha, other.loc, other.scale, other.status) == (
        one.alpha,
        factor * one.loc,
        factor * one.scale,
        one.status,
    )
    units = {"alpha": 1.0, "beta": 1.0, "loc": factor, "scale": factor}
    assert other.bse == {name: units[name] * error for name, error in one.bse.items()}
    assert other.loglik == pytest.approx(one.loglik - x.size * power * np.log(2.0), rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["loc", "scale"])
@given(x=drawn, power=st.integers(-30, 30), shift=st.floats(-100.0, 100.0))
def test_held_parameters_move_with_the_samples(method, name, x, power, shift):
    """Reflected, shifted and in another unit: the estimates are too."""
    unit = 2.0**power
    loc, moved = (0.25, {"loc": -unit * (0.25 + shift)}) if name == "loc" else (np.median(x), {"scale": unit * 1.25})
    if method in ("logmoment", "mohammadi"):
        # they leave out values at loc, such as the median of an odd sample, which rounding may move
        assume(loc not in x)
    one = sf.fit(x, method, fixed={"loc": 0.25} if name == "loc" else {"scale": 1.25})
    same(sf.fit(-unit * (x + shift), method, fixed=moved), one.alpha, -unit * (one.loc + shift), unit * one.scale, one)


@pytest.mark.parametrize("method", METHODS)
@given(x=drawn)
def test_reflection(method, x):
    one, other = sf.fit(x, method), sf.fit(-x, method)
    same(other, one.alpha, -one.loc, one.scale, one)
    if method in ("mle", "ecf"):  # no bit changes
        assert (other.alpha, other.loc, other.scale, other.bse) == (one.alpha, -one.loc, one.scale, one.bse)


@pytest.mark.parametrize("method", [name for name in METHODS if name != "mohammadi"])
@given(x=drawn, seed=st.integers(0, 1000))
def test_permutation(method, x, seed):
    one, other = sf.fit(x, method), sf.fit(np.random.default_rng(seed).permutation(x), method)
    same(other, one.alpha, one.loc, one.scale, one)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30)
@given(x=batches(max_size=60))
def test_a_batch_is_its_samples_one_by_one(method, x):
    """Whatever is nasty about the others."""
    batch = sf.fit(x, method, axis=0, nan_policy="propagate")
    for i, sample in enumerate(x.T):
        (alone,) = sf.fit(sample[None], method, axis=1, nan_policy="propagate")
        np.testing.assert_equal(batch[i].to_dict(), alone.to_dict())
        np.testing.assert_equal(batch.loglik[i], alone.loglik)
        if alone.converged:
            assert sf.fit(sample, method).to_dict() == alone.to_dict()


@pytest.mark.parametrize("method", METHODS)
def test_bits_do_not_depend_on_threads_and_blocks(method, monkeypatch):
    x = sf.Stable(np.linspace(0.7, 2.0, 12)[:, None]).rvs((12, 90), rng=3)
    x[4] = 1.0
    one = sf.fit(x, method, axis=1)
    for block in (1, 500):
        monkeypatch.setattr(reading, "BLOCK", block)
        for n_jobs in (1, 3, -1):
            other = sf.fit(x, method, axis=1, n_jobs=n_jobs)
            for name in ("alpha", "loc", "scale", "cov", "status", "loglik"):
                np.testing.assert_array_equal(getattr(other, name), getattr(one, name))


@pytest.mark.parametrize("method", METHODS)
@given(x=drawn, held=st.sets(st.sampled_from(["alpha", "loc", "scale"]), min_size=1))
def test_held_parameters_stay(method, x, held):
    values = {"alpha": 1.3, "loc": 0.1, "scale": 1.7}
    result = sf.fit(x, method, fixed={name: values[name] for name in held})
    assert all(getattr(result, name) == values[name] and result.bse[name] == 0.0 for name in held)
    assert set(result.free) == {"alpha", "loc", "scale"} - held
    assert result.cov.shape == (3 - len(held), 3 - len(held))
    assert all(error > 0.0 for error in np.diagonal(result.cov))

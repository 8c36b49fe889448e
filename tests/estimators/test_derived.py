"""Quantities derived from a fit: values, standard errors and intervals by the delta method."""

import numpy as np
import pytest

import stablefit as sf

pytestmark = pytest.mark.unit
X = sf.Stable(1.6, loc=3.0, scale=2.0).rvs((800, 3), rng=1)
ONE = sf.fit(X[:, 0])
NORMAL = np.random.default_rng(0).standard_normal(300)
TO_ROUNDING = 1e-7  # central differences over 1e-4 of what the function varies over


@pytest.mark.parametrize("name", ["alpha", "loc", "scale"])
@pytest.mark.parametrize("method", ["mle", "ecf", "quantile", "logmoment", "mohammadi"])
def test_a_parameter_has_its_own_error_and_walds_interval(method, name):
    result = sf.fit(X[:, 0], method)
    found = result.derived(lambda law: getattr(law, name), 0.9)
    assert found.value == result.params[name]
    assert found.bse == pytest.approx(result.bse[name], rel=TO_ROUNDING)
    z = 1.6448536269514722
    assert found.interval == pytest.approx((found.value - z * found.bse, found.value + z * found.bse), rel=1e-12)


@pytest.mark.parametrize("name", ["alpha", "beta", "loc", "scale"])
def test_parameters_of_skewed_laws_too(name):
    result = sf.fit(sf.Stable(1.6, 0.5, 3.0, 2.0).rvs(800, rng=1), "ecf", symmetric=False)
    found = result.derived(lambda law: getattr(law, name))
    assert (found.value, found.bse) == pytest.approx((result.params[name], result.bse[name]), rel=TO_ROUNDING)


def test_slopes_at_the_end_of_beta_are_one_sided():
    result = sf.fit(sf.Stable(0.8, 1.0).rvs(300, rng=1), "ecf", symmetric=False)
    assert result.beta == 1.0
    assert result.derived(lambda law: law.beta).bse == pytest.approx(result.bse["beta"], rel=TO_ROUNDING)


def test_the_covariance_is_used():
    found = ONE.derived(lambda law: np.log(law.scale) + 2.0 * law.alpha)
    gradient = np.array([2.0, 0.0, 1.0 / ONE.scale])
    assert found.bse == pytest.approx(np.sqrt(gradient @ ONE.cov @ gradient), rel=TO_ROUNDING)


def test_a_quantile_has_the_error_of_its_gradient():
    """Its derivatives in loc and scale are 1 and z; that in alpha is -(dF/dalpha) / f, here by wide differences."""
    found = ONE.derived(lambda law: law.isf(0.05))
    z = float(sf.Stable(ONE.alpha).isf(0.05))
    in_alpha = ONE.scale * (sf.Stable(ONE.alpha + 1e-3).isf(0.05) - sf.Stable(ONE.alpha - 1e-3).isf(0.05)) / 2e-3
    gradient = np.array([in_alpha, 1.0, z])
    assert found.value == ONE.law.isf(0.05)
    assert found.bse == pytest.approx(np.sqrt(gradient @ ONE.cov @ gradient), rel=1e-4)


def test_arrays_come_back_as_arrays():
    found = ONE.derived(lambda law: law.ppf([[0.1, 0.5], [0.9, 0.99]]))
    assert (found.value.shape, found.bse.shape, found.interval.shape) == ((2, 2), (2, 2), (2, 2, 2))
    one = ONE.derived(lambda law: law.ppf(0.99))
    assert (found.value[1, 1], found.bse[1, 1]) == pytest.approx((one.value, one.bse), rel=1e-9)
    assert tuple(found.interval[1, 1]) == pytest.approx(one.interval, rel=1e-9)


def test_held_parameters_have_no_error():
    held = sf.fit(X[:, 0], fixed={"alpha": 1.6, "loc": 3.0})
    assert held.derived(lambda law: law.alpha + law.loc).bse == 0.0
    z = float(sf.Stable(1.6).ppf(0.9))
    assert held.derived(lambda law: law.ppf(0.9)).bse == pytest.approx(z * held.bse["scale"], rel=TO_ROUNDING)
    everything = sf.fit(X[:, 0], fixed={"alpha": 1.6, "loc": 3.0, "scale": 2.0})
    found = everything.derived(lambda law: law.ppf(0.9))
    assert (found.bse, found.interval) == (0.0, (found.value, found.value))


@pytest.mark.parametrize("unit", [1e-200, 1e-100, 1e100])
def test_units_do_not_matter(unit):
    one, other = ONE.derived(lambda law: law.ppf(0.9)), sf.fit(unit * X[:, 0]).derived(lambda law: law.ppf(0.9))
    expected = (one.value, one.bse) if unit > 1e-150 else (one.value, np.nan)
    assert (other.value / unit, other.bse / unit) == pytest.approx(expected, rel=1e-5, nan_ok=True)


def test_batches_give_what_their_samples_give():
    x = X.copy()
    x[:, 1] = 7.0
    batch = sf.fit(x.reshape(800, 3, 1), axis=0)
    found = batch.derived(lambda law: law.logsf(20.0), 0.8)
    assert (found.value.shape, found.bse.shape, found.interval.shape) == ((3, 1), (3, 1), (3, 1, 2))
    assert np.isnan(found.interval[:, 0]).all(axis=1).tolist() == [False, True, False]
    for i in (0, 2):
        one = batch[i, 0].derived(lambda law: law.logsf(20.0), 0.8)
        assert (found.value[i, 0], found.bse[i, 0]) == pytest.approx((one.value, one.bse), rel=1e-9)
        assert tuple(found.interval[i, 0]) == pytest.approx(one.interval, rel=1e-9)
    nothing = sf.fit(np.zeros((2, 20)), axis=1).derived(lambda law: law.scale)
    assert np.isnan([nothing.value, nothing.bse]).all()


def test_at_alpha_two_only_what_does_not_depend_on_alpha_has_an_error():
    result = sf.fit(NORMAL)
    assert result.at_boundary
    assert result.derived(lambda law: law.loc + 2.0 * law.scale).bse > 0.0
    with pytest.warns(sf.StablefitWarning, match="the delta method has no standard error there"):
        found = result.derived(lambda law: law.isf(1e-3))
    assert found.value == result.law.isf(1e-3)
    assert np.isnan([found.bse, *found.interval]).all()
    x = np.stack([NORMAL, X[:300, 0]])
    with pytest.warns(sf.StablefitWarning, match="the end of its range"):
        found = sf.fit(x, axis=1).derived(lambda law: law.isf(1e-3))
    assert np.isnan(found.bse).tolist() == [True, False]
    normal = sf.fit(NORMAL, fixed={"alpha": 2.0})
    assert normal.derived(lambda law: law.isf(1e-3)).bse > 0.0


def test_a_fit_that_failed_gives_nan():
    with pytest.warns(sf.StablefitWarning):
        result = sf.fit(10.0 ** np.linspace(-300.0, 300.0, 31))
    found = result.derived(lambda law: law.scale)
    assert np.isnan([found.value, found.bse, *found.interval]).all()


def test_wrong_arguments_are_named():
    batch = sf.fit(X, "ecf", axis=0)
    for found in (ONE, batch):
        with pytest.raises(ValueError, match=r"level must lie in \(0, 1\), got 95"):
            found.derived(lambda law: law.scale, 95)
    with pytest.raises(ValueError, match=r"one value for each law of an array of shape \(3,\), got shape \(\)"):
        batch.derived(lambda law: 1.0)


@pytest.mark.statistical
def test_intervals_of_a_quantile_cover():
    """4,000 samples of 1,000: within four binomial standard deviations, 1.4 %, of 95 %: one false alarm in 15,000."""
    law = sf.Stable(1.5, loc=-3.0, scale=0.5)
    ends = sf.fit(law.rvs((4000, 1000), rng=12), "ecf", axis=1).derived(lambda of: of.ppf(0.9)).interval
    covered = np.mean((ends[:, 0] <= law.ppf(0.9)) & (law.ppf(0.9) <= ends[:, 1]))
    assert abs(covered - 0.95) < 0.014

"""The law as an object: parameters, errors, shapes, limits, draws."""

import copy
import pickle

import numpy as np
import pytest
from scipy import stats

import stablefit as sf

pytestmark = pytest.mark.unit
FUNCTIONS = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "dlogpdf")


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"alpha": 0.0}, r"alpha must lie in \(0, 2\], got 0.0"),
        ({"alpha": 2.1}, r"alpha must lie in \(0, 2\], got 2.1"),
        ({"alpha": np.nan}, r"alpha must lie in \(0, 2\], got nan"),
        ({"alpha": [1.5, -1.0]}, r"alpha must lie in \(0, 2\], got -1.0"),
        ({"alpha": 1.5, "beta": 1.5}, r"beta must lie in \[-1, 1\], got 1.5"),
        ({"alpha": 1.5, "scale": 0.0}, r"scale must be positive and finite, got 0.0"),
        ({"alpha": 1.5, "scale": np.inf}, r"scale must be positive and finite, got inf"),
        ({"alpha": 1.5, "loc": np.inf}, r"loc must be finite, got inf"),
        ({"alpha": 1.5, "param": "S2"}, r"param must be 'S0' or 'S1', got 'S2'"),
        ({"alpha": [1.0, 1.5], "scale": [1.0, 2.0, 3.0]}, r"parameters must broadcast"),
    ],
)
def test_bad_parameters_name_parameter_condition_and_value(kwargs, message):
    with pytest.raises(ValueError, match=message):
        sf.Stable(**kwargs)


@pytest.mark.parametrize("value", ["1.5", None, 1j, True])
def test_parameters_must_be_real_numbers(value):
    with pytest.raises(TypeError, match="alpha must be a real number"):
        sf.Stable(value)


def test_repr_shows_the_parametrisation():
    assert repr(sf.Stable(1.5)) == "Stable(alpha=1.5, beta=0.0, loc=0.0, scale=1.0, param='S0')"
    assert "S1" in repr(sf.Stable(1.5).to("S1"))


def test_what_is_left_out_is_standard():
    assert sf.Stable(1.5) == sf.Stable(1.5, 0.0, 0.0, 1.0, param="S0")
    assert sf.Stable.from_scipy(1.5, 0.5) == sf.Stable(1.5, 0.5, 0.0, 1.0, param="S1")


def test_immutable_hashable_comparable():
    law = sf.Stable(1.5, scale=2.0)
    with pytest.raises(AttributeError, match="immutable"):
        law.scale = 3.0
    with pytest.raises(AttributeError):
        law.other = 3.0
    with pytest.raises(AttributeError, match="immutable"):
        del law.param
    assert {law: 1}[sf.Stable(1.5, scale=2.0)] == 1
    assert law != sf.Stable(1.5)
    assert law != law.to("S1")
    assert law != 1.5
    assert pickle.loads(pickle.dumps(law)) == law
    assert copy.deepcopy(law) == law
    with pytest.raises(TypeError, match="unhashable"):
        hash(sf.Stable([1.0, 1.5]))


def test_a_law_does_not_share_the_array_it_was_given():
    alpha = np.array([1.0, 1.5])
    law = sf.Stable(alpha)
    alpha[0] = 0.5
    assert law.alpha.tolist() == [1.0, 1.5]
    with pytest.raises(ValueError, match="read-only"):
        law.alpha[0] = 0.7


@pytest.mark.parametrize("name", FUNCTIONS)
def test_parameters_broadcast_against_arguments(name):
    law = sf.Stable([[0.8], [1.5], [2.0]], loc=[0.0, 1.0], scale=2.0)
    assert law.shape == (3, 2)
    x = np.array([0.3, -4.0])
    got = getattr(law, name)(x)
    want = [
        [getattr(sf.Stable(a, loc=m, scale=2.0), name)(v) for m, v in zip((0.0, 1.0), x, strict=True)]
        for a in (0.8, 1.5, 2.0)
    ]
    # one law divides by the scale once, many laws at each point: the last bit may differ
    np.testing.assert_allclose(got, want, rtol=4e-15)
    assert getattr(law, name)(np.zeros((4, 1, 1))).shape == (4, 3, 2)


@pytest.mark.parametrize("alpha", [1.4, 2.0])
@pytest.mark.parametrize("name", [*FUNCTIONS, "ppf", "isf"])
def test_one_alpha_and_several_skewnesses(name, alpha):
    skewnesses = [0.5, 0.0, -0.9]
    got = getattr(sf.Stable(alpha, skewnesses), name)(0.3)
    assert got.tolist() == [float(getattr(sf.Stable(alpha, beta), name)(0.3)) for beta in skewnesses]


@pytest.mark.parametrize("alpha", [0.1, 0.5, 1.0, 1.5, 1.99, 2.0])
def test_limits_and_nan(alpha):
    law = sf.Stable(alpha)
    x = np.array([-np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(law.pdf(x), [0.0, 0.0, np.nan])
    np.testing.assert_array_equal(law.logpdf(x), [-np.inf, -np.inf, np.nan])
    np.testing.assert_array_equal(law.cdf(x), [0.0, 1.0, np.nan])
    np.testing.assert_array_equal(law.sf(x), [1.0, 0.0, np.nan])
    np.testing.assert_array_equal(law.logcdf(x), [-np.inf, 0.0, np.nan])
    np.testing.assert_array_equal(
        law.ppf([0.0, 0.5, 1.0, np.nan, -0.1, 1.1]), [-np.inf, 0.0, np.inf, np.nan, np.nan, np.nan]
    )


def test_extremes_do_not_warn():
    law = sf.Stable(1.5, scale=1e-300)
    assert law.pdf(1e300) == 0.0
    assert np.isfinite(law.logpdf(1e7))
    # far out the log density is that of the power law, -(1 + alpha) log x + log(alpha c), though the density underflows
    far = sf.Stable(1.2)
    constant = np.log(far.alpha * far.levy_tail(1.0) / 2.0)
    assert far.logpdf(1e300) == pytest.approx(constant - 2.2 * 300.0 * np.log(10.0), rel=1e-14)
    assert sf.Stable(0.3).isf(1e-300) == np.inf
    assert sf.Stable(2.0).logsf(1e6) == pytest.approx(-0.25e12 - np.log(1e6 * np.sqrt(np.pi)), rel=1e-15)


def test_scalars_in_scalars_out():
    law = sf.Stable(1.5)
    for name in (*FUNCTIONS, "ppf", "isf"):
        assert np.ndim(getattr(law, name)(0.3)) == 0
        assert getattr(law, name)([0.3]).shape == (1,)
        assert getattr(law, name)([]).shape == (0,)
    assert np.ndim(law.rvs(rng=1)) == 0
    assert isinstance(law.alpha, float)


class TestDraws:
    def test_same_seed_same_bits(self):
        law = sf.Stable(1.3)
        np.testing.assert_array_equal(law.rvs(100, rng=5), law.rvs(100, rng=5))
        np.testing.assert_array_equal(law.rvs(100, rng=np.random.default_rng(5)), law.rvs(100, rng=5))

    def test_global_state_is_left_alone(self):
        before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what must not change
        sf.Stable(1.3).rvs(100)
        np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002

    def test_shapes(self):
        law = sf.Stable([1.0, 1.5], loc=[0.0, 1e9])
        assert law.rvs(rng=0).shape == (2,)
        x = law.rvs((50, 2), rng=0)
        assert x.shape == (50, 2)
        assert x[:, 1].min() > 0.0
        with pytest.raises(ValueError, match=r"size must be a shape that the parameters \(2,\) broadcast to, got 3"):
            law.rvs(3)

    @pytest.mark.parametrize("rng", ["seed", 1.5])
    def test_rng_must_be_a_generator_or_a_seed(self, rng):
        with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator"):
            sf.Stable(1.5).rvs(3, rng=rng)

    @pytest.mark.statistical
    @pytest.mark.parametrize("alpha", [0.3, 0.8, 0.999999, 1.0, 1.000001, 1.5, 1.9, 2.0])
    def test_draws_follow_the_law(self, alpha):
        """Kolmogorov-Smirnov, 5,000 draws; false alarm 1e-5 a case, seed fixed."""
        law = sf.Stable(alpha, loc=-1.0, scale=0.1)
        assert stats.kstest(law.rvs(5000, rng=42), law.cdf).pvalue > 1e-5

    def test_continuous_across_alpha_one(self):
        at = sf.Stable(1.0).rvs(1000, rng=3)
        near = sf.Stable(1.0 + 1e-9).rvs(1000, rng=3)
        np.testing.assert_allclose(near, at, rtol=1e-6)

"""Properties that hold for every symmetric law."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import stablefit as sf
from stablefit.testing.laws import ALPHAS, stable_laws

pytestmark = pytest.mark.properties

alphas = ALPHAS.filter(lambda alpha: alpha >= 0.2)
standard = stable_laws(alphas, beta=0.0, loc=0.0, scale=1.0)
points = st.one_of(st.floats(-30.0, 30.0), st.floats(-1e12, 1e12), st.floats(-1e-8, 1e-8))
scales = st.floats(1e-6, 1e6)


@given(standard, points, points)
def test_cdf_is_monotone(law, x, y):
    low, high = sorted((x, y))
    # 4e-15: the error of two neighbouring values
    assert law.cdf(low) <= law.cdf(high) * (1.0 + 4e-15)
    assert law.sf(low) * (1.0 + 4e-15) >= law.sf(high)


@given(standard, points)
def test_cdf_and_sf_add_to_one(law, x):
    assert law.cdf(x) + law.sf(x) == pytest.approx(1.0, abs=4e-16)


@given(standard, st.floats(1e-250, 1.0 - 1e-12))
def test_ppf_inverts_cdf(law, p):
    x = law.ppf(p)
    assume(np.isfinite(x))
    assert law.cdf(x) == pytest.approx(p, rel=1e-12)


@given(standard, st.floats(1e-6, 1e30))
def test_isf_inverts_sf_across_the_tail(law, x):
    p = law.sf(x)
    assume(1e-300 < p < 0.499)  # nearer to the median the probability itself has no more digits of x
    slope = x * law.pdf(x) / p
    assert law.isf(p) == pytest.approx(x, rel=1e-13 + 1e-15 / slope / (0.5 - p))


@given(stable_laws(alphas, beta=0.0), points)
def test_reflection_to_the_bit(law, x):
    mirror = sf.Stable(law.alpha, loc=-law.loc, scale=law.scale, param=law.param)
    assert law.pdf(x) == mirror.pdf(-x)
    assert law.cdf(x) == mirror.sf(-x)
    assert law.dlogpdf(x) == -mirror.dlogpdf(-x)


@given(alphas, points, scales)
def test_shift_and_scale(alpha, z, scale):
    law = sf.Stable(alpha, loc=3.0, scale=scale)
    x = 3.0 + scale * z
    z = (x - 3.0) / scale
    assert law.logpdf(x) == pytest.approx(sf.Stable(alpha).logpdf(z) - np.log(scale), rel=1e-14, abs=1e-14)
    assert law.cdf(x) == sf.Stable(alpha).cdf(z)


@pytest.mark.parametrize("name", ["logpdf", "cdf", "sf", "logcdf", "logsf", "dlogpdf"])
@given(alpha=alphas, x=st.lists(points, min_size=1, max_size=40))
@example(alpha=1.984375, x=[0.0, 20.0])
def test_an_array_gives_the_bits_of_its_elements(name, alpha, x):
    law = sf.Stable(alpha)
    together = getattr(law, name)(x)
    assert [getattr(law, name)(value) for value in x] == together.tolist()
    assert getattr(sf.Stable(np.full(len(x), alpha)), name)(x).tolist() == together.tolist()


@given(alphas, alphas, st.lists(points, min_size=1, max_size=40))
def test_an_array_of_laws_gives_the_bits_of_each(alpha, other, x):
    mixed = np.where(np.arange(2 * len(x)) % 3 == 0, alpha, other)
    x = np.repeat(x, 2)
    for name in ("logpdf", "cdf", "logsf", "dlogpdf"):
        together = getattr(sf.Stable(mixed), name)(x)
        assert [getattr(sf.Stable(a), name)(v) for a, v in zip(mixed, x, strict=True)] == together.tolist()


@given(standard, st.floats(0.01, 50.0))
def test_derivatives_are_those_of_logpdf(law, x):
    step = 1e-4 * x
    _, slope, _ = law.logpdf_grad(x)
    # central difference: h^2/6 times a third derivative of at most ~ 20 / x^3 + x^2, plus rounding 1e-13 / h
    difference = (law.logpdf(x + step) - law.logpdf(x - step)) / (2.0 * step)
    assert slope == pytest.approx(difference, rel=1e-5, abs=1e-7)


@given(st.floats(0.25, 1.94), st.floats(0.0, 50.0))
def test_alpha_derivative(alpha, x):
    h = 1e-5
    difference = (sf.Stable(alpha + h).logpdf(x) - sf.Stable(alpha - h).logpdf(x)) / (2.0 * h)
    assert sf.Stable(alpha).logpdf_grad(x)[2] == pytest.approx(difference, rel=1e-5, abs=1e-5)

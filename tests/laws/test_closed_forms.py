"""Laws with closed forms, and the characteristic function, as oracles that share no code with ours."""

import numpy as np
import pytest
from scipy import integrate, stats

import stablefit as sf

pytestmark = pytest.mark.unit
X = np.array([-40.0, -7.5, -1.0, -0.1, 0.0, 1e-9, 0.3, 2.0, 3.0, 5.5, 19.0, 24.0])


@pytest.mark.parametrize(
    ("alpha", "oracle"), [(2.0, stats.norm(1.0, np.sqrt(2.0) * 3.0)), (1.0, stats.cauchy(1.0, 3.0))]
)
@pytest.mark.parametrize("function", ["pdf", "logpdf", "cdf", "sf", "logcdf", "logsf"])
def test_normal_and_cauchy(alpha, oracle, function):
    law = sf.Stable(alpha, loc=1.0, scale=3.0)
    np.testing.assert_allclose(getattr(law, function)(X), getattr(oracle, function)(X), rtol=2e-13, atol=1e-300)


@pytest.mark.parametrize(
    ("alpha", "oracle"), [(2.0, stats.norm(1.0, np.sqrt(2.0) * 3.0)), (1.0, stats.cauchy(1.0, 3.0))]
)
def test_quantiles_of_normal_and_cauchy(alpha, oracle):
    law = sf.Stable(alpha, loc=1.0, scale=3.0)
    p = np.array([0.0, 1e-15, 0.01, 0.25, 0.5, 0.6, 0.999, 1.0])
    np.testing.assert_allclose(law.ppf(p), oracle.ppf(p), rtol=1e-12)
    np.testing.assert_allclose(law.isf(p), oracle.isf(p), rtol=1e-12)


@pytest.mark.parametrize("alpha", [0.8, 1.2, 1.7, 2.0])
def test_density_inverts_the_characteristic_function(alpha):
    law = sf.Stable(alpha, loc=0.5, scale=1.5)
    for x in (-3.0, 0.5, 1.2, 4.0):
        value, _ = integrate.quad(lambda t, x=x: np.real(law.cf(t) * np.exp(-1j * x * t)), 0.0, 60.0, limit=800)
        assert law.pdf(x) == pytest.approx(value / np.pi, abs=1e-9)


@pytest.mark.parametrize("alpha", [0.7, 1.0, 1.5, 1.99])
def test_fractional_moment_by_quadrature(alpha):
    law = sf.Stable(alpha, loc=2.0, scale=0.5)
    p = 0.45 * alpha

    def integrand(u):  # x - loc = e^u; both sides
        return 2.0 * np.exp((1.0 + p) * u) * law.pdf(2.0 + np.exp(u))

    value, _ = integrate.quad(integrand, -60.0, 90.0, limit=2000, points=[-5.0, 0.0, 5.0, 20.0])
    assert law.moment(p) == pytest.approx(value, rel=1e-7)


def test_moments_that_do_not_exist():
    law = sf.Stable(1.5)
    assert law.moment(1.5) == np.inf
    assert law.moment(2.0) == np.inf
    assert law.moment(-1.0) == np.inf
    assert law.moment(0.0) == 1.0
    assert sf.Stable(2.0, scale=3.0).moment(2.0) == pytest.approx(18.0, rel=1e-14)


def test_levy_measure():
    assert sf.Stable(1.0).levy_constant == pytest.approx(1.0 / np.pi, rel=1e-15)
    assert sf.Stable(2.0).levy_constant == 0.0
    for alpha in (0.8, 1.2, 1.5, 1.8):
        law = sf.Stable(alpha, scale=2.0)
        # theory: P(|X| > x) ~ levy_tail(x), the next term being smaller by (scale/x)^alpha
        assert 2.0 * law.sf(1e6) == pytest.approx(law.levy_tail(1e6), rel=1e-3)


def test_scipy_reads_the_same_law():
    law = sf.Stable(1.6, loc=0.3, scale=2.0)
    alpha, beta, loc, scale = law.to_scipy()
    assert stats.levy_stable.pdf(1.0, alpha, beta, loc=loc, scale=scale) == pytest.approx(law.pdf(1.0), rel=1e-6)
    assert sf.Stable.from_scipy(alpha, beta, loc, scale) == law.to("S1")

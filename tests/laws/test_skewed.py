"""Skewed laws: certified values, closed forms, continuity at alpha = 1, parametrisations, quantiles, draws."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

import stablefit as sf
from stablefit.laws.skewed import MANY

REFERENCE = Path(__file__).parents[1] / "reference"
alphas = st.one_of(
    st.floats(0.3, 2.0), st.floats(-0.01, 0.01).map(lambda gap: 1.0 + gap), st.sampled_from([0.5, 1.0, 1.5])
)
betas = st.one_of(st.floats(-1.0, 1.0), st.sampled_from([-1.0, 1.0, 1e-9, 1e-4, 1.0001e-4, 1e-38]))


def read(name):
    with (REFERENCE / f"{name}.csv").open() as f:
        rows = list(csv.DictReader(f))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "checks"}


@pytest.mark.reference
@pytest.mark.parametrize("function", ["logpdf", "logcdf", "logsf"])
@pytest.mark.parametrize(("name", "rows"), [("stable_reference", 1152), ("skewed_random", 400)])
def test_certified_values(name, rows, function):
    """Relative to max(1, |log|): 1e-12 of pdf, cdf and sf themselves, and every digit of a light tail's logarithm."""
    table = read(name)
    assert table["x"].size >= rows
    got = getattr(sf.Stable(table["alpha"], table["beta"]), function)(table["x"])
    want = table[function]
    with np.errstate(invalid="ignore"):
        error = np.where(got == want, 0.0, np.abs(got - want) / np.maximum(1.0, np.abs(want)))
    assert np.max(error) <= 1e-12


@pytest.mark.reference
@pytest.mark.parametrize("function", ["logpdf", "logcdf", "logsf"])
def test_certified_values_from_tables(function):
    """The same for laws that are tabulated."""
    table = read("skewed_random")
    points = zip(*(table[key] for key in ("alpha", "beta", "x")), strict=True)
    got = np.array([getattr(sf.Stable(a, b), function)(np.full(MANY, x))[0] for a, b, x in points])
    assert np.max(np.abs(got - table[function]) / np.maximum(1.0, np.abs(table[function]))) <= 4e-12


@pytest.mark.unit
def test_levy_and_landau():
    x = np.array([-0.9, -0.5, 0.0, 1.0, 7.0, 1e4])
    levy = sf.Stable(0.5, 1.0, loc=0.0)  # S0: the support begins at -tan(pi/4) = -1
    np.testing.assert_allclose(levy.pdf(x), stats.levy.pdf(x + 1.0), rtol=1e-13)
    np.testing.assert_allclose(levy.sf(x), stats.levy.sf(x + 1.0), rtol=1e-13)
    assert levy.pdf(-1.5) == 0.0
    assert levy.cdf(-1.5) == 0.0
    assert levy.ppf(0.0) == pytest.approx(-1.0, rel=1e-15)
    # scipy's Landau law is alpha = beta = 1 with scale 1, within scipy's own few 1e-9
    np.testing.assert_allclose(sf.Stable(1.0, 1.0).pdf(x), stats.landau.pdf(x), rtol=1e-7)


@pytest.mark.properties
@given(st.sampled_from([0.5, 1.0, -0.9, 0.05]), st.floats(-20.0, 20.0))
def test_continuous_at_alpha_one(beta, x):
    probabilities = [sf.Stable(1.0 + gap, beta).cdf(x) for gap in (-1e-10, -1e-13, 0.0, 1e-13, 1e-10)]
    assert np.ptp(probabilities) < 1e-9


@pytest.mark.properties
@given(alphas, betas, st.floats(-50.0, 50.0))
def test_reflection_to_the_bit(alpha, beta, x):
    law, mirror = sf.Stable(alpha, beta), sf.Stable(alpha, -beta)
    assert law.logpdf(x) == mirror.logpdf(-x)
    assert law.logcdf(x) == mirror.logsf(-x)
    assert law.cdf(x) == mirror.sf(-x)


@pytest.mark.properties
@given(alphas, betas, st.floats(-50.0, 50.0))
def test_cdf_and_sf_add_to_one(alpha, beta, x):
    law = sf.Stable(alpha, beta)
    assert law.cdf(x) + law.sf(x) == pytest.approx(1.0, abs=1e-11)


@pytest.mark.properties
@given(alphas, betas, st.floats(1e-9, 1.0 - 1e-9))
def test_ppf_inverts_cdf(alpha, beta, p):
    law = sf.Stable(alpha, beta)
    x = law.ppf(p)
    density = law.pdf(x)
    assume(density > 0.0)
    # x itself is rounded to max(|x|, 1): that much of p cannot be told
    assert law.cdf(x) == pytest.approx(p, rel=1e-10, abs=1e-11 * density * max(abs(x), 1.0))


@pytest.mark.properties
@given(st.floats(0.3, 0.98), betas, st.floats(0.1, 10.0), st.floats(-5.0, 5.0))
def test_parametrisations_describe_the_same_law(alpha, beta, scale, x):
    law = sf.Stable(alpha, beta, loc=0.5, scale=scale)
    classical = law.to("S1")
    assert classical.param == "S1"
    # loc moves by up to scale / (1 - alpha) / 1.5: fifty units' rounding
    assert classical.logpdf(x) == pytest.approx(law.logpdf(x), rel=1e-9, abs=1e-9)
    assert classical.to("S0").loc == pytest.approx(0.5, abs=1e-13 * scale / (1.0 - alpha) + 1e-14)


@pytest.mark.unit
def test_scipy_has_the_same_law_in_s1():
    law = sf.Stable(1.3, 0.5, loc=1.0, scale=2.0)
    alpha, beta, loc, scale = law.to_scipy()
    x = np.array([-5.0, 0.0, 1.0, 3.0])
    np.testing.assert_allclose(stats.levy_stable.pdf(x, alpha, beta, loc=loc, scale=scale), law.pdf(x), rtol=1e-7)
    assert sf.Stable.from_scipy(alpha, beta, loc, scale).to("S0").loc == pytest.approx(1.0, rel=1e-14)


@pytest.mark.unit
def test_s1_at_alpha_one_moves_with_log_scale():
    law = sf.Stable(1.0, 0.5, loc=0.0, scale=3.0, param="S1")
    assert law.to("S0").loc == pytest.approx(0.5 * (2.0 / np.pi) * 3.0 * np.log(3.0), rel=1e-15)


@pytest.mark.unit
@pytest.mark.parametrize("copies", [1, 300])
def test_quantiles_beyond_the_range_of_numbers(copies):
    p = np.full(copies, 1e-300)
    assert np.all(sf.Stable(0.3, 0.5).isf(p) == np.inf)
    assert np.all(sf.Stable(0.3, 0.5).ppf(p) == -np.inf)
    assert np.all(sf.Stable(0.8, 1.0).isf(p) == np.inf)
    assert np.all(np.isfinite(sf.Stable(0.8, 1.0).ppf(p)))
    law = sf.Stable(1.2, -0.4)
    np.testing.assert_allclose(law.logsf(law.isf(p)), np.log(p), rtol=1e-13)


@pytest.mark.unit
def test_beta_is_without_effect_at_alpha_two():
    x = np.linspace(-4.0, 4.0, 9)
    np.testing.assert_array_equal(sf.Stable(2.0, 0.7).pdf(x), sf.Stable(2.0).pdf(x))


@pytest.mark.unit
def test_skewed_and_symmetric_laws_in_one_array():
    law = sf.Stable([1.5, 1.5, 2.0, 0.8], [0.0, 0.5, 0.5, -1.0])
    for name in ("logpdf", "cdf", "sf", "logcdf"):
        singly = [getattr(sf.Stable(a, b), name)(0.3) for a, b in zip(law.alpha, law.beta, strict=True)]
        np.testing.assert_array_equal(getattr(law, name)(0.3), singly)
    singly = [sf.Stable(a, b).ppf(0.3) for a, b in zip(law.alpha, law.beta, strict=True)]
    np.testing.assert_array_equal(law.ppf(0.3), singly)


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("alpha", "beta"), [(0.5, 1.0), (0.8, -0.9), (1.0, 0.7), (1.0 + 1e-9, 0.7), (1.01, 0.3), (1.5, -0.4), (1.9, 1.0)]
)
def test_draws_follow_the_law(alpha, beta):
    """Kolmogorov-Smirnov, 3,000 draws; false alarm 1e-5 a case, seed fixed."""
    law = sf.Stable(alpha, beta, loc=2.0, scale=0.5)
    assert stats.kstest(law.rvs(3000, rng=9), law.cdf).pvalue > 1e-5


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("alpha", "beta", "param"), [(1.0, 0.7, "S0"), (1.0, 0.7, "S1"), (1.4, -0.8, "S1"), (0.7, 0.5, "S0")]
)
def test_characteristic_function_of_draws(alpha, beta, param):
    """20,000 draws: the mean of exp(i t X) within 5 standard errors of 1 / sqrt(n), false alarm below 1e-5."""
    law = sf.Stable(alpha, beta, loc=0.3, scale=1.7, param=param)
    x = law.rvs(20_000, rng=4)
    for t in (-0.8, 0.1, 0.5):
        assert abs(np.exp(1j * t * x).mean() - law.cf(t)) < 5.0 / np.sqrt(x.size)


@pytest.mark.unit
@pytest.mark.parametrize(("alpha", "beta"), [(0.4, 0.3), (1.0, -0.6), (1.5, 0.8), (1.97, -0.2)])
def test_far_out_the_law_is_its_leading_power(alpha, beta):
    """Nolan (2020), theorem 1.2: P(X > x) tends to Gamma(alpha) sin(pi alpha/2) (1 + beta) x^-alpha / pi."""
    law, x = sf.Stable(alpha, beta), 1e250
    both = math.lgamma(alpha) + math.log(math.sin(0.5 * math.pi * alpha) / math.pi) - alpha * math.log(x)
    for side, tail in ((1.0, law.logsf), (-1.0, law.logcdf)):
        log_tail = both + math.log1p(side * beta)
        assert tail(side * x) == pytest.approx(log_tail, rel=1e-13)
        assert law.logpdf(side * x) == pytest.approx(log_tail + math.log(alpha / x), rel=1e-13)

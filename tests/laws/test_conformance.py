"""What every law owes its users, on a grid of (alpha, beta, param): the same checks for all of them."""

import copy
import math

import numpy as np
import pytest
from scipy import stats

import stablefit as sf
from stablefit.laws.skewed import MANY

pytestmark = pytest.mark.unit
ALPHAS = (0.35, 0.5, 0.8, 1.0 - 1e-9, 1.0, 1.05, 1.5, 1.9, 2.0 - 1e-9, 2.0)
BETAS = (-1.0, -0.4, 0.0, 1e-6, 0.9, 1.0)
GRID = [(alpha, beta, param) for alpha in ALPHAS for beta in BETAS for param in ("S0", "S1")]
LOC, SCALE = 0.25, 2.0
P = np.concatenate(
    [10.0 ** np.arange(-12.0, -1.0, 1.0), np.linspace(0.02, 0.98, 49), 1.0 - 10.0 ** np.arange(-2.0, -8.0, -1.0)]
)
FUNCTIONS = ("pdf", "logpdf", "cdf", "sf", "logcdf", "logsf")


@pytest.fixture(params=GRID, ids=lambda law: "alpha={:.10g}, beta={:g}, {}".format(*law), scope="module")
def law(request):
    alpha, beta, param = request.param
    # in S1 the location near alpha = 1 runs away: the law in the same place is asked for
    return sf.Stable(alpha, beta, LOC, SCALE).to(param)


@pytest.fixture(scope="module")
def x(law):
    """Points all over the law, its far tails and the ends of a support among them."""
    return np.concatenate([law.ppf(P), law.ppf([0.0, 1.0]), LOC + SCALE * np.array([-1e12, -1e3, 1e3, 1e12, 0.0])])


@pytest.fixture(scope="module")
def digits(law):
    """What is left of relative precision: in S1 the location is larger than the scale, and rounded."""
    return 1.0 + abs(law.loc) / SCALE


def test_logarithms_are_those_of_the_functions(law, x):
    for name in ("pdf", "cdf", "sf"):
        with np.errstate(under="ignore"):
            np.testing.assert_allclose(
                getattr(law, name)(x), np.exp(getattr(law, f"log{name}")(x)), rtol=1e-11, atol=1e-307
            )


def test_probabilities_are_monotone_and_complementary(law, x):
    at = np.sort(x)
    lower, upper = law.cdf(at), law.sf(at)
    np.testing.assert_allclose(lower + upper, 1.0, rtol=1e-11)
    assert np.all(np.diff(lower) >= -1e-11 * lower[1:])
    assert np.all(np.diff(upper) <= 1e-11 * upper[:-1])


def test_the_density_is_the_slope_of_the_distribution(law, digits):
    """Gauss-Legendre between neighbouring quantiles gives the probability in between.

    In asinh of the distance from where the density of a small alpha has its spike: power laws are polynomials there.
    """
    spike, width = (law.to("S1").loc, 1e-3 * SCALE) if law.alpha < 0.9 else (LOC, SCALE)
    edges = np.arcsinh((law.ppf(P) - spike) / width)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    half = 0.5 * np.diff(edges)[:, None]
    at = edges[:-1, None] + half * (1.0 + nodes)
    got = (law.pdf(spike + width * np.sinh(at)) * width * np.cosh(at) * half * weights).sum(axis=1)
    np.testing.assert_allclose(got, np.diff(P), rtol=1e-8, atol=1e-14 * digits)


def test_quantiles_invert_probabilities(law, digits):
    x, y = law.ppf(P), law.isf(P)
    known = (law.pdf(x) > 0.0) & (law.pdf(y) > 0.0)
    slack = 1e-11 + 4e-16 * digits * np.maximum(np.abs(x), SCALE) * law.pdf(x) / P
    assert np.all(np.abs(law.cdf(x) / P - 1.0)[known] <= slack[known])
    slack = 1e-11 + 4e-16 * digits * np.maximum(np.abs(y), SCALE) * law.pdf(y) / P
    assert np.all(np.abs(law.sf(y) / P - 1.0)[known] <= slack[known])


def test_quantiles_at_the_ends(law):
    low, high = law.ppf([0.0, 1.0])
    one_sided = law.alpha < 1.0 and abs(law.beta) == 1.0
    assert np.isfinite(low) == (one_sided and law.beta == 1.0)
    assert np.isfinite(high) == (one_sided and law.beta == -1.0)
    assert law.isf(0.0) == high
    assert law.isf(1.0) == low
    assert law.pdf(low) == law.pdf(high) == 0.0
    assert np.all(np.isnan(law.ppf([-1e-9, 1.0 + 1e-9, np.nan])))
    assert np.all(np.isnan(law.isf([-1e-9, 1.0 + 1e-9, np.nan])))


def test_nan_and_infinity(law):
    at = np.array([-np.inf, np.inf, np.nan])
    for tiled in (at, np.tile(at, MANY)):  # one by one, and from a table
        for name, limits in (
            ("pdf", (0.0, 0.0)),
            ("logpdf", (-np.inf, -np.inf)),
            ("cdf", (0.0, 1.0)),
            ("sf", (1.0, 0.0)),
            ("logcdf", (-np.inf, 0.0)),
            ("logsf", (0.0, -np.inf)),
        ):
            np.testing.assert_array_equal(getattr(law, name)(tiled)[-3:], [*limits, np.nan])


def test_reflection_to_the_bit(law, x):
    mirror = sf.Stable(law.alpha, -law.beta, -law.loc, law.scale, param=law.param)
    for at in (x, np.tile(x, 4)):
        np.testing.assert_array_equal(law.logpdf(at), mirror.logpdf(-at))
        np.testing.assert_array_equal(law.cdf(at), mirror.sf(-at))
        np.testing.assert_array_equal(law.logsf(at), mirror.logcdf(-at))
    np.testing.assert_array_equal(law.ppf(np.tile(P, 4)), -mirror.isf(np.tile(P, 4)))


def test_many_points_agree_with_few(law, x):
    """A table against the integral; logarithms relative to max(1, |log|)."""
    many = np.tile(x, math.ceil(MANY / x.size))
    for name in ("logpdf", "logcdf", "logsf"):
        few = getattr(law, name)(x)
        got = getattr(law, name)(many)[: x.size]
        with np.errstate(invalid="ignore"):
            error = np.where(got == few, 0.0, np.abs(got - few) / np.maximum(1.0, np.abs(few)))
        assert np.max(error) <= 4e-12
    few = np.array([float(law.ppf(p)) for p in P[::7]])
    many = law.ppf(np.tile(P[::7], math.ceil(MANY / P[::7].size)))[: few.size]
    assert np.max(np.abs(many - few) / np.maximum(np.abs(few - law.loc), SCALE)) <= 1e-11


def test_location_and_scale(law, x):
    standard = sf.Stable(law.alpha, law.beta)
    z = (x - LOC) / SCALE
    inside = np.isfinite(z) & (law.pdf(x) > 0.0)
    with np.errstate(invalid="ignore"):
        slope = np.abs(standard.dlogpdf(z)) * np.maximum(np.abs(z), abs(law.loc) / SCALE + 1.0)
        slack = 1e-11 * np.maximum(1.0, np.abs(law.logpdf(x))) + 1e-15 * slope
        error = np.abs(law.logpdf(x) + math.log(SCALE) - standard.logpdf(z))
    assert np.all(error[inside] <= slack[inside])


def test_both_parametrisations(law, digits):
    other = law.to("S1" if law.param == "S0" else "S0")
    assert other.to(law.param).loc == pytest.approx(law.loc, rel=1e-14, abs=1e-15 * digits * SCALE)
    assert (other.loc == law.loc) == (law.beta == 0.0 or law.alpha == 2.0) or abs(law.beta) < 1e-5
    assert sf.Stable.from_scipy(*law.to_scipy()) == law.to("S1")


def test_gradient_and_score(law):
    at = law.ppf([0.05, 0.3, 0.5, 0.8, 0.99])
    log_f, d_x, d_alpha = law.logpdf_grad(at)
    np.testing.assert_allclose(log_f, law.logpdf(at), rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(d_x, law.dlogpdf(at))
    score = law.score(at)
    assert score.shape == (5, 4)
    np.testing.assert_array_equal(score[:, 2], -d_x)
    assert np.all(np.isfinite(d_alpha))
    assert np.all(np.isfinite(score[:, 2:]))


def test_characteristic_function(law):
    t = np.array([-3.0, -0.4, 0.0, 0.4, 3.0]) / SCALE
    values = law.cf(t)
    assert values[2] == 1.0
    np.testing.assert_allclose(values[::-1], values.conj(), rtol=1e-14)
    np.testing.assert_allclose(np.abs(values), np.exp(-(np.abs(SCALE * t) ** law.alpha)), rtol=1e-13)
    np.testing.assert_allclose(law.to("S1" if law.param == "S0" else "S0").cf(t), values, rtol=1e-6)


def test_draws(law):
    """Kolmogorov-Smirnov, 2,000 draws, seed fixed: false alarm 1e-6 a law."""
    draws = law.rvs(2000, rng=11)
    np.testing.assert_array_equal(draws, law.rvs(2000, rng=np.random.default_rng(11)))
    assert stats.kstest(draws, law.cdf).pvalue > 1e-6


def test_object(law):
    again = eval(repr(law), {"Stable": sf.Stable})
    assert again == law == copy.deepcopy(law)
    assert hash(again) == hash(law)
    assert law.param in repr(law)


@pytest.mark.parametrize(
    ("law", "oracle", "digits"),
    [
        (sf.Stable(2.0, 0.7, 1.0, 3.0), stats.norm(1.0, 3.0 * math.sqrt(2.0)), 1e-12),
        (sf.Stable(1.0, 0.0, 1.0, 3.0), stats.cauchy(1.0, 3.0), 1e-12),
        (sf.Stable(0.5, 1.0, 1.0, 3.0, param="S1"), stats.levy(1.0, 3.0), 1e-11),
        (sf.Stable(0.5, -1.0, 1.0, 3.0, param="S1"), stats.levy_l(1.0, 3.0), 1e-11),
        (sf.Stable(1.0, 1.0, 1.0, math.pi / 2.0), stats.landau(1.0, math.pi / 2.0), 1e-7),  # scipy's own few 1e-9
    ],
    ids=["normal", "Cauchy", "Levy", "Levy, left", "Landau"],
)
@pytest.mark.parametrize("copies", [1, 20])
def test_closed_forms(law, oracle, digits, copies):
    p = np.tile(np.array([1e-6, 0.01, 0.2, 0.5, 0.7, 0.9, 0.99, 0.9999]), copies)
    x = oracle.ppf(p)
    for name in ("pdf", "cdf", "sf"):
        np.testing.assert_allclose(getattr(law, name)(x), getattr(oracle, name)(x), rtol=30.0 * digits)
    np.testing.assert_allclose(law.ppf(p), x, rtol=30.0 * digits)

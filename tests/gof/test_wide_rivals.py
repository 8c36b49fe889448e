"""The rivals with a shape between Laplace's law, or Cauchy's, and the normal one."""

import math
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import digamma, polygamma

import stablefit as sf
from stablefit._kernels.generalised_normal import digamma_and_slope
from stablefit.gof.rivals.generalised_normal import GeneralisedNormal, fit_generalised_normal
from stablefit.gof.rivals.inverse_gaussian import NormalInverseGaussian, fit_inverse_gaussian
from stablefit.gof.rivals.normal import fit_normal
from stablefit.gof.rivals.symmetric import SymmetricLaw

PAIRS = [
    (GeneralisedNormal(0.3, 2.0, 0.6), scipy.stats.gennorm(0.6, 0.3, 2.0)),
    (GeneralisedNormal(0.3, 2.0, 1.0), scipy.stats.laplace(0.3, 2.0)),
    (GeneralisedNormal(0.3, 2.0, 2.0), scipy.stats.norm(0.3, 2.0 / math.sqrt(2.0))),
    (GeneralisedNormal(0.3, 2.0, 8.0), scipy.stats.gennorm(8.0, 0.3, 2.0)),
    (NormalInverseGaussian(0.3, 2.0, 0.02), scipy.stats.norminvgauss(0.02, 0.0, 0.3, 2.0)),
    (NormalInverseGaussian(0.3, 2.0, 1.5), scipy.stats.norminvgauss(1.5, 0.0, 0.3, 2.0)),
    (NormalInverseGaussian(0.3, 2.0, math.inf), scipy.stats.norm(0.3, 2.0)),
]
FITS = [fit_generalised_normal, fit_inverse_gaussian]


@pytest.mark.unit
@pytest.mark.parametrize(("ours", "scipys"), PAIRS, ids=lambda law: repr(law) if isinstance(law, SymmetricLaw) else "")
def test_laws_are_scipys(ours: SymmetricLaw, scipys: Any) -> None:
    x = 0.3 + 2.0 * np.concatenate([np.linspace(-3.0, 3.0, 9), [-0.1, 6.0]])
    # scipy integrates the density of norminvgauss, to 1e-8 at best, and its gennorm has no logarithm of its own
    exact = isinstance(ours, GeneralisedNormal) or math.isinf(ours.params["a"])
    bounds = {"rtol": 1e-10, "atol": 1e-13} if exact else {"rtol": 1e-6, "atol": 1e-9}
    for name in ("pdf", "logpdf", "cdf", "sf", "logcdf", "logsf"):
        with np.errstate(divide="ignore"):
            found, expected = getattr(ours, name)(x), getattr(scipys, name)(x)
        finite = np.isfinite(expected)
        np.testing.assert_allclose(found[finite], expected[finite], err_msg=name, **bounds)
    q = np.array([0.01, 0.3, 0.5, 0.7, 0.999])
    np.testing.assert_allclose(ours.ppf(q), scipys.ppf(q), rtol=1e-6)
    np.testing.assert_allclose(ours.cdf(ours.ppf(q)), q, rtol=1e-10)
    np.testing.assert_allclose(ours.isf(q), ours.ppf(1 - q), rtol=1e-9)
    np.testing.assert_array_equal(ours.ppf([0.0, 1.0]), [-math.inf, math.inf])


@pytest.mark.unit
@pytest.mark.parametrize("law", [GeneralisedNormal(0.0, 1.0, 2.0), NormalInverseGaussian(0.0, 1.0, 1.0)])
def test_far_tails_have_a_logarithm(law: SymmetricLaw) -> None:
    """Beyond what a float holds: the logarithm falls by the density over the tail, whose logarithm rises slowly."""
    x, h = np.array([30.0, 900.0]), 1e-4
    tail = law.logsf(x)
    assert np.all(np.isfinite(tail))
    assert law.sf(900.0) == 0.0
    slope = (law.logsf(x - h) - law.logsf(x + h)) / (2 * h)
    np.testing.assert_allclose(slope, np.exp(law.logpdf(x) - tail), rtol=1e-4)


@pytest.mark.unit
@pytest.mark.parametrize("x", np.geomspace(0.02, 100.0, 12).tolist())
def test_digamma_is_scipys(x: float) -> None:
    value, slope = digamma_and_slope(x)
    assert value == pytest.approx(digamma(x), abs=1e-13 * (1 + 1 / x))
    assert slope == pytest.approx(polygamma(1, x), rel=1e-13)


def likelihood(name: str, x: np.ndarray, p: np.ndarray) -> float:
    """Minus the log-likelihood in loc, log scale, log shape."""
    shape, scale = math.exp(p[2]), math.exp(p[1])
    if name == "gennorm":
        return -float(scipy.stats.gennorm.logpdf(x, shape, p[0], scale).sum())
    return -float(scipy.stats.norminvgauss.logpdf(x, shape, 0.0, p[0], scale).sum())


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "draw"), [("gennorm", "standard_normal"), ("nig", "laplace"), ("nig", "standard_cauchy")]
)
def test_no_other_parameters_are_more_likely(name: str, draw: str) -> None:
    x = 5.0 + 2.0 * getattr(np.random.default_rng(2), draw)(size=200)
    law = fit_generalised_normal(x) if name == "gennorm" else fit_inverse_gaussian(x)
    ours = float(law.logpdf(x).sum())
    for shape in (0.3, 1.0, 3.0):
        start = [float(np.median(x)), math.log(np.quantile(np.abs(x - np.median(x)), 0.6)), math.log(shape)]
        found = scipy.optimize.minimize(lambda p: likelihood(name, x, p), start, method="Nelder-Mead")
        assert ours >= -found.fun - 1e-7 * abs(ours)


@pytest.mark.unit
def test_up_to_shape_one_the_centre_is_the_best_sample() -> None:
    x = np.sort(scipy.stats.gennorm(0.6).rvs(301, random_state=3))
    law = fit_generalised_normal(x)
    assert law.shape < 1.0
    assert law.loc in x
    cost = np.sum(np.abs(x[:, None] - x) ** law.shape, axis=0)
    assert np.sum(np.abs(x - law.loc) ** law.shape) == pytest.approx(cost.min(), rel=1e-12)


@pytest.mark.unit
def test_light_samples_end_at_the_normal_law_or_the_uniform_one() -> None:
    rows = np.random.default_rng(4).uniform(size=(5, 400))
    wide, normal = fit_inverse_gaussian(rows), fit_normal(rows)
    assert np.all(np.isinf(wide.a))
    np.testing.assert_array_equal(wide.scale, normal.scale)
    assert np.all(fit_generalised_normal(rows).shape > 20.0)


@pytest.mark.properties
@pytest.mark.parametrize("fit", FITS)
@given(scale=st.floats(1e-8, 1e8), shift=st.floats(-5.0, 5.0))
def test_fits_move_with_their_samples(fit: Any, scale: float, shift: float) -> None:
    row = np.random.default_rng(5).standard_t(6, 150)
    here, there = fit(row), fit(scale * (row + shift))
    last = list(here.params)[-1]
    assert there.params[last] == pytest.approx(here.params[last], rel=1e-5)
    assert there.scale == pytest.approx(scale * here.scale, rel=1e-5)
    assert there.loc == pytest.approx(scale * (here.loc + shift), abs=1e-5 * scale)


@pytest.mark.unit
@pytest.mark.parametrize("fit", FITS)
def test_rows_are_fitted_alone_and_constant_ones_are_nan(fit: Any) -> None:
    rows = np.stack([np.full(60, 3.0), *np.random.default_rng(6).standard_t(3, (2, 60))])
    found = fit(rows)
    assert math.isnan(found.scale[0])
    for i in (1, 2):
        assert [float(v[i]) for v in found.params.values()] == [float(v) for v in fit(rows[i]).params.values()]


@pytest.mark.statistical
@pytest.mark.parametrize("truth", ["gennorm", "nig"])
def test_parameters_are_found(truth: str) -> None:
    """Medians of 200 estimates at n = 2000 within 4 of their standard errors of the truth (false alarm 6e-5 each)."""
    rng = np.random.default_rng(7)
    if truth == "gennorm":
        true = {"loc": 1.0, "scale": 3.0, "shape": 1.4}
        rows = scipy.stats.gennorm(1.4, 1.0, 3.0).rvs((200, 2000), random_state=rng)
    else:
        true = {"loc": 1.0, "scale": 3.0, "a": 0.8}
        rows = scipy.stats.norminvgauss(0.8, 0.0, 1.0, 3.0).rvs((200, 2000), random_state=rng)
    found = (fit_generalised_normal if truth == "gennorm" else fit_inverse_gaussian)(rows).params
    for name, value in true.items():
        error = 1.2533 * found[name].std() / math.sqrt(200)  # of a median of normal estimates
        assert np.median(found[name]) == pytest.approx(value, abs=4 * error + 0.005 * value)


@pytest.mark.unit
def test_compared_by_name() -> None:
    x = scipy.stats.gennorm(0.5).rvs(2000, random_state=8)
    found = sf.gof.compare(x, ("normal", "nig", "gennorm", "laplace"), folds=None)
    assert found.best == "gennorm"
    assert [*found["nig"]["params"]] == ["loc", "scale", "a"]
    batch = sf.gof.compare_batch(x.reshape(500, 4), laws=("normal", "gennorm", "nig"), null=False)
    assert np.all(batch.bic["gennorm"] < batch.bic["normal"])


@pytest.mark.unit
@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e100])
def test_rough_samples_of_any_scale_give_numbers(scale: float) -> None:
    rng = np.random.default_rng(9)
    for n in (8, 9, 20, 50):
        modes = np.concatenate([rng.normal(-9.0, 1.0, n), rng.normal(9.0, 1.0, n)])
        for x in (rng.standard_t(0.5, n), rng.uniform(size=n), rng.exponential(size=n), modes):
            for row in sf.gof.compare(scale * x, ("gennorm", "nig", "t"), folds=None).rows:
                assert math.isfinite(row["loglik"])
                assert math.isfinite(row["ad"])

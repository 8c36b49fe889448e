import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import digamma, gammaln, polygamma

from stablefit._kernels.student import information, log_gamma_ratio, loglik_and_score
from stablefit.gof.rivals.laplace import Laplace, fit_laplace
from stablefit.gof.rivals.normal import Normal, fit_normal
from stablefit.gof.rivals.student import StudentT, fit_student
from stablefit.gof.rivals.symmetric import SymmetricLaw

PAIRS = [
    (Normal(0.3, 2.0), scipy.stats.norm(0.3, 2.0)),
    (Laplace(0.3, 2.0), scipy.stats.laplace(0.3, 2.0)),
    (StudentT(0.3, 2.0, 1.0), scipy.stats.t(1.0, 0.3, 2.0)),
    (StudentT(0.3, 2.0, 4.5), scipy.stats.t(4.5, 0.3, 2.0)),
    (StudentT(0.3, 2.0, 1e4), scipy.stats.t(1e4, 0.3, 2.0)),
    (StudentT(0.3, 2.0, math.inf), scipy.stats.norm(0.3, 2.0)),
]


@pytest.mark.unit
@pytest.mark.parametrize(("ours", "scipys"), PAIRS, ids=lambda law: repr(law) if isinstance(law, SymmetricLaw) else "")
def test_laws_are_scipys(ours: SymmetricLaw, scipys: object) -> None:
    x = 0.3 + 2.0 * np.concatenate([np.linspace(-6.0, 6.0, 41), [-20.0, 20.0]])
    for name in ("pdf", "logpdf", "cdf", "sf", "logcdf", "logsf"):
        # 1e-10: scipy's own t loses that much at df = 1e4
        np.testing.assert_allclose(
            getattr(ours, name)(x), getattr(scipys, name)(x), rtol=1e-10, atol=1e-15, err_msg=name
        )
    q = np.array([1e-9, 0.01, 0.3, 0.5, 0.7, 0.999])
    np.testing.assert_allclose(ours.ppf(q), scipys.ppf(q), rtol=1e-9)  # type: ignore[attr-defined]
    np.testing.assert_allclose(ours.isf(q), scipys.isf(q), rtol=1e-9)  # type: ignore[attr-defined]


@pytest.mark.unit
def test_upper_tails_are_lower_tails_mirrored() -> None:
    assert Normal(0.0, 1.0).sf(20.0) == Normal(0.0, 1.0).cdf(-20.0) > 0.0
    assert Laplace(0.0, 1.0).sf(200.0) == pytest.approx(0.5 * math.exp(-200.0), rel=1e-13)


@pytest.mark.unit
@pytest.mark.parametrize("v", [0.1, 1.0, 3.7, 39.9, 40.0, 250.0])
def test_log_gamma_ratio_is_scipys(v: float) -> None:
    """scipy's differences of lgamma, digamma and trigamma lose v, v**2 and v**3 times their own rounding, 1e-15."""
    value = gammaln((v + 1) / 2) - gammaln(v / 2) - math.log(v / 2) / 2
    first = (digamma((v + 1) / 2) - digamma(v / 2)) / 2 - 1 / (2 * v)
    second = (polygamma(1, (v + 1) / 2) - polygamma(1, v / 2)) / 4 + 1 / (2 * v**2)
    found = log_gamma_ratio(v)
    for ours, scipys, lost in zip(found, (value, first, second), (v, v**2, v**3), strict=True):
        assert ours == pytest.approx(scipys, rel=1e-14 + 1e-14 * lost)


@pytest.mark.unit
def test_log_gamma_ratio_keeps_its_digits_where_lgamma_has_none() -> None:
    v = 1e7  # lgamma is 7e7 here, rounded to 1e-8; the ratio is -1/(4v) but for 1/(24 v**3)
    np.testing.assert_allclose(log_gamma_ratio(v), [-0.25 / v, 0.25 / v**2, -0.5 / v**3], rtol=1e-13)


@pytest.mark.unit
@pytest.mark.parametrize("q", [0.0, 1e-4, 0.2, 1.0, 4.0])
def test_score_of_t_is_the_slope_of_its_likelihood(q: float) -> None:
    x = np.random.default_rng(0).standard_t(4, 50)
    loc, scale, h = 0.1, 1.3, 1e-6
    _, by_loc, by_scale, by_q = loglik_and_score(x, loc, scale, q)
    up, down = (loglik_and_score(x, loc + d, scale, q)[0] for d in (h, -h))
    assert by_loc == pytest.approx(scale * (up - down) / (2 * h), rel=1e-6, abs=1e-6)
    up, down = (loglik_and_score(x, loc, scale * math.exp(d), q)[0] for d in (h, -h))
    assert by_scale == pytest.approx((up - down) / (2 * h), rel=1e-6, abs=1e-6)
    if q == 0.0:  # one-sided: the slope at the end is the limit from inside
        assert by_q == pytest.approx(loglik_and_score(x, loc, scale, 1e-5)[3], rel=1e-2)
    else:
        up, down = (loglik_and_score(x, loc, scale, q + d)[0] for d in (1e-2 * q, -1e-2 * q))
        assert by_q == pytest.approx((up - down) / (2e-2 * q), rel=1e-3, abs=1e-3)


@pytest.mark.unit
def test_likelihood_of_t_is_scipys() -> None:
    x = np.random.default_rng(1).standard_t(4, 50)
    expected = scipy.stats.t(4.0, 0.1, 1.3).logpdf(x).sum()
    assert loglik_and_score(x, 0.1, 1.3, 0.25)[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.statistical
@pytest.mark.parametrize("q", [0.1, 0.25, 1.0])
def test_information_is_the_variance_of_the_score(q: float) -> None:
    """2,000 blocks of 100 draws: a variance has the standard error sqrt(2 / 2000), and 4 of them alarm in 6e-5."""
    x = np.random.default_rng(2).standard_t(1.0 / q, 200_000)
    scores = np.array([loglik_and_score(x[i : i + 100], 0.0, 1.0, q)[1:] for i in range(0, x.size, 100)])
    seen = np.cov(scores.T) / 100
    i_loc, i_scale, cross, i_q = information(q)
    error = 4 * math.sqrt(2 / 2000)
    np.testing.assert_allclose([seen[0, 0], seen[1, 1], seen[2, 2]], [i_loc, i_scale, i_q], rtol=error)
    assert seen[1, 2] == pytest.approx(cross, abs=error * math.sqrt(i_scale * i_q))


@pytest.mark.unit
def test_fits_match_scipys_in_closed_form() -> None:
    rows = np.random.default_rng(3).laplace(2.0, 3.0, (4, 101))
    normal, laplace = fit_normal(rows), fit_laplace(rows)
    for i, row in enumerate(rows):
        np.testing.assert_allclose([normal.loc[i], normal.scale[i]], scipy.stats.norm.fit(row), rtol=1e-12)
        np.testing.assert_allclose([laplace.loc[i], laplace.scale[i]], scipy.stats.laplace.fit(row), rtol=1e-12)


@pytest.mark.unit
@pytest.mark.parametrize("df", [0.7, 3.0, 8.0])
def test_fit_of_t_is_at_least_as_likely_as_scipys(df: float) -> None:
    row = 50.0 + 4.0 * np.random.default_rng(4).standard_t(df, 300)
    ours = fit_student(row).logpdf(row).sum()
    start = scipy.stats.t.fit(row, df, loc=50.0, scale=4.0)
    assert ours >= scipy.stats.t.logpdf(row, *start).sum() - 1e-6


@pytest.mark.unit
@pytest.mark.parametrize("make", ["standard_normal", "uniform"])
def test_light_tails_end_at_the_normal_law(make: str) -> None:
    """A sample with kurtosis below 3 has its greatest t-likelihood at df = inf, which is the normal fit to the bit."""
    rng = np.random.default_rng(5)
    rows = np.array([getattr(rng, make)(size=400) for _ in range(20)])
    light = scipy.stats.kurtosis(rows, axis=1) < -0.05
    assert light.sum() >= 8
    student, normal = fit_student(rows[light]), fit_normal(rows[light])
    assert np.all(np.isinf(student.df))
    np.testing.assert_array_equal(student.scale, normal.scale)
    np.testing.assert_array_equal(student.loc, normal.loc)


@pytest.mark.properties
@given(scale=st.floats(1e-8, 1e8), shift=st.floats(-5.0, 5.0))
def test_fit_of_t_moves_with_its_samples(scale: float, shift: float) -> None:
    row = np.random.default_rng(6).standard_t(3, 200)
    here, there = fit_student(row), fit_student(scale * (row + shift))
    assert there.df == pytest.approx(here.df, rel=1e-6)
    assert there.scale == pytest.approx(scale * here.scale, rel=1e-6)
    assert there.loc == pytest.approx(scale * (here.loc + shift), abs=1e-6 * scale)


@pytest.mark.unit
def test_a_constant_row_is_nan_for_t_and_leaves_the_others_alone() -> None:
    rows = np.stack([np.full(50, 3.0), np.random.default_rng(7).standard_t(3, 50)])
    found = fit_student(rows)
    assert math.isnan(found.df[0])
    assert found.df[1] == fit_student(rows[1]).df

"""Derivatives of skewed laws, the score and the Fisher information."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stablefit as sf

REFERENCE = Path(__file__).parents[1] / "reference"


def read(name):
    with (REFERENCE / f"{name}.csv").open() as f:
        rows = list(csv.DictReader(f))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


@pytest.fixture(scope="module")
def certified():
    return read("skewed_gradient")


@pytest.mark.parametrize(
    ("column", "name"), [(0, "dlogpdf_dalpha"), (1, "dlogpdf_dbeta"), (2, "dlogpdf_dx")], ids=["alpha", "beta", "loc"]
)
def test_certified(certified, column, name):
    law = sf.Stable(certified["alpha"], certified["beta"])
    want = certified[name] * (-1.0 if name == "dlogpdf_dx" else 1.0)
    got = law.score(certified["x"])[:, column]
    known = np.isfinite(want)
    floor = 1e-2 / np.maximum(1.0, np.abs(certified["x"])) if name == "dlogpdf_dx" else 1e-2
    error = np.abs(got - want) / np.maximum(np.abs(want), floor)
    # near |beta| = 1 the derivative in alpha is the difference of what two ranges of the angle give
    assert np.max(error[known]) <= 2e-9
    assert known.sum() > 150


def test_gradient_is_part_of_the_score(certified):
    law = sf.Stable(certified["alpha"], certified["beta"], 1.0, 3.0)
    x = 1.0 + 3.0 * certified["x"]
    log_f, d_x, d_alpha = law.logpdf_grad(x)
    score = law.score(x)
    np.testing.assert_allclose(log_f, law.logpdf(x), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(-d_x, score[:, 2])
    np.testing.assert_array_equal(d_alpha, score[:, 0])
    np.testing.assert_allclose(score[:, 3], (-1.0 - (x - 1.0) * d_x) / 3.0, rtol=1e-9, atol=1e-12)


alphas = st.one_of(st.floats(0.4, 0.95), st.floats(1.05, 1.95))
betas = st.floats(-0.95, 0.95)


@pytest.mark.parametrize("param", ["S0", "S1"])
@given(alpha=alphas, beta=betas, x=st.floats(-20.0, 20.0))
def test_score_is_the_derivative_in_the_laws_own_parameters(param, alpha, beta, x):
    given_ = np.array([alpha, beta, 0.3, 1.7])
    score = sf.Stable(*given_, param=param).score(x)
    assert score.shape == (4,)
    h = 1e-3
    for k in range(4):
        step = np.zeros(4)
        step[k] = h
        near, far = (
            sf.Stable(*(given_ + m * step), param=param).logpdf(x)
            - sf.Stable(*(given_ - m * step), param=param).logpdf(x)
            for m in (1.0, 2.0)
        )
        difference = (8.0 * near - far) / (12.0 * h)  # error h^4/30 of a fifth derivative, which at alpha .4 is large
        coarse = near / (2.0 * h)
        assert score[k] == pytest.approx(difference, rel=1e-6, abs=1e-6 + 0.1 * abs(difference - coarse))


def test_symmetric_law():
    x = np.array([-30.0, -2.0, -0.1, 0.0, 0.1, 2.0, 30.0])
    for alpha in (0.5, 1.0, 1.5, 1.99, 2.0):
        law = sf.Stable(alpha)
        score, (_, d_x, d_alpha) = law.score(x), law.logpdf_grad(x)
        np.testing.assert_array_equal(score[:, 0], d_alpha)
        np.testing.assert_array_equal(score[:, 2], -d_x)
        # odd in x, and at alpha = 2 beta is without effect
        np.testing.assert_allclose(score[:, 1], -score[::-1, 1], atol=1e-12)
        assert np.any(score[:, 1] != 0.0) == (alpha < 2.0)


def test_where_there_is_no_derivative():
    assert np.isnan(sf.Stable(1.0, 0.5, param="S1").score(0.3)[0])
    assert np.all(np.isfinite(sf.Stable(1.0, 0.0, param="S1").score(0.3)))
    assert np.all(np.isnan(sf.Stable(0.5, 1.0).score(-5.0)))  # beyond the support
    assert np.all(np.isnan(sf.Stable(1.5, 0.3).score(np.nan)))


def test_information_of_symmetric_laws():
    rows = read("fisher")
    for alpha, aa, ag, gg, dd in zip(*(rows[k] for k in ("alpha", "I_aa", "I_ag", "I_gg", "I_dd")), strict=True):
        if alpha in (0.5, 1.0, 1.5, 1.9, 1.99):
            got = sf.Stable(alpha).fisher_information()
            np.testing.assert_allclose([got[0, 0], got[0, 3], got[3, 3], got[2, 2]], [aa, ag, gg, dd], rtol=1e-8)
            assert np.max(np.abs([got[0, 1], got[0, 2], got[1, 3], got[2, 3]])) < 1e-10  # odd in x


@pytest.mark.parametrize(
    ("alpha", "beta", "param"),
    [
        (0.8, 0.0, "S0"),
        (1.3, 0.0, "S0"),
        (1.0, 0.6, "S0"),
        (1.7, -0.5, "S0"),
        (1.3, 0.6, "S1"),
        (0.7, -0.4, "S1"),
        (0.3, 0.9, "S0"),
    ],
)
def test_information_is_the_mean_square_of_the_score(alpha, beta, param):
    """Against Gauss-Legendre quadrature over powers of the distance from where the densities of small alpha bend."""
    law = sf.Stable(alpha, beta).to(param)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    edges = np.arange(-40.0, max(28.0, 20.0 / alpha))
    distance = np.exp((edges[:, None] + 0.5 + 0.5 * nodes).ravel())
    centre = law.to("S1").loc if alpha < 1.0 else 0.0
    x = np.concatenate([centre - distance, centre + distance])
    weight = np.tile(np.tile(0.5 * weights, edges.size) * distance, 2) * law.pdf(x)
    score = law.score(x)
    assert weight.sum() == pytest.approx(1.0, abs=1e-8)
    got = law.fisher_information()
    want = score.T @ (score * weight[:, None])
    np.testing.assert_allclose(got[1:, 1:], want[1:, 1:], rtol=1e-7, atol=1e-7)
    size = np.sqrt(np.diag(got))
    np.testing.assert_allclose(got / np.outer(size, size), want / np.outer(size, size), atol=1e-6)
    np.testing.assert_allclose(got, got.T, rtol=1e-12)


def test_information_in_units_and_in_s1():
    law = sf.Stable(1.5, 0.4, 2.0, 3.0)
    standard = sf.Stable(1.5, 0.4).fisher_information()
    units = np.array([1.0, 1.0, 3.0, 3.0])
    np.testing.assert_allclose(law.fisher_information() * np.outer(units, units), standard, rtol=1e-12)
    own = law.to("S1")
    x = own.rvs(40_000, rng=8)
    score = own.score(x)
    mean = score.T @ score / x.size
    # 40,000 draws: each entry within 6 % of its diagonal, some four standard errors
    size = np.sqrt(np.diag(own.fisher_information()))
    assert np.max(np.abs(mean - own.fisher_information()) / np.outer(size, size)) < 0.06


def test_information_at_the_ends():
    normal = sf.Stable(2.0, 0.5).fisher_information()
    inf = np.inf
    assert normal.tolist() == [[inf, 0.0, 0.0, -inf], [0.0] * 4, [0.0, 0.0, 0.5, 0.0], [-inf, 0.0, 0.0, 2.0]]
    one_sided = sf.Stable(1.5, 1.0).fisher_information()
    assert one_sided[1, 1] == np.inf
    assert np.all(np.isfinite(one_sided[np.ix_([0, 2, 3], [0, 2, 3])]))
    assert math.isnan(one_sided[1, 0])
    assert sf.Stable([1.5, 2.0]).fisher_information().shape == (2, 4, 4)

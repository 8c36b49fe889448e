"""Many points of one skewed law: the tables made for it, against the integral, point by point."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stablefit as sf
from stablefit._kernels import segments, skewed_inverse, skewed_point, skewed_quantile, skewed_table
from stablefit.laws.skewed import MANY

alphas = st.one_of(
    st.floats(0.2, 1.999),
    st.floats(-12.0, -2.0).map(lambda e: 1.0 + 10.0**e),
    st.floats(-12.0, -2.0).map(lambda e: 1.0 - 10.0**e),
    st.floats(-14.0, -3.0).map(lambda e: 2.0 - 10.0**e),
    st.just(1.0),
)
betas = st.one_of(
    st.floats(1e-3, 1.0),
    st.floats(-12.0, -3.0).map(lambda e: 10.0**e),
    st.floats(-15.0, -2.0).map(lambda e: 1.0 - 10.0**e),
    st.just(1.0),
)
X = np.concatenate([side * 10.0 ** np.linspace(-9.0, 12.0, 211) for side in (-1.0, 1.0)])


def off(got, want):
    """Largest error relative to max(1, |want|); none where both are the same infinity."""
    with np.errstate(invalid="ignore"):
        return np.max(np.where(got == want, 0.0, np.abs(got - want) / np.maximum(1.0, np.abs(want))))


@pytest.mark.properties
@given(alphas, betas)
def test_logarithms(alpha, beta):
    law = skewed_table.prepare(alpha, beta)
    want = np.empty((3, X.size))
    skewed_point.fill(X, np.full(X.size, alpha), np.full(X.size, beta), want)
    got = np.empty((3, X.size))
    skewed_table.log_density(X, 1.0, law, got[0])
    skewed_table.logcdf(X, 1.0, law, got[1])
    skewed_table.logcdf(-X, -1.0, law, got[2])
    assert [off(g, w) <= 4e-12 for g, w in zip(got, want, strict=True)] == [True] * 3


@pytest.mark.properties
@given(alphas, betas, st.booleans())
def test_quantiles(alpha, beta, upper):
    """Relative to max(|x|, 1)."""
    p = np.concatenate([10.0 ** np.linspace(-299.0, -1.0, 40), np.linspace(0.12, 0.5, 20)])
    got, want = np.empty(p.size), np.empty(p.size)
    side = np.full(p.size, upper)
    skewed_inverse.quantiles(p, side, 1.0, skewed_inverse.prepare(skewed_table.prepare(alpha, beta)), got)
    skewed_quantile.fill(p, side, np.full(p.size, alpha), np.full(p.size, beta), want)
    assert off(got, want) <= 1e-11


@pytest.mark.unit
def test_a_law_takes_few_segments():
    """Set-up in milliseconds: sixteen integrals a segment, of ten microseconds or less each."""
    for alpha, beta in ((0.3, 0.5), (0.8, 0.9), (1.0, 0.5), (1.2, 1.0), (1.5, 0.5), (1.9, 1.0), (1.999, 0.2)):
        law = skewed_table.prepare(alpha, beta)
        assert law.segments.rows.size / (segments.HEAD + 2 * segments.ORDER) < 60


@pytest.mark.unit
def test_light_tails_have_no_gap():
    """Between the table's end and Laplace's formula, and down to logarithms of -1e15."""
    for alpha in (0.6, 0.95, 1.0, 1.2, 1.9):
        law = sf.Stable(alpha, 1.0)
        edge = -np.tan(0.5 * np.pi * alpha) if alpha < 1.0 else -40.0
        x = np.linspace(max(edge, -40.0) + 1e-3, 0.0, 4 * MANY)
        logs = law.logpdf(x)
        single = np.array([float(law.logpdf(value)) for value in x[::9]])
        assert off(logs[::9], single) <= 4e-12
        below = x < law.ppf(1e-3)
        assert np.all(np.diff(logs[below]) > 0.0)


@pytest.mark.unit
def test_the_bits_do_not_depend_on_how_many_points_there_are():
    law = sf.Stable(1.3, 0.6, 1.0, 2.0)
    x = law.rvs(5 * MANY, rng=1)
    for name in ("logpdf", "cdf", "logsf"):
        whole = getattr(law, name)(x)
        parts = [getattr(law, name)(part) for part in np.split(x, 5)]
        np.testing.assert_array_equal(whole, np.concatenate(parts))
    p = np.linspace(0.001, 0.999, 5 * MANY)
    np.testing.assert_array_equal(law.ppf(p), np.concatenate([law.ppf(part) for part in np.split(p, 5)]))

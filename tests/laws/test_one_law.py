"""Many points at one symmetric law: polynomials against the table-free kernels."""

import numpy as np
import pytest

import stablefit as sf
from stablefit._kernels import inverse, point, quantile

ALPHAS = [0.1, 0.11, 0.127, 0.15, 0.19, 0.24, 0.3, 0.38, 0.45, 0.55, 0.65, 0.79, 0.8, 0.99, 1.0, 1.1, 1.3, 1.5, 1.7]
NEAR_TWO = [1.82, 1.87, 1.91, 1.94, 1.951, 1.97, 1.99, 1.999, 1.99999, 2.0 - 1e-8, 2.0 - 1e-12, 2.0]


def judge(z, alpha):
    out = np.empty((5, z.size))
    point.fill(z, np.array([alpha]), out)
    return out


@pytest.mark.parametrize("alpha", ALPHAS + NEAR_TWO)
def test_distribution(alpha):
    z = np.exp(np.linspace(-60.0 if alpha < 0.5 else -20.0, 25.0 / min(alpha, 1.0), 2000))
    _, core, log_tail, _, _ = judge(z, alpha)
    law = sf.Stable(alpha)
    seen = log_tail > -700.0  # where the probability itself is a normal number
    np.testing.assert_allclose(law.sf(z)[seen], np.exp(log_tail[seen]), rtol=2e-13)
    np.testing.assert_allclose(law.cdf(-z)[seen], np.exp(log_tail[seen]), rtol=2e-13)
    np.testing.assert_allclose(law.cdf(z), 0.5 + core, rtol=1e-14)
    np.testing.assert_allclose(law.logsf(z), log_tail, rtol=1e-13)
    np.testing.assert_allclose(law.logcdf(z), np.log1p(-np.exp(log_tail)), rtol=1e-12)


@pytest.mark.parametrize("alpha", ALPHAS + NEAR_TWO)
def test_quantiles(alpha):
    """Error relative to the quantile, however small; the centre included, where log odds cancel."""
    p = np.concatenate([10.0 ** np.linspace(-20.0, -0.31, 400), 0.5 - 10.0 ** np.linspace(-15.0, -0.5, 100)])
    want = np.empty(p.size)
    quantile.fill(p, np.array([alpha]), want)
    assert p.size >= inverse.RUN
    np.testing.assert_allclose(sf.Stable(alpha).isf(p), want, rtol=1e-11)
    np.testing.assert_allclose(sf.Stable(alpha).ppf(p), -want, rtol=1e-11)


@pytest.mark.parametrize("alpha", [0.1, 0.35, 0.8, 1.0, 1.4, 1.9, 1.96, 1.9999, 2.0])
def test_round_trip_across_the_tail(alpha):
    law = sf.Stable(alpha)
    x = np.exp(np.linspace(-12.0, min(690.0, 650.0 / alpha) if alpha < 2.0 else 3.6, 1000))
    back = law.isf(law.sf(x))
    # a relative error of 2e-16 in sf moves x by 2e-16 sf / (x f) relatively
    with np.errstate(over="ignore"):
        stretch = np.exp(law.logsf(x) - law.logpdf(x)) / x
    known = law.logsf(x) > -680.0
    assert np.all(np.abs(back / x - 1.0)[known] <= 1e-11 + 1e-15 * stretch[known])
    assert np.count_nonzero(known) > 900


def test_quantiles_at_the_ends():
    law = sf.Stable(1.2)
    p = np.array([0.0, 1e-300, 0.5, 1.0 - 2.0**-53, 1.0, np.nan, -0.1, 1.1] * 8)
    few = np.array([float(law.ppf(value)) for value in p[:8]])
    np.testing.assert_allclose(law.ppf(p), np.tile(few, 8), rtol=1e-11)
    assert few[[0, 2, 4]].tolist() == [-np.inf, 0.0, np.inf]
    assert np.all(np.isnan(few[5:]))
    assert law.isf(1e-300) == -few[1] > 1e240

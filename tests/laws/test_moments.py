"""Absolute moments: closed forms, quadrature, and the two held against each other."""

import math

import numpy as np
import pytest

import stablefit as sf

LAWS = [(0.2, -0.7), (0.6, 0.5), (0.9, -1.0), (1.2, 0.3), (1.7, 1.0), (1.95, -0.8)]


@pytest.mark.parametrize(("alpha", "beta"), LAWS)
@pytest.mark.parametrize("share", [-0.7, -0.2, 0.3, 0.9])
def test_closed_form_is_the_quadrature(alpha, beta, share):
    """S1 in closed form, and the same law's S0 quadrature about the S1 location."""
    from stablefit.laws.moments import moment_about

    p = share * (alpha if share > 0.0 else 1.0)
    law = sf.Stable(alpha, beta, param="S1")
    point = -beta * math.tan(0.5 * math.pi * alpha)
    assert law.moment(p) == pytest.approx(moment_about(p, alpha, beta, point), rel=1e-9)


def test_of_order_one():
    # E|X| = (2/pi) Gamma(1 - 1/alpha) for scale 1, beta = 0
    assert sf.Stable(1.5, scale=3.0).moment(1.0) == pytest.approx(6.0 / math.pi * math.gamma(1.0 / 3.0), rel=1e-14)
    assert sf.Stable(2.0).moment(2.0) == pytest.approx(2.0, rel=1e-14)
    assert sf.Stable(2.0, 0.5, param="S1").moment(4.0) == pytest.approx(12.0, rel=1e-14)


def test_levy_law_in_closed_form():
    # X = 1 / N^2: E X^p = 2^-p Gamma(1/2 - p) / sqrt(pi), also for p < -1/2
    for p in (-0.9, -0.3, 0.2, 0.45):
        want = 2.0**-p * math.gamma(0.5 - p) / math.sqrt(math.pi)
        assert sf.Stable(0.5, 1.0, param="S1").moment(p) == pytest.approx(want, rel=1e-12)


def test_quadrature_in_s0_against_draws():
    law = sf.Stable(1.6, 0.7, scale=2.0)
    x = np.abs(law.rvs(200_000, rng=5)) ** 0.5
    # false-alarm rate 6e-5: four standard errors
    assert abs(x.mean() - law.moment(0.5)) < 4.0 * x.std() / math.sqrt(x.size)


def test_s1_at_alpha_one_is_about_its_own_location():
    law = sf.Stable(1.0, 0.5, loc=1.0, scale=3.0, param="S1")
    near = sf.Stable(1.0, 0.5, loc=float(law.to("S0").loc), scale=3.0)
    x = near.rvs(200_000, rng=6)
    y = np.abs(x - 1.0) ** 0.4
    assert abs(y.mean() - law.moment(0.4)) < 4.0 * y.std() / math.sqrt(y.size)


def test_where_there_is_none():
    assert sf.Stable(1.5, 0.3).moment(1.5) == np.inf
    assert sf.Stable(1.5, 0.3, param="S1").moment(1.7) == np.inf
    assert sf.Stable(1.5).moment(-1.0) == np.inf
    assert sf.Stable(1.5, 0.3).moment(0.0) == 1.0


def test_arrays():
    law = sf.Stable([0.7, 1.5, 2.0], [0.5, 0.0, 0.9])
    assert law.moment(0.5).tolist() == [
        float(sf.Stable(a, b).moment(0.5)) for a, b in ((0.7, 0.5), (1.5, 0.0), (2.0, 0.9))
    ]

import numpy as np
import pytest

import stablefit as sf
from stablefit._kernels import ecf, moments, triangular

pytestmark = pytest.mark.unit
T = moments.LOWEST * 2.0 ** np.arange(moments.OCTAVES)


def weights(alpha, n=1000):
    e, factor, odd = np.empty(65), np.empty((6, 6)), np.empty((6, 6))
    moments.decays(min(alpha, 1.95), 0.0, e)
    moments.covariances(e, n, factor, odd)
    triangular.factor(factor)
    return factor


@pytest.mark.parametrize("alpha", [0.3, 0.8, 1.2, 1.7, 1.99])
@pytest.mark.parametrize("scale", [0.6, 1.0, 1.5])
def test_the_laws_own_moments_give_the_law(alpha, scale):
    g = np.exp(-2.0 * (scale * T) ** alpha)
    found, log_scale, _, state = ecf.least_squares(g, moments.first_alpha(g), 0.0, True, True, weights(1.5))
    assert state == ecf.OK
    assert found == pytest.approx(alpha, abs=1e-8)
    assert log_scale == pytest.approx(np.log(scale), abs=1e-8)


@pytest.mark.parametrize(("free_alpha", "free_scale"), [(True, False), (False, True)])
def test_one_free_parameter_is_found(free_alpha, free_scale):
    alpha, scale = 1.4, 1.0 if not free_scale else 1.2
    g = np.exp(-2.0 * (scale * T) ** alpha)
    start = 1.0 if free_alpha else alpha
    found, log_scale, _, state = ecf.least_squares(g, start, 0.0, free_alpha, free_scale, weights(1.5))
    assert (found, log_scale, state) == (pytest.approx(alpha, abs=1e-8), pytest.approx(np.log(scale), abs=1e-8), ecf.OK)


def test_moments_beyond_the_normal_law_stop_at_two():
    g = np.exp(-2.0 * T**2.2)
    alpha, _, _, state = ecf.least_squares(g, 1.8, 0.0, True, True, weights(1.9))
    assert (alpha, state) == (2.0, ecf.BOUNDARY)


def test_curvature_is_the_second_derivative():
    """`_bend` and the products of derivatives together are half the Hessian of the weighted sum of squares."""
    alpha, log_scale, step = 1.3, 0.1, 1e-4
    g, factor, w = np.exp(-2.0 * T**1.6), weights(1.5), np.empty((5, 6))

    def square(a, s):
        return ecf._weigh(g, a, s, factor, w)

    expected = (
        (square(alpha + step, log_scale) - 2 * square(alpha, log_scale) + square(alpha - step, log_scale)) / 2,
        (square(alpha + step, log_scale + step) - square(alpha + step, log_scale - step)) / 8
        - (square(alpha - step, log_scale + step) - square(alpha - step, log_scale - step)) / 8,
        (square(alpha, log_scale + step) - 2 * square(alpha, log_scale) + square(alpha, log_scale - step)) / 2,
    )
    square(alpha, log_scale)
    more = ecf._bend(alpha, log_scale, factor, w)
    products = (w[1] @ w[1], w[1] @ w[2], w[2] @ w[2])
    np.testing.assert_allclose(np.add(products, more), np.divide(expected, step**2), rtol=1e-5)


def test_the_frequencies_follow_the_sample():
    """What the estimator sees does not depend on the unit: the same bits for a factor that is a power of two."""
    x = sf.Stable(1.4).rvs(500, rng=0)
    one, other = sf.fit(x, "ecf"), sf.fit(2.0**-70 * x, "ecf")
    assert (one.alpha, one.scale, one.bse["scale"]) == (
        other.alpha,
        2.0**70 * other.scale,
        2.0**70 * other.bse["scale"],
    )

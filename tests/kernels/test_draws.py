"""What draws are made of: polynomials lowered in degree, binary logarithms, and the uniforms' extremes."""

import math
from fractions import Fraction

import numpy as np
import pytest

from stablefit._kernels import binary, draws
from stablefit._kernels.economised import economised

pytestmark = pytest.mark.unit
ONE, ZERO = np.ones(1), np.zeros(1)


def test_economised_polynomial_is_as_near_as_chebyshevs():
    # x^3 on [-1, 1] lowered to degree 2 is 3x/4, and the error 1/4 that of T_3 / 4
    assert economised([Fraction(0), Fraction(0), Fraction(0), Fraction(1)], Fraction(-1), Fraction(1), 2) == (
        0,
        0.75,
        0,
    )
    low, high = Fraction(0), Fraction(2)
    taylor = [Fraction(1, math.factorial(k)) for k in range(25)]
    coefficients = economised(taylor, low, high, 10)
    x = np.linspace(0.0, 2.0, 1001)
    # Chebyshev's share of the first power left out: f^(11) / 11! / 2^10 on an interval of half-width 1
    bound = 1.3 * math.e / math.factorial(11) / 2.0**10
    assert np.max(np.abs(np.polynomial.polynomial.polyval(x, coefficients) - np.exp(x))) < bound


def test_log2():
    rng = np.random.default_rng(0)
    x = np.concatenate(
        [10.0 ** rng.uniform(-307, 307, 5000), 1.0 + rng.uniform(-0.3, 0.4, 5000) * 10.0 ** rng.uniform(-12, 0, 5000)]
    )
    # the library's own log2 is rounded, which near 1 is one unit more
    np.testing.assert_allclose([binary.log2(v) for v in x], np.log2(x), rtol=8e-16)
    assert binary.log2(1.0) == 0.0
    assert binary.log2(0.125) == -3.0


def test_exp2_and_its_limits():
    x = np.concatenate([np.random.default_rng(1).uniform(-1020.0, 1023.0, 5000), [0.0, 1e-17, 0.5, -0.5]])
    np.testing.assert_allclose([binary.exp2(v) for v in x], np.exp2(x), rtol=8e-16)
    assert binary.exp2(5e3) == math.inf
    assert binary.exp2(math.inf) == math.inf
    assert binary.exp2(-5e3) == 2.0**-1020


def formula(u, w, alpha):
    """Chambers, Mallows and Stuck as printed; u = 0 and 1 are the middle of the angle's range, 1/2 its ends."""
    v, e = math.copysign(math.pi * (0.5 - abs(u - 0.5)), u - 0.5), -math.log(w)
    power = (1.0 - alpha) / alpha
    return math.sin(alpha * v) / math.cos(v) ** (1.0 / alpha) * (math.cos((1.0 - alpha) * v) / e) ** power


@pytest.mark.parametrize("alpha", [0.1, 0.5, 1.0, 1.3, 1.9, 2.0])
def test_symmetric_draws_are_the_formula_of_their_uniforms(alpha):
    uniforms = np.random.default_rng(2).uniform(0.01, 0.99, 1400)
    out = np.empty(700)
    draws.symmetric(uniforms, np.array([alpha]), np.array([-2.0]), np.array([3.0]), out)
    want = [-2.0 + 3.0 * formula(u, w, alpha) for u, w in uniforms.reshape(-1, 2)]
    # rounding of angles and logarithms, some 1e-16 each, times 1 / alpha and up to 300 at the ends of the angle
    np.testing.assert_allclose(out, want, rtol=1e-13 / alpha, atol=1e-14)


def test_one_law_a_draw_gives_the_bits_of_one_law():
    uniforms = np.random.default_rng(3).random(2000)
    one, each = np.empty(1000), np.empty(1000)
    draws.symmetric(uniforms, np.array([1.7]), np.array([0.5]), np.array([2.0]), one)
    draws.symmetric(uniforms, np.full(1000, 1.7), np.full(1000, 0.5), np.full(1000, 2.0), each)
    np.testing.assert_array_equal(each, one)


@pytest.mark.parametrize("alpha", [0.6, 1.0, 1.7, 2.0 - 1e-12, 2.0])
def test_extreme_uniforms_give_finite_draws_in_order(alpha):
    """The ends of [0, 1) are as far out as the uniforms resolve, 2^-53, and nothing divides by zero there."""
    ends = np.array([0.0, 0.5 - 2.0**-53, 0.5, 0.5 + 2.0**-53, 1.0 - 2.0**-53])
    u, w = np.meshgrid(ends, [0.0, 0.5, 1.0 - 2.0**-53])
    uniforms = np.stack([u.ravel(), w.ravel()], axis=1).ravel()
    out = np.empty(u.size)
    draws.symmetric(uniforms, np.array([alpha]), ZERO, ONE, out)
    assert np.all(np.isfinite(out))
    skewed = np.empty(u.size)
    draws.skewed(uniforms, np.array([alpha if alpha < 2.0 else 1.9]), np.array([0.5]), ZERO, ONE, skewed)
    assert np.all(np.isfinite(skewed))
    if alpha < 1.0:
        assert np.abs(out).max() > 2.0 ** (53 / alpha)

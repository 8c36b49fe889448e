"""The elementary functions that are inlined into vectorised loops, against the C library's, and in fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest

from stablefit._kernels import binary, branchless
from stablefit._kernels.compile import kernel
from stablefit._kernels.economised import economised

pytestmark = pytest.mark.unit


@kernel
def _log(x: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[i] = branchless.log(x[i])


@kernel
def _log1p(x: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[i] = branchless.log1p(x[i])


@kernel
def _exp_expm1(x: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[0, i], out[1, i] = branchless.exp_expm1(x[i])


@kernel
def _binary(x: np.ndarray, t: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[0, i], out[1, i] = binary.log2(x[i]), binary.exp2(t[i])


@pytest.fixture
def positive():
    rng = np.random.default_rng(0)
    wide, near = 10.0 ** rng.uniform(-307, 307, 20_000), 1.0 + rng.uniform(-0.4, 0.6, 20_000)
    return np.concatenate([wide, near, 1.0 + (near - 1.0) * 1e-9, [1.0]])


def test_log(positive):
    out = np.empty_like(positive)
    _log(positive, out)
    np.testing.assert_allclose(out, np.log(positive), rtol=6e-16)
    assert out[-1] == 0.0


def test_log1p():
    rng = np.random.default_rng(1)
    x = np.concatenate(
        [rng.uniform(-1, 1, 10_000) * 10.0 ** rng.uniform(-18, 0, 10_000), 10.0 ** rng.uniform(0, 300, 5000)]
    )
    out = np.empty_like(x)
    _log1p(x, out)
    np.testing.assert_allclose(out, np.log1p(x), rtol=8e-16)


def test_exp_and_expm1():
    rng = np.random.default_rng(2)
    x = np.concatenate(
        [rng.uniform(-700.0, 700.0, 20_000), rng.uniform(-1, 1, 20_000) * 10.0 ** rng.uniform(-18, 0, 20_000), [0.0]]
    )
    out = np.empty((2, x.size))
    _exp_expm1(x, out)
    np.testing.assert_allclose(out[0], np.exp(x), rtol=6e-16)
    np.testing.assert_allclose(out[1], np.expm1(x), rtol=1e-15)
    beyond = np.empty((2, 2))
    _exp_expm1(np.array([-1e300, 1e300]), beyond)
    np.testing.assert_allclose(beyond[0], np.exp([-700.0, 700.0]), rtol=6e-16)


def test_binary_powers_and_logarithms(positive):
    t = np.random.default_rng(3).uniform(-1020.0, 1023.4, positive.size)
    out = np.empty((2, positive.size))
    _binary(positive, t, out)
    # the logarithm near 1 is as good as the distance from 1 that it starts from
    np.testing.assert_allclose(out[0], np.log2(positive), rtol=8e-16)
    np.testing.assert_allclose(out[1], np.exp2(t), rtol=8e-16)


def test_economised_polynomials_stay_close():
    """Lowered from degree 17 to 10, exp on [-log(2)/2, log(2)/2] moves by less than two units in the last place."""
    half = Fraction(math.log(2.0)) / 2
    coefficients = economised([Fraction(1, math.factorial(k)) for k in range(18)], -half, half, 10)
    assert len(coefficients) == 11
    x = np.linspace(-float(half), float(half), 1001, dtype=np.longdouble)
    value = np.polynomial.polynomial.polyval(x, np.array(coefficients, dtype=np.longdouble))
    assert np.max(np.abs(value / np.exp(x) - 1.0)) < 4e-16

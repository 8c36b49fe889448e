"""The vectorisable elementary functions against the C library's."""

import math

import numpy as np
import pytest

from stablefit._kernels import elementary

pytestmark = pytest.mark.unit


def test_log():
    rng = np.random.default_rng(0)
    x = np.concatenate(
        [
            10.0 ** rng.uniform(-307, 307, 20_000),
            1.0 + rng.uniform(-0.4, 0.6, 20_000) * 10.0 ** rng.uniform(-12, 0, 20_000),
            [1.0],
        ]
    )
    want = np.log(x)
    out = np.empty_like(x)
    elementary.log(x, x.size, np.empty_like(x), out)
    np.testing.assert_allclose(out, want, rtol=6e-16)
    assert out[-1] == 0.0


def test_one_log_has_the_bits_of_many():
    x = 10.0 ** np.random.default_rng(4).uniform(-300, 300, 20_000)
    out = np.empty_like(x)
    elementary.log(x, x.size, np.empty_like(x), out)
    assert [elementary.log_of(value) for value in x] == out.tolist()


def test_log_in_place():
    x = np.array([2.0, 0.5, 10.0])
    want = np.log(x)
    elementary.log(x, 3, np.empty(3), x)
    np.testing.assert_allclose(x, want, rtol=6e-16)


def test_exp_and_its_limits():
    x = np.concatenate([np.random.default_rng(1).uniform(-700.0, 709.0, 20_000), [0.0, -1e-300, 1e-17]])
    want = np.exp(x)
    out = np.empty_like(x)
    elementary.exp(x.copy(), x.size, np.empty_like(x), out)
    np.testing.assert_allclose(out, want, rtol=6e-16)
    edges = np.array([-np.inf, -1e300, -701.0, 709.9, 1e300, np.inf])
    out = np.empty(6)
    elementary.exp(edges, 6, np.empty(6), out)
    assert out.tolist() == [0.0, 0.0, 0.0, np.inf, np.inf, np.inf]


def test_sine():
    y = np.concatenate([np.random.default_rng(2).uniform(0.0, math.pi / 2.0, 5000), [0.0, 1e-300, 1e-9, math.pi / 2.0]])
    np.testing.assert_allclose([elementary.sine(v) for v in y], np.sin(y), rtol=6e-16)

import numpy as np
import pytest

import stablefit as sf
from stablefit._kernels import characteristic, moments

pytestmark = pytest.mark.unit
OCTAVES = 2.0 ** np.arange(moments.OCTAVES)


def octaves(x, lowest):
    out = np.empty((2, moments.OCTAVES))
    characteristic.octaves(x, lowest, out)
    return out[0] + 1j * out[1]


@pytest.mark.parametrize("n", [1, 127, 128, 129, 1000])
@pytest.mark.parametrize("spread", [1e-3, 1.0, 1e3])
def test_octaves_are_means_of_exponentials(n, spread):
    x = np.random.default_rng(n).standard_normal(n) * spread
    expected = np.exp(1j * 0.0625 * OCTAVES[:, None] * x).mean(axis=1)
    # one value errs by 2e-15 at first, a doubled cosine by four times that, and angles are rounded to eps * x
    assert (abs(octaves(x, 0.0625) - expected) < 3e-15 * (4.0 ** np.arange(6) + OCTAVES * spread)).all()


def test_small_angles_keep_their_sine():
    x = np.array([1e-9, 3e-9])
    np.testing.assert_allclose(octaves(x, 0.5).imag, 0.5 * OCTAVES * 2e-9, rtol=1e-14)


def test_what_lies_too_far_out_counts_as_nothing():
    x = np.array([0.3, 1e9, -1e300, np.finfo(float).max])
    np.testing.assert_allclose(octaves(x, 0.0625), octaves(x[:1], 0.0625) / 4.0, rtol=1e-13)


def test_reflection_is_conjugation_to_the_bit():
    x = np.random.default_rng(1).standard_cauchy(333)
    np.testing.assert_array_equal(octaves(-x, 0.1), octaves(x, 0.1).conj())


@pytest.mark.parametrize("alpha", [0.5, 1.0, 1.7, 2.0])
def test_decays_are_the_laws(alpha):
    e = np.full(65, np.nan)
    moments.decays(alpha, np.log(1.3), e)
    used = np.flatnonzero(~np.isnan(e))
    assert set(used) >= {1, 2, 3, 4, 31, 32, 48, 64}
    np.testing.assert_allclose(
        1.0 - e[used], sf.Stable(alpha, scale=1.3).cf(0.0625 * used).real, rtol=1e-13, atol=1e-16
    )


@pytest.mark.statistical
@pytest.mark.parametrize("alpha", [0.8, 1.5, 1.9])
def test_covariances_are_those_of_simulated_moments(alpha):
    """24,000 samples of 12; an entry errs by more than five of its standard errors once in 40,000 runs (42 entries)."""
    n, k = 12, 24_000
    x = sf.Stable(alpha).rvs((k, n), rng=7)
    phi = np.exp(1j * 0.0625 * OCTAVES[:, None, None] * x).mean(axis=2)
    g = (n * abs(phi) ** 2 - 1.0) / (n - 1.0)
    e, even, odd = np.empty(65), np.empty((6, 6)), np.empty((6, 6))
    moments.decays(alpha, 0.0, e)
    moments.covariances(e, n, even, odd)
    for values, expected in ((g, even), (phi.imag, odd)):
        centred = values - values.mean(axis=1, keepdims=True)
        products = centred[:, None] * centred[None]
        error = products.std(axis=2) / np.sqrt(k)
        assert (abs(products.mean(axis=2) - expected) < 5.0 * error + 1e-12).all()
    np.testing.assert_allclose(
        g.mean(axis=1), np.exp(-2.0 * (0.0625 * OCTAVES) ** alpha), atol=5.0 * g.std() / np.sqrt(k)
    )

import math

import numpy as np
import pytest

import stablefit as sf
from stablefit._kernels.harmonics import harmonics
from stablefit.gof.characteristic import ACROSS, DECAY, FREQUENCIES, STEP, characteristic_distance

T = STEP * np.arange(1, FREQUENCIES + 1)


@pytest.mark.unit
@pytest.mark.parametrize("n", [1, 127, 128, 300])
def test_harmonics_are_means_of_exponentials(n: int) -> None:
    x = sf.Stable(0.9).rvs(n, rng=0)
    out = np.empty((2, FREQUENCIES))
    harmonics(x, 0.3, STEP, out)
    expected = np.exp(1j * T[:, None] * (x - 0.3)).mean(axis=1)
    np.testing.assert_allclose(out[0] + 1j * out[1], expected, atol=FREQUENCIES * 2e-15)


@pytest.mark.unit
def test_values_beyond_reckoning_count_as_nothing() -> None:
    near, out = np.empty((2, 4)), np.empty((2, 4))
    harmonics(np.array([1.0, 2.0]), 0.0, STEP, near)
    harmonics(np.array([1.0, 1e18, 2.0, -1e300]), 0.0, STEP, out)
    np.testing.assert_allclose(out, 0.5 * near, rtol=1e-13)


@pytest.mark.unit
def test_the_distance_is_its_definition() -> None:
    law, x = sf.Stable(1.4, loc=2.0, scale=3.0), sf.Stable(1.2, loc=2.5).rvs(50, rng=1)
    z = (x - 2.0) / 3.0
    gap = np.exp(1j * T[:, None] * z).mean(axis=1) - np.exp(-(T**1.4))
    even = (1 + np.exp(-((2 * T) ** 1.4))) / 2 - np.exp(-2 * T**1.4)
    odd = (1 - np.exp(-((2 * T) ** 1.4))) / 2
    terms = (gap.real**2 / even + ACROSS * gap.imag**2 / odd) * np.exp(-DECAY * T)
    assert characteristic_distance(x, law) == pytest.approx(50 * STEP * terms.sum(), rel=1e-10)


@pytest.mark.statistical
@pytest.mark.parametrize("law", [sf.Stable(1.6), sf.Stable(1.2, 0.7, 5.0, 2.0)])
def test_each_part_has_mean_one_under_the_law(law: sf.Stable) -> None:
    """The mean of 2,000 distances, with 4 standard errors (false alarm 6e-5); parts are divided by their variances."""
    found = characteristic_distance(law.rvs((2000, 50), rng=2), law)
    expected = (1.0 + ACROSS) * STEP * np.exp(-DECAY * T).sum()
    assert found.mean() == pytest.approx(expected, abs=4 * found.std() / math.sqrt(2000))


@pytest.mark.unit
def test_units_order_and_mirror_do_not_matter() -> None:
    law, x = sf.Stable(1.5, 0.4, 1.0, 2.0), sf.Stable(1.5).rvs(60, rng=3)
    here = characteristic_distance(x, law)
    moved = sf.Stable(1.5, 0.4, 7.0 + 1e-3, 2e-3)
    assert characteristic_distance(7.0 + 1e-3 * x[::-1], moved) == pytest.approx(float(here), rel=1e-6)
    assert characteristic_distance(-x, sf.Stable(1.5, -0.4, -1.0, 2.0)) == pytest.approx(float(here), rel=1e-9)


@pytest.mark.statistical
def test_known_parameters_give_uniform_pvalues() -> None:
    """100 p-values from 99 draws each: their mean within 4 standard errors of 1/2 (false alarm 6e-5)."""
    law = sf.Stable(1.5)
    rows = law.rvs((100, 40), rng=4)
    options = {"statistic": "ecf", "params_known": True, "n_boot": 99}
    found = [sf.gof.test(row, law, rng=i, **options) for i, row in enumerate(rows)]  # type: ignore[arg-type]
    assert all((one.n_boot, one.refitted) == (99, False) for one in found)
    assert np.mean([one.pvalue for one in found]) == pytest.approx(0.5, abs=4 / math.sqrt(12 * 100))


@pytest.mark.unit
def test_a_skewed_fit_is_refitted_with_its_skewness() -> None:
    x = sf.Stable(1.4, 0.8).rvs(300, rng=5)
    skewed, symmetric = sf.fit(x, "ecf", symmetric=False), sf.fit(x, "ecf")
    assert sf.gof.test(x, skewed, statistic="ecf", n_boot=99, rng=6).pvalue > 0.05
    assert sf.gof.test(x, symmetric, statistic="ad", n_boot=99, rng=6).pvalue == 1 / 100

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

import stablefit as sf
from stablefit.gof.edf import STATISTICS, anderson_darling, cramer_von_mises, kolmogorov_smirnov

NORMAL = scipy.stats.norm()


@pytest.fixture(scope="module")
def ordered() -> np.ndarray:
    return np.sort(np.random.default_rng(0).standard_t(3, 137))


@pytest.mark.unit
def test_ks_is_scipys(ordered: np.ndarray) -> None:
    assert kolmogorov_smirnov(ordered, NORMAL) == pytest.approx(
        scipy.stats.kstest(ordered, NORMAL.cdf).statistic, rel=1e-12
    )


@pytest.mark.unit
def test_cvm_is_scipys(ordered: np.ndarray) -> None:
    expected = scipy.stats.cramervonmises(ordered, NORMAL.cdf).statistic
    assert cramer_von_mises(ordered, NORMAL) == pytest.approx(expected, rel=1e-12)


@pytest.mark.unit
def test_ad_is_scipys_for_the_normal_law_with_estimated_parameters(ordered: np.ndarray) -> None:
    law = scipy.stats.norm(ordered.mean(), ordered.std(ddof=1))
    expected = scipy.stats.anderson(ordered, "norm", method="interpolate").statistic
    assert anderson_darling(ordered, law) == pytest.approx(expected, rel=1e-10)


@pytest.mark.unit
def test_ad_needs_no_logcdf_but_uses_it() -> None:
    class CdfOnly:
        def pdf(self, x: np.ndarray) -> np.ndarray:
            return NORMAL.pdf(x)

        def cdf(self, x: np.ndarray) -> np.ndarray:
            return NORMAL.cdf(x)

    near = np.array([-1.0, 0.0, 2.0])
    assert anderson_darling(near, CdfOnly()) == pytest.approx(float(anderson_darling(near, NORMAL)), rel=1e-13)
    far = np.array([-1.0, 0.0, 50.0])  # sf(50) underflows, logsf(50) does not
    assert math.isfinite(anderson_darling(far, NORMAL))


@pytest.mark.unit
@pytest.mark.parametrize("name", STATISTICS)
def test_a_batch_is_its_rows(name: str) -> None:
    alpha, scale = np.array([1.2, 1.8]), np.array([0.5, 2.0])
    law = sf.Stable(alpha, scale=scale)
    rows = np.sort(law.rvs((60, 2), rng=1).T, axis=1)
    found = STATISTICS[name](rows, law)
    for i in range(2):
        expected = STATISTICS[name](rows[i], sf.Stable(alpha[i], scale=scale[i]))
        assert found[i] == pytest.approx(float(expected), rel=1e-10)


@pytest.mark.properties
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 40))
def test_reflection_changes_nothing(seed: int, n: int) -> None:
    x = np.sort(np.random.default_rng(seed).standard_cauchy(n))
    law = sf.Stable(1.3)
    for statistic in STATISTICS.values():
        assert statistic(-x[::-1], law) == pytest.approx(float(statistic(x, law)), rel=1e-9, abs=1e-12)


@pytest.mark.properties
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 40))
def test_bounds(seed: int, n: int) -> None:
    """D >= 1/(2n) and W^2 >= 1/(12n), both reached where the samples sit in the middle of their steps."""
    x = np.sort(np.random.default_rng(seed).standard_normal(n))
    assert 0.5 / n <= kolmogorov_smirnov(x, NORMAL) <= 1.0
    assert cramer_von_mises(x, NORMAL) >= 1.0 / (12 * n)
    middle = NORMAL.ppf((np.arange(n) + 0.5) / n)
    assert kolmogorov_smirnov(middle, NORMAL) == pytest.approx(0.5 / n, rel=1e-9)
    assert cramer_von_mises(middle, NORMAL) == pytest.approx(1.0 / (12 * n), rel=1e-9)


@pytest.mark.statistical
def test_ad_has_its_known_quantile() -> None:
    """P(A^2 > 2.492) = .05 for known parameters (Stephens 1974); 4,000 samples, 4 standard errors: false alarm 6e-5."""
    rows = np.sort(np.random.default_rng(2).random((4000, 100)), axis=1)
    share = np.mean(anderson_darling(rows, scipy.stats.uniform()) > 2.492)
    assert share == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / 4000))

import math

import matplotlib as mpl
import numpy as np
import pytest

import stablefit as sf
from stablefit.gof.equal_alpha import common_alpha

mpl.use("agg")


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return sf.Stable(1.5, scale=np.geomspace(1e-3, 1e3, 12), loc=np.arange(12.0)).rvs((400, 12), rng=0)


@pytest.fixture(scope="module")
def tested(samples: np.ndarray) -> sf.gof.EqualAlphaTest:
    return sf.gof.test_equal_alpha(samples, axis=0, n_boot=39)


@pytest.mark.unit
def test_the_common_alpha_maximises_the_sum_of_likelihoods(samples: np.ndarray, tested: sf.gof.EqualAlphaTest) -> None:
    def total(alpha: float) -> float:
        return float(sf.fit(samples, axis=0, fixed={"alpha": alpha}).loglik.sum())

    best = total(tested.common)
    assert best > max(total(tested.common - 0.005), total(tested.common + 0.005))
    assert abs(tested.common - 1.5) < 4 * 1.54 / math.sqrt(samples.size)  # the Cramer-Rao bound at 1.5 is 1.5354


@pytest.mark.statistical
def test_statistic_is_about_chi_square(samples: np.ndarray, tested: sf.gof.EqualAlphaTest) -> None:
    """Against Cochran's Q with the Cramer-Rao variance, 11 degrees of freedom; 39 batches give it to a tenth."""
    alpha = sf.fit(samples, axis=0).alpha
    np.testing.assert_array_equal(tested.alpha, np.sort(alpha))
    np.testing.assert_array_equal(alpha[tested.order], tested.alpha)
    q = np.sum((alpha - alpha.mean()) ** 2) / (1.5354**2 / 400)
    assert tested.statistic == pytest.approx(q, rel=0.3)
    assert tested.ratio == tested.statistic / 11
    assert tested.pvalue > 0.05


@pytest.mark.unit
def test_fits_samples_and_threads_agree(samples: np.ndarray, tested: sf.gof.EqualAlphaTest) -> None:
    of_fits = sf.gof.test_equal_alpha(sf.fit(samples, axis=0), n_boot=39, n_jobs=2)
    assert of_fits.pvalue == tested.pvalue
    np.testing.assert_array_equal(of_fits.band, tested.band)


@pytest.mark.statistical
def test_different_alphas_differ() -> None:
    """1.3 and 1.9 among twelve samples of 400, standard error .08."""
    x = sf.Stable(np.repeat([1.3, 1.9], 6)).rvs((400, 12), rng=1)
    found = sf.gof.test_equal_alpha(x, axis=0, method="ecf", n_boot=39)
    assert found.pvalue == 1 / 40
    assert found.ratio > 3.0
    assert found.outside >= 6


@pytest.mark.statistical
@pytest.mark.parametrize("alpha", [2.0, 1.9, 1.5])
def test_size(alpha: float) -> None:
    """5 % of 60 batches rejected, at most 4 standard errors above: false alarm 3e-5."""
    rejected = []
    for i in range(60):
        x = sf.Stable(alpha).rvs((200, 8), rng=i)
        rejected.append(sf.gof.test_equal_alpha(x, axis=0, method="ecf", n_boot=19, rng=i).pvalue <= 0.05)
    assert np.mean(rejected) <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / 60)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("method", ["ecf", "mle"])
@pytest.mark.parametrize("alpha", [2.0, 1.95, 1.9, 1.5, 1.2])
def test_size_in_full(alpha: float, method: str) -> None:
    """5 % of 200 batches rejected, at most 4 standard errors above: false alarm 3e-5."""
    rejected = []
    for i in range(200):
        x = sf.Stable(alpha).rvs((500, 10), rng=1000 + i)
        rejected.append(sf.gof.test_equal_alpha(x, axis=0, method=method, n_boot=59, rng=i).pvalue <= 0.05)
    assert np.mean(rejected) <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / 200)


@pytest.mark.unit
def test_samples_that_cannot_be_fitted_or_are_shorter(samples: np.ndarray) -> None:
    x = samples.copy()
    x[:, 2], x[100:, 5] = 0.0, math.nan
    found = sf.gof.test_equal_alpha(sf.fit(x, axis=0, nan_policy="omit"), n_boot=19)
    assert found.missing == 1
    assert found.dof == 10
    assert sorted(found.nobs) == [100] + [400] * 10
    assert found.order[np.argmin(found.nobs)] == 5
    assert 2 not in found.order
    left_out = sf.gof.test_equal_alpha(x, axis=0, method="ecf", n_boot=19)
    assert left_out.missing == 2
    assert "2 left out" in str(left_out)


@pytest.mark.unit
def test_normal_samples_have_the_common_alpha_two() -> None:
    x = np.random.default_rng(2).standard_normal((300, 8))
    fits = sf.fit(x, axis=0)
    assert common_alpha(fits) == 2.0
    assert sf.gof.test_equal_alpha(fits[fits.alpha == 2.0], n_boot=9).statistic == 0.0


@pytest.mark.unit
def test_tables_and_plot(tested: sf.gof.EqualAlphaTest, samples: np.ndarray) -> None:
    assert str(tested).startswith("One common alpha, 1.")
    assert tested._repr_html_().count("<tr>") == len(str(tested).splitlines()) - 1
    frame = tested.to_frame()
    np.testing.assert_array_equal(frame.index, tested.order)
    np.testing.assert_array_equal(frame["low"], tested.band[0])
    stacked = sf.gof.test_equal_alpha(samples.reshape(400, 3, 4), axis=0, method="ecf", n_boot=9)
    assert stacked.to_frame().index.nlevels == 2
    ax = tested.plot()
    assert ax.get_ylabel() == r"$\alpha$"
    mpl.pyplot.close(ax.figure)


@pytest.mark.unit
def test_bad_input(samples: np.ndarray) -> None:
    with pytest.raises(ValueError, match="axis"):
        sf.gof.test_equal_alpha(samples)
    with pytest.raises(ValueError, match=r"two dimensions or more, got shape \(400,\)"):
        sf.gof.test_equal_alpha(samples[:, 0])
    with pytest.raises(ValueError, match="axis must be None for fits, got 0"):
        sf.gof.test_equal_alpha(sf.fit(samples, axis=0), axis=0)
    with pytest.raises(ValueError, match="hold beta = 0 and nothing else"):
        sf.gof.test_equal_alpha(sf.fit(samples, axis=0, fixed={"loc": 0.0}))
    with pytest.raises(ValueError, match="without weights, got weights"):
        sf.gof.test_equal_alpha(sf.fit(samples, axis=0, weights=np.ones(400)))
    with pytest.raises(sf.DataError, match="got 1 of 2"):
        sf.gof.test_equal_alpha(np.stack([samples[:, 0], np.zeros(400)]), axis=1)
    with pytest.raises(ValueError, match="n_boot must"):
        sf.gof.test_equal_alpha(samples, axis=0, n_boot=0)

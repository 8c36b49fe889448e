import math

import numpy as np
import pytest
import scipy.stats

import stablefit as sf
from stablefit.gof.ranks import autocorrelations, permuted, portmanteau, ranks


@pytest.mark.unit
def test_statistics_against_their_definition() -> None:
    x = sf.Stable(1.5).rvs(50, rng=0)
    found = sf.gof.test_independence(x, lags=3, n_perm=19)
    for name, values in (("level", x), ("size", np.abs(x - np.sort(x)[25]))):
        r = scipy.stats.rankdata(values)
        r = r - r.mean()
        rho = [np.sum(r[k:] * r[:-k]) / np.sum(r * r) for k in (1, 2, 3)]
        np.testing.assert_allclose(getattr(found, f"{name}_correlations"), rho, rtol=1e-12)
        want = 50 * 52 * sum(value**2 / (50 - k) for k, value in zip((1, 2, 3), rho, strict=True))
        assert getattr(found, name) == pytest.approx(want, rel=1e-12)


@pytest.mark.unit
def test_pvalues_of_four_values_by_all_orders() -> None:
    """The p-value from 4,000 random orders against all 24: 4 standard errors, false alarm 6e-5."""
    from itertools import permutations

    scores = ranks(np.arange(4.0))
    every = portmanteau(autocorrelations(ranks(np.array(list(permutations(range(4))), dtype=float)), 1), 4)
    null = permuted(scores, 1, 4000, np.random.default_rng(1))
    exact = np.mean(every >= every[0] - 1e-9)
    assert np.mean(null >= every[0] - 1e-9) == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 4000))


@pytest.mark.unit
def test_batches_are_single_samples_and_units_do_not_matter() -> None:
    x = sf.Stable(1.2).rvs((80, 3), rng=2)
    batch = sf.gof.test_independence(x, axis=0, lags=4, n_perm=99)
    for i in range(3):
        single = sf.gof.test_independence(5.0 + 1e-5 * x[:, i], lags=4, n_perm=99)
        assert (single.pvalue, single.level, single.size) == pytest.approx(
            (batch.pvalue[i], batch.level[i], batch.size[i]), rel=1e-9
        )
    assert isinstance(single.pvalue, float)
    assert isinstance(single.rejected, bool)


@pytest.mark.statistical
@pytest.mark.parametrize("alpha", [2.0, 1.2])
def test_size(alpha: float) -> None:
    """Both parts at 5 % in 1,000 series: 4 standard errors of series and of 1,999 orders, false alarm 6e-5."""
    x = sf.Stable(alpha).rvs((1000, 50), rng=3)
    found = sf.gof.test_independence(x, axis=1, lags=5, n_perm=1999, correction=None)
    for pvalue in (found.level_pvalue, found.size_pvalue):
        spread = math.sqrt(0.05 * 0.95 * (1 / 1000 + 1 / 1999))
        assert np.mean(pvalue <= 0.05) == pytest.approx(0.05, abs=4 * spread)
    assert np.mean(found.rejected) < 0.05 + 4 * spread


@pytest.mark.statistical
def test_power() -> None:
    """An autoregression shows in the values, clusters in the sizes, each in 19 of 20 series at least."""
    noise = sf.Stable(1.5).rvs((20, 400), rng=4)
    moved = noise[:, 1:] + 0.5 * noise[:, :-1]
    found = sf.gof.test_independence(moved, axis=1)
    assert np.sum(found.level_pvalue <= 0.05) >= 19
    clustered = noise * np.repeat(np.array([1.0, 3.0] * 20), 10)
    found = sf.gof.test_independence(clustered, axis=1)
    assert np.sum(found.size_pvalue <= 0.05) >= 19


@pytest.mark.statistical
def test_equal_values_get_orders_of_their_own() -> None:
    """Rounded values: 5 % of 200 series and no more than 4 standard errors above, false alarm 3e-5."""
    x = np.round(np.random.default_rng(5).standard_normal((200, 60)))
    found = sf.gof.test_independence(x, axis=1, lags=3, n_perm=199, correction=None)
    for pvalue in (found.level_pvalue, found.size_pvalue):
        assert np.mean(pvalue <= 0.05) <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / 200)


@pytest.mark.unit
def test_bad_samples_in_a_batch_are_counted() -> None:
    x = np.random.default_rng(6).standard_normal((40, 5))
    x[3, 1], x[:, 2], x[:, 3] = math.inf, 0.0, 7.0
    found = sf.gof.test_independence(x, axis=0, lags=3, n_perm=99)
    assert [sf.Status(code).name for code in found.status] == ["OK", "NONFINITE", "DEAD", "CONSTANT", "OK"]
    np.testing.assert_array_equal(np.isnan(found.pvalue), [False, True, True, True, False])
    assert found.missing == 3
    assert found.to_frame().shape == (5, 8)
    assert "3 without a p-value" in str(found)
    assert found._repr_html_().startswith("<table>")
    none = sf.gof.test_independence(x[:, 1:4], axis=0, lags=3, n_perm=9)
    assert none.missing == 3
    assert "nan" in str(none)
    few = sf.gof.test_independence(x[:7], axis=0, lags=3)
    assert set(few.status) == {sf.Status.TOO_FEW, sf.Status.NONFINITE}
    assert sf.gof.test_independence(x.reshape(40, 5, 1), axis=0, lags=2).to_frame().index.nlevels == 2


@pytest.mark.unit
def test_bad_input() -> None:
    x = np.arange(20.0)
    with pytest.raises(sf.DataError, match=r"finite, got 1 of 20 values that are not \(first nan at index 0\)"):
        sf.gof.test_independence(np.where(x == 0, math.nan, x))
    with pytest.raises(sf.DataError, match="at least 8 finite values, got 7"):
        sf.gof.test_independence(x[:7], lags=2)
    with pytest.raises(sf.DataError, match="must not be constant"):
        sf.gof.test_independence(np.ones(20), lags=2)
    with pytest.raises(ValueError, match="lags must be smaller than half the number of values, 10, got 10"):
        sf.gof.test_independence(x, lags=10)
    with pytest.raises(ValueError, match="n_perm must be a whole number of at least 1, got 0"):
        sf.gof.test_independence(x, n_perm=0)
    with pytest.raises(ValueError, match="axis"):
        sf.gof.test_independence(x.reshape(10, 2))
    with pytest.raises(ValueError, match="correction must"):
        sf.gof.test_independence(x, correction="holm")  # type: ignore[arg-type]

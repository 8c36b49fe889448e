import math
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

import stablefit as sf
from stablefit.gof.gaussian_null import pvalues, table


def normal(n: int, k: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((k, n))


def within(share: float, expected: float, draws: int, error: float) -> bool:
    """Within four standard errors of the draws and the table together: false alarm 6e-5."""
    return abs(share - expected) <= 4 * math.hypot(math.sqrt(expected * (1 - expected) / draws), error * expected)


@pytest.mark.unit
def test_statistic_is_the_likelihood_ratio() -> None:
    x = 5.0 + 1e-3 * sf.Stable(1.9).rvs((300, 4), rng=0)
    found = sf.gof.test_gaussian(x, axis=0)
    for i in range(4):
        fit = sf.fit(x[:, i])
        want = 2 * (fit.loglik - scipy.stats.norm.logpdf(x[:, i], x[:, i].mean(), x[:, i].std()).sum())
        assert found.statistic[i] == pytest.approx(want, rel=1e-9)
        single = sf.gof.test_gaussian(x[:, i])
        assert single.statistic == pytest.approx(found.statistic[i], rel=1e-9)
        assert single.pvalue == single.adjusted == pytest.approx(found.pvalue[i], rel=1e-6)
        assert isinstance(single.rejected, bool)
        assert sf.gof.test_gaussian(fit).pvalue == single.pvalue
    assert (found.adjusted >= found.pvalue).all()


@pytest.mark.unit
def test_at_two_the_ratio_is_zero_and_nothing_is_rejected() -> None:
    found = sf.gof.test_gaussian(normal(200, 50, 0), axis=1)
    at_two = found.alpha == 2.0
    assert at_two.sum() > 30
    np.testing.assert_array_equal(found.statistic[at_two], 0.0)
    np.testing.assert_array_equal(found.pvalue[at_two], 1.0)
    assert not found.rejected.any()


@pytest.mark.statistical
@pytest.mark.parametrize("n", [25, 250])
def test_size(n: int) -> None:
    """P(p <= .05) and P(p <= .01) in 4,000 normal samples of sizes that are not in the table."""
    found = sf.gof.test_gaussian(normal(n, 4000, n), axis=1, correction=None)
    for level in (0.05, 0.01):
        assert within(float(np.mean(found.pvalue <= level)), level, 4000, 0.03)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize(("n", "k"), [(9, 40_000), (50, 40_000), (700, 40_000), (4500, 8000), (60_000, 600)])
def test_size_in_full(n: int, k: int) -> None:
    """Down to p = .001, between the sizes of the table."""
    rejected = np.zeros(3)
    for start in range(0, k, 2000):
        x = normal(n, min(2000, k - start), 10_000 + start)
        pvalue = sf.gof.test_gaussian(x, axis=1, correction=None).pvalue
        rejected += [np.sum(pvalue <= level) for level in (0.05, 0.01, 0.001)]
    for level, share in zip((0.05, 0.01, 0.001), rejected / k, strict=True):
        assert within(share, level, k, 0.08), (n, level, share)


@pytest.mark.unit
def test_the_table() -> None:
    """Its Monte Carlo errors are those that `test_gaussian` states."""
    known = table()
    assert (np.diff(known.log_share, axis=1) <= 0).all()
    for p, most in ((0.05, 0.05), (0.01, 0.07), (0.001, 0.09)):
        for log_share, error in zip(known.log_share, known.error, strict=True):
            assert error[np.argmin(np.abs(log_share - math.log(p)))] < most


@pytest.mark.unit
def test_pvalues_between_and_beyond_the_table() -> None:
    known = table()
    at = pvalues(known.root[[5, 5, 20]] ** 2, known.nobs[[0, 3, 10]])
    np.testing.assert_allclose(at, np.exp(known.log_share[[0, 3, 10], [5, 5, 20]]), rtol=1e-5)
    smaller, larger = pvalues(np.array([1.0, 1.0]), np.array([5000, 8000]))
    assert larger < smaller
    far = pvalues(np.array([1e6, 1e9]), np.array([1000, 1000]))
    np.testing.assert_allclose(far, np.exp(known.log_share.min(axis=1))[list(known.nobs).index(1000)], rtol=1e-5)
    np.testing.assert_array_equal(
        pvalues(np.array([2.0]), np.array([10**7])), pvalues(np.array([2.0]), np.array([10**5]))
    )
    assert np.isnan(pvalues(np.array([math.nan]), np.array([100]))).all()


@pytest.mark.unit
def test_bad_samples_in_a_batch_are_counted_and_masked() -> None:
    x = sf.Stable(1.7).rvs((300, 5), rng=1)
    x[4, 0], x[:, 1], x[:100, 2] = math.nan, 3.0, 0.0
    found = sf.gof.test_gaussian(x, axis=0)
    assert [sf.Status(code).name for code in found.status] == ["NONFINITE", "CONSTANT", "ZERO_INFLATED", "OK", "OK"]
    np.testing.assert_array_equal(np.isnan(found.pvalue), [True, True, True, False, False])
    np.testing.assert_array_equal(found.rejected, [False, False, False, True, True])
    assert found.missing == 3
    assert "2 of 2 rejected at 5 % (Benjamini-Hochberg), 3 without a p-value" in str(found)


@pytest.mark.unit
def test_each_sample_has_the_pvalue_of_its_own_size() -> None:
    x = sf.Stable(1.9).rvs((400, 2), rng=2)
    x[50:, 1] = math.nan
    found = sf.gof.test_gaussian(sf.fit(x, axis=0, nan_policy="omit"))
    assert found.nobs.tolist() == [400, 50]
    assert found.pvalue[1] == pytest.approx(sf.gof.test_gaussian(x[:50, 1]).pvalue, rel=1e-6)


@pytest.mark.unit
def test_tables() -> None:
    found = sf.gof.test_gaussian(sf.Stable(1.9).rvs((100, 3, 4), rng=3), axis=0, correction="by")
    assert found.pvalue.shape == (3, 4)
    frame = found.to_frame()
    assert frame.index.nlevels == 2
    np.testing.assert_array_equal(frame["pvalue"], found.pvalue.ravel())
    assert str(found).endswith("and 2 with larger p-values or none")
    assert "Benjamini-Yekutieli" in found._repr_html_()
    assert "the only one" in str(sf.gof.test_gaussian(normal(100, 1, 4)[0]))


@pytest.mark.unit
def test_bad_input() -> None:
    x = normal(100, 1, 5)[0]
    with pytest.raises(sf.DataError, match="nan"):
        sf.gof.test_gaussian(np.append(x, math.nan))
    with pytest.raises(sf.DataError, match="at least 8"):
        sf.gof.test_gaussian(x[:7])
    with pytest.raises(ValueError, match="axis"):
        sf.gof.test_gaussian(x.reshape(50, 2))
    with pytest.raises(ValueError, match="axis must be None for fits, got 0"):
        sf.gof.test_gaussian(sf.fit(x), axis=0)
    with pytest.raises(ValueError, match="fits must be by 'mle', got 'ecf'"):
        sf.gof.test_gaussian(sf.fit(x, "ecf"))
    with pytest.raises(ValueError, match="hold beta = 0 and nothing else"):
        sf.gof.test_gaussian(sf.fit(x, fixed={"loc": 0.0}))
    with pytest.raises(ValueError, match="without weights, got weights"):
        sf.gof.test_gaussian(sf.fit(x, weights=np.ones(100)))
    with pytest.raises(ValueError, match="correction must be one of bh, by, None, got 'holm'"):
        sf.gof.test_gaussian(x, correction="holm")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"level must lie in \(0, 1\), got 0"):
        sf.gof.test_gaussian(x, level=0)


@pytest.mark.unit
def test_saved_fits_need_their_samples(tmp_path: Path) -> None:
    fit = sf.fit(normal(100, 1, 6)[0])
    fit.save(tmp_path / "with.json")
    fit.save(tmp_path / "without.json", samples=False)
    assert sf.gof.test_gaussian(sf.load(tmp_path / "with.json")).pvalue == sf.gof.test_gaussian(fit).pvalue  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="hold their samples"):
        sf.gof.test_gaussian(sf.load(tmp_path / "without.json"))  # type: ignore[arg-type]

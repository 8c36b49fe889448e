import math

import matplotlib as mpl
import numpy as np
import pytest

import stablefit as sf
from stablefit.gof.simulation import share_as_large, simulate

mpl.use("agg")


@pytest.fixture(scope="module")
def student() -> np.ndarray:
    return np.random.default_rng(0).standard_t(3, 4000)


@pytest.fixture(scope="module")
def tested(student: np.ndarray) -> sf.gof.AggregationTest:
    return sf.gof.aggregation_test(student, n_boot=99)


@pytest.mark.unit
def test_alphas_are_fits_of_sums(student: np.ndarray, tested: sf.gof.AggregationTest) -> None:
    for block, sums, alpha, se in zip(tested.blocks, tested.sums, tested.alpha, tested.se, strict=True):
        fit = sf.fit(student[: sums * block].reshape(sums, block).sum(axis=1), "ecf")
        assert alpha == pytest.approx(fit.alpha, rel=1e-9)
        assert se == pytest.approx(fit.bse["alpha"], rel=1e-6)
    assert (tested.nobs, tested.n_boot, tested.shuffles) == (4000, 99, 0)


@pytest.mark.unit
def test_slope_by_hand_for_two_lengths(student: np.ndarray) -> None:
    """With two lengths the slope is the difference of the alphas less that of the draws' means, over the doublings."""
    found = sf.gof.aggregation_test(student, blocks=(1, 8), n_boot=49)
    difference = found.alpha[1] - found.alpha[0]
    assert 3 * found.slope == pytest.approx(difference, abs=0.1)  # the means' difference is the estimator's bias
    assert found.slope_se > 0.0


@pytest.mark.unit
def test_units_and_threads_make_no_difference(student: np.ndarray, tested: sf.gof.AggregationTest) -> None:
    other = sf.gof.aggregation_test(1e300 * (student / 100.0), n_boot=99, n_jobs=2)
    np.testing.assert_allclose(other.alpha, tested.alpha, rtol=1e-9)
    assert other.pvalue == tested.pvalue


@pytest.mark.statistical
def test_student_drifts_and_stable_does_not(tested: sf.gof.AggregationTest) -> None:
    """p <= .05 of a stable law by chance in 5 % of seeds; the seed is fixed."""
    assert tested.pvalue <= 0.05
    assert tested.alpha[-1] > tested.band[2, -1]
    stable = sf.gof.aggregation_test(sf.Stable(1.5).rvs(4000, rng=0), n_boot=99)
    assert stable.pvalue > 0.05
    assert sf.gof.aggregation_test(np.random.default_rng(1).standard_normal(600), n_boot=49).pvalue > 0.05


@pytest.mark.statistical
@pytest.mark.parametrize("alpha", [1.9, 1.5])
def test_size(alpha: float) -> None:
    """5 % of 200 stable samples rejected, at most 4 standard errors above: false alarm 3e-5."""
    x = sf.Stable(alpha).rvs((200, 600), rng=2)
    rejected = [sf.gof.aggregation_test(row, n_boot=39, rng=i).pvalue <= 0.05 for i, row in enumerate(x)]
    assert np.mean(rejected) <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / 200)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("shuffles", [0, 4])
@pytest.mark.parametrize("alpha", [2.0, 1.95, 1.9, 1.7, 1.5, 1.2])
def test_size_in_full(alpha: float, shuffles: int) -> None:
    """At most 5 % of 600 stable samples rejected, 4 standard errors above allowed: false alarm 3e-5."""
    x = sf.Stable(alpha).rvs((600, 1000), rng=3)
    rejected = [
        sf.gof.aggregation_test(row, n_boot=99, shuffles=shuffles, rng=i).pvalue <= 0.05 for i, row in enumerate(x)
    ]
    assert np.mean(rejected) <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / 600)


@pytest.mark.statistical
def test_random_orders_show_more(student: np.ndarray) -> None:
    """The slope's standard error is smaller by a tenth at least; it is .80 times that of one order."""
    one, many = (sf.gof.aggregation_test(student[:1000], n_boot=199, shuffles=shuffles, rng=5) for shuffles in (0, 8))
    assert many.slope_se < 0.9 * one.slope_se
    np.testing.assert_allclose(many.alpha[0], one.alpha[0], rtol=1e-9)
    assert "mean of 8 random orders" in str(many)


@pytest.mark.unit
def test_tables_and_plot(tested: sf.gof.AggregationTest) -> None:
    assert str(tested).startswith("Sums of 4,000 values (consecutive values, by ecf): alpha drifts by +0.0")
    assert len(str(tested).splitlines()) == 6
    assert tested._repr_html_().count("<tr>") == 5
    frame = tested.to_frame()
    np.testing.assert_array_equal(frame["alpha"], tested.alpha)
    assert frame.index.tolist() == [1, 2, 4, 8]
    ax = tested.plot()
    assert ax.get_xlabel() == "values summed"
    mpl.pyplot.close(ax.figure)


@pytest.mark.unit
def test_simulated_chunks_cover_what_was_asked_for() -> None:
    found = simulate(lambda count, rng: rng.random(count), 150, 10, np.random.default_rng(0), 1, "")
    assert found.shape == (150,)
    assert np.unique(found).size == 150
    assert math.isnan(share_as_large(math.nan, found))
    assert share_as_large(2.0, found) == 1 / 151
    assert share_as_large(2.0 + 1e-15, np.full(9, 2.0)) == 1.0


@pytest.mark.unit
def test_bad_input(student: np.ndarray) -> None:
    with pytest.raises(sf.DataError, match=r"at least 64 \* 8 values for these blocks, got 500"):
        sf.gof.aggregation_test(student[:500])
    with pytest.raises(sf.DataError, match="nan"):
        sf.gof.aggregation_test(np.append(student, math.nan))
    with pytest.raises(sf.DataError, match="constant"):
        sf.gof.aggregation_test(np.ones(1000))
    for blocks in ((2, 4), (1,), (1, 4, 2), (1.0, 2.0)):
        with pytest.raises(ValueError, match="blocks must"):
            sf.gof.aggregation_test(student, blocks=blocks)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n_boot must be a whole number of at least 19, got 9"):
        sf.gof.aggregation_test(student, n_boot=9)
    with pytest.raises(ValueError, match="n_jobs must be a positive integer or -1, got 0"):
        sf.gof.aggregation_test(student, n_jobs=0)
    with pytest.raises(ValueError, match="shuffles must be a whole number of at least 0, got -1"):
        sf.gof.aggregation_test(student, shuffles=-1)
    with pytest.raises(ValueError, match="method must"):
        sf.gof.aggregation_test(student, method="hill")  # type: ignore[arg-type]

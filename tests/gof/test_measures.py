import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

import stablefit as sf
from stablefit.errors import DataError

NORMAL = scipy.stats.norm()


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return np.random.default_rng(0).standard_normal(1000)


@pytest.mark.unit
def test_sse_is_its_definition(samples: np.ndarray) -> None:
    density, edges = np.histogram(samples, 100, density=True)
    centres = (edges[1:] + edges[:-1]) / 2
    assert sf.gof.sse(samples, NORMAL) == pytest.approx(np.sum((density - NORMAL.pdf(centres)) ** 2), rel=1e-12)


@pytest.mark.unit
def test_density_chi2_is_its_definition(samples: np.ndarray) -> None:
    density, edges = np.histogram(samples, 100, density=True)
    law = NORMAL.pdf((edges[1:] + edges[:-1]) / 2)
    assert sf.gof.chi2(samples, NORMAL) == pytest.approx(np.sum((density - law) ** 2 / law), rel=1e-12)


@pytest.mark.unit
def test_pearson_is_scipys_chisquare_on_hand_merged_cells() -> None:
    draws = np.random.default_rng(1).standard_normal(200)
    edges = [-9.0, -8.0, -1.0, 0.0, 1.0, 8.0, 9.0]  # expected 0, 32, 68, 68, 32, 0
    found = sf.gof.chi2(draws, NORMAL, bins=edges, kind="pearson", ddof=1)
    observed = np.histogram(draws, [-np.inf, -1.0, 0.0, 1.0, np.inf])[0]
    expected = 200 * np.diff(NORMAL.cdf([-np.inf, -1.0, 0.0, 1.0, np.inf]))
    statistic, pvalue = scipy.stats.chisquare(observed, expected, ddof=1)
    assert (found.cells, found.dof) == (4, 2)
    assert found.statistic == pytest.approx(statistic, rel=1e-12)
    assert found.pvalue == pytest.approx(pvalue, rel=1e-12)


@pytest.mark.unit
def test_pearson_counts_samples_outside_the_range(samples: np.ndarray) -> None:
    found = sf.gof.chi2(samples, NORMAL, bins=2, range=(-0.5, 0.5), kind="pearson")
    below = np.sum(samples < 0.0)
    assert found.statistic == pytest.approx((below - 500) ** 2 / 250, rel=1e-12)


@pytest.mark.unit
def test_pearson_without_cells_to_spare_has_no_pvalue(samples: np.ndarray) -> None:
    found = sf.gof.chi2(samples[:8], NORMAL, kind="pearson", ddof=2)
    assert found.dof < 1
    assert math.isnan(found.pvalue)


@pytest.mark.unit
def test_pearson_uses_the_relative_accuracy_of_sf() -> None:
    """A cell 20 standard deviations out expects 2.8e-89 * n; 1 - cdf would give 0 there, and an infinite statistic."""
    draws = np.append(np.zeros(9), 21.0)
    found = sf.gof.chi2(draws, NORMAL, bins=[-30.0, 20.0, 30.0], kind="pearson", min_expected=0.0)
    assert found.statistic == pytest.approx(1.0 / (10 * NORMAL.sf(20.0)), rel=1e-6)


@pytest.mark.statistical
def test_pearson_holds_its_size_for_a_known_law() -> None:
    """2,000 tests at 5 % of normal samples: the share rejected lies within 4 standard errors (false alarm 6e-5)."""
    rows = np.random.default_rng(2).standard_normal((2000, 500))
    pvalues = sf.gof.chi2(rows, NORMAL, bins=20, range=(-3.0, 3.0), kind="pearson", axis=1).pvalue
    assert np.mean(pvalues < 0.05) == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / 2000))


@pytest.mark.unit
def test_underflow_of_a_gaussian_tail() -> None:
    """h > 0 where f = 0 is inf; the empty bins between, where f is 0 too, add nothing."""
    far = np.array([0.0, 0.1, -0.1, 60.0])
    assert sf.gof.chi2(far, NORMAL) == math.inf
    inside = sf.gof.chi2(far, NORMAL, bins=[-1.0, 1.0, 58.0])
    assert math.isfinite(inside)
    assert sf.gof.chi2(far, NORMAL, bins=[-1.0, 1.0, 50.0, 59.0]) == pytest.approx(
        sf.gof.chi2(far, NORMAL, bins=[-1.0, 1.0, 50.0]), rel=1e-12
    )


@pytest.mark.unit
def test_a_stable_law_never_underflows() -> None:
    far = np.append(np.random.default_rng(3).standard_normal(100), 1e6)
    assert math.isfinite(sf.gof.chi2(far, sf.Stable(1.9)))


@pytest.mark.properties
@given(scale=st.floats(1e-6, 1e6), shift=st.floats(-10.0, 10.0))
def test_units(scale: float, shift: float) -> None:
    """SSE has the unit 1 / samples**2, Chi2 1 / samples, both none when normalised; a shift changes nothing."""
    draws = np.random.default_rng(4).standard_normal(200)
    moved, law = scale * (draws + shift), scipy.stats.norm(scale * shift, scale)
    close = {"rel": 1e-6}  # a sample within rounding of an edge may change its bin; none of these does
    sse, chi2 = sf.gof.sse(draws, NORMAL), sf.gof.chi2(draws, NORMAL)
    assert sf.gof.sse(moved, law) * scale**2 == pytest.approx(sse, **close)
    assert sf.gof.chi2(moved, law) * scale == pytest.approx(chi2, **close)
    assert sf.gof.sse(moved, law, normalise="scale") == pytest.approx(
        sf.gof.sse(draws, NORMAL, normalise="scale"), **close
    )
    assert sf.gof.chi2(moved, law, normalise="scale") == pytest.approx(
        sf.gof.chi2(draws, NORMAL, normalise="scale"), **close
    )
    pearson, moved_pearson = (sf.gof.chi2(x, f, kind="pearson").statistic for x, f in ((draws, NORMAL), (moved, law)))
    assert moved_pearson == pytest.approx(pearson, **close)


@pytest.mark.unit
def test_normalised_is_dividing_by_the_robust_scale(samples: np.ndarray) -> None:
    scale = np.subtract(*np.quantile(samples, [0.75, 0.25])) / 1.3489795003921634
    divided = sf.gof.sse(samples / scale, scipy.stats.norm(0.0, 1.0 / scale))
    assert sf.gof.sse(samples, NORMAL, normalise="scale") == pytest.approx(divided, rel=1e-9)


@pytest.mark.unit
@pytest.mark.parametrize("options", [{}, {"bins": "fd"}, {"bins": 30, "range": 0.9}, {"normalise": "scale"}])
def test_a_batch_is_its_columns(options: dict[str, object]) -> None:
    rng = np.random.default_rng(5)
    alpha, scale = rng.uniform(1.2, 1.9, (2, 3)), rng.uniform(0.5, 2.0, (2, 3))
    draws = np.clip(sf.Stable(alpha, scale=scale).rvs((200, 2, 3), rng=6), -50.0, 50.0)
    law = sf.Stable(alpha, scale=scale)
    sse, chi2 = sf.gof.sse(draws, law, axis=0, **options), sf.gof.chi2(draws, law, axis=0, **options)
    pearson = sf.gof.chi2(draws, law, axis=0, kind="pearson", **options)
    assert sse.shape == chi2.shape == pearson.pvalue.shape == (2, 3)
    for i in np.ndindex(2, 3):
        one, column = sf.Stable(alpha[i], scale=scale[i]), draws[(slice(None), *i)]
        assert sse[i] == pytest.approx(sf.gof.sse(column, one, **options), rel=1e-9)
        assert chi2[i] == pytest.approx(sf.gof.chi2(column, one, **options), rel=1e-9)
        single = sf.gof.chi2(column, one, kind="pearson", **options)
        assert pearson.cells[i] == single.cells
        assert pearson.pvalue[i] == pytest.approx(single.pvalue, rel=1e-9)


@pytest.mark.unit
def test_a_law_of_your_own_needs_pdf_and_cdf_only(samples: np.ndarray) -> None:
    class Mine:
        def pdf(self, x: np.ndarray) -> np.ndarray:
            return NORMAL.pdf(x)

        def cdf(self, x: np.ndarray) -> np.ndarray:
            return NORMAL.cdf(x)

    assert sf.gof.sse(samples, Mine()) == sf.gof.sse(samples, NORMAL)
    mine, scipys = (sf.gof.chi2(samples, law, kind="pearson").pvalue for law in (Mine(), NORMAL))
    assert mine == pytest.approx(scipys, rel=1e-9)


@pytest.mark.unit
def test_bad_input(samples: np.ndarray) -> None:
    with pytest.raises(DataError, match="at least one value"):
        sf.gof.sse([], NORMAL)
    with pytest.raises(DataError, match=r"finite, got 1 of 3 .*first nan at index 1"):
        sf.gof.sse([1.0, np.nan, 2.0], NORMAL)
    with pytest.raises(DataError, match="first inf at index 1"):
        sf.gof.chi2([1.0, np.inf], NORMAL)
    with pytest.raises(TypeError, match="real numbers"):
        sf.gof.sse(["a", "b"], NORMAL)
    with pytest.raises(ValueError, match="name the axis"):
        sf.gof.sse(samples.reshape(10, 100), NORMAL)
    with pytest.raises(TypeError, match="law must have pdf and cdf"):
        sf.gof.sse(samples, "normal")
    with pytest.raises(ValueError, match="kind must"):
        sf.gof.chi2(samples, NORMAL, kind="likelihood")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="normalise must"):
        sf.gof.sse(samples, NORMAL, normalise="sd")  # type: ignore[arg-type]

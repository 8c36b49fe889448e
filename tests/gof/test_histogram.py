import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stablefit.errors import DataError
from stablefit.gof.histogram import histogram, robust_scale

FINITE = st.floats(-1e6, 1e6, allow_nan=False)
SAMPLES = hnp.arrays(np.float64, st.integers(1, 60), elements=FINITE)


@pytest.mark.properties
@given(samples=SAMPLES, bins=st.integers(1, 40))
def test_counts_and_edges_are_numpys(samples: np.ndarray, bins: int) -> None:
    try:
        counts, edges = np.histogram(samples, bins)
    except ValueError:  # numpy finds no room between the edges; so must we
        with pytest.raises(DataError, match="bins"):
            histogram(samples, bins)
        return
    found = histogram(samples, bins)
    np.testing.assert_array_equal(found.edges, edges)
    np.testing.assert_array_equal(found.counts, counts)


@pytest.mark.properties
@given(grid=st.integers(1, 30), bins=st.integers(1, 30), shift=st.floats(-3.0, 3.0), step=st.floats(0.01, 10.0))
def test_samples_on_edges_go_where_numpy_puts_them(grid: int, bins: int, shift: float, step: float) -> None:
    samples = shift + step * np.arange(grid + 1)
    counts, edges = np.histogram(samples, bins)
    np.testing.assert_array_equal(histogram(samples, bins).counts, counts)
    on_edges = histogram(edges, bins)
    np.testing.assert_array_equal(on_edges.counts, np.histogram(edges, bins)[0])


@pytest.mark.properties
@given(samples=SAMPLES, low=st.floats(-1e3, 1e3), width=st.floats(1e-2, 1e3))
def test_a_fixed_range_is_numpys_and_counts_the_rest(samples: np.ndarray, low: float, width: float) -> None:
    found = histogram(samples, 7, (low, low + width))
    np.testing.assert_array_equal(found.counts, np.histogram(samples, 7, (low, low + width))[0])
    assert found.below == np.sum(samples < low)
    assert found.above == np.sum(samples > low + width)


@pytest.mark.unit
def test_freedman_diaconis_is_numpys_row_by_row() -> None:
    rng = np.random.default_rng(0)
    rows = np.stack([rng.standard_normal(500), rng.laplace(size=500), rng.uniform(size=500)])
    found = histogram(rows, "fd")
    lengths = []
    for row, counts, edges in zip(rows, found.counts, found.edges, strict=True):
        expected, expected_edges = np.histogram(row, "fd")
        kept = edges[~np.isnan(edges)]
        np.testing.assert_array_equal(kept, expected_edges)
        np.testing.assert_array_equal(counts[: expected.size], expected)
        assert counts[expected.size :].sum() == 0
        lengths.append(expected.size)
    assert len(set(lengths)) == 3  # the rows do differ, so the padding was exercised


@pytest.mark.unit
def test_density_is_of_all_samples_whatever_the_range() -> None:
    samples = np.array([0.1, 0.2, 0.6, 5.0])
    np.testing.assert_allclose(histogram(samples, 2, (0.0, 1.0)).density, [1.0, 0.5], rtol=1e-15)


@pytest.mark.unit
def test_density_over_the_full_range_is_numpys() -> None:
    samples = np.random.default_rng(1).standard_normal(300)
    expected = np.histogram(samples, 20, density=True)[0]
    np.testing.assert_allclose(histogram(samples, 20).density, expected, rtol=1e-14)


@pytest.mark.unit
def test_a_share_clips_at_quantiles() -> None:
    samples = np.arange(101.0)
    found = histogram(samples, 4, 0.8)
    np.testing.assert_allclose(found.edges[[0, -1]], [10.0, 90.0], rtol=1e-14)
    assert (found.below, found.above) == (10, 10)


@pytest.mark.unit
def test_edges_serve_every_row() -> None:
    rows = np.array([[0.5, 1.5, 1.6], [2.0, 0.5, 9.0]])
    found = histogram(rows, [0.0, 1.0, 2.0])
    np.testing.assert_array_equal(found.counts, [[1, 2], [1, 1]])
    np.testing.assert_array_equal(found.above, [0, 1])


@pytest.mark.unit
def test_open_ends_hold_every_sample() -> None:
    rows = np.random.default_rng(2).standard_cauchy((3, 200))
    counts, edges = histogram(rows, 5, (-1.0, 1.0)).opened()
    np.testing.assert_array_equal(counts.sum(axis=1), 200)
    np.testing.assert_array_equal(edges[:, [0, -1]], [[-np.inf, np.inf]] * 3)
    padded, padded_edges = histogram(rows, "fd", 0.9).opened()
    np.testing.assert_array_equal(padded.sum(axis=1), 200)
    assert not np.isnan(padded_edges).any()


@pytest.mark.unit
def test_robust_scale_is_the_standard_deviation_of_a_normal() -> None:
    from scipy.special import ndtri

    samples = 3.0 * ndtri([0.01, 0.25, 0.5, 0.75, 0.99])
    assert robust_scale(samples) == pytest.approx(3.0, rel=1e-15)


@pytest.mark.unit
@pytest.mark.parametrize("bins", [0, -3, 2.5, True, "scott", 10_001, [1.0], [2.0, 1.0], [0.0, np.nan, 1.0]])
def test_bad_bins(bins: object) -> None:
    with pytest.raises(ValueError, match="bins must"):
        histogram(np.arange(10.0), bins)  # type: ignore[arg-type]


@pytest.mark.unit
@pytest.mark.parametrize("limits", [(1.0, 0.0), (0.0, np.inf), 0.0, 1.0, (1.0, 1.0)])
def test_bad_range(limits: object) -> None:
    with pytest.raises(ValueError, match="range must"):
        histogram(np.arange(10.0), 5, limits)  # type: ignore[arg-type]


@pytest.mark.unit
def test_range_and_edges_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="range must be None"):
        histogram(np.arange(10.0), [0.0, 1.0], (0.0, 1.0))


@pytest.mark.unit
def test_freedman_diaconis_says_what_to_do_about_a_heavy_tail() -> None:
    samples = np.append(np.random.default_rng(3).standard_normal(500), 1e9)
    with pytest.raises(DataError, match=r"range=0\.99"):
        histogram(samples, "fd")
    assert histogram(samples, "fd", 0.99).counts.sum() > 480


@pytest.mark.unit
@pytest.mark.parametrize("samples", [[1.0, np.nextafter(1.0, 2.0)], [-1.7e308, 1.7e308]])
def test_no_room_for_bins(samples: list[float]) -> None:
    with pytest.raises(DataError, match="close enough"):
        histogram(np.array(samples), 100)


@pytest.mark.unit
def test_one_bad_row_leaves_the_others_alone() -> None:
    rows = np.array([[0.0, 1.0, 2.0], [-1.7e308, 0.0, 1.7e308]])
    found = histogram(rows, 4)
    np.testing.assert_array_equal(found.usable, [True, False])
    np.testing.assert_array_equal(found.counts[0], np.histogram(rows[0], 4)[0])

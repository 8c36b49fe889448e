"""Measures of streams of which only sums and sixteen counts were kept."""

import numpy as np
import pytest

import stablefit as sf
from stablefit import gof
from stablefit._kernels import sketch_bins


def filled(rows, **options):
    sketch = sf.Sketch(rows.shape[1], **options)
    for row in rows:
        sketch.add(row)
    return sketch


@pytest.mark.unit
def test_counts_are_those_of_the_edges():
    rows = np.random.default_rng(0).standard_cauchy((90, 700)).astype(np.float32)
    rows[5, 3], rows[6, 4], rows[:, 5] = np.inf, np.nan, 1.5
    sketch = filled(rows, histogram=True)
    counts, edges = sketch.counts, sketch.edges
    assert counts.dtype == np.uint16
    assert np.all(counts.sum(axis=1) == 90)
    for i in (0, 3, 200, 699):
        expected = np.histogram(np.where(rows[:, i] == np.inf, 1e30, rows[:, i]), np.clip(edges[i], -1e38, 1e38))[0]
        assert np.abs(counts[i].astype(int) - expected).sum() <= 2  # one value may lie on an edge, to rounding
    np.testing.assert_allclose(np.diff(edges[0, 1:-1]), np.diff(edges[0, 1:3]).item(), rtol=1e-6)
    assert np.isinf(edges[:, [0, -1]]).all()
    halves = filled(rows[:45], histogram=True)
    other = halves.fork()
    for row in rows[45:]:
        other.add(row)
    halves.merge(other)
    assert np.all(halves.counts.sum(axis=1) == 90)
    assert filled(rows[:40]).counts is None


@pytest.mark.unit
def test_measures_are_those_of_the_counts():
    """Written out for one stream."""
    rows = sf.Stable([1.4, 2.0], loc=3.0, scale=0.1).rvs((500, 2), rng=1)
    sketch = filled(rows, histogram=True)
    found, fit = gof.measure_sketch(sketch), sketch.fit()
    edges, counts = sketch.edges[0, 1:-1], sketch.counts[0, 1:-1]
    heights = counts / (500 * np.diff(edges))
    for name, law in (
        ("stable", fit[0].law),
        ("normal", sf.Stable(2.0, loc=sketch.mean[0], scale=np.sqrt(sketch.variance[0] / 2))),
    ):
        density = np.diff(law.cdf(edges)) / np.diff(edges)
        np.testing.assert_allclose(found.sse[name][0], np.sum((heights - density) ** 2), rtol=1e-9)
        np.testing.assert_allclose(found.chi2[name][0], np.sum((heights - density) ** 2 / density), rtol=1e-9)


@pytest.mark.statistical
def test_laws_are_told_apart():
    """Half the streams heavy-tailed: there the stable law wins every time; of normal ones neither wins by much."""
    alpha = np.repeat([1.6, 2.0], 100)
    found = gof.measure_sketch(filled(sf.Stable(alpha).rvs((1000, 200), rng=2), histogram=True))
    ratio = found.sse["stable"] / found.sse["normal"]
    assert np.all(ratio[alpha < 2.0] < 0.5)
    assert 0.9 < np.median(ratio[alpha == 2.0]) < 1.1


@pytest.mark.unit
def test_streams_without_a_fit_have_no_measure():
    rows = np.random.default_rng(3).standard_normal((60, 3))
    rows[:, 0], rows[3, 1] = 2.0, np.nan
    found = gof.measure_sketch(filled(rows, histogram=True))
    np.testing.assert_array_equal(np.isnan(found.sse["stable"]), [True, True, False])
    np.testing.assert_array_equal(np.isnan(found.chi2["normal"]), [True, True, False])
    with pytest.raises(ValueError, match="must have been made with histogram=True and moments=True"):
        gof.measure_sketch(filled(rows))


@pytest.mark.unit
def test_more_rows_than_counts_hold_are_refused(monkeypatch):
    monkeypatch.setattr("stablefit.estimators.sketch._MOST", 40)
    rows = np.random.default_rng(4).standard_normal((41, 2))
    with pytest.raises(ValueError, match="rows must be at most 40 with histogram=True, got one more"):
        filled(rows, histogram=True)
    first = filled(rows[:35], histogram=True)
    second = first.fork()
    for row in rows[:6]:
        second.add(row)
    with pytest.raises(ValueError, match="rows must be at most 40 with histogram=True, got 41"):
        first.merge(second)
    assert sketch_bins.BINS == 16

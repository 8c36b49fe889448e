"""Violins by layer, maps of a weight, p-values against normal noise, alpha against the batch size."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from stablefit.plotting.maps import alpha_map
from stablefit.plotting.noise import alpha_by_batch_size
from stablefit.plotting.pvalues import pvalue_histogram
from stablefit.plotting.violins import alpha_violins

pytestmark = pytest.mark.unit


@pytest.fixture
def ax():
    return Figure().subplots()


def test_violins_have_their_mode_where_the_estimates_are(ax):
    rng = np.random.default_rng(0)
    layers = {
        "first": np.minimum(rng.normal(1.5, 0.05, 500), 2.0),
        "few": np.array([1.2, np.nan, 1.9]),
        "ends": np.full(50, 2.0),
        "edge": np.minimum(rng.normal(2.0, 0.1, 400), 2.0),
    }
    assert alpha_violins(layers, null=np.linspace(1.9, 2.0, 101), ax=ax) is ax
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["first (500)", "few (2)", "ends (50)", "edge (400)"]
    first, edge = (shape.get_paths()[0].vertices for shape in ax.collections)
    assert abs(first[np.argmax(first[:, 1]), 0] - 1.5) < 0.02
    assert first[:, 1].max() == pytest.approx(0.42, abs=1e-6)
    assert edge[:, 0].max() < 2.0
    assert edge[np.argmax(edge[:, 1]), 0] > 1.97  # folded back, not cut
    medians = [line.get_xdata()[0] for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert medians == pytest.approx([np.median(layers["first"]), 1.55, 2.0, np.median(layers["edge"])])


def test_a_map_lies_as_the_weight_does(ax):
    alpha = np.linspace(1.0, 2.0, 24)
    alpha_map(alpha, (4, 6), ax=ax, title="w")
    np.testing.assert_array_equal(ax.images[0].get_array(), alpha.reshape(4, 6))
    assert ax.get_xlabel() == "input"
    tiles = Figure().subplots()
    alpha_map(alpha, (2, 3, 2, 2), ax=tiles)
    image = np.asarray(tiles.images[0].get_array())
    assert image.shape == (4, 6)
    np.testing.assert_array_equal(image[2:, 4:], alpha.reshape(2, 3, 2, 2)[1, 2])
    sequence, vector = Figure().subplots(), Figure().subplots()
    alpha_map(alpha, (2, 4, 3), ax=sequence)
    np.testing.assert_array_equal(np.asarray(sequence.images[0].get_array())[1, :3], alpha[12:15])
    alpha_map(np.where(alpha > 1.5, np.nan, alpha), (24,), ax=vector)
    assert np.asarray(vector.images[0].get_array()).shape == (1, 24)
    with pytest.raises(ValueError, match=r"alpha must have 20 entries for shape \(4, 5\), got 24"):
        alpha_map(alpha, (4, 5), ax=ax)


def test_p_values_of_one_are_counted_and_not_drawn(ax):
    pvalues = np.concatenate([np.full(50, 0.01), np.linspace(0.06, 0.94, 30), np.ones(20), [np.nan]])
    pvalue_histogram(pvalues, ax=ax)
    heights = ax.patches[0].get_data()[0]
    assert heights[0] == pytest.approx(0.5 * 20)
    assert heights.sum() / 20 == pytest.approx(0.8)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["50.0% at most 0.05", "normal noise", "20% are 1 (alpha = 2), not drawn"]


def test_batch_sizes_without_any_alpha_have_no_median(ax):
    alpha_by_batch_size([1, 8, 64], [[np.nan, np.nan], [1.2, 1.4], [1.8, np.nan]], ax=ax)
    (median,) = [line for line in ax.lines if line.get_label() == "median"]
    assert median.get_xdata().tolist() == [8, 64]
    assert median.get_ydata().tolist() == pytest.approx([1.3, 1.8])
    assert ax.get_xscale() == "log"

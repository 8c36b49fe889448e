"""Histograms with both fits, and alpha by group over its null."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import stablefit as sf
from stablefit.plotting.noise import alpha_by_group, histogram

pytestmark = pytest.mark.unit


@pytest.fixture
def ax():
    return Figure().subplots()


def test_histogram_is_a_density_beside_both_laws(ax):
    law = sf.Stable(1.5, scale=0.2)
    sample = law.rvs(2000, rng=0)
    assert histogram(sample, law, ax=ax, title="layer1.weight[3]") is ax
    normal, stable = ax.lines
    np.testing.assert_allclose(stable.get_ydata(), law.pdf(stable.get_xdata()))
    x, y = normal.get_data()
    # The normal curve has the sample's mean and standard deviation: its peak is 1 / (sqrt(2 pi) sd).
    assert y.max() <= 1 / (np.sqrt(2 * np.pi) * sample.std())
    assert x[0] == ax.get_xlim()[0]
    heights, edges, _ = ax.patches[0].get_data()
    assert len(heights) == 89  # 2 sqrt(2000)
    outside = np.count_nonzero((sample < edges[0]) | (sample > edges[-1]))
    assert outside == 20  # 1 % of 2000
    assert edges[0] + edges[-1] == pytest.approx(2 * np.median(sample), abs=1e-12)
    assert np.sum(heights * np.diff(edges)) == pytest.approx(1 - outside / 2000, rel=1e-12)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["noise", "normal", r"S$\alpha$S, $\alpha$ = 1.500"]
    assert ax.get_xlabel() == "gradient noise, 20 outside"
    assert ax.get_title() == "layer1.weight[3]"


def test_histogram_without_a_fit_and_of_a_constant(ax):
    histogram([1.0, np.nan, 2.0, 3.0], ax=ax)
    assert len(ax.lines) == 1
    constant = Figure().subplots()
    histogram(np.zeros(5), ax=constant)
    assert not constant.lines
    assert constant.get_xlim() == (-0.5, 0.5)


def test_alpha_by_group_shows_every_estimate_over_the_null(ax):
    alpha = np.array([1.9, 1.5, np.nan, 1.8, 1.7, np.nan])
    groups = ["b", "a", "a", "b", "a", "c"]
    assert alpha_by_group(alpha, groups, null=np.linspace(1.9, 2.0, 101), level=0.9, ax=ax) is ax
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["b", "a\n(1 not fitted)", "c\n(1 not fitted)"]
    points = [line for line in ax.lines if line.get_marker() == "o"]
    assert [line.get_ydata().tolist() for line in points] == [[1.8, 1.9], [1.5, 1.7], []]
    for position, line in enumerate(points):
        assert np.all(np.abs(line.get_xdata() - position) < 0.26)
    band = ax.patches[0]
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((1.905, 1.995))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["normal noise, central 90%"]


def test_alpha_by_group_without_a_null_has_no_legend(ax):
    alpha_by_group([1.5], ["a"], ax=ax, title="by network")
    assert ax.get_legend() is None
    assert ax.get_title() == "by network"


def test_alpha_by_group_needs_a_name_for_each(ax):
    with pytest.raises(ValueError, match="groups must have a name for each alpha, got 1 for 2"):
        alpha_by_group([1.5, 1.6], ["a"], ax=ax)


def test_new_axes_where_none_are_given(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt

    axes = histogram(np.arange(20.0))
    plt.close(axes.figure)
    assert axes.has_data()

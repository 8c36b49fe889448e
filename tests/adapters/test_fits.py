"""From collected noise to fits, tables and pictures."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import stablefit as sf
from adapters.torch import SGN, collect_sgn

pytestmark = pytest.mark.adapters


@pytest.fixture(scope="module")
def sgn():
    """Known laws in four columns of two layers, a dead one, a zero-inflated one, and one with a nan."""
    rng = np.random.default_rng(0)
    columns = [sf.Stable(1.5, scale=0.1).rvs(1000, rng), sf.Stable(1.8, scale=2.0).rvs(1000, rng)]
    columns += [rng.standard_normal(1000), rng.standard_normal(1000) * 1e-6, np.zeros(1000)]
    columns += [np.where(rng.random(1000) < 0.5, 0.25, rng.standard_normal(1000))]
    columns += [np.where(np.arange(1000) == 7, np.nan, rng.standard_normal(1000))]
    labels = [
        ("a.weight", 3),
        ("a.weight", 5),
        ("a.bias", 0),
        ("b.weight", 0),
        ("b.weight", 1),
        ("b.weight", 7),
        ("b.bias", 2),
    ]
    zeros = np.array([0, 0, 0, 0, 1000, 500, 0])
    return SGN(np.stack(columns, axis=1), labels, np.zeros(7), zeros, {"seed": 0})


@pytest.mark.statistical
@pytest.mark.parametrize("method", ["mle", "ecf"])
def test_each_column_is_fitted_by_itself(sgn, method):
    """Pooling would find heavy tails in the mixture of scales; alpha of each column is its own, to five s.e. of .05."""
    fit = sgn.fit(method)
    assert fit.alpha.shape == (7,)
    np.testing.assert_allclose(fit.alpha[:4], [1.5, 1.8, 2.0, 2.0], atol=0.25)
    np.testing.assert_allclose(fit.scale[:4], np.array([0.1, 2.0, 0.5**0.5, 0.5**0.5 * 1e-6]), rtol=0.2)
    assert np.isnan(fit.alpha[4:]).all()
    assert list(fit.status[4:]) == [sf.Status.DEAD, sf.Status.ZERO_INFLATED, sf.Status.NONFINITE]


def test_frame_by_parameter(sgn):
    fit = sgn.fit()
    table = sgn.to_frame(fit=fit)
    assert list(zip(table["parameter"], table["index"], strict=True)) == sgn.labels
    assert list(table["layer"]) == ["a", "a", "a", "b", "b", "b", "b"]
    np.testing.assert_array_equal(table["alpha"], fit.alpha)
    np.testing.assert_array_equal(table["alpha_bse"], fit.bse["alpha"])
    np.testing.assert_array_equal(table["zeros"], sgn.zeros)
    assert list(table["status"][4:]) == ["DEAD", "ZERO_INFLATED", "NONFINITE"]


def test_frame_by_layer(sgn):
    fit = sgn.fit("ecf")
    table = sgn.to_frame("layer", method="ecf").set_index("layer")
    assert list(table.index) == ["a", "b"]
    assert list(table["parameters"]) == [3, 4]
    assert list(table["fitted"]) == [3, 1]
    assert list(table["dead"]) == [0, 1]
    assert list(table["zero_inflated"]) == [0, 1]
    assert table.loc["a", "alpha_median"] == np.median(fit.alpha[:3])
    assert table.loc["a", "alpha_q25"] == np.quantile(fit.alpha[:3], 0.25)
    assert table.loc["b", "alpha_q75"] == fit.alpha[3]


def test_compare_is_that_of_the_samples(sgn):
    ours = sgn.compare(method="ecf", null=False)
    theirs = sf.gof.compare_batch(sgn.samples, axis=0, method="ecf", null=False)
    assert str(ours) == str(theirs)


def test_plots(sgn):
    fit = sgn.fit("ecf")
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert sgn.plot(fit=fit, method="ecf", ax=left) is left
    assert [tick.get_text() for tick in left.get_xticklabels()] == ["a", "b\n(3 not fitted)"]
    assert sgn.plot("hist", column=1, fit=fit, ax=right) is right
    assert right.get_title() == "a.weight[5]"
    assert len(right.lines) == 2


@pytest.mark.statistical
def test_end_to_end_on_inputs_with_heavy_tails():
    """The loss w . x has the gradient x: with x of alpha 1.5 the noise of single examples has alpha 1.5 too."""
    x = sf.Stable(1.5, scale=0.3).rvs((20_000, 2), rng=1)
    model = nn.Linear(2, 1, bias=False, dtype=torch.float64)
    loader = DataLoader(TensorDataset(torch.from_numpy(x)), batch_size=500)
    sgn = collect_sgn(model, loader, lambda m, b: m(b[0]).mean(), n_batches=1000, batch_size=1, progress=False)
    fit = sgn.fit()
    np.testing.assert_allclose(fit.alpha, 1.5, atol=0.25)  # five standard errors of .05
    np.testing.assert_allclose(fit.scale, 0.3, rtol=0.2)
    # ... and the centre is the full gradient, which no outlier of a mini-batch moves.
    np.testing.assert_allclose(sgn.centre, x.mean(axis=0), rtol=1e-9)

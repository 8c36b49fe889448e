"""The law of every parameter's noise from sums that are filled while mini-batches stream by."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import stablefit as sf
from adapters.torch import SGN, collect_sgn
from adapters.torch.device_sums import DeviceSums, quartiles
from adapters.torch.sketching import SketchFiller

pytestmark = pytest.mark.adapters
QUIET = {"progress": False}


class Rows(nn.Module):
    """A loss whose gradient is the mean of the batch itself: what goes in as data comes out as noise."""

    def __init__(self, size):
        super().__init__()
        self.a, self.b = nn.Parameter(torch.zeros(size - 3)), nn.Parameter(torch.zeros(3))

    def forward(self, x):
        return x @ torch.cat([self.a, self.b])


def mean_output(model, batch):
    return model(batch[0]).mean()


def rows_loader(rows, batch_size=1, **options):
    return DataLoader(TensorDataset(torch.as_tensor(rows, dtype=torch.float32)), batch_size=batch_size, **options)


def test_injected_noise_is_recovered():
    """Alpha of 600 parameters, 1,500 mini-batches of one example: 5 standard errors, false alarm 4e-4 in all."""
    alpha = np.repeat([1.2, 1.5, 1.8, 2.0], 150)
    rows = sf.Stable(alpha, scale=np.tile([1e-4, 3.0], 300)).rvs((8000, 600), rng=1)
    sgn = collect_sgn(Rows(600), rows_loader(rows), mean_output, n_batches=1500, keep=None, **QUIET)
    assert sgn.samples.shape == (1500, 0)
    fit = sgn.fit("sketch")
    assert fit.alpha.shape == (600,)
    below = alpha < 2.0
    assert np.all(np.abs(fit.alpha - alpha)[below] < 5.0 * fit.bse["alpha"][below])
    np.testing.assert_allclose(np.median(fit.scale[::2][:75]), 1e-4, rtol=0.05)
    p = sgn.sketch.gaussian_pvalue(fit)
    assert np.mean(p[~below] < 0.05) < 0.05 + 4.0 * np.sqrt(0.05 * 0.95 / 150)
    assert np.mean(p[alpha == 1.5] < 0.001) > 0.99


def test_sketch_and_samples_tell_the_same(make_case):
    case = make_case("cnn")
    sgn = collect_sgn(case.model, case.loader, n_batches=200, k=10_000, **QUIET)
    whole, kept = sgn.fit("sketch"), sgn.fit("ecf")
    assert whole.alpha.size == len(sgn.labels) == sgn.sketch.size
    both = whole.converged & kept.converged
    assert both.mean() > 0.5  # behind a ReLU that is off there is no noise
    # the same data through fewer frequencies: less apart than the errors of either
    assert np.median(np.abs(whole.alpha - kept.alpha)[both]) < 0.5 * np.median(kept.bse["alpha"][both])
    np.testing.assert_allclose(np.median((whole.scale / kept.scale)[both]), 1.0, atol=0.02)
    assert np.median(np.abs(whole.loc - kept.loc)[both] / kept.bse["loc"][both]) < 1.5
    np.testing.assert_array_equal(sgn.sketch.zeros, sgn.zeros)
    np.testing.assert_allclose(sgn.sketch.variance, sgn.samples.var(axis=0, ddof=1), rtol=1e-3, atol=1e-12)
    for name in sgn.sketch.names:
        places = sgn.sketch.places(name)
        assert list(sgn.labels[places]) == [(name, i) for i in range(places.stop - places.start)]


def test_micro_batches_are_averaged_and_ragged_batches_left_out():
    rows = np.random.default_rng(2).standard_normal((41, 5))
    shared = {"keep": None, "n_batches": 8, **QUIET}
    loader = rows_loader(rows, batch_size=2)
    passes = collect_sgn(Rows(5), loader, mean_output, sampling="loader", accumulate=2, **shared)
    assert passes.sketch.n == 8
    means = rows[:32].reshape(8, 4, 5).mean(axis=1)
    np.testing.assert_allclose(passes.sketch.variance, means.var(axis=0, ddof=1), rtol=1e-4)
    replaced = collect_sgn(Rows(5), loader, mean_output, accumulate=3, **shared)
    assert replaced.sketch.n == 8
    assert replaced.metadata["accumulate"] == 3


def test_parameters_without_gradient_are_dead(make_case):
    case = make_case("unused")
    sgn = collect_sgn(case.model, case.loader, n_batches=40, keep=None, **QUIET)
    fit = sgn.fit("sketch")
    dead = fit.status[sgn.sketch.places("unused.weight")]
    assert set(dead) == {sf.Status.DEAD}
    table = sgn.to_frame(by="layer", method="sketch").set_index("layer")
    assert table.loc["unused", "dead"] == table.loc["unused", "parameters"] == 12
    assert table["parameters"].sum() == sgn.sketch.size
    assert len(sgn.to_frame(method="sketch")) == sgn.sketch.size


def test_save_and_load(tmp_path, make_case):
    case = make_case("cnn")
    sgn = collect_sgn(case.model, case.loader, n_batches=50, k=3, **QUIET)
    sgn.save(tmp_path / "noise.npz")
    again = SGN.load(tmp_path / "noise.npz")
    np.testing.assert_array_equal(again.fit("sketch").alpha, sgn.fit("sketch").alpha)
    assert again.sketch.names == sgn.sketch.names


def test_device_sums_are_those_of_the_host(device):
    """The torch operations that serve other devices, compiled where there is one: 1e-6 a value."""
    rows = np.random.default_rng(3).standard_normal((90, 700)).astype(np.float32)
    rows[:, 7], rows[::3, 8] = 0.0, 0.0
    host, sums = sf.Sketch(700), DeviceSums(700, torch.device(device))
    for row in rows:
        host.add(row)
        sums.add(torch.as_tensor(row, device=device))
    other = sums.to_host()
    assert other.n == host.n == 90
    np.testing.assert_array_equal(other.zeros, host.zeros)
    np.testing.assert_allclose(other.state[:, :8] / 90, host.state[:, :8] / 90, rtol=0.0, atol=1e-6)
    np.testing.assert_allclose(other.mean, host.mean, rtol=0.0, atol=1e-6)
    fitted = host.fit().status <= sf.Status.BOUNDARY
    assert np.max(np.abs(other.fit().alpha - host.fit().alpha)[fitted]) < 1e-4
    np.testing.assert_array_equal(other.fit().status[7:9], [sf.Status.DEAD, sf.Status.ZERO_INFLATED])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the compiler's own
def test_compiled_sums_are_those_of_eager_operations(device):
    """What runs on CUDA, by torch.compile for whatever there is."""
    rows = np.random.default_rng(9).standard_normal((40, 900)).astype(np.float32)
    eager, compiled = DeviceSums(900, torch.device("cpu")), DeviceSums(900, torch.device(device))
    compiled._both = torch.compile(compiled._both, dynamic=True)
    for row in rows:
        eager.add(torch.as_tensor(row))
        compiled.add(torch.as_tensor(row, device=device))
    one, other = eager.to_host(), compiled.to_host()
    np.testing.assert_allclose(other.state[:, :8] / 40, one.state[:, :8] / 40, rtol=0.0, atol=1e-6)
    np.testing.assert_allclose(other.variance, one.variance, rtol=1e-6)
    np.testing.assert_array_equal(other.zeros, one.zeros)


def test_far_values_on_a_device_are_those_of_the_host():
    """Of a Cauchy sample phases are far out, where single precision has few digits; too far, they count as 0."""
    rows = np.random.default_rng(3).standard_cauchy((90, 700)).astype(np.float32)
    rows[40, 5], rows[50, 6] = np.inf, np.nan
    host, sums = sf.Sketch(700), DeviceSums(700, torch.device("cpu"))
    for row in rows:
        host.add(row)
        sums.add(torch.as_tensor(row))
    other = sums.to_host()
    np.testing.assert_allclose(other.state, host.state, atol=5e-3)
    np.testing.assert_array_equal(other.fit().status[5:7], [sf.Status.NONFINITE] * 2)


def test_quartiles_of_more_numbers_than_torch_takes_at_once():
    rows = torch.arange(32.0)[:, None] + torch.zeros(32, 2**19 + 5)
    found = quartiles(rows)
    assert found.shape == (3, 2**19 + 5)
    assert found[:, -1].tolist() == [7.75, 15.5, 23.25]


def test_filler_takes_no_more_than_it_should():
    weight = nn.Parameter(torch.zeros(2, 3))
    filler = SketchFiller({"weight": weight}, accumulate=1, most=9)
    for _ in range(12):
        filler.take([None])
    assert filler.sketch().n == 9
    assert set(filler.sketch().fit().status) == {sf.Status.DEAD}


def test_measures_of_every_parameter(tmp_path):
    """Heavy-tailed noise of 30 parameters and normal noise of 30: which law has the smaller SSE; files keep counts."""
    alpha = np.repeat([1.5, 2.0], 30)
    rows = sf.Stable(alpha).rvs((3000, 60), rng=7)
    options = {"n_batches": 300, "keep": None, "sketch": "histogram", **QUIET}
    sgn = collect_sgn(Rows(60), rows_loader(rows), mean_output, **options)
    found = sgn.sketch.measures()
    assert np.all(found.sse["stable"][:30] < 0.5 * found.sse["normal"][:30])
    assert 0.5 < np.median(found.chi2["stable"][30:] / found.chi2["normal"][30:]) < 1.5
    sgn.save(tmp_path / "noise.npz")
    again = SGN.load(tmp_path / "noise.npz").sketch.measures()
    np.testing.assert_array_equal(again.sse["normal"], found.sse["normal"])
    with pytest.raises(ValueError, match="keep must be 'sampled' to compare laws on samples, got None"):
        sgn.compare()
    with pytest.raises(ValueError, match="sketch must be True, False or 'histogram', got 'histgram'"):
        collect_sgn(Rows(60), rows_loader(rows), mean_output, sketch="histgram")


def test_counts_on_a_device_are_those_of_the_host():
    rows = np.random.default_rng(8).standard_normal((50, 600)).astype(np.float32)
    host, sums = sf.Sketch(600, histogram=True), DeviceSums(600, torch.device("cpu"), histogram=True)
    for row in rows:
        host.add(row)
        sums.add(torch.as_tensor(row))
    gap = np.abs(sums.to_host().counts.astype(int) - host.counts)
    assert gap.sum() <= 6  # values on an edge, to rounding: one of 30,000 now and then

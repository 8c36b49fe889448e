"""Gradients of single examples, and the law at every batch size that follows from them."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import stablefit as sf
from adapters.torch import PerSampleGradients, collect_sgn, per_sample_gradients

pytestmark = pytest.mark.adapters
QUIET = {"progress": False}


def test_networks_by_brute_force(make_case, name):
    """Every network, also those that torch.func refuses, against a backward pass for each example."""
    case = make_case(name)
    found = per_sample_gradients(case.model, case.loader, case.loss_fn, k=10_000, **QUIET)
    assert all(parameter.grad is None for parameter in case.model.parameters())
    assert case.model.training
    case.model.eval()
    parameters = [p for p in case.model.parameters() if p.requires_grad]
    dataset, collate = case.loader.dataset, case.loader.collate_fn
    for i in (0, 7, 49):
        loss = case.loss(case.model, collate([dataset[i]]))
        each = torch.autograd.grad(loss, parameters, allow_unused=True)
        dense = [torch.zeros_like(p) if g is None else g.to_dense() for g, p in zip(each, parameters, strict=True)]
        expected = torch.cat([gradient.reshape(-1) for gradient in dense])
        np.testing.assert_allclose(found.gradients[i], expected.numpy(), rtol=1e-9, atol=1e-12)
    assert found.gradients.shape == (50, len(found.labels))


def test_columns_and_centre_are_those_of_a_collection(make_case):
    case = make_case("cnn")
    found = per_sample_gradients(case.model, case.loader, k=6, seed=4, **QUIET)
    sgn = collect_sgn(case.model, case.loader, k=6, n_batches=400, seed=4, **QUIET)
    assert found.labels == sgn.labels
    np.testing.assert_allclose(found.centre, sgn.centre, rtol=1e-9, atol=1e-14)
    assert found.metadata["way"] == "vmap"
    # 400 mini-batches: four standard errors of a variance with little excess, false alarm 4e-4 for six
    live = found.variance(8) > 0.0
    ratio = sgn.samples.var(axis=0)[live] / found.variance(8)[live]
    np.testing.assert_allclose(ratio, 1.0, atol=0.4)


class Branching(nn.Module):
    """A forward pass that looks at its data, which torch.func does not allow."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3, dtype=torch.float64))

    def forward(self, x):
        return (x @ self.weight) ** 2 if float(x.sum()) > 0.0 else x @ self.weight


def test_what_torch_func_refuses_goes_one_by_one():
    x = torch.tensor([[1.0, 2.0, 3.0], [-1.0, 0.0, -2.0]], dtype=torch.float64)
    loader = DataLoader(TensorDataset(x), batch_size=2)
    model = Branching()

    def loss(model, batch):
        return torch.stack([model(row) for row in batch[0]]).mean()

    found = per_sample_gradients(model, loader, loss, **QUIET)
    assert found.metadata["way"].startswith("one by one: ")
    np.testing.assert_allclose(found.gradients, [[12.0, 24.0, 36.0], [-1.0, 0.0, -2.0]])


def test_a_sum_of_losses_is_refused(make_case):
    case = make_case("mlp")
    with pytest.raises(ValueError, match="loss_fn must return the MEAN loss of the batch"):
        per_sample_gradients(case.model, case.loader, lambda model, batch: model(batch[0]).sum(), **QUIET)


def some(n=7, k=2):
    rows = np.random.default_rng(0).standard_normal((n, k))
    return PerSampleGradients(rows, [("w", i) for i in range(k)], {})


def test_characteristic_function_is_that_of_every_mini_batch():
    """All 7^3 mini-batches of three, one by one."""
    found = some()
    places = np.stack(np.meshgrid(*[np.arange(7)] * 3), axis=-1).reshape(-1, 3)
    noise = found.centre - found.gradients[places].mean(axis=1)
    t = np.array([[0.3, 1.0], [2.0, 5.0], [-4.0, 0.0]])
    expected = np.exp(1j * t[:, None] * noise).mean(axis=1)
    np.testing.assert_allclose(found.cf(t, 3), expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose(found.cf(t[:, 0], 3)[:, 0], expected[:, 0], rtol=0, atol=1e-14)
    np.testing.assert_allclose(found.variance(3), noise.var(axis=0), rtol=1e-12)


def test_drawn_mini_batches_have_that_law():
    """40,000 mini-batches: errors of a characteristic function are at most 1/200; five of them, false alarm 1e-5."""
    found = some()
    noise = found.draw(4, 40_000, rng=3)
    t = np.array([0.5, 1.0, 3.0])
    empirical = np.exp(1j * t[:, None, None] * noise).mean(axis=1)
    assert np.max(np.abs(empirical - found.cf(t, 4))) < 0.025
    np.testing.assert_array_equal(noise, found.draw(4, 40_000, rng=np.random.default_rng(3)))
    together = np.mean(noise[:, 0] * noise[:, 1])  # entries of a row are of one mini-batch
    exact = np.cov(found.gradients.T, bias=True)[0, 1] / 4
    assert abs(together - exact) < 5.0 * noise.std(axis=0).prod() / 200


def test_effective_alpha_of_stable_gradients_is_theirs_and_of_others_grows():
    """Alpha at every batch size that sees no end of the data; 20,000 examples know it to 0.01, five of these."""
    alpha = np.array([1.4, 1.7, 2.0])
    found = PerSampleGradients(sf.Stable(alpha).rvs((20_000, 3), rng=2), [("w", i) for i in range(3)], {})
    np.testing.assert_allclose(found.effective_alpha([1, 4, 16]), np.tile(alpha, (3, 1)), atol=0.05)
    tails = np.sign(np.arange(-500, 501))[:, None] * (np.abs(np.arange(-500, 501))[:, None] / 500.0) ** 6
    grows = PerSampleGradients(tails, [("w", 0)], {}).effective_alpha([2, 8, 32, 512])[:, 0]
    assert np.all(np.diff(grows) > 0.01)
    assert grows[-1] > 1.95


def test_effective_alpha_is_what_an_estimator_finds():
    """But for the weights of the frequencies: noise that is not stable has another slope at each."""
    rng = np.random.default_rng(5)
    found = PerSampleGradients(rng.standard_t(2.5, (3000, 40)), [("w", i) for i in range(40)], {})
    sketch = sf.Sketch(40)
    for row in found.draw(4, 4000, rng=6):
        sketch.add(row)
    gap = sketch.fit().alpha - found.effective_alpha([4])[0]
    assert abs(gap.mean()) < 0.05
    assert gap.std() < 0.06


def test_no_noise_has_no_alpha():
    """A gradient that is the same for all examples, and one that is mostly zero."""
    rare = np.zeros((100, 2))
    rare[0, 1], rare[:, 0] = 5.0, 1.0
    found = PerSampleGradients(rare, [("w", 0), ("w", 1)], {}).effective_alpha([1, 4096])
    assert np.isnan(found[:, 0]).all()
    assert np.isnan(found[0, 1])
    assert found[1, 1] > 1.9


def test_wrong_arguments_are_named(make_case):
    found = some()
    with pytest.raises(ValueError, match=r"t must have shape \(m,\) or \(m, 2\), got \(1, 3\)"):
        found.cf(np.ones((1, 3)), 2)
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 1, got 0"):
        found.draw(0, 3)
    with pytest.raises(ValueError, match="batch_sizes must be an integer of at least 1, got 0"):
        found.effective_alpha([4, 0])
    with pytest.raises(ValueError, match=r"gradients must have a column a label, got shape \(3,\) for 1 labels"):
        PerSampleGradients(np.ones(3), [("w", 0)], {})
    assert repr(found) == "PerSampleGradients(n_examples=7, k=2)"
    axes = found.plot([4, 16])
    assert [text.get_text() for text in axes.get_xticklabels()] == ["4", "16"]
    assert axes.get_xlabel() == "batch size"

"""The model, its loader and every random state come back bit for bit."""

import random
from itertools import chain

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import collect_sgn

pytestmark = pytest.mark.adapters


def bits(tensor):
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).tolist()


def state_of(model):
    """Everything that must not change: object identities, storages, versions and bits."""
    return {
        "parameters": [(id(p), p.data_ptr(), p._version, bits(p), p.requires_grad) for p in model.parameters()],
        "buffers": [(n, id(b), b.data_ptr(), bits(b)) for n, b in model.named_buffers()],
        "gradients": [(id(p.grad), None if p.grad is None else bits(p.grad)) for p in model.parameters()],
        "flags": [(n, m.training) for n, m in model.named_modules()],
        "dropout": [m.dropout for m in model.modules() if isinstance(m, nn.RNNBase)],
    }


def random_state():
    cuda = [s.tolist() for s in torch.cuda.get_rng_state_all()] if torch.cuda.is_available() else []
    name, keys, *rest = np.random.get_state()  # noqa: NPY002
    return random.getstate(), name, keys.tolist(), rest, torch.get_rng_state().tolist(), cuda


def unsettle(model):
    """Leave a state that no default would restore: mixed flags, some gradients, one of them nan."""
    for number, module in enumerate(model.modules()):
        module.training = number % 2 == 0
    for number, parameter in enumerate(p for p in model.parameters() if p.requires_grad):
        if number % 2:
            parameter.grad = torch.full_like(parameter, float("nan") if number == 1 else -0.0)
    torch.manual_seed(11), np.random.seed(12), random.seed(13)  # noqa: NPY002


@pytest.mark.parametrize("mode", ["eval", "train"])
@pytest.mark.parametrize("sampling", ["replacement", "loader"])
def test_model_and_random_states_are_as_before(make_case, name, sampling, mode, device):
    case = make_case(name, device=device)
    unsettle(case.model)
    before, random_before = state_of(case.model), random_state()
    collect_sgn(case.model, case.loader, case.loss_fn, n_batches=9, sampling=sampling, mode=mode, progress=False)
    assert state_of(case.model) == before
    assert random_state() == random_before


@pytest.mark.parametrize("fails_at", [1, 2, 4, 7, 12])
@pytest.mark.parametrize("sampling", ["replacement", "loader"])
def test_an_exception_leaves_nothing_behind(make_case, sampling, fails_at):
    case = make_case("cnn")
    unsettle(case.model)
    calls = iter(range(1, 100))

    def fails(model, batch):
        loss = case.loss(model, batch)
        torch.rand(1), random.random(), np.random.random()  # noqa: NPY002
        if next(calls) == fails_at:
            raise KeyError("on purpose")
        return loss

    before, random_before = state_of(case.model), random_state()
    with pytest.raises(KeyError, match="on purpose"):
        collect_sgn(case.model, case.loader, fails, n_batches=9, mode="train", sampling=sampling, progress=False)
    assert state_of(case.model) == before
    assert random_state() == random_before


def test_what_a_forward_pass_changes_is_undone():
    class Meddler(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(7, 3, max_norm=0.1)  # renormalises its weights in place as it is read
            self.head = nn.Linear(3, 2)
            self.register_buffer("replaced", torch.zeros(2))
            self.register_buffer("written", torch.zeros(2))

        def forward(self, x):
            self.replaced = self.replaced + 1
            self.written += 1
            self.register_buffer("added", torch.ones(1))
            with torch.no_grad():
                self.head.bias.data = self.head.bias.data.clone() + 1
            return self.head(self.embed(x))

    torch.manual_seed(0)
    model = Meddler()
    loader = DataLoader(TensorDataset(torch.randint(7, (20,)), torch.randint(2, (20,))), batch_size=5)
    before = state_of(model)
    version = model.embed.weight._version
    collect_sgn(model, loader, n_batches=3, progress=False)
    after = state_of(model)
    assert model.embed.weight._version > version, "the forward pass has written to the weights"
    unversioned = [[(i, ptr, bits, flag) for i, ptr, _, bits, flag in s.pop("parameters")] for s in (before, after)]
    assert unversioned[0] == unversioned[1]
    assert after == before
    assert not hasattr(model, "added")


def test_a_loss_that_calls_backward_leaves_no_gradient(make_case):
    case = make_case("mlp")

    def loss_fn(model, batch):
        loss = case.loss(model, batch)
        if torch.is_grad_enabled():
            loss.backward(retain_graph=True)
        return loss

    collect_sgn(case.model, case.loader, loss_fn, n_batches=2, progress=False)
    assert [p.grad for p in case.model.parameters()] == [None] * 4


def test_a_graph_made_before_can_be_used_after(make_case):
    case = make_case("cnn")
    batch = next(iter(case.loader))
    case.model.eval()
    expected = torch.autograd.grad(case.loss(case.model, batch), list(case.model.parameters()))
    waiting = case.loss(case.model, batch)
    collect_sgn(case.model, case.loader, n_batches=3, mode="train", progress=False)
    for ours, theirs in zip(torch.autograd.grad(waiting, list(case.model.parameters())), expected, strict=True):
        assert torch.equal(ours, theirs)


def test_the_generator_of_the_loader_is_put_back(make_case):
    dataset = make_case("mlp").loader.dataset
    generator = torch.Generator().manual_seed(3)
    loader = DataLoader(dataset, batch_size=8, shuffle=True, generator=generator)
    before = generator.get_state()
    for sampling in ("replacement", "loader"):
        collect_sgn(make_case("mlp").model, loader, n_batches=9, sampling=sampling, progress=False)
        assert torch.equal(generator.get_state(), before)


def test_works_within_no_grad_and_inference_mode(make_case):
    case = make_case("mlp")
    expected = collect_sgn(case.model, case.loader, n_batches=3, progress=False).samples
    for context in (torch.no_grad(), torch.inference_mode()):
        with context:
            found = collect_sgn(case.model, case.loader, n_batches=3, progress=False).samples
        np.testing.assert_array_equal(found, expected)


def test_device_moves_there_and_back(make_case, device):
    case = make_case("cnn")
    before = state_of(case.model)
    found = collect_sgn(case.model, case.loader, n_batches=5, device=device, progress=False)
    assert state_of(case.model) == before
    assert all(tensor.device.type == "cpu" for tensor in chain(case.model.parameters(), case.model.buffers()))
    assert found.metadata["device"].startswith(device)
    here = collect_sgn(case.model, case.loader, n_batches=5, progress=False)
    np.testing.assert_allclose(found.samples, here.samples, rtol=1e-9, atol=1e-12)  # other order of sums, float64

"""u_k is the full gradient minus the mini-batch gradient, for every kind of layer."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import collect_sgn
from adapters.torch.gradients import take
from adapters.torch.selection import trainable
from stablefit import StablefitWarning

pytestmark = pytest.mark.adapters


def all_gradients(case, batch):
    """Gradient of the written-out loss with respect to every trainable entry, by a plain backward pass of a copy."""
    model = copy.deepcopy(case.model).eval()
    for module in model.modules():
        if isinstance(module, nn.RNNBase):
            module.training, module.dropout = True, 0.0  # what cuDNN wants; no dropout is eval mode
    case.loss(model, batch).backward()
    grads = [torch.zeros_like(p) if p.grad is None else p.grad.to_dense() for p in trainable(model).values()]
    return torch.cat([grad.reshape(-1) for grad in grads]).cpu().numpy()


def whole(case):
    """All examples as one batch."""
    dataset = case.loader.dataset
    return case.loader.collate_fn([dataset[i] for i in range(len(dataset))])


def on(device, batch):
    if isinstance(batch, dict):
        return {key: value.to(device) for key, value in batch.items()}
    return type(batch)(*(v.to(device) for v in batch)) if hasattr(batch, "_fields") else [v.to(device) for v in batch]


def test_noise_is_full_minus_mini_batch_gradient(make_case, name, device):
    case = make_case(name, device=device)
    batches = [on(device, batch) for batch in case.loader]
    sgn = collect_sgn(
        case.model, batches, case.loss_fn, n_batches=6, k=10**6, sampling="loader", device=device, progress=False
    )
    full = all_gradients(case, on(device, whole(case)))
    direct = np.array([full - all_gradients(case, batch) for batch in batches[:6]])
    # Sums of 50 terms of size 1 in float64, in another order.
    np.testing.assert_allclose(sgn.samples, direct, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(sgn.centre, full, rtol=1e-9, atol=1e-12)
    assert sgn.metadata["dropped_batches"] == 1
    sizes = {n: p.numel() for n, p in case.model.named_parameters() if p.requires_grad}
    assert sgn.labels == [(n, index) for n, size in sizes.items() for index in range(size)]


def test_one_step_of_sgd(make_case, name):
    """Equation (1): w_k - w_(k-1) + eta grad U = eta u_k."""
    case = make_case(name)
    batches, eta = list(case.loader)[:6], 0.1
    sgn = collect_sgn(case.model, batches, case.loss_fn, n_batches=6, k=10**6, sampling="loader", progress=False)
    for u, batch in zip(sgn.samples, batches, strict=True):
        model = copy.deepcopy(case.model).eval()
        before = torch.cat([p.detach().reshape(-1) for p in trainable(model).values()])
        case.loss(model, batch).backward()
        with torch.no_grad():
            for parameter in trainable(model).values():
                if parameter.grad is not None:
                    parameter -= eta * parameter.grad.to_dense()
        after = torch.cat([p.detach().reshape(-1) for p in trainable(model).values()])
        step = (after - before).numpy() + eta * sgn.centre
        np.testing.assert_allclose(step, eta * u, rtol=1e-6, atol=1e-6 * eta * np.abs(u).max())


def test_sampled_entries_are_the_same_as_among_all(make_case, name):
    case = make_case(name)
    options = {"n_batches": 4, "progress": False, "seed": 5}
    everything = collect_sgn(case.model, case.loader, case.loss_fn, k=10**6, **options)
    few = collect_sgn(case.model, case.loader, case.loss_fn, k=7, **options)
    columns = [everything.labels.index(label) for label in few.labels]
    np.testing.assert_array_equal(few.samples, everything.samples[:, columns])
    backwards = collect_sgn(case.model, case.loader, case.loss_fn, params=few.labels[::-1], **options)
    assert backwards.labels == few.labels[::-1]
    np.testing.assert_array_equal(backwards.samples, few.samples[:, ::-1])


def test_unused_parameters_are_exactly_zero(make_case):
    case = make_case("unused")
    sgn = collect_sgn(case.model, case.loader, n_batches=5, params="unused.*", progress=False)
    assert sgn.samples.shape == (5, 12)
    assert not sgn.samples.any()
    np.testing.assert_array_equal(sgn.zeros, 5)


def test_zeros_count_exact_zeros_of_the_gradient_not_of_the_noise(make_case):
    case = make_case("sparse")
    sgn = collect_sgn(case.model, case.loader, n_batches=40, params="embed.weight", progress=False)
    np.testing.assert_array_equal(sgn.zeros, ((sgn.centre - sgn.samples) == 0).sum(axis=0))
    assert sgn.zeros.max() > 0
    assert np.all(sgn.centre != 0)


def test_accumulate_is_the_mean_of_micro_batches(make_case):
    case = make_case("cnn")
    options = {"k": 30, "seed": 4, "progress": False}
    micro = collect_sgn(case.model, case.loader, n_batches=12, batch_size=4, **options)
    mini = collect_sgn(case.model, case.loader, n_batches=4, batch_size=4, accumulate=3, **options)
    np.testing.assert_allclose(mini.samples, micro.samples.reshape(4, 3, 30).mean(axis=1), rtol=1e-9, atol=1e-14)


def test_ragged_last_batch_counts_by_its_size(make_case):
    case = make_case("mlp")
    case.loader.dataset.tensors[0][-2:] *= 100.0  # the last batch has 2 of 50 examples, and large gradients
    sgn = collect_sgn(case.model, case.loader, n_batches=2, k=10**6, progress=False)
    np.testing.assert_allclose(sgn.centre, all_gradients(case, whole(case)), rtol=1e-9, atol=1e-12)


def test_weight_decay_cancels(make_case):
    case = make_case("mlp")

    def decayed(model, batch):
        return case.loss(model, batch) + 0.1 * sum(p.square().sum() for p in model.parameters())

    plain = collect_sgn(case.model, case.loader, n_batches=5, progress=False)
    with_decay = collect_sgn(case.model, case.loader, decayed, n_batches=5, progress=False)
    np.testing.assert_allclose(with_decay.samples, plain.samples, rtol=1e-9, atol=1e-13)


def test_full_gradient_is_summed_in_float64():
    """A float32 sum over 2**11 batches of one example would be wrong by some 1e-7 here, a float64 sum by 1e-13."""
    x = torch.linspace(0.5, 1.5, 2**11)[:, None]
    model = nn.Linear(1, 1, bias=False)
    loader = DataLoader(TensorDataset(x), batch_size=1)
    sgn = collect_sgn(model, loader, lambda m, b: m(b[0]).mean(), n_batches=1, progress=False)
    assert sgn.centre[0] == pytest.approx(x.double().mean().item(), rel=1e-12)


def test_autocast_is_asked_for(make_case, device):
    case = make_case("mlp", dtype=torch.float32, device=device)
    plain = collect_sgn(case.model, case.loader, n_batches=5, progress=False)
    with torch.autocast(device, dtype=torch.bfloat16):
        surrounded = collect_sgn(case.model, case.loader, n_batches=5, progress=False)
    np.testing.assert_array_equal(surrounded.samples, plain.samples)
    cast = collect_sgn(case.model, case.loader, n_batches=5, autocast=torch.bfloat16, progress=False)
    difference = np.linalg.norm(cast.samples - plain.samples) / np.linalg.norm(plain.samples)
    assert 1e-4 < difference < 0.2  # bfloat16 has 8 bits: some per cent of the noise
    assert (plain.metadata["autocast"], cast.metadata["autocast"]) == (None, "bfloat16")
    usual = collect_sgn(case.model, case.loader, n_batches=1, autocast=True, progress=False)
    assert usual.metadata["autocast"] == str(torch.get_autocast_dtype(device)).removeprefix("torch.")


def test_coarse_parameters_warn(make_case):
    case = make_case("mlp", dtype=torch.bfloat16)
    with pytest.warns(StablefitWarning, match=r"parameters of torch\.bfloat16 .* coarse lattice"):
        sgn = collect_sgn(case.model, case.loader, n_batches=5, progress=False)
    assert sgn.samples.dtype == np.float64
    assert np.isfinite(sgn.samples).all()
    with pytest.warns(StablefitWarning, match=r"coarse lattice") as caught:
        collect_sgn(case.model, case.loader, n_batches=5, keep=None, progress=False)
    assert caught[0].filename == __file__


def test_nonfinite_gradients_warn(make_case):
    case = make_case("mlp")
    case.loader.dataset.tensors[0][-1] = float("inf")
    with pytest.warns(StablefitWarning, match="nan or infinite"):
        collect_sgn(case.model, case.loader, n_batches=60, progress=False)


def test_passes_of_the_model_are_not_wasted(make_case):
    """Four on the trial batch, seven for 50 examples in batches of 8, one for each mini-batch."""
    case = make_case("mlp")
    calls = []
    hook = case.model.register_forward_hook(lambda *_: calls.append(1))
    collect_sgn(case.model, case.loader, n_batches=20, progress=False)
    hook.remove()
    assert len(calls) == 4 + 7 + 20
    calls.clear()
    hook = case.model.register_forward_hook(lambda *_: calls.append(1))
    collect_sgn(case.model, case.loader, n_batches=20, batch_size=1, progress=False)
    hook.remove()
    assert len(calls) == 4 + 7 + 20  # the full gradient still in batches as large as the loader's


@pytest.mark.parametrize("sampling", ["replacement", "loader"])
def test_infinite_gradients_become_nan_noise_and_a_warning(sampling):
    model = nn.Linear(2, 1, bias=False)
    x = torch.ones(10, 2)
    x[3, 1], x[7, 1] = float("inf"), -float("inf")
    loader = DataLoader(TensorDataset(x), batch_size=1)
    with pytest.warns(StablefitWarning, match="1 of 2 observed parameters"):
        sgn = collect_sgn(
            model, loader, lambda m, b: (m.weight * b[0]).sum(1).mean(), n_batches=50, sampling=sampling, progress=False
        )
    assert np.isfinite(sgn.samples[:, 0]).all()
    assert np.isnan(sgn.samples[:, 1]).all()


@pytest.mark.parametrize("layout", ["dense", "transposed", "sparse", "two sparse dimensions"])
def test_take_reads_flat_positions(layout):
    dense = torch.arange(1.0, 36.0).reshape(5, 7)
    dense[2] = 0.0
    gradient = {
        "dense": dense,
        "transposed": dense.T.contiguous().T,
        "sparse": (dense / 2).to_sparse(1) + (dense / 2).to_sparse(1),
        "two sparse dimensions": dense.to_sparse(),
    }[layout]
    index = torch.tensor([34, 0, 15, 8, 0, 33])
    np.testing.assert_array_equal(take(gradient, index), dense.reshape(-1)[index])

"""The paper's update and its equation (11): identities to rounding."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import collect_sgn, row_sum_covariance, row_sum_expansion

pytestmark = pytest.mark.adapters
QUIET = {"progress": False}


def moved(model, offset):
    """Put the weights an offset further."""
    with torch.no_grad():
        for name, value in offset.items():
            model.get_parameter(name).add_(value)


def offset_of(model, size):
    generator = torch.Generator().manual_seed(1)
    return {
        name: size * torch.randn(p.shape, generator=generator, dtype=p.dtype) for name, p in model.named_parameters()
    }


def test_update_is_drift_and_noise():
    """Equation (1): w_k - w_(k-1) + eta grad U = eta u_k, the steps being torch's, the noise a collection's."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(40, 4, dtype=torch.float64, generator=generator)
    y = torch.randint(3, (40,), generator=generator)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)).double()
    loader, eta = DataLoader(TensorDataset(x, y), batch_size=8), 0.3
    sgn = collect_sgn(model, loader, sampling="loader", n_batches=5, k=10_000, sketch=False, **QUIET)
    before = torch.nn.utils.parameters_to_vector(model.parameters()).detach().clone()
    for batch, u in zip(loader, sgn.samples, strict=True):
        torch.nn.utils.vector_to_parameters(before.clone(), model.parameters())
        optimiser = torch.optim.SGD(model.parameters(), lr=eta)
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
        optimiser.step()
        step = (torch.nn.utils.parameters_to_vector(model.parameters()).detach() - before).numpy()
        np.testing.assert_allclose(step + eta * sgn.centre, eta * u, rtol=1e-6, atol=1e-15)


@pytest.mark.parametrize("replacement", [True, False])
def test_quadratic_losses_have_no_further_terms(replacement):
    rng = np.random.default_rng(0)
    x, y = torch.from_numpy(rng.standard_normal((30, 5))), torch.from_numpy(rng.standard_normal((30, 1)))
    model = nn.Linear(5, 1, dtype=torch.float64)
    loader = DataLoader(TensorDataset(x, y), batch_size=4)
    offset = offset_of(model, 1.0)
    options = {"replacement": replacement, **QUIET}
    found = row_sum_expansion(model, loader, offset, **options)
    np.testing.assert_allclose(found.constant, row_sum_covariance(model, loader, **options), rtol=1e-10)
    twice = row_sum_expansion(model, loader, {name: 2.0 * value for name, value in offset.items()}, **options)
    np.testing.assert_allclose(twice.linear, 2.0 * found.linear, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(twice.quadratic, 4.0 * found.quadratic, rtol=1e-10, atol=1e-13)
    moved(model, offset)
    np.testing.assert_allclose(found.total, row_sum_covariance(model, loader, **options), rtol=1e-10)
    few = row_sum_expansion(model, loader, {}, params="bias", **options)
    np.testing.assert_allclose(few.total, row_sum_covariance(model, loader, params="bias", **options), rtol=1e-10)
    assert not few.linear.any()


def test_what_is_left_of_a_network_is_of_second_order():
    """Curvature of the gradients is left out: halving the offset leaves a quarter of the error."""
    torch.manual_seed(2)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    x, y = torch.randn(20, 3, dtype=torch.float64), torch.randint(2, (20,))
    loader = DataLoader(TensorDataset(x, y), batch_size=5)
    errors = []
    for size in (0.02, 0.01):
        offset = offset_of(model, size)
        found = row_sum_expansion(model, loader, offset, **QUIET)
        moved(model, offset)
        errors.append(np.linalg.norm(found.total - row_sum_covariance(model, loader, **QUIET)))
        moved(model, {name: -value for name, value in offset.items()})
        assert np.linalg.norm(found.linear) > 10 * errors[-1]
    assert 3.0 < errors[0] / errors[1] < 5.0


def test_wrong_offsets_are_named():
    model = nn.Linear(2, 1)
    loader = DataLoader(TensorDataset(torch.ones(3, 2), torch.ones(3, 1)), batch_size=1)
    with pytest.raises(ValueError, match="offset must name trainable parameters, got 'wieght'; they are weight, bias"):
        row_sum_expansion(model, loader, {"wieght": torch.ones(1, 2)})
    with pytest.raises(ValueError, match=r"offset of 'weight' must have shape \(1, 2\), got \(2,\)"):
        row_sum_expansion(model, loader, {"weight": torch.ones(2)})

"""Exact covariances against brute force, and against the gradient of least squares in closed form."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import noise_covariance, row_sum_covariance

pytestmark = pytest.mark.adapters


def least_squares(n=30, p=5):
    """Per-example gradients 2 (x . w - y) x of the squared error, and the model and loader they belong to."""
    rng = np.random.default_rng(0)
    x, y, w = rng.standard_normal((n, p)), rng.standard_normal(n), rng.standard_normal(p)
    model = nn.Linear(p, 1, bias=False, dtype=torch.float64)
    with torch.no_grad():
        model.weight.copy_(torch.from_numpy(w)[None])
    loader = DataLoader(TensorDataset(torch.from_numpy(x), torch.from_numpy(y)), batch_size=4)
    return 2 * (x @ w - y)[:, None] * x, model, loader


@pytest.mark.parametrize(("replacement", "factor"), [(True, 1 / 4), (False, (30 - 4) / (30 - 1) / 4)])
def test_least_squares(replacement, factor):
    gradients, model, loader = least_squares()
    expected = np.cov(gradients.T, bias=True) * factor
    options = {"replacement": replacement, "progress": False}
    np.testing.assert_allclose(noise_covariance(model, loader, **options), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(row_sum_covariance(model, loader, **options), expected.sum(axis=1), rtol=1e-10)


def test_equation_eleven_on_least_squares():
    """Constant, linear and quadratic part in x = w - w* for H_d = 2 x_d x_d^T, which are exact here."""
    gradients, model, loader = least_squares()
    inputs, targets = (tensor.numpy() for tensor in loader.dataset.tensors)
    minimum = np.linalg.lstsq(inputs, targets, rcond=None)[0]
    offset = model.weight.detach().numpy()[0] - minimum
    hessians = 2 * inputs[:, :, None] * inputs[:, None, :]
    at_minimum = 2 * (inputs @ minimum - targets)[:, None] * inputs
    mean_hessian = hessians.mean(axis=0)
    constant = (at_minimum * at_minimum.sum(axis=1)[:, None]).mean(axis=0)
    linear = np.mean(
        [np.outer(g, h.sum(axis=0)) + h * g.sum() for g, h in zip(at_minimum, hessians, strict=True)], axis=0
    )
    row_sums = hessians.sum(axis=1)
    quadratic = np.mean(hessians[:, :, :, None] * row_sums[:, None, None, :], axis=0)
    quadratic = quadratic - mean_hessian[:, :, None] * mean_hessian.sum(axis=0)[None, None, :]
    expected = (constant + linear @ offset + np.einsum("lmp,m,p->l", quadratic, offset, offset)) / 4
    assert gradients.shape == (30, 5)
    np.testing.assert_allclose(row_sum_covariance(model, loader, progress=False), expected, rtol=1e-10)


def test_networks_by_brute_force(make_case, name):
    case = make_case(name)
    full = noise_covariance(case.model, case.loader, case.loss_fn, progress=False)
    assert np.array_equal(full, full.T)
    np.testing.assert_allclose(
        row_sum_covariance(case.model, case.loader, case.loss_fn, progress=False),
        full.sum(axis=1),
        rtol=1e-8,
        atol=1e-13,
    )
    few = noise_covariance(case.model, case.loader, case.loss_fn, k=4, batch_size=2, progress=False)
    assert few.shape == (4, 4)
    first = next(name for name, parameter in case.model.named_parameters() if parameter.requires_grad)
    corner = noise_covariance(case.model, case.loader, case.loss_fn, params=[(first, 1), (first, 0)], progress=False)
    np.testing.assert_allclose(corner, full[[1, 0]][:, [1, 0]], rtol=1e-9, atol=1e-14)
    rows = row_sum_covariance(case.model, case.loader, case.loss_fn, params=[(first, 1)], progress=False)
    np.testing.assert_allclose(rows, full[1].sum(), rtol=1e-8, atol=1e-13)


def test_a_mini_batch_of_everything_without_replacement_has_no_noise(make_case):
    case = make_case("mlp")
    options = {"replacement": False, "progress": False}
    assert not noise_covariance(case.model, case.loader, batch_size=50, **options).any()
    with pytest.raises(ValueError, match=r"batch_size must be at most the number of examples, 50, got 51"):
        noise_covariance(case.model, case.loader, batch_size=51, **options)

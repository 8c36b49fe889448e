import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import diagonal_curvature, top_curvature

pytestmark = pytest.mark.adapters


@pytest.fixture(scope="module")
def net() -> tuple[torch.nn.Module, DataLoader]:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3)).double()
    x, y = torch.randn(37, 4, dtype=torch.float64), torch.randint(3, (37,))
    return model, DataLoader(TensorDataset(x, y), batch_size=10, shuffle=True)


@pytest.fixture(scope="module")
def hessian(net: tuple[torch.nn.Module, DataLoader]) -> np.ndarray:
    """By autograd's own second derivatives of one batch of all examples."""
    model, loader = net
    x, y = loader.dataset.tensors
    shapes = {name: p.shape for name, p in model.named_parameters()}

    def loss(flat: torch.Tensor) -> torch.Tensor:
        pieces = torch.split(flat, [s.numel() for s in shapes.values()])
        own = {name: piece.reshape(shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
        return torch.nn.functional.cross_entropy(torch.func.functional_call(model, own, (x,)), y)

    flat = torch.cat([p.detach().reshape(-1) for p in model.parameters()])
    return torch.autograd.functional.hessian(loss, flat).numpy()


def test_eigenvalues_are_the_hessians(net: tuple[torch.nn.Module, DataLoader], hessian: np.ndarray) -> None:
    exact = np.linalg.eigvalsh(hessian)
    found = top_curvature(*net, k=3, tol=1e-9, progress=False)
    np.testing.assert_allclose(found.eigenvalues, exact[::-1][:3], rtol=1e-8)
    assert found.converged
    assert (found.residuals <= 1e-9 * exact[-1]).all()
    lowest = top_curvature(*net, k=2, which="smallest", tol=1e-9, progress=False)
    np.testing.assert_allclose(lowest.eigenvalues, exact[:2], rtol=1e-7)
    x, y = net[1].dataset.tensors
    assert found.loss == pytest.approx(torch.nn.functional.cross_entropy(net[0](x), y).item(), rel=1e-12)


def test_few_steps_are_told(net: tuple[torch.nn.Module, DataLoader], hessian: np.ndarray) -> None:
    """An eigenvalue lies within its residual, converged or not."""
    found = top_curvature(*net, n_steps=4, tol=1e-12, progress=False)
    assert not found.converged
    assert found.n_products == 4
    assert np.abs(np.linalg.eigvalsh(hessian) - found.eigenvalues[0]).min() <= found.residuals[0]


def test_diagonal_is_the_hessians(net: tuple[torch.nn.Module, DataLoader], hessian: np.ndarray) -> None:
    found = diagonal_curvature(*net, k=None, progress=False)
    np.testing.assert_allclose(found, np.diagonal(hessian), rtol=1e-9, atol=1e-12)
    chosen = diagonal_curvature(*net, params=[("2.weight", 7), ("0.bias", 1)], progress=False)
    start = 4 * 5
    np.testing.assert_allclose(
        chosen, [np.diagonal(hessian)[start + 5 + 7], np.diagonal(hessian)[start + 1]], rtol=1e-9
    )


def test_model_comes_back_and_batches_do_not_matter(net: tuple[torch.nn.Module, DataLoader]) -> None:
    model, loader = net
    before = {name: p.clone() for name, p in model.state_dict().items()}
    one, other = (top_curvature(model, loader, batch_size=size, progress=False) for size in (37, 5))
    assert one.eigenvalues[0] == pytest.approx(other.eigenvalues[0], rel=1e-10)
    assert all(torch.equal(before[name], p) for name, p in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_linear_loss_has_no_curvature() -> None:
    model = torch.nn.Linear(2, 1)
    loader = DataLoader(TensorDataset(torch.ones(4, 2)), batch_size=2)

    def loss(model: torch.nn.Module, batch: list[torch.Tensor]) -> torch.Tensor:
        return model(batch[0]).mean()

    assert top_curvature(model, loader, loss, k=3, progress=False).eigenvalues.tolist() == [0.0, 0.0, 0.0]
    assert diagonal_curvature(model, loader, loss, progress=False).tolist() == [0.0, 0.0, 0.0]


def test_errors(net: tuple[torch.nn.Module, DataLoader]) -> None:
    with pytest.raises(ValueError, match="k must be at most the number of parameters, 43, got 50"):
        top_curvature(*net, k=50, progress=False)
    with pytest.raises(ValueError, match="which must be one of 'largest', 'smallest'"):
        top_curvature(*net, which="top")
    with pytest.raises(ValueError, match="tol must be positive, got 0"):
        top_curvature(*net, tol=0)
    with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module"):
        diagonal_curvature(lambda x: x, net[1])

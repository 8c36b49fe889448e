"""The curvature of a model's loss: the Hessian's outer eigenvalues, and its diagonal for chosen entries."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from adapters.torch.arguments import check_choice, check_model, integer
from adapters.torch.examples import ExampleReader, batch_size_of
from adapters.torch.gradients import EntryGradient
from adapters.torch.losses import LossFunction, given_or_default
from adapters.torch.observing import Device, observed
from adapters.torch.progress import Progress, progress_bar
from adapters.torch.selection import Parameters, choose, trainable
from stablefit._types import FloatArray


@dataclass(frozen=True, eq=False)
class Curvature:
    """Outer eigenvalues of a Hessian.

    Attributes
    ----------
    eigenvalues : ndarray, shape (k,)
        In the unit of the loss over that of a parameter squared, the outermost first.
    residuals : ndarray, shape (k,)
        Norms of H v - lambda v: the eigenvalue lies within one of an exact one.
    converged : bool
        Whether all residuals came below the tolerance.
    loss : float
        The loss there, L*.
    n_products : int
        Products of the Hessian with a vector that it took, each a pass over the data.
    """

    eigenvalues: FloatArray
    residuals: FloatArray
    converged: bool
    loss: float
    n_products: int


def top_curvature(
    model: nn.Module,
    loader: Any,
    loss_fn: LossFunction | None = None,
    *,
    k: int = 1,
    which: Literal["largest", "smallest"] = "largest",
    n_steps: int = 60,
    tol: float = 1e-4,
    batch_size: int | None = None,
    device: Device = None,
    seed: int = 0,
    progress: bool = True,
) -> Curvature:
    """Return outer eigenvalues of the Hessian of the loss over the whole data set, by Lanczos' method.

    What theories of escape call h* at a minimum, and the negative one at a saddle. The model comes back as it was.

    Parameters
    ----------
    model, loader, loss_fn, device, progress
        As for `collect_sgn`; the model runs in eval mode.
    k : int, default 1
        How many.
    which : {"largest", "smallest"}
        The largest ones, or the smallest, which are the most negative ones.
    n_steps : int, default 60
        Most products of the Hessian with a vector; each is a pass over the data, and each keeps one vector of the size
        of the model.
    tol : float, default 1e-4
        Residuals that are small enough, relative to the largest absolute eigenvalue.
    batch_size : int, optional
        Examples at a time; the loader's own by default. Not part of the result.
    seed : int, default 0
        Of the first vector.

    Returns
    -------
    Curvature

    Raises
    ------
    ValueError
        If an argument is out of its domain, the loader has nothing to read from, or the loss has no second derivative.

    References
    ----------
    .. [1] C. Lanczos, "An iteration method for the solution of the eigenvalue problem of linear differential and
       integral operators", 1950.
    .. [2] B. A. Pearlmutter, "Fast exact multiplication by the Hessian", 1994.

    Examples
    --------
    The loss (w - y)^2 of one weight has the second derivative 2.

    >>> import torch
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> from adapters.torch import top_curvature
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> data = TensorDataset(torch.ones(2, 1), torch.tensor([[-1.0], [1.0]]))
    >>> round(float(top_curvature(model, DataLoader(data, batch_size=2), progress=False).eigenvalues[0]), 5)
    2.0
    """
    check_model(model)
    check_choice("which", which, ("largest", "smallest"))
    k, steps = integer("k", k, 1), integer("n_steps", n_steps, 1)
    if not tol > 0.0:
        raise ValueError(f"tol must be positive, got {tol}")
    first, ambient = np.random.SeedSequence(integer("seed", seed, 0)).spawn(2)
    with _second_derivatives(model, loader, loss_fn, batch_size, device, ambient, "Lanczos", progress) as derivatives:
        size = sum(parameter.numel() for parameter in derivatives.parameters)
        if k > size:
            raise ValueError(f"k must be at most the number of parameters, {size}, got {k}")
        start = torch.from_numpy(np.random.default_rng(first).standard_normal(size))
        derivatives.bar.reset(min(steps, size) * derivatives.n_batches)
        values, residuals, used = _lanczos(derivatives.product, start, k, which, min(steps, size), tol)
        loss = derivatives.loss
    scale = float(np.abs(values).max()) or 1.0
    return Curvature(values, residuals, bool((residuals <= tol * scale).all()), loss, used)


def diagonal_curvature(
    model: nn.Module,
    loader: Any,
    loss_fn: LossFunction | None = None,
    *,
    params: Parameters = None,
    k: int | None = 100,
    batch_size: int | None = None,
    device: Device = None,
    seed: int = 0,
    progress: bool = True,
) -> FloatArray:
    """Return the diagonal of the Hessian of the loss over the whole data set, for chosen entries, exactly.

    The curvature along each parameter's axis, which `stablefit.escape.check_assumptions` asks for.

    Parameters
    ----------
    model, loader, loss_fn, device, progress
        As for `collect_sgn`; the model runs in eval mode.
    params, k, seed
        Which entries, as for `collect_sgn`: pass ``sgn.labels`` as `params` for those of collected noise. Each entry
        costs a backward pass a batch.
    batch_size : int, optional
        Examples at a time; the loader's own by default. Not part of the result.

    Returns
    -------
    ndarray, shape (k,)
        In the order of the labels; negative where the loss bends down.

    Raises
    ------
    ValueError
        As `top_curvature`.

    Examples
    --------
    The loss (w x + b - y)^2 with x = 3 bends by 2 x^2 in w, and by 2 in b.

    >>> import torch
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> from adapters.torch import diagonal_curvature
    >>> data = TensorDataset(torch.full((2, 1), 3.0), torch.tensor([[-1.0], [1.0]]))
    >>> diagonal_curvature(torch.nn.Linear(1, 1), DataLoader(data, batch_size=2), progress=False).round(4).tolist()
    [18.0, 2.0]
    """
    check_model(model)
    choosing, ambient = np.random.SeedSequence(integer("seed", seed, 0)).spawn(2)
    labels = choose(model, params, None if k is None else integer("k", k, 1), np.random.default_rng(choosing))
    with _second_derivatives(model, loader, loss_fn, batch_size, device, ambient, "diagonal", progress) as derivatives:
        derivatives.bar.reset(derivatives.n_batches)
        return derivatives.diagonal(labels)


class _SecondDerivatives:
    """Products of the Hessian of the mean loss with vectors, batch by batch."""

    def __init__(
        self,
        gradient: EntryGradient,
        batches: Callable[[], Iterator[tuple[Any, float]]],
        n_batches: int,
        parameters: dict[str, nn.Parameter],
        bar: Progress,
    ) -> None:
        self._gradient, self._batches, self.n_batches, self.bar = gradient, batches, n_batches, bar
        self.names, self.parameters = list(parameters), list(parameters.values())
        self.loss = float("nan")

    def product(self, vector: Tensor) -> Tensor:
        """H v in float64 on the host, for a flat v; notes the loss."""
        pieces = torch.split(vector, [parameter.numel() for parameter in self.parameters])
        own = [v.reshape(p.shape).to(p.device, p.dtype) for v, p in zip(pieces, self.parameters, strict=True)]
        total, loss = torch.zeros(vector.numel(), dtype=torch.float64), 0.0
        for batch, share in self._batches():
            value, gradients = self._differentiable(batch)
            home = self._gradient.device
            along = [(g * v).sum().to(home) for g, v in zip(gradients, own, strict=True) if g is not None]
            total += share * self._flat(self._derivative(sum(along, torch.zeros((), device=home))))
            loss += share * float(value.detach())
            self.bar.update()
        self.loss = loss
        return total

    def diagonal(self, labels: Sequence[tuple[str, int]]) -> FloatArray:
        """Second derivatives in the entries of the labels."""
        places = [(self.names.index(name), index) for name, index in labels]
        total = np.zeros(len(labels))
        for batch, share in self._batches():
            _, gradients = self._differentiable(batch)
            for column, (place, index) in enumerate(places):
                gradient = gradients[place]
                if gradient is not None and gradient.requires_grad:
                    row = torch.autograd.grad(
                        gradient.reshape(-1)[index], self.parameters[place], retain_graph=True, allow_unused=True
                    )[0]
                    total[column] += 0.0 if row is None else share * float(row.reshape(-1)[index])
            self.bar.update()
        return total

    def _differentiable(self, batch: Any) -> tuple[Tensor, tuple[Tensor | None, ...]]:
        loss = self._gradient.loss(batch)
        return loss, torch.autograd.grad(loss, self.parameters, create_graph=True, allow_unused=True)

    def _derivative(self, along: Tensor) -> tuple[Tensor | None, ...]:
        if not along.requires_grad:  # the loss is linear in the parameters
            return (None,) * len(self.parameters)
        return torch.autograd.grad(along, self.parameters, allow_unused=True)

    def _flat(self, pieces: Sequence[Tensor | None]) -> Tensor:
        parts = [
            torch.zeros(p.numel(), dtype=torch.float64) if g is None else g.detach().reshape(-1).double().cpu()
            for g, p in zip(pieces, self.parameters, strict=True)
        ]
        return torch.cat(parts)


@contextmanager
def _second_derivatives(
    model: nn.Module,
    loader: Any,
    loss_fn: LossFunction | None,
    batch_size: int | None,
    device: Device,
    seed: np.random.SeedSequence,
    title: str,
    progress: bool,
) -> Iterator[_SecondDerivatives]:
    reader = ExampleReader(loader)
    n = reader.n_examples
    size = min(integer("batch_size", batch_size or batch_size_of(loader) or n, 1), n)
    starts, state = range(0, n, size), int(seed.generate_state(1)[0])
    with (
        progress_bar(title, show=progress) as bar,
        observed(model, loader, mode="eval", device=device, seed=seed) as home,
    ):
        parameters = trainable(model)
        gradient = EntryGradient(model, given_or_default(loss_fn), [(next(iter(parameters)), 0)], device=home)

        def batches() -> Iterator[tuple[Any, float]]:
            indices = [np.arange(begin, min(begin + size, n)) for begin in starts]
            for batch, chosen in zip(reader.batches(indices, state), indices, strict=True):
                yield batch, chosen.size / n

        yield _SecondDerivatives(gradient, batches, len(starts), parameters, bar)


def _lanczos(
    product: Callable[[Tensor], Tensor], start: Tensor, k: int, which: str, n_steps: int, tol: float
) -> tuple[FloatArray, FloatArray, int]:
    """Return k outer eigenvalues, their residuals and how many products they took.

    Each new vector is made orthogonal to all before it, twice: without that, eigenvalues come again.
    """
    basis = [start / torch.linalg.vector_norm(start)]
    diagonal: list[float] = []
    beside: list[float] = []
    for step in range(n_steps):
        new = product(basis[-1])
        diagonal.append(float(new @ basis[-1]))
        stack = torch.stack(basis)
        for _ in range(2):
            new = new - stack.T @ (stack @ new)
        length = float(torch.linalg.vector_norm(new))
        values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
        chosen = np.argsort(values)[::-1][:k] if which == "largest" else np.argsort(values)[:k]
        residuals = np.abs(length * vectors[-1, chosen])
        scale = float(np.abs(values).max())
        exhausted = length <= 1e-12 * max(scale, 1e-300)
        if chosen.size == k and (exhausted or (residuals <= tol * scale).all()):
            break
        if exhausted:  # an invariant subspace: go on in what is left
            new = torch.from_numpy(np.random.default_rng(step).standard_normal(start.numel()))
            for _ in range(2):
                new = new - stack.T @ (stack @ new)
            beside.append(0.0)
            basis.append(new / torch.linalg.vector_norm(new))
        else:
            beside.append(length)
            basis.append(new / length)
    return values[chosen], residuals, len(diagonal)

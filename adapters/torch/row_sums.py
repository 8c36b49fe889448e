"""Row sums of the covariance of gradient noise near a point: the paper's equation (11), with its linear terms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adapters.torch.covariance import example_gradients
from adapters.torch.gradients import EntryGradient
from adapters.torch.losses import LossFunction
from adapters.torch.observing import Device
from adapters.torch.selection import Parameters, trainable
from stablefit._types import FloatArray


@dataclass(frozen=True, eq=False)
class RowSums:
    """Row sums at an offset x from the model's weights, as parts of order 0, 1 and 2 in x, each of shape (k,).

    They are in the unit of the gradient squared. `total` is their sum: the row sums themselves where the loss of every
    example is quadratic. Elsewhere what third derivatives of the loss add, of second order in x, is not in them.
    """

    constant: FloatArray
    linear: FloatArray
    quadratic: FloatArray

    @property
    def total(self) -> FloatArray:
        """The sum of the three."""
        return self.constant + self.linear + self.quadratic


def row_sum_expansion(
    model: nn.Module,
    loader: Any,
    offset: Mapping[str, Tensor],
    loss_fn: LossFunction | None = None,
    *,
    batch_size: int | None = None,
    params: Parameters = None,
    k: int | None = None,
    replacement: bool = True,
    device: Device = None,
    seed: int = 0,
    progress: bool = True,
) -> RowSums:
    r"""Expand the row sums of the covariance of gradient noise about the model's present weights.

    With the gradient :math:`g_d` of example d at these weights, and :math:`y_d = H_d x` of its Hessian and the offset
    x, the gradient at the offset is :math:`g_d + y_d` to first order, and row l of the covariance sums to

    .. math:: \frac{1}{B} \mathrm{cov}_d\Bigl(g_{dl} + y_{dl}, \sum_j (g_{dj} + y_{dj})\Bigr),

    whose parts of order 0, 1 and 2 in x are the paper's equation (11) with the linear terms that are missing there.
    Products of Hessian and vector are all it takes: no Hessian, and no tensor of four axes.

    Parameters
    ----------
    model, loader, loss_fn, batch_size, params, k, replacement, device, seed, progress
        As for `row_sum_covariance`.
    offset : mapping of str to torch.Tensor
        The offset x by parameter name, each of its parameter's shape; parameters that are left out do not move.

    Returns
    -------
    RowSums

    Raises
    ------
    ValueError
        As `noise_covariance`, or if `offset` names an unknown or frozen parameter, or has another shape.

    References
    ----------
    .. [1] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the Noise Model of Stochastic Gradient Descent", 2023,
       proposition 3.4.

    Examples
    --------
    The loss :math:`(w x - y)^2` with the examples (1, 0) and (2, 0) has no noise at w = 0; at w = 1 the gradients are
    2 and 8, with variance 9, all of it of second order.

    >>> import torch
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> from adapters.torch import row_sum_expansion
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> data = TensorDataset(torch.tensor([[1.0], [2.0]]), torch.zeros(2, 1))
    >>> found = row_sum_expansion(model, DataLoader(data, batch_size=1), {"weight": torch.ones(1, 1)}, progress=False)
    >>> found.constant, found.linear, found.quadratic
    (array([0.]), array([0.]), array([9.]))
    """
    kind: Callable[..., EntryGradient] = partial(_GradientAndProduct, offset=_checked(model, offset))
    rows, factor = example_gradients(
        kind, model, loader, loss_fn, batch_size, params, k, replacement, device, seed, progress
    )
    centred = (rows - rows.mean(axis=0)) * np.sqrt(factor / len(rows))
    gradient, product = np.split(centred, 2, axis=1)
    g, g_sum, y, y_sum = gradient[:, :-1], gradient[:, -1], product[:, :-1], product[:, -1]
    return RowSums(g.T @ g_sum, g.T @ y_sum + y.T @ g_sum, y.T @ y_sum)


class _GradientAndProduct(EntryGradient):
    """The chosen entries of the gradient and the sum of all, then the same of the Hessian's product with an offset."""

    def __init__(self, model: nn.Module, *args: Any, offset: Mapping[str, Tensor], **options: Any) -> None:
        super().__init__(model, *args, **options)
        self.offset = [offset.get(name) for name in trainable(model)]

    def __call__(self, batch: Any, share: float = 1.0) -> Tensor:
        parameters = self.observed
        found = torch.autograd.grad(self.loss(batch) * share, parameters, allow_unused=True, create_graph=True)
        pairs = zip(found, self.offset, strict=True)
        moved = [(g * x.to(g.device, g.dtype)).sum() for g, x in pairs if g is not None and x is not None]
        along = torch.stack(moved).sum() if moved else None
        products: tuple[Tensor | None, ...] = (None,) * len(parameters)
        if along is not None and along.requires_grad:
            products = torch.autograd.grad(along, parameters, allow_unused=True)
        return torch.cat([self._row(found), self._row(products)]).detach()

    def _row(self, gradients: tuple[Tensor | None, ...]) -> Tensor:
        chosen = self.entries([gradients[place] for place in self.places])
        parts = [g.sum().to(self.device, self.dtype) for g in gradients if g is not None]
        total = torch.stack(parts).sum() if parts else chosen.new_zeros(())
        return torch.cat([chosen, total.reshape(1)])


def _checked(model: nn.Module, offset: Mapping[str, Tensor]) -> dict[str, Tensor]:
    known = trainable(model)
    for name, value in offset.items():
        if name not in known:
            raise ValueError(f"offset must name trainable parameters, got {name!r}; they are {', '.join(known)}")
        if value.shape != known[name].shape:
            raise ValueError(f"offset of {name!r} must have shape {tuple(known[name].shape)}, got {tuple(value.shape)}")
    return {name: value.detach() for name, value in offset.items()}

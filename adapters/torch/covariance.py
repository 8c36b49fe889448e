"""The covariance of gradient noise from the gradients of single examples: the paper's equations (2) and (11)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adapters.torch.arguments import check_model, integer
from adapters.torch.drawing import drawn_batch_size
from adapters.torch.examples import ExampleReader
from adapters.torch.gradients import EntryGradient, HostRows
from adapters.torch.losses import LossFunction, given_or_default
from adapters.torch.observing import Device, observed
from adapters.torch.progress import progress_bar
from adapters.torch.selection import Parameters, choose, trainable
from stablefit._types import FloatArray


def noise_covariance(
    model: nn.Module,
    loader: Any,
    loss_fn: LossFunction | None = None,
    *,
    batch_size: int | None = None,
    params: Parameters = None,
    k: int | None = None,
    replacement: bool = True,
    device: Device = None,
    seed: int = 0,
    progress: bool = True,
) -> FloatArray:
    r"""Return the exact covariance of mini-batch gradient noise at the model's present weights.

    Over examples d = 1, ..., D with gradients :math:`g_d` and mean G it is
    :math:`\frac1B [\frac1D \sum_d g_d g_d^T - G G^T]` for mini-batches of B examples drawn with replacement, as the
    paper's equation (2) has it. Without replacement the factor (D - B) / (D - 1) comes in [2]_.

    Parameters
    ----------
    model, loader, loss_fn, device, progress
        As for `collect_sgn`; the model runs in eval mode, example by example.
    batch_size : int, optional
        Examples in a mini-batch; the loader's own by default.
    params, k, seed
        Which entries, as for `collect_sgn`; by default all of them.
    replacement : bool, default True
        Whether the examples of a mini-batch are drawn independently.

    Returns
    -------
    ndarray, shape (k, k)
        In the unit of the gradient squared.

    Raises
    ------
    ValueError
        If an argument is out of its domain, or a mini-batch without replacement is larger than the data set.

    References
    ----------
    .. [1] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the Noise Model of Stochastic Gradient Descent", 2023.
    .. [2] T. Mori, L. Ziyin, K. Liu, M. Ueda, "Power-law escape rate of SGD", 2022, equation (8).

    Examples
    --------
    Gradients 2 and -2 of the loss (w - y)^2, y = -1, 1, at w = 0 have variance 4; for two examples a batch it is 2.

    >>> import torch
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> from adapters.torch import noise_covariance
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> data = TensorDataset(torch.ones(2, 1), torch.tensor([[-1.0], [1.0]]))
    >>> noise_covariance(model, DataLoader(data, batch_size=2), progress=False)
    array([[2.]])
    """
    gradients, factor = example_gradients(
        EntryGradient, model, loader, loss_fn, batch_size, params, k, replacement, device, seed, progress
    )
    centred = gradients - gradients.mean(axis=0)
    return np.asarray(centred.T @ centred * (factor / len(centred)))


def row_sum_covariance(
    model: nn.Module,
    loader: Any,
    loss_fn: LossFunction | None = None,
    *,
    batch_size: int | None = None,
    params: Parameters = None,
    k: int | None = None,
    replacement: bool = True,
    device: Device = None,
    seed: int = 0,
    progress: bool = True,
) -> FloatArray:
    r"""Return the row sums of the covariance of gradient noise over all trainable parameters.

    Row l is :math:`\frac{1}{B} \mathrm{cov}_d(g_{dl}, \sum_j g_{dj})`, where j runs over all trainable entries of the
    model: the quantity that the paper's equation (11) expands. It needs no matrix, so that the model may be large. A
    row sum may be negative.

    Parameters
    ----------
    model, loader, loss_fn, batch_size, params, k, replacement, device, seed, progress
        As for `noise_covariance`; `params` and `k` choose the rows, never the columns.

    Returns
    -------
    ndarray, shape (k,)
        In the unit of the gradient squared.

    Raises
    ------
    ValueError
        As `noise_covariance`.

    References
    ----------
    .. [1] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the Noise Model of Stochastic Gradient Descent", 2023.

    Examples
    --------
    >>> import torch
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> from adapters.torch import row_sum_covariance
    >>> model = torch.nn.Linear(1, 1)
    >>> _ = torch.nn.init.zeros_(model.weight), torch.nn.init.zeros_(model.bias)
    >>> data = TensorDataset(torch.ones(2, 1), torch.tensor([[-1.0], [1.0]]))
    >>> row_sum_covariance(model, DataLoader(data, batch_size=1), progress=False)
    array([8., 8.])
    """
    gradients, factor = example_gradients(
        _EntriesAndTotal, model, loader, loss_fn, batch_size, params, k, replacement, device, seed, progress
    )
    centred = gradients - gradients.mean(axis=0)
    return np.asarray(centred[:, :-1].T @ centred[:, -1] * (factor / len(centred)))


class _EntriesAndTotal(EntryGradient):
    """The chosen entries of the gradient, and behind them the sum of all its entries."""

    def __call__(self, batch: Any, share: float = 1.0) -> Tensor:
        chosen = len(self.parameters)
        others = [p for p in trainable(self.model).values() if all(p is not mine for mine in self.parameters)]
        gradients = self.backward(batch, self.parameters + others, share)
        zero = torch.zeros((), dtype=self.dtype, device=self.device)
        total = sum((g.sum().to(self.device, self.dtype) for g in gradients if g is not None), zero)
        return torch.cat([self.entries(gradients[:chosen]), total.reshape(1)])


def example_gradients(
    kind: Callable[..., EntryGradient],
    model: nn.Module,
    loader: Any,
    loss_fn: LossFunction | None,
    batch_size: int | None,
    params: Parameters,
    k: int | None,
    replacement: bool,
    device: Device,
    seed: int,
    progress: bool,
) -> tuple[FloatArray, float]:
    """Return the gradients of single examples, a row each, and the factor from their covariance to a mini-batch's."""
    check_model(model)
    reader = ExampleReader(loader)
    n, size = reader.n_examples, drawn_batch_size(loader, batch_size)
    if not replacement and size > n:
        raise ValueError(
            f"batch_size must be at most the number of examples, {n}, got {size}; or pass replacement=True"
        )
    choosing, ambient = np.random.SeedSequence(integer("seed", seed, 0)).spawn(2)
    labels = choose(model, params, None if k is None else integer("k", k, 1), np.random.default_rng(choosing))
    rows = HostRows()
    with (
        progress_bar("single gradients", show=progress) as bar,
        observed(model, loader, mode="eval", device=device, seed=ambient) as home,
    ):
        gradient = kind(model, given_or_default(loss_fn), labels, device=home)
        batches = reader.batches((np.array([i]) for i in range(n)), int(ambient.generate_state(1)[0]))
        bar.reset(n)
        for batch in batches:
            rows.append(gradient(batch))
            bar.update()
    return rows.array(), (1.0 if replacement or n == 1 else (n - size) / (n - 1)) / size

"""The gradient of a few entries of a model's parameters, by ordinary backward passes of whole mini-batches."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adapters.torch.batches import move
from adapters.torch.losses import LossFunction
from adapters.torch.selection import Label, trainable
from adapters.torch.sketching import SketchFiller
from stablefit._types import FloatArray

Gradients = tuple[Tensor | None, ...]
Differentiate = Callable[[Tensor, Sequence[nn.Parameter]], Gradients]


def differentiate(loss: Tensor, parameters: Sequence[nn.Parameter]) -> Gradients:
    """Return the gradient of each parameter, None where the loss does not use it; nothing is written to `.grad`."""
    return torch.autograd.grad(loss, parameters, allow_unused=True)


class EntryGradient:
    """The gradient of the mean loss of a batch with respect to the entries that `labels` name.

    One forward and one backward pass through every layer as it is, so nothing has to be known of the layers. Only the
    wanted entries are read, and nothing is written to `.grad`. A parameter that the loss does not use has gradient 0.
    """

    def __init__(
        self,
        model: nn.Module,
        loss_fn: LossFunction,
        labels: Sequence[Label],
        *,
        device: torch.device,
        autocast: torch.dtype | None = None,
    ) -> None:
        self.model, self.loss_fn, self.device, self.autocast = model, loss_fn, device, autocast
        named = dict(model.named_parameters())
        columns: dict[str, list[int]] = {}
        for column, (name, _) in enumerate(labels):
            columns.setdefault(name, []).append(column)
        self.parameters = [named[name] for name in columns]
        self.indices = [
            torch.tensor([labels[column][1] for column in group], device=named[name].device)
            for name, group in columns.items()
        ]
        grouped = np.concatenate([np.array(group) for group in columns.values()])
        self.order = torch.tensor(np.argsort(grouped), device=device)
        self.observed = list(trainable(model).values())
        self.places = [next(i for i, other in enumerate(self.observed) if other is p) for p in self.parameters]
        self.filler: SketchFiller | None = None
        self.differentiate: Differentiate = differentiate
        double = any(parameter.dtype == torch.float64 for parameter in self.parameters)
        self.dtype = torch.float64 if double else torch.float32

    @property
    def width(self) -> int:
        """Number of entries."""
        return len(self.order)

    def end(self) -> None:
        """Tell `filler` that no more gradients will come."""
        if self.filler is not None:
            self.filler.end()

    def __call__(self, batch: Any, share: float = 1.0) -> Tensor:
        """Return the gradient at the current weights, shape (len(labels),), on the device; the loss times `share`."""
        return self.entries(self.backward(batch, self.parameters, share))

    def stream(self, batch: Any, share: float = 1.0) -> Tensor:
        """Return the same, and hand the gradients of all parameters to `filler`, where there is one."""
        if self.filler is None:
            return self(batch, share)
        gradients = self.backward(batch, self.observed, share)
        self.filler.take(gradients)
        return self.entries([gradients[place] for place in self.places])

    def backward(self, batch: Any, parameters: Sequence[nn.Parameter], share: float = 1.0) -> Gradients:
        """Return the gradient of every one of `parameters`, None where the loss does not use it."""
        loss = self.loss(batch)
        if not loss.requires_grad:
            raise ValueError(
                "loss_fn must return a loss that depends on trainable parameters, got one without a graph; "
                "do not detach it, call .item() or run the model under torch.no_grad()"
            )
        return self.differentiate(loss if share == 1.0 else loss * share, parameters)

    def entries(self, gradients: Sequence[Tensor | None]) -> Tensor:
        """Return the wanted entries of the gradients of `self.parameters`, in the order of the labels."""
        pieces = [
            torch.zeros(len(index), dtype=self.dtype, device=self.device)
            if gradient is None
            else take(gradient, index).to(self.device, self.dtype)
            for gradient, index in zip(gradients, self.indices, strict=True)
        ]
        return torch.cat(pieces)[self.order]

    def loss(self, batch: Any) -> Tensor:
        """Return the loss of a batch, moved to the device, in the precision asked for."""
        # Entered anew for every batch: autocast keeps the cast weights, and with them the graph, until it is left.
        cast = nullcontext() if self.autocast is None else torch.autocast(self.device.type, dtype=self.autocast)
        with cast:
            loss = self.loss_fn(self.model, move(batch, self.device))
        if not isinstance(loss, Tensor) or loss.numel() != 1:
            got = f"a tensor of shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
            raise ValueError(f"loss_fn must return the scalar mean loss, got {got}; use reduction='mean'")
        return loss


def take(gradient: Tensor, index: Tensor) -> Tensor:
    """Return the entries of a gradient at flat positions, without a copy of the rest; embeddings may be sparse."""
    if gradient.layout is torch.strided:
        return gradient.take(index)
    if gradient.sparse_dim() != 1 or gradient.ndim != 2:
        return gradient.to_dense().take(index)
    width = gradient.shape[1]
    rows = gradient.coalesce().index_select(0, index // width).to_dense()
    return rows.gather(1, (index % width)[:, None])[:, 0]


class HostRows:
    """Vectors from the device, brought to the host a block at a time so that no pass has to wait for its copy."""

    def __init__(self, block: int = 256) -> None:
        self._block = block
        self._waiting: list[Tensor] = []
        self._blocks: list[FloatArray] = []

    def append(self, vector: Tensor) -> None:
        """Add one row."""
        self._waiting.append(vector)
        if len(self._waiting) == self._block:
            self._flush()

    def array(self) -> FloatArray:
        """Return all rows, shape (rows, k), in float64."""
        self._flush()
        self._blocks = [np.concatenate(self._blocks)] if self._blocks else [np.empty((0, 0))]
        return self._blocks[0]

    def _flush(self) -> None:
        if self._waiting:
            self._blocks.append(torch.stack(self._waiting).cpu().numpy().astype(np.float64))
            self._waiting.clear()

"""Gradients of the loss of every single example: many at once where torch.func can, one by one where it cannot."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from adapters.torch.batches import map_leaves, move, size_of, tensors_of
from adapters.torch.examples import ExampleReader
from adapters.torch.gradients import EntryGradient, HostRows
from adapters.torch.losses import LossFunction
from adapters.torch.progress import Progress
from stablefit._types import FloatArray

_ROOM = 2**28  # bytes that the gradients of the examples of a chunk may take
_TRIED = 2  # examples on which the two ways are compared
_TOLERANCE = 1e-3  # of a gradient's size, where they must agree: rounding is some 1e-6


class ExampleGradients:
    """Rows of gradients of single examples, for the entries of an `EntryGradient`.

    `how` tells the way: ``"vmap"``, or ``"one by one"`` with what torch.func had against the model.
    """

    def __init__(self, gradient: EntryGradient) -> None:
        self.gradient, self.how, self._compared = gradient, "vmap", False
        self._loss = _Loss(gradient.model, gradient.loss_fn)
        names = {id(parameter): f"model.{name}" for name, parameter in gradient.model.named_parameters()}
        detached = {names[id(parameter)]: parameter.detach() for parameter in gradient.model.parameters()}
        chosen = [names[id(parameter)] for parameter in gradient.parameters]
        self._chosen = {name: detached.pop(name) for name in chosen}
        self._others = detached

    def read(self, reader: ExampleReader, batch_size: int, seed: int, bar: Progress) -> FloatArray:
        """Return the gradients of all examples of a data set, (n_examples, entries), reading a batch at a time."""
        n = reader.n_examples
        room = _ROOM // sum(parameter.numel() * parameter.element_size() for parameter in self._chosen.values())
        chunk = max(1, min(batch_size, room))
        parts = [np.arange(first, min(first + chunk, n)) for first in range(0, n, chunk)]
        rows, first = HostRows(), 0
        bar.reset(n)
        for part, batch in zip(parts, reader.batches(iter(parts), seed), strict=True):
            found = self._together(batch)
            if found is None:
                break
            for row in found:
                rows.append(row)
            first += len(part)
            bar.update(len(part))
        for batch in reader.batches((np.array([i]) for i in range(first, n)), seed):
            rows.append(self.gradient(batch))
            bar.update()
        return rows.array()

    def _together(self, batch: Any) -> Tensor | None:
        """Return the gradients of a batch's examples, None where they have to be taken one by one."""
        try:
            with torch.no_grad():  # the graph of torch.func is its own
                rows = self._vmapped(move(batch, self.gradient.device))
        except Exception as error:  # whatever it is: one by one it comes again if it is the model's
            self.how = f"one by one: {str(error).strip().splitlines()[0]}" if str(error) else "one by one"
            return None
        for i in range(0 if self._compared else min(_TRIED, len(rows))):
            single = self.gradient(_example(batch, i))
            if not torch.allclose(rows[i], single, rtol=0.0, atol=_TOLERANCE * float(single.norm()) + 1e-30):
                self.how = "one by one: torch.func gives other gradients"
                return None
        self._compared = True
        return rows

    def _vmapped(self, batch: Any) -> Tensor:
        size = size_of(batch)
        leaves = [tensor for tensor in tensors_of(batch) if _is_per_example(tensor, size)]

        def loss(parameters: dict[str, Tensor], example: list[Tensor]) -> Tensor:
            parts = iter(example)
            one = map_leaves(lambda leaf: next(parts)[None] if _is_per_example(leaf, size) else leaf, batch)
            value: Tensor = functional_call(self._loss, {**parameters, **self._others}, (one,))
            return value.reshape(())

        def entries(example: list[Tensor]) -> Tensor:
            gradients = grad(loss)(self._chosen, example)
            pairs = zip(gradients.values(), self.gradient.indices, strict=True)
            pieces = [gradient.reshape(-1)[index] for gradient, index in pairs]
            return torch.cat([piece.to(self.gradient.device, self.gradient.dtype) for piece in pieces])

        rows: Tensor = vmap(entries)(leaves)
        return rows[:, self.gradient.order]


class _Loss(nn.Module):
    """The loss as a module, so that torch.func can put other parameters in the place of the model's."""

    def __init__(self, model: nn.Module, loss_fn: LossFunction) -> None:
        super().__init__()
        self.model, self.loss_fn = model, loss_fn

    def forward(self, batch: Any) -> Tensor:
        return self.loss_fn(self.model, batch)


def _example(batch: Any, i: int) -> Any:
    """Return example i of a batch, as a batch of one."""
    size = size_of(batch)
    return map_leaves(lambda leaf: leaf[i : i + 1] if _is_per_example(leaf, size) else leaf, batch)


def _is_per_example(leaf: Any, size: int) -> bool:
    return isinstance(leaf, Tensor) and leaf.ndim > 0 and leaf.shape[0] == size

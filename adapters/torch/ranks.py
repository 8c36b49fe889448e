"""The processes that collect together: which of them does what, and what they tell each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch import distributed as dist

from adapters.torch.gradients import Gradients, differentiate
from stablefit._types import FloatArray, IntArray

BatchOf = Literal["rank", "global"]
FIRST = 32
"""The first process takes at least so many mini-batches: from them the pilot of everybody's sketch is found."""


@dataclass(frozen=True)
class Part:
    """Examples of one batch out of all: its number, what this process reads of it, the size of the whole batch.

    `share` multiplies the loss of what is read, so that the mean over the processes is that of the whole batch.
    """

    number: int
    examples: IntArray
    size: int
    share: float


@dataclass(frozen=True)
class Ranks:
    """One process among those of a group.

    With ``batch="rank"`` each takes mini-batches of its own, the first ones the first process: together those that one
    process would take. With ``batch="global"`` all take parts of the same mini-batches.
    """

    rank: int = 0
    size: int = 1
    batch: BatchOf = "rank"
    group: dist.ProcessGroup | None = None
    device: str = "cpu"

    @property
    def together(self) -> int:
        """How many processes share a mini-batch."""
        return self.size if self.batch == "global" else 1

    @property
    def place(self) -> int:
        """Number of this process among those that share a mini-batch."""
        return self.rank if self.batch == "global" else 0

    def mini_batches(self, n: int) -> range:
        """Return which of n mini-batches are this process's."""
        if self.batch == "global" or self.size == 1:
            return range(n)
        first = max(-(-n // self.size), min(FIRST, n))
        ends = [first + (n - first) * rank // max(self.size - 1, 1) for rank in range(self.size)]
        return range(ends[self.rank - 1] if self.rank else 0, ends[self.rank])

    def part(self, examples: IntArray) -> IntArray:
        """Return what this process reads of the examples of a mini-batch."""
        return np.array_split(examples, self.together)[self.place]

    def parts(self, n_examples: int, batch_size: int) -> list[Part]:
        """Divide all examples in their order into batches; return what this process reads of them."""
        width = batch_size * self.together
        batches = [np.arange(i, min(i + width, n_examples)) for i in range(0, n_examples, width)]
        if self.batch == "rank":
            return [Part(i, batches[i], len(batches[i]), 1.0) for i in range(self.rank, len(batches), self.size)]
        found = []
        for number, batch in enumerate(batches):
            mine = self.part(batch)
            share = len(mine) * self.size / len(batch)
            found.append(Part(number, mine if len(mine) else batch[:1], len(batch), share))
        return found

    def size_of_all(self, size: int | None) -> int | None:
        """Return the examples of a batch that all its processes have a part of; None where one of them has none."""
        if self.together == 1:
            return size
        started, total = self.sum_of_all(np.array([float(size is not None), float(size or 0)]))
        return int(total) if started == self.size else None

    def sum(self, array: FloatArray) -> FloatArray:
        """Return the sum over the processes where each has mini-batches of its own; else all have the same."""
        if self.group is None or self.batch == "global":
            return array
        return self.sum_of_all(array)

    def sum_of_all(self, array: FloatArray) -> FloatArray:
        """Return the sum over the processes."""
        tensor = torch.tensor(array, dtype=torch.float64, device=self.device)
        dist.all_reduce(tensor, group=self.group)
        found: FloatArray = tensor.cpu().numpy()
        return found

    def broadcast(self, tensor: Tensor) -> None:
        """Overwrite a tensor by that of the first process."""
        assert self.group is not None, "one process has nobody to tell"
        dist.broadcast(tensor, dist.get_global_rank(self.group, 0), group=self.group)

    def mean(self, total: FloatArray, weight: int) -> FloatArray:
        """Return the mean over all processes from the weighted sum and the sum of weights of each."""
        summed = self.sum(np.append(total, float(weight)))
        with np.errstate(invalid="ignore"):
            mean: FloatArray = summed[:-1] / summed[-1]
        return mean

    def differentiate(self, loss: Tensor, parameters: Sequence[nn.Parameter]) -> Gradients:
        """Return the gradients of the mean loss of the processes that share a mini-batch."""
        own = differentiate(loss, parameters)
        if self.together == 1:
            return own
        flat = [
            torch.zeros_like(parameter).reshape(-1) if gradient is None else gradient.to_dense().reshape(-1)
            for gradient, parameter in zip(own, parameters, strict=True)
        ]
        for dtype in {part.dtype for part in flat}:
            places = [i for i, part in enumerate(flat) if part.dtype == dtype]
            joined = torch.cat([flat[i] for i in places])
            dist.all_reduce(joined, group=self.group)
            parts = torch.split(joined / self.size, [flat[i].numel() for i in places])
            for i, part in zip(places, parts, strict=True):
                flat[i] = part
        return tuple(part.reshape(parameter.shape) for part, parameter in zip(flat, parameters, strict=True))


def ranks_of(group: dist.ProcessGroup | None, batch: BatchOf) -> Ranks:
    """Return this process's place in a group; None is a process alone."""
    if group is None:
        return Ranks(batch=batch)
    if not isinstance(group, dist.ProcessGroup):
        raise TypeError(f"process_group must be one of torch.distributed, got {type(group).__name__}")
    device = f"cuda:{torch.cuda.current_device()}" if "nccl" in dist.get_backend(group) else "cpu"
    return Ranks(dist.get_rank(group), dist.get_world_size(group), batch, group, device)

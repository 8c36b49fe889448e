"""Models that several processes hold: copies in a wrapper, or shards of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adapters.torch.gradients import EntryGradient, Gradients
from adapters.torch.modes import Mode
from adapters.torch.ranks import Ranks
from adapters.torch.sketching import GradientSketch, SketchFiller, type_of
from stablefit import Sketch
from stablefit._kernels.sketch import BLOCK, STATE
from stablefit._kernels.sketch_bins import BINS
from stablefit._types import AnyArray


def unwrapped(model: nn.Module, ranks: Ranks, mode: Mode) -> nn.Module:
    """Return the model inside of DistributedDataParallel; raise where processes cannot do what is asked.

    The wrapper adds communication to each pass, and no gradients of its own: these are taken of the model itself.
    """
    inner: nn.Module = model.module if isinstance(model, nn.parallel.DistributedDataParallel) else model
    alone = ranks.batch == "rank"
    if is_sharded(inner) and ranks.group is None:
        raise ValueError("process_group must be given for a model sharded by fully_shard, got None")
    if is_sharded(inner) and alone:
        raise ValueError(
            "batch must be 'global' for a model sharded by fully_shard, got 'rank': its processes work on every pass "
            "together and see the gradient of the common mini-batch only"
        )
    norms = [name for name, module in inner.named_modules() if isinstance(module, nn.SyncBatchNorm)]
    if norms and mode == "train" and ranks.size > 1 and alone:
        raise ValueError(f"batch must be 'global' for SyncBatchNorm in train mode ({norms[0]!r}), got 'rank'")
    return inner


def is_sharded(model: nn.Module) -> bool:
    """Tell whether `fully_shard` has divided a model's parameters among processes."""
    return any(hasattr(parameter, "to_local") for parameter in model.parameters())


@dataclass(frozen=True)
class Piece:
    """The entries [first, last) of a parameter, in the order of its flat index, that this process holds."""

    first: int
    last: int


def piece_of(name: str, parameter: Any) -> Piece:
    """Return which entries of a parameter are here: `fully_shard` divides the first axis as torch.chunk does."""
    if not hasattr(parameter, "to_local"):
        return Piece(0, parameter.numel())
    placements, mesh = parameter.placements, parameter.device_mesh
    if mesh.ndim != 1 or not placements[0].is_shard(0):
        raise ValueError(f"parameter {name!r} must be sharded along its first axis on one mesh axis, got {placements}")
    height = -(-parameter.shape[0] // mesh.size())
    width = parameter.numel() // parameter.shape[0]
    first = min(mesh.get_local_rank() * height, parameter.shape[0]) * width
    return Piece(first, first + parameter.detach().to_local().numel())


def differentiate_sharded(model: nn.Module, loss: Tensor, parameters: Sequence[nn.Parameter]) -> Gradients:
    """Return this process's pieces of the gradients of the mean loss over the processes, which `backward` averages."""
    loss.backward()  # type: ignore[no-untyped-call]
    found = tuple(None if p.grad is None else _local(p.grad) for p in parameters)
    for parameter in model.parameters():
        parameter.grad = None
    return found


def _local(tensor: Tensor) -> Tensor:
    here: Tensor = tensor.to_local() if hasattr(tensor, "to_local") else tensor
    return here


class ShardedGradient(EntryGradient):
    """The gradient of a sharded model: each process has the entries that it holds, and all are told the wanted ones."""

    def __init__(self, *arguments: Any, ranks: Ranks, **options: Any) -> None:
        super().__init__(*arguments, **options)
        names = {id(parameter): name for name, parameter in self.model.named_parameters()}
        self._ranks = ranks
        self._pieces = [piece_of(names[id(parameter)], parameter) for parameter in self.parameters]
        self.differentiate = lambda loss, parameters: differentiate_sharded(self.model, loss, parameters)

    def entries(self, gradients: Sequence[Tensor | None]) -> Tensor:
        """Return the wanted entries of the gradients of `self.parameters`, in the order of the labels."""
        found = []
        for gradient, index, piece in zip(gradients, self.indices, self._pieces, strict=True):
            row = torch.zeros(len(index), dtype=torch.float64)
            here = (index >= piece.first) & (index < piece.last)
            if gradient is not None:
                row[here.cpu()] = gradient.reshape(-1)[index[here] - piece.first].double().cpu()
            found.append(row)
        summed = self._ranks.sum_of_all(torch.cat(found).numpy())
        return torch.from_numpy(summed).to(self.device, self.dtype)[self.order]


class ShardedFiller(SketchFiller):
    """Sketches the entries that this process holds; at the end each process has the sketch of all."""

    def __init__(
        self,
        parameters: Mapping[str, nn.Parameter],
        accumulate: int,
        most: int,
        ranks: Ranks,
        *,
        histogram: bool = False,
    ) -> None:
        self._whole, self._ranks = dict(parameters), ranks
        self._pieces = {name: piece_of(name, parameter) for name, parameter in parameters.items()}
        here = {name: _local(p.detach()) for name, p in parameters.items()}
        self._held = [name for name, part in here.items() if part.numel()]
        self._bins = BINS if histogram else 0
        super().__init__({name: nn.Parameter(here[name]) for name in self._held}, accumulate, most, histogram=histogram)

    def take(self, gradients: Sequence[Tensor | None]) -> None:
        """Add this process's pieces of the gradients of one micro-batch."""
        pieces = dict(zip(self._whole, gradients, strict=True))
        super().take([pieces[name] for name in self._held])

    def sketch(self) -> GradientSketch:
        """Return the sketch of all entries."""
        mine = super().sketch()
        held = dict(zip(mine.names, mine.parts, strict=True))
        parts = [self._gathered(name, held.get(name)) for name in self._whole]
        return GradientSketch(list(self._whole), [tuple(p.shape) for p in self._whole.values()], parts)

    def _gathered(self, name: str, held: Sketch | None) -> Sketch:
        """Put the pieces of a parameter together: every stream is another process's, and 0 elsewhere."""
        size, piece = self._whole[name].numel(), self._pieces[name]
        columns = np.zeros((STATE + 3 + self._bins, size))
        if held is not None:
            held.begin()
            moments = held.moments
            assert moments is not None, "gradients are sketched with moments"
            streams = held.state.swapaxes(0, 1).reshape(STATE, -1)[:, : held.size]
            counted = np.zeros((0, held.size)) if held.counts is None else held.counts.T
            columns[:, piece.first : piece.last] = np.concatenate([streams, np.stack(moments), counted])
        columns = self._ranks.sum_of_all(columns)
        dtype = type_of(self._whole[name])
        found = Sketch(size, pilot=self.pilot, dtype=dtype)
        blocks = -(-size // BLOCK)
        padded = np.zeros((STATE, blocks * BLOCK), dtype=dtype)
        padded[:, :size] = columns[:STATE]
        mean, square, zeros = columns[STATE : STATE + 3]
        counts = np.ascontiguousarray(columns[STATE + 3 :].T, dtype=np.uint16) if self._bins else None
        state = np.ascontiguousarray(padded.reshape(STATE, blocks, BLOCK).swapaxes(0, 1))
        whole: AnyArray = zeros.astype(np.int32)
        found.restore(self.n, state, (mean.astype(dtype), square.astype(dtype), whole), counts)
        return found

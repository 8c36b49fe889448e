"""Batches of any structure: mapped over, moved to a device, measured, cut and doubled."""

import copy
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


def map_leaves(function: Callable[[Any], Any], batch: Any) -> Any:
    """Apply `function` to every leaf of a batch and keep the structure: its types, names and order.

    Mappings, tuples, named tuples, lists and dataclasses are structure; everything else is a leaf. The batch itself is
    not changed.
    """
    if isinstance(batch, Tensor | PackedSequence):
        return function(batch)
    if isinstance(batch, Mapping):
        mapped = copy.copy(batch)
        for key, value in batch.items():
            mapped[key] = map_leaves(function, value)  # type: ignore[index]
        return mapped
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(map_leaves(function, value) for value in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(map_leaves(function, value) for value in batch)
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        fields = {field.name: getattr(batch, field.name) for field in dataclasses.fields(batch) if field.init}
        return dataclasses.replace(batch, **{name: map_leaves(function, value) for name, value in fields.items()})
    return function(batch)


def move(batch: Any, device: torch.device) -> Any:
    """Return `batch` with everything that can move on `device`; what is there already is not copied."""

    def moved(leaf: Any) -> Any:
        if isinstance(leaf, Tensor):
            # Towards the host an asynchronous copy could be read before it is there.
            return leaf.to(device, non_blocking=device.type == "cuda")
        if isinstance(leaf, PackedSequence):
            return leaf.to(device)  # type: ignore[arg-type] # torch annotates one of its overloads only
        # Batches of other libraries (graphs, tokens) often move in place: move a copy.
        return copy.copy(leaf).to(device) if callable(getattr(leaf, "to", None)) else leaf

    return map_leaves(moved, batch)


def tensors_of(batch: Any) -> list[Tensor]:
    """Return the tensors of a batch in the order of its structure."""
    found: list[Tensor] = []

    def note(leaf: Any) -> Any:
        if isinstance(leaf, Tensor):
            found.append(leaf)
        return leaf

    map_leaves(note, batch)
    return found


def size_of(batch: Any) -> int:
    """Return the number of examples in a batch: the leading dimension of its first tensor that has one."""
    for tensor in tensors_of(batch):
        if tensor.ndim:
            return tensor.shape[0]
    raise ValueError(
        f"loader must yield batches that hold a tensor with a leading dimension, got {type(batch).__name__}"
    )


def doubled(batch: Any, size: int) -> tuple[Any, Any]:
    """Return the first half of a batch of `size` examples, and that half twice over: no larger than the batch."""
    half = max(1, size // 2)

    def is_per_example(leaf: Any) -> bool:
        return isinstance(leaf, Tensor) and leaf.ndim > 0 and leaf.shape[0] == size

    once = map_leaves(lambda leaf: leaf[:half] if is_per_example(leaf) else leaf, batch)
    twice = map_leaves(lambda leaf: torch.cat([leaf[:half]] * 2) if is_per_example(leaf) else leaf, batch)
    return once, twice

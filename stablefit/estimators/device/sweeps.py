"""Passes over samples in parts."""

from collections.abc import Iterator

import torch
from torch import Tensor

PART = 2**23
"""Values that one pass treats together: enough work for each operation, and 2 GB on the way."""


def parts(k: int, n: int) -> Iterator[slice]:
    """Slices of k rows of n values."""
    step = max(1, PART // max(n, 1))
    return (slice(first, min(first + step, k)) for first in range(0, k, step))


def where(condition: Tensor) -> Tensor:
    """Places where a condition (k,) holds; waits for their number."""
    return torch.nonzero(condition).reshape(-1)

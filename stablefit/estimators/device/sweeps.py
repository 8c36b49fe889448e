"""Passes over samples in parts that a device's cache can hold."""

from collections.abc import Iterator

import torch
from torch import Tensor

PART = 2**22
"""Values that one pass treats together: 32 MB in float64."""


def parts(k: int, n: int) -> Iterator[slice]:
    """Slices of k rows of n values."""
    step = max(1, PART // max(n, 1))
    return (slice(first, min(first + step, k)) for first in range(0, k, step))


def where(condition: Tensor) -> Tensor:
    """Places where a condition (k,) holds; waits for their number."""
    return torch.nonzero(condition).reshape(-1)

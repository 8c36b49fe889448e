"""What is asked of a collection, and what it brings back."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from adapters.torch.modes import Mode
from stablefit._types import FloatArray


@dataclass(frozen=True)
class Plan:
    """How many mini-batches of how many examples, in which mode, from which seed."""

    n_batches: int
    batch_size: int | None
    accumulate: int
    mode: Mode
    seed: np.random.SeedSequence


@dataclass(frozen=True)
class Gathered:
    """Mini-batch gradients (n_batches, k), their centre (k,), and the facts that go into the metadata."""

    gradients: FloatArray
    centre: FloatArray
    facts: dict[str, Any]

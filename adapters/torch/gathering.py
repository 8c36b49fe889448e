"""What is asked of a collection, where its gradients go, and what it brings back."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from adapters.torch.means import Running
from adapters.torch.modes import Mode
from adapters.torch.ranks import Ranks
from stablefit._types import FloatArray


class Rows(Protocol):
    """Where the gradients of mini-batches go, one after another."""

    @property
    def n(self) -> int:
        """Number of mini-batches that are there, by an earlier run too."""

    @property
    def known_centre(self) -> FloatArray | None:
        """The full gradient where an earlier run has found it."""

    def begin(self, centre: FloatArray | Running) -> None:
        """Say what the centre is, or the mean that it will be: its sums belong to the rows that are there."""

    def check(self, row: FloatArray) -> None:
        """Compare the gradient of the first mini-batch with the one that is there; raise if it is another."""

    def take(self, row: Tensor) -> None:
        """Take the gradient of a micro-batch; no more mini-batches than are wanted."""

    def drop(self) -> None:
        """Forget the micro-batches of an unfinished mini-batch."""


@dataclass(frozen=True)
class Plan:
    """Which mini-batches of how many examples, in which mode, from which seeds, and where they go.

    `drawing` is the seed of the examples of a mini-batch, `ambient` that of everything else which is random.
    `n_batches` are those of this process, from `first` on among those of all.
    """

    n_batches: int
    first: int
    batch_size: int | None
    accumulate: int
    mode: Mode
    drawing: np.random.SeedSequence
    ambient: np.random.SeedSequence
    rows: Rows
    ranks: Ranks


@dataclass(frozen=True)
class Gathered:
    """The centre (k,) of the gradients, and the facts that go into the metadata."""

    centre: FloatArray
    facts: dict[str, Any]


class HeldRows:
    """Mini-batch gradients in host memory, as means of `accumulate` micro-batches each in float64.

    Rows come to the host a block at a time, so that no pass has to wait for its copy.
    """

    known_centre: FloatArray | None = None

    def __init__(self, accumulate: int, most: int, *, block: int = 256) -> None:
        self._accumulate, self._most, self._block = accumulate, most, block
        self._waiting: list[Tensor] = []
        self._blocks: list[FloatArray] = []
        self._taken = 0

    @property
    def n(self) -> int:
        """Number of whole mini-batches."""
        return self._taken // self._accumulate

    def begin(self, centre: FloatArray | Running) -> None:
        """Nothing is there, so that any centre will do."""

    def check(self, row: FloatArray) -> None:
        """Nothing is there to compare with."""

    def take(self, row: Tensor) -> None:
        """Take the gradient of a micro-batch."""
        if self.n >= self._most:
            return
        self._waiting.append(row)
        self._taken += 1
        if self._taken % self._accumulate == 0 and len(self._waiting) >= self._block:
            self._flush()

    def drop(self) -> None:
        """Forget the micro-batches of an unfinished mini-batch."""
        unfinished = self._taken % self._accumulate
        if unfinished:
            del self._waiting[-unfinished:]
            self._taken -= unfinished

    def array(self) -> FloatArray:
        """Return all rows, shape (n, k)."""
        self.drop()
        self._flush()
        return np.concatenate(self._blocks) if self._blocks else np.empty((0, 0))

    def _flush(self) -> None:
        if self._waiting:
            self._blocks.append(mean_of_consecutive(host(self._waiting), self._accumulate))
            self._waiting.clear()


def host(rows: list[Tensor]) -> FloatArray:
    """Return rows of a device as one array of float64."""
    found: FloatArray = torch.stack(rows).cpu().numpy().astype(np.float64)
    return found


def mean_of_consecutive(rows: FloatArray, n: int) -> FloatArray:
    """Return the means of n consecutive rows each, term by term in order."""
    whole = rows.reshape(-1, n, rows.shape[1])
    total = np.zeros((len(whole), rows.shape[1]))
    with np.errstate(invalid="ignore"):  # inf - inf; what is not finite is reported at the end
        for i in range(n):
            total += whole[:, i]
    return total / n

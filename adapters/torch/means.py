"""Means of gradients in float64, summed while they stream by."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from stablefit._types import FloatArray

_TOGETHER = 2**22  # numbers that are brought to the host at once


class Running(Protocol):
    """A mean whose sums can be stored, and put back."""

    sums: int

    def state(self) -> tuple[FloatArray, list[int]]:
        """Return the sums, shape (sums, k), and their weights."""

    def restore(self, sums: FloatArray, weights: list[int]) -> None:
        """Go on from stored sums."""


class RunningMean:
    """The mean of rows by their weights, term by term in order: a column does not depend on the others' number.

    A matrix product or a pairwise sum would round differently for other shapes, and so would fused operations. Rows
    come to the host some at a time, so that no pass has to wait for its copy.
    """

    sums = 1

    def __init__(self, k: int) -> None:
        self._sum, self._weight = np.zeros(k), 0
        self._waiting: list[tuple[Tensor, int]] = []

    def add(self, row: Tensor, weight: int) -> None:
        """Add a row, shape (k,)."""
        self._waiting.append((row.detach(), weight))
        if len(self._waiting) * max(row.numel(), 2**14) >= _TOGETHER:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        rows = torch.stack([row for row, _ in self._waiting]).cpu().numpy()
        with np.errstate(invalid="ignore", over="ignore"):  # inf - inf; what is not finite is reported at the end
            for row, (_, weight) in zip(rows, self._waiting, strict=True):
                self._sum += weight * row.astype(np.float64)
                self._weight += weight
        self._waiting.clear()

    def total(self) -> tuple[FloatArray, int]:
        """Return the weighted sum and the sum of the weights."""
        self._flush()
        return self._sum, self._weight

    def state(self) -> tuple[FloatArray, list[int]]:
        """Return the sum, shape (1, k), and its weight."""
        total, weight = self.total()
        return total[None], [weight]

    def restore(self, sums: FloatArray, weights: list[int]) -> None:
        """Go on from a stored sum."""
        (self._sum,), (self._weight,) = np.array(sums), weights
        self._waiting.clear()


class PassMean:
    """The mean over the whole passes through a loader; over everything that was seen where no pass has ended."""

    sums = 2

    def __init__(self, k: int) -> None:
        self._ended: tuple[FloatArray, int] = np.zeros(k), 0
        self._present = RunningMean(k)
        self.whole = 0

    def add(self, row: Tensor, weight: int) -> None:
        """Add a row of the present pass."""
        self._present.add(row, weight)

    def end_pass(self) -> None:
        """Note that the present pass is whole."""
        total, weight = self._present.total()
        self._ended = self._ended[0] + total, self._ended[1] + weight
        self._present = RunningMean(len(total))
        self.whole += 1

    def total(self) -> tuple[FloatArray, int]:
        """Return the weighted sum and the sum of the weights."""
        return self._ended if self.whole else self._present.total()

    def state(self) -> tuple[FloatArray, list[int]]:
        """Return the sums over the whole passes and over the present one, shape (2, k), and their weights."""
        present, weight = self._present.total()
        return np.array([self._ended[0], present]), [self._ended[1], weight, self.whole]

    def restore(self, sums: FloatArray, weights: list[int]) -> None:
        """Go on from stored sums."""
        self._ended, self.whole = (np.array(sums[0]), weights[0]), weights[2]
        self._present.restore(sums[1:], weights[1:2])

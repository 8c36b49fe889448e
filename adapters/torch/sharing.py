"""Sketches that several processes fill together, each from mini-batches of its own."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from adapters.torch.device_sums import DeviceSums
from adapters.torch.ranks import Ranks
from adapters.torch.sketching import GradientSketch, SketchFiller
from stablefit import Sketch
from stablefit._kernels.sketch import CENTRE
from stablefit._types import AnyArray, FloatArray


class SharedFiller(SketchFiller):
    """Fills this process's part of a sketch, around the centres and scales of the first process.

    Sums can be added only where these are the same. The first process has the pilot; the others keep as many rows
    until it is told to them.
    """

    def __init__(
        self,
        parameters: Mapping[str, nn.Parameter],
        accumulate: int,
        most: int,
        ranks: Ranks,
        *,
        histogram: bool = False,
    ) -> None:
        super().__init__(parameters, accumulate, most, histogram=histogram)
        self._ranks, self._early, self._told = ranks, list[list[Tensor]](), False
        self._seen, self._wanted = 0, min(self.parts[0].pilot, most)

    def add(self, rows: Sequence[Tensor]) -> None:
        """Add the gradients of a mini-batch."""
        if self._told or self._ranks.rank == 0:
            super().add(rows)
        else:
            self._early.append([row.clone() for row in rows])
        self._seen += 1
        if self._seen == self._wanted:
            self._tell()

    def end(self) -> None:
        """Bring the centres to all where some process has had too few mini-batches to wait for them."""
        if not self._told:
            self._tell()

    def _tell(self) -> None:
        """Bring the first process's centres and scales to all."""
        self._told = True
        for i, part in enumerate(self.parts):
            self.parts[i] = self._around(part)
        early, self._early = self._early, []
        for rows in early:
            super().add(rows)

    def _around(self, part: Sketch | DeviceSums) -> Sketch | DeviceSums:
        part.begin()
        if isinstance(part, DeviceSums):
            self._ranks.broadcast(part.centre)
            self._ranks.broadcast(part.rate)
            return part
        told = torch.tensor(part.state[:, CENTRE:].astype(np.float64), device=self._ranks.device)
        self._ranks.broadcast(told)
        if self._ranks.rank:
            empty = np.zeros_like(part.state)
            empty[:, CENTRE:] = told.cpu().numpy()
            mean, square = np.zeros(part.size, dtype=empty.dtype), np.zeros(part.size, dtype=empty.dtype)
            counts = None if part.counts is None else np.zeros_like(part.counts)
            part.restore(0, empty, (mean, square, np.zeros(part.size, dtype=np.int32)), counts)
        return part

    def sketch(self) -> GradientSketch:
        """Return the sketch of the mini-batches of all processes, the same on each of them, by one all-reduce."""
        found = super().sketch()
        packed = [_packed(part) for part in found.parts]
        total = self._ranks.sum(np.concatenate([*packed, [float(self._seen)]]))
        ends = np.cumsum([len(part) for part in packed])
        for part, sums in zip(found.parts, np.split(total, ends), strict=False):
            _restore(part, int(total[-1]), sums)
        return found


def _packed(part: Sketch) -> FloatArray:
    """Return what can be added over processes: sums of cosines and sines, moments about the centre, zeros, counts."""
    state, moments = part.state.astype(np.float64), part.moments
    assert moments is not None, "gradients are sketched with moments"
    mean, square, zeros = (array.astype(np.float64) for array in moments)
    with np.errstate(invalid="ignore", over="ignore"):
        gap = mean - _centre(part)
        moved = square + part.n * gap * gap
    counts = np.zeros(0) if part.counts is None else part.counts.reshape(-1)
    return np.concatenate([state[:, :CENTRE].reshape(-1), part.n * gap, moved, zeros, counts])


def _restore(part: Sketch, n: int, sums: FloatArray) -> None:
    """Put such sums, of n rows, into a sketch."""
    state = part.state.copy()
    ends = np.cumsum([state[:, :CENTRE].size, part.size, part.size, part.size])
    first, gap, square, zeros, counts = np.split(sums, ends)
    state[:, :CENTRE] = first.reshape(state[:, :CENTRE].shape)
    with np.errstate(invalid="ignore", over="ignore"):
        gap = gap / n
        mean, square = _centre(part) + gap, np.maximum(square - n * gap * gap, 0.0)
    whole: AnyArray = np.rint(zeros).astype(np.int32)
    moments = mean.astype(state.dtype), square.astype(state.dtype), whole
    bins = None if part.counts is None else np.rint(counts).astype(np.uint16).reshape(part.counts.shape)
    part.restore(n, state, moments, bins)


def _centre(part: Sketch) -> FloatArray:
    centre: FloatArray = part.state[:, CENTRE].astype(np.float64).reshape(-1)[: part.size]
    return centre

"""The sums of `stablefit.Sketch` on a device: torch operations in place of the compiled loops for the host."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from stablefit import Sketch
from stablefit._kernels.sketch import BLOCK, CENTRE, FARTHEST, OCTAVES, RATE, SHARE, STATE, TURN
from stablefit._kernels.sketch_bins import BINS, WIDTH

_WIDEST = 2**19  # streams whose quartiles are taken at once: torch.quantile takes 2^24 numbers, 32 rows of these


def quartiles(rows: Tensor) -> Tensor:
    """Quartiles and median of each column, shape (3, size)."""
    at = rows.new_tensor([0.25, 0.5, 0.75])
    return torch.cat([torch.quantile(part, at, dim=0) for part in torch.split(rows, _WIDEST, dim=1)], dim=1)


def add_phasors(x: Tensor, centre: Tensor, rate: Tensor, sums: Sequence[Tensor]) -> None:
    """Add a row to 2 OCTAVES sums: cosines of the phase and its doublings, then sines."""
    turns = (x - centre) * rate
    near, nothing = turns.abs() < float(FARTHEST), 0.0 * turns  # nan where x is not finite
    phase = TURN * (turns - turns.round())
    c, s = torch.where(near, torch.cos(phase), nothing), torch.where(near, torch.sin(phase), nothing)
    for j in range(OCTAVES):
        sums[j].add_(c)
        sums[OCTAVES + j].add_(s)
        c, s = (c - s) * (c + s), 2.0 * s * c


def add_moments(x: Tensor, share: Tensor, mean: Tensor, square: Tensor, zeros: Tensor) -> None:
    """Add a row to means and sums of squares about them, and count zeros; share is 1 / n."""
    gap = x - mean
    mean.add_(gap * share)
    square.add_(gap * (x - mean))
    zeros.add_((x == 0).to(zeros.dtype))


def add_both(
    x: Tensor,
    share: Tensor,
    centre: Tensor,
    rate: Tensor,
    sums: Sequence[Tensor],
    moments: tuple[Tensor, Tensor, Tensor],
) -> None:
    """Add a row to sums and moments: compiled, one pass over everything."""
    add_phasors(x, centre, rate, sums)
    add_moments(x, share, *moments)


def add_counts(x: Tensor, centre: Tensor, rate: Tensor, counts: Tensor) -> None:
    """Count a row in the bins of each stream, counts (size, BINS); nan comes into the first one."""
    places = (x - centre) * rate * (TURN / (SHARE * WIDTH)) + BINS // 2
    bins = torch.nan_to_num(places, nan=0.0).clamp(0.0, BINS - 1.0).long()
    counts.scatter_add_(1, bins[:, None], torch.ones_like(bins[:, None], dtype=counts.dtype))


class DeviceSums:
    """What `Sketch` keeps, for streams that live on a device; `to_host` makes it a `Sketch`.

    The pilot's centre and scale are medians and quartiles as there. On CUDA the update goes through torch.compile, all
    of it in one pass: it is the memory that limits it. Tensors are apart, for views of one are not fused.
    """

    def __init__(self, size: int, device: torch.device, *, pilot: int = 32, histogram: bool = False) -> None:
        self.size, self.device, self.pilot, self.n = size, device, pilot, 0
        self.sums = [torch.zeros(size, device=device) for _ in range(2 * OCTAVES)]
        self.centre, self.rate = torch.zeros(size, device=device), torch.zeros(size, device=device)
        self.mean, self.square = torch.zeros(size, device=device), torch.zeros(size, device=device)
        self.zeros = torch.zeros(size, dtype=torch.int32, device=device)
        self.counts = torch.zeros(size, BINS, dtype=torch.int32, device=device) if histogram else None
        self._waiting: list[Tensor] | None = []
        self._both = torch.compile(add_both, dynamic=True) if device.type == "cuda" else add_both

    @torch.no_grad()
    def add(self, row: Tensor) -> None:
        """Add one row, shape (size,), on the device."""
        self.n += 1
        share = torch.full((), 1.0 / self.n, device=self.device)  # a number would be compiled in
        moments = self.mean, self.square, self.zeros
        if self._waiting is None:
            self._both(row, share, self.centre, self.rate, self.sums, moments)
            self._count(row)
            return
        add_moments(row, share, *moments)
        self._waiting.append(row.clone())
        if len(self._waiting) == self.pilot:
            self.begin()

    @torch.no_grad()
    def begin(self) -> None:
        """End the pilot with the rows there are; without any, centres and rates stay what they are."""
        waiting, self._waiting = self._waiting, None
        if not waiting:
            return
        rows = torch.stack(waiting)
        lower, centre, upper = quartiles(rows)
        width = 0.5 * (upper - lower)
        width = torch.where(width > 0.0, width, (rows - centre).abs().amax(dim=0))
        known = (width > 0.0) & torch.isfinite(width)
        self.centre.copy_(centre)
        self.rate.copy_(torch.where(known, SHARE / (TURN * width), torch.zeros_like(width)))
        for row in waiting:
            add_phasors(row, self.centre, self.rate, self.sums)
            self._count(row)

    def _count(self, row: Tensor) -> None:
        if self.counts is not None:
            add_counts(row, self.centre, self.rate, self.counts)

    def to_host(self) -> Sketch:
        """Return the same as a `Sketch` on the host."""
        self.begin()
        sketch = Sketch(self.size, pilot=self.pilot)
        state = np.zeros((STATE, sketch.state.shape[0] * BLOCK), dtype=np.float32)
        state[: 2 * OCTAVES, : self.size] = torch.stack(self.sums).cpu().numpy()
        state[:OCTAVES, self.size :] = self.n  # as the zeros add up that fill the host's last block
        state[CENTRE, : self.size], state[RATE, : self.size] = self.centre.cpu().numpy(), self.rate.cpu().numpy()
        sketch.restore(
            self.n,
            np.ascontiguousarray(state.reshape(STATE, -1, BLOCK).swapaxes(0, 1)),
            (self.mean.cpu().numpy(), self.square.cpu().numpy(), self.zeros.cpu().numpy()),
            None if self.counts is None else self.counts.cpu().numpy().astype(np.uint16),
        )
        return sketch

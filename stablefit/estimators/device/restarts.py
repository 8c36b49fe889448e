"""Maximum likelihood from several starts on a device: `stablefit.estimators.restarts` for many samples in lock step."""

import math

import torch
from torch import Tensor

from stablefit.estimators.device import scoring
from stablefit.estimators.device.scoring import Optimum
from stablefit.estimators.device.sweeps import where
from stablefit.estimators.restarts import BETTER, HEAVY, SMALL, starts
from stablefit.estimators.status import Status


def maximise(rows: Tensor, chosen: Tensor, start: Tensor, free: tuple[bool, bool, bool]) -> Optimum:
    """`scoring.maximise`, and where wanted the best of that, of the same from other starts, and of alpha = 2."""
    best, n = scoring.maximise(rows, chosen, start, free), rows.shape[1]
    wanted = where((best.place[:, 0] * math.log(n) < HEAVY) | (n < SMALL))
    if not wanted.numel() or not any(free):
        return best
    ordered = torch.sort(rows[chosen[wanted]], dim=1).values
    for alpha, share in starts(n):
        middle, half = _densest(ordered, share)
        usable = where(half > 0.0)
        able, middle, half = wanted[usable], middle[usable], half[usable]
        first = start[able].clone()
        if free[0]:
            first[:, 0] = alpha
        if free[1]:
            first[:, 1] = middle
        if free[2]:
            first[:, 2] = torch.log(half)
        other = scoring.maximise(rows, chosen[able], first, free)
        lost = best.status[able] == Status.NOT_CONVERGED
        better = (other.status != Status.NOT_CONVERGED) & (lost | (other.value > best.value[able] + BETTER))
        _take(best, able, other, better)
    if free[0] and n < SMALL:
        everyone = torch.arange(chosen.numel(), device=rows.device)
        normal = scoring.normal_maximum(rows, chosen, start, free)
        _take(best, everyone, normal, normal.value > best.value + BETTER)
    return best


def _take(best: Optimum, rows: Tensor, other: Optimum, better: Tensor) -> None:
    best.put(rows[better], Optimum(*(part[better] for part in other)))


def _densest(ordered: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Middle and half length of the shortest interval that reaches over a share of the ordered values of each row."""
    m = int(share * ordered.shape[1])
    low, high = ordered[:, : ordered.shape[1] - m], ordered[:, m:]
    shortest = (high - low).argmin(dim=1, keepdim=True)
    low, high = (part.gather(1, shortest)[:, 0] for part in (low, high))
    return 0.5 * (low + high), 0.5 * (high - low)

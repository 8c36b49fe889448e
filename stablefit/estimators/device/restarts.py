"""Maximum likelihood from several starts on a device: `stablefit._kernels.restarts` for many samples in lock step."""

import torch
from torch import Tensor

from stablefit._kernels.restarts import SMALL
from stablefit.estimators.device import scoring
from stablefit.estimators.device.scoring import Optimum
from stablefit.estimators.device.sweeps import where
from stablefit.estimators.status import Status

_BETTER = 1e-9
_STARTS = ((0.6, 0.25), (1.0, 0.5), (1.2, 0.6))  # alpha; share of the sample whose densest place gives loc and scale


def maximise(rows: Tensor, chosen: Tensor, start: Tensor, free: tuple[bool, bool, bool]) -> Optimum:
    """`scoring.maximise`, and for small samples the best of that, of the same from `_STARTS`, and of alpha = 2."""
    best = scoring.maximise(rows, chosen, start, free)
    if rows.shape[1] >= SMALL or not any(free):
        return best
    ordered = torch.sort(rows[chosen], dim=1).values
    for alpha, share in _STARTS:
        middle, half = _densest(ordered, share)
        able = where(half > 0.0)
        first = start[able].clone()
        if free[0]:
            first[:, 0] = alpha
        if free[1]:
            first[:, 1] = middle[able]
        if free[2]:
            first[:, 2] = torch.log(half[able])
        other = scoring.maximise(rows, chosen[able], first, free)
        lost = best.status[able] == Status.NOT_CONVERGED
        better = (other.status != Status.NOT_CONVERGED) & (lost | (other.value > best.value[able] + _BETTER))
        _take(best, able, other, better)
    if free[0]:
        everyone = torch.arange(chosen.numel(), device=rows.device)
        normal = scoring.normal_maximum(rows, chosen, start, free)
        _take(best, everyone, normal, normal.value > best.value + _BETTER)
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

"""How far below 2 alpha may lie where the best law is normal: `stablefit.estimators.profile` in lock step."""

import math

import torch
from torch import Tensor

from stablefit._kernels.scoring import LOWEST
from stablefit.estimators.device import scoring
from stablefit.estimators.device.likelihood import likelihood
from stablefit.estimators.device.scoring import Optimum
from stablefit.estimators.device.sweeps import where
from stablefit.estimators.profile import CLOSE, FIRST, LONGEST, MOST_STEPS


def lower_limit(rows: Tensor, chosen: Tensor, optimum: Optimum, free: tuple[bool, bool, bool], drop: float) -> Tensor:
    """Alpha (m,) where the profile of samples with their maximum at alpha = 2 has fallen by drop; nan if not found."""
    return _Descent(rows, chosen, optimum, free, drop).limit()


class _Descent:
    """Two ends between which the limit lies, in -log(2 - alpha): near has fallen by less than drop, far by more."""

    def __init__(
        self, rows: Tensor, chosen: Tensor, optimum: Optimum, free: tuple[bool, bool, bool], drop: float
    ) -> None:
        self.rows, self.chosen, self.drop = rows, chosen, drop
        self.free = (False, *free[1:])
        self.place, self.value = optimum.place.clone(), optimum.value
        slope = likelihood(rows, chosen, *optimum.place.unbind(dim=1))[:, 1]
        self.farthest = math.log(rows.shape[1]) + 3.0
        self.near = torch.log(slope.clamp(min=drop) / drop).clamp(max=self.farthest)
        everyone = torch.arange(chosen.numel(), device=rows.device)
        self.gap_near = self._gap(everyone, self.near)
        self.far, self.gap_far = self.near - FIRST, torch.full_like(self.near, -1.0)
        self.found = torch.full_like(self.near, math.nan)

    def limit(self) -> Tensor:
        """Bracket the limit and close in on it."""
        self._outwards()
        self._inwards()
        self._between()
        return self.found

    def _gap(self, rows: Tensor, value: Tensor) -> Tensor:
        """How much the profile has fallen below drop; each search for the others begins where the last one ended."""
        start = self.place[rows]
        start[:, 0] = (2.0 - torch.exp(-value)).clamp(min=LOWEST)
        found = scoring.maximise(self.rows, self.chosen[rows], start, self.free)
        self.place[rows] = found.place
        return self.value[rows] - found.value - self.drop

    def _outwards(self) -> None:
        """Towards alpha = 2 until near has fallen by less than drop."""
        while (rows := where((self.gap_near >= 0.0) & (self.near < self.farthest))).numel():
            self.far[rows], self.gap_far[rows] = self.near[rows], self.gap_near[rows]
            self.near[rows] += FIRST
            self.gap_near[rows] = self._gap(rows, self.near[rows])

    def _inwards(self) -> None:
        """Away from alpha = 2 until far has fallen by more."""
        step, active = torch.full_like(self.near, FIRST), where(self.gap_far < 0.0)
        for _ in range(MOST_STEPS):
            if not active.numel():
                break
            gap = self.gap_far[active] = self._gap(active, self.far[active])
            active = active[gap < 0.0]
            at_end = self.place[active, 0] == LOWEST
            self.found[active[at_end]] = LOWEST
            active = active[~at_end]
            self.near[active], self.gap_near[active] = self.far[active], self.gap_far[active]
            step[active] = (1.6 * step[active]).clamp(max=LONGEST)
            self.far[active] -= step[active]

    def _between(self) -> None:
        """Regula falsi, the older end's weight halved when it stays (Illinois)."""
        active = where((self.gap_far >= 0.0) & (self.gap_near < 0.0) & torch.isnan(self.found))
        kept = torch.zeros_like(self.chosen)
        for _ in range(MOST_STEPS):
            if not active.numel():
                break
            near, far, gap_near, gap_far = (v[active] for v in (self.near, self.far, self.gap_near, self.gap_far))
            middle = (near * gap_far - far * gap_near) / (gap_far - gap_near)
            gap = self._gap(active, middle)
            self.found[active] = (2.0 - torch.exp(-middle)).clamp(min=LOWEST)
            close = (gap.abs() < CLOSE) | ((far - near).abs() < 1e-12 * far.abs().clamp(min=1.0))
            below, side = gap < 0.0, kept[active]
            self.near[active] = torch.where(below, middle, near)
            self.far[active] = torch.where(below, far, middle)
            self.gap_near[active] = torch.where(below, gap, torch.where(side == 1, 0.5 * gap_near, gap_near))
            self.gap_far[active] = torch.where(below, torch.where(side == -1, 0.5 * gap_far, gap_far), gap)
            kept[active] = torch.where(below, -1, 1)
            active = active[~close]

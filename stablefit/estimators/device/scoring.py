"""Maximum likelihood on a device: `stablefit._kernels.scoring` for many samples in lock step.

Every sample goes through the decisions of the kernel in its order; what is shared is the pass over the data, one trial
of each sample that is still on its way. Those that have arrived drop out.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from stablefit._kernels.scoring import FARTHEST_NORMAL, LOWEST
from stablefit.estimators.device import curvature
from stablefit.estimators.device.information import fisher
from stablefit.estimators.device.likelihood import likelihood
from stablefit.estimators.device.sweeps import parts, where
from stablefit.estimators.status import Status

# Constants of the kernel, whose decisions these are.
_NEAR_NORMAL = 1.9
_MOST_STEPS = 100
_MOST_TRIALS = 40
_SHORT = 0.3
_TIGHT = 1e-10
_GOOD = 1e-6
_GOING = -1  # no status yet


class Optimum(NamedTuple):
    """Where the searches ended, one a sample."""

    place: Tensor  # (m, 3): alpha, loc, log scale
    value: Tensor  # (m,), log-likelihood
    status: Tensor  # (m,): OK, BOUNDARY or NOT_CONVERGED

    def put(self, rows: Tensor, other: "Optimum") -> None:
        """Write some samples' optima into their places."""
        for mine, theirs in zip(self, other, strict=True):
            mine[rows] = theirs


def maximise(rows: Tensor, chosen: Tensor, start: Tensor, free: tuple[bool, bool, bool]) -> Optimum:
    """Fit the chosen rows (m,) from start (m, 3) = (alpha, loc, log scale); what is not free stays."""
    if not free[0]:
        held_at_two = where(start[:, 0] == 2.0)  # the best normal law has a closed form
        if held_at_two.numel():
            start = start.clone()
            start[held_at_two] = _normal_fit(rows, chosen[held_at_two], start[held_at_two], free)[0]
    search = _Search(rows, chosen, start, free)
    active = torch.arange(chosen.numel(), device=rows.device)
    while active.numel():
        waiting = active[search.arrived[active]]
        if waiting.numel():
            search.direct(waiting)
            active = active[search.status[active] == _GOING]
        if active.numel():
            search.attempt(active)
            active = active[search.status[active] == _GOING]
    return Optimum(search.place, search.sums[:, 0], search.status)


def normal_maximum(rows: Tensor, chosen: Tensor, start: Tensor, free: tuple[bool, bool, bool]) -> Optimum:
    """The best normal laws, loc and log scale from start where held; minus infinity where they are no maximum."""
    place, largest = _normal_fit(rows, chosen, start, free)
    value = torch.full_like(largest, -math.inf)
    near = where(largest < FARTHEST_NORMAL)
    sums = likelihood(rows, chosen[near], *place[near].unbind(dim=1))
    value[near] = torch.where(sums[:, 1] >= 0.0, sums[:, 0], -math.inf)
    return Optimum(place, value, torch.full_like(chosen, int(Status.BOUNDARY)))


def _normal_fit(rows: Tensor, chosen: Tensor, start: Tensor, free: tuple[bool, bool, bool]) -> tuple[Tensor, Tensor]:
    """Places of the best normal laws, and the largest |z| under each."""
    n = rows.shape[1]
    place = start.clone()
    place[:, 0] = 2.0
    largest = torch.empty_like(start[:, 0])
    for part in parts(chosen.numel(), n):
        x = rows[chosen[part]]
        if free[1]:
            place[part, 1] = x.mean(dim=1)
        x = x - place[part, 1, None]
        if free[2]:
            place[part, 2] = 0.5 * torch.log(0.5 * (x * x).sum(dim=1) / n)
        largest[part] = x.abs().amax(dim=1) * torch.exp(-place[part, 2])
    return place, largest


class _Search:
    """Where each sample stands: its last accepted place with the sums there, and the step that is being tried."""

    def __init__(self, rows: Tensor, chosen: Tensor, start: Tensor, free: tuple[bool, bool, bool]) -> None:
        m, device = chosen.numel(), rows.device
        self.rows, self.chosen, self.start, self.free = rows, chosen, start, free
        self.place = start.clone()
        if free[0]:
            self.place[:, 0].clamp_(LOWEST, 2.0 - 1e-3)
        self.sums = self._likelihood(chosen, self.place)
        self.status = torch.full((m,), _GOING, device=device)
        self.matrix, self.gradient, self.move = start.new_zeros(m, 3, 3), start.new_zeros(m, 3), start.new_zeros(m, 3)
        self.gain, self.share, self.longest = start.new_zeros(3, m).unbind()
        self.movable = torch.tensor(free, device=device).expand(m, 3).clone()
        self.fresh, self.arrived = (torch.ones(m, dtype=torch.bool, device=device) for _ in range(2))
        self.look = torch.full((m,), free[0], device=device)
        self.steps, self.trials = (torch.zeros(m, dtype=torch.int64, device=device) for _ in range(2))

    def direct(self, rows: Tensor) -> None:
        """Choose the next step of samples that have arrived somewhere, or end their searches."""
        rows = rows[~self._end(rows, self.steps[rows] >= _MOST_STEPS, Status.NOT_CONVERGED)]
        rows = self._beyond_the_boundary(rows)
        if not rows.numel():
            return
        alpha = self.place[rows, 0]
        gradient = _gradient(alpha, self.sums[rows])
        matrix = torch.where(self.fresh[rows, None, None], self._curvature(rows), self.matrix[rows])
        at_lowest = (alpha <= LOWEST) & (gradient[:, 0] < 0.0) & self.free[0]
        movable = self.movable[rows]
        movable[:, 0] = ~at_lowest & self.free[0]
        move, gain = curvature.solve(matrix, gradient, movable)
        self.matrix[rows], self.gradient[rows], self.movable[rows], self.gain[rows] = matrix, gradient, movable, gain
        self._end(rows, ~(gain >= 0.0), Status.NOT_CONVERGED)
        self._settle(rows, move, (gain >= 0.0) & (gain < _TIGHT))
        far = movable[:, 0] & (move[:, 0].abs() > 1.0)
        bounded = curvature.beside(matrix, gradient, movable, torch.copysign(torch.ones_like(gain), move[:, 0]))
        move = torch.where(far[:, None], bounded, move)
        in_loc = 0.5 * move[:, 1].abs() * torch.exp(-self.place[rows, 2])
        longest = torch.maximum(move[:, 0].abs(), torch.maximum(move[:, 2].abs(), in_loc))
        self.move[rows], self.longest[rows], self.share[rows] = move, longest, 1.0 / longest.clamp(min=1.0)
        self.steps[rows] += 1
        self.trials[rows], self.arrived[rows] = 0, False

    def attempt(self, rows: Tensor) -> None:
        """Try the steps; samples whose likelihood does not rise try a shorter one next."""
        step = self.share[rows, None] * self.move[rows]
        place = self._moved(rows, step)
        trial = self._likelihood(self.chosen[rows], place)
        before = self.sums[rows, 0]
        level = (self.gain[rows] < _GOOD) & (trial[:, 0] > before - 1e-11 * before.abs())
        climbed = (trial[:, 0] > before) | level
        self._accept(rows[climbed], place[climbed], trial[climbed], step[climbed])
        stuck = rows[~climbed]
        self.share[stuck] *= 0.4
        self.trials[stuck] += 1
        given_up = self.trials[stuck] >= _MOST_TRIALS
        self._end(stuck, given_up & (self.gain[stuck] < _GOOD), None)
        self._end(stuck, given_up & ~(self.gain[stuck] < _GOOD), Status.NOT_CONVERGED)

    def _accept(self, rows: Tensor, place: Tensor, trial: Tensor, step: Tensor) -> None:
        """Long steps leave the old curvature behind; short ones improve it."""
        fresh = self.share[rows] * self.longest[rows] > _SHORT
        step = torch.where(self.movable[rows], step, 0.0)
        drop = torch.where(self.movable[rows], self.gradient[rows] - _gradient(place[:, 0], trial), 0.0)
        better = curvature.updated(self.matrix[rows], step, drop)
        self.matrix[rows] = torch.where(fresh[:, None, None], self.matrix[rows], better)
        self.place[rows], self.sums[rows], self.fresh[rows], self.arrived[rows] = place, trial, fresh, True

    def _likelihood(self, chosen: Tensor, place: Tensor) -> Tensor:
        return likelihood(self.rows, chosen, *place.unbind(dim=1), alpha_held=not self.free[0])

    def _moved(self, rows: Tensor, step: Tensor) -> Tensor:
        place = self.place[rows] + step
        if self.free[0]:
            place[:, 0] = (2.0 - (2.0 - self.place[rows, 0]) * torch.exp(-step[:, 0])).clamp(min=LOWEST)
        else:
            place[:, 0] = self.place[rows, 0]
        return place

    def _settle(self, rows: Tensor, move: Tensor, tight: Tensor) -> None:
        """The last step of searches that are as good as there: it needs no look."""
        rows, move = rows[tight], move[tight]
        self.place[rows] = self._moved(rows, move)
        self.sums[rows, 0] += 0.5 * self.gain[rows]
        self._end(rows, torch.ones_like(rows, dtype=torch.bool), None)

    def _beyond_the_boundary(self, rows: Tensor) -> Tensor:
        """End searches that come near alpha = 2 where the normal law is the better maximum; the others go on."""
        looking = where(self.look[rows] & (self.place[rows, 0] > _NEAR_NORMAL))
        if not looking.numel():
            return rows
        near = rows[looking]
        self.look[near] = False
        normal = normal_maximum(self.rows, self.chosen[near], self.start[near], self.free)
        better = normal.value >= self.sums[near, 0]
        ended = near[better]
        self.place[ended], self.sums[ended, 0] = normal.place[better], normal.value[better]
        self.status[ended] = int(Status.BOUNDARY)
        return rows[self.status[rows] == _GOING]

    def _end(self, rows: Tensor, ended: Tensor, status: Status | None) -> Tensor:
        """End some searches, by default where a search ends that has converged."""
        rows = rows[ended]
        at_lowest = self.free[0] & ~self.movable[rows, 0]
        converged = torch.where(at_lowest, int(Status.BOUNDARY), int(Status.OK))
        self.status[rows] = converged if status is None else int(status)
        return ended

    def _curvature(self, rows: Tensor) -> Tensor:
        """Information in (-log(2 - alpha), loc, log scale): expected, or near alpha = 2 the scores' products."""
        alpha, _, log_scale = self.place[rows].unbind(dim=1)
        sums, rest, n = self.sums[rows], 2.0 - alpha, self.rows.shape[1]
        i_aa, i_ag, i_gg, i_dd = fisher(alpha)
        zero = torch.zeros_like(rest)
        i_dd = n * i_dd * torch.exp(-2.0 * log_scale)
        expected = [n * rest * rest * i_aa, zero, n * rest * i_ag, i_dd, zero, n * i_gg]
        products = [rest * rest * sums[:, 4], rest * sums[:, 5], rest * sums[:, 6], *sums[:, 7:].unbind(dim=1)]
        for i in (0, 3, 5):
            products[i] = products[i] * (1.0 + 1e-9)
        near = alpha > _NEAR_NORMAL
        aa, al, ag, ll, lg, gg = (torch.where(near, a, b) for a, b in zip(products, expected, strict=True))
        return torch.stack([aa, al, ag, al, ll, lg, ag, lg, gg], dim=1).reshape(-1, 3, 3)


def _gradient(alpha: Tensor, sums: Tensor) -> Tensor:
    """Derivatives of the log-likelihood in (-log(2 - alpha), loc, log scale)."""
    return torch.stack([(2.0 - alpha) * sums[:, 1], sums[:, 2], sums[:, 3]], dim=1)

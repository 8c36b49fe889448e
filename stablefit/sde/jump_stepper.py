"""The jump-adapted scheme, for rare exits at small noise."""

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from stablefit._types import AnyArray, BoolArray, FloatArray
from stablefit.sde.drifts import Quadratic
from stablefit.sde.large_jumps import jumps_of
from stablefit.sde.stepper import RUNNING, Stepper

if TYPE_CHECKING:
    from stablefit._kernels.jump_plan import Jumps, Travel

PANEL = 1024
"""Steps of a table of the clocks. Tables begin at its multiples, whatever is asked for: sums are always the same."""
_FEWEST, _MOST = 16, 512
"""Steps of a block. At its end paths with few jumps wait for those with many, until then finished ones are carried on:
blocks are long where few finish."""
_FEW, _MANY = 0.02, 0.2
"""Shares of paths that finish in a block."""


class JumpStepper(Stepper):
    """Large jumps at their times, the drift's flow between them, small jumps as normal numbers.

    How an array of drifts is computed is left to subclasses. The drift is told a column of times, one a path.
    """

    _jumps: "Jumps"
    _travel: "Travel"

    def start(self, paths: AnyArray, x: FloatArray) -> None:
        """Begin with these paths at these places."""
        from stablefit._kernels.jump_plan import Travel, first_jumps

        super().start(paths, x)
        total = self.dynamics.clock_lengths(np.array([self.grid.start, self.grid.end]))[0]
        self._jumps = jumps_of(self.dynamics, total / len(self.grid))
        m, n_clocks = paths.size, self._jumps.rate.size
        place, counts = np.full(m, self.grid.start), np.zeros((m, n_clocks), dtype=np.uint64)
        self._travel = Travel(np.zeros(m, np.int64), place, np.zeros(m, np.uint64), counts, np.empty((m, n_clocks)))
        first_jumps(self.noise.key, paths, self._jumps, self._travel)
        self._block = _FEWEST
        self._panel, self._edges, self._clock = -1, np.empty(0), np.zeros((1, n_clocks))

    def keep(self, mask: BoolArray) -> None:
        """Go on with these paths only."""
        super().keep(mask)
        self._travel = type(self._travel)(*(np.ascontiguousarray(values[mask]) for values in self._travel))

    def steps_at_once(self) -> int:
        """Return how many steps make a block."""
        return self._block

    def _advance(self, first: int, count: int) -> None:
        end = first + count
        while first < end:
            self._turn_to(first // PANEL)
            part = min(end - first, PANEL - first % PANEL)
            rows = slice(first % PANEL, first % PANEL + part + 1)
            self._travel.cell[:] = 0
            self._go(self._edges[rows], self._clock[rows])
            first += part
            finished = float(np.mean(self.status != RUNNING))
            self._block = max(_FEWEST, self._block // 2) if finished > _MANY else self._block
            self._block = min(_MOST, self._block * 2) if finished < _FEW else self._block
            if finished == 1.0:
                return

    def _turn_to(self, panel: int) -> None:
        """Have the table with the times of a panel's steps and what the clocks show then; panels come in order."""
        while self._panel < panel:
            self._panel += 1
            first = self._panel * PANEL
            edges = self.grid.edges(first, min(PANEL, len(self.grid) - first))
            lengths = self.dynamics.clock_lengths(edges)[:, : self._jumps.rate.size]
            begin = self._clock[-1:]
            self._edges, self._clock = edges, np.concatenate([begin, begin + np.cumsum(lengths, axis=0)])

    @abstractmethod
    def _go(self, edges: FloatArray, clock: FloatArray) -> None:
        """Take all paths to edges[-1]."""


class LinearJumpStepper(JumpStepper):
    """For a `Quadratic` drift."""

    def _go(self, edges: FloatArray, clock: FloatArray) -> None:
        from stablefit._kernels.linear_jumps import linear_jump_steps

        dynamics = self.dynamics
        assert isinstance(dynamics.sde.drift, Quadratic)
        hessian, centre = dynamics.sde.drift.of(dynamics.n_axes)
        mixing = np.empty((0, 0)) if dynamics.mixing is None else dynamics.mixing
        linear_jump_steps(
            np.atleast_2d(hessian),
            centre,
            mixing,
            dynamics.strength,
            self.noise.key,
            self.paths,
            self.x,
            self._jumps,
            self._travel,
            edges,
            clock,
            self.region,
            self.status,
            self.time,
        )


class CompiledJumpStepper(JumpStepper):
    """For a drift, and an amplitude, that a user compiled."""

    def _go(self, edges: FloatArray, clock: FloatArray) -> None:
        from stablefit._kernels.jump_steps import jump_steps

        dynamics = self.dynamics
        jump_steps(
            dynamics.sde.drift,
            dynamics.amplitude,
            dynamics.mixing,
            dynamics.strength,
            self.noise.key,
            self.paths,
            self.x,
            self._jumps,
            self._travel,
            edges,
            clock,
            self.region,
            self.status,
            self.time,
        )


class ArrayJumpStepper(JumpStepper):
    """For any drift and domain, by NumPy calls for all paths at once."""

    largest = 8192

    def _go(self, edges: FloatArray, clock: FloatArray) -> None:
        from stablefit._kernels import jump_steps
        from stablefit._kernels.jump_plan import plan

        m, travel, force = self.paths.size, self._travel, self.dynamics.force
        length = np.empty(m)
        before, after, jump = np.empty((3, m, self.dynamics.alpha.size))
        planned = (self._jumps, travel, edges, clock, length, before, after, jump)
        while plan(self.noise.key, self.paths, self.status, *planned):
            h, end = length[:, None], travel.place[:, None].copy()
            begin, middle, x = end - h, end - 0.5 * h, self.x
            with np.errstate(over="ignore", invalid="ignore"):
                jump_steps.depart(x, self._moved(begin, before), self.status)
                k1 = force(begin, x)
                k2 = force(middle, x + 0.5 * h * k1)
                k3 = force(middle, x + 0.5 * h * k2)
                k4 = force(end, x + h * k3)
                jump_steps.flow(x, length, k1, k2, k3, k4, self.status)
                kick, leap = self._moved(end, after), self._moved(end, jump)
            self._arrive(kick, leap)

    def _arrive(self, kick: FloatArray, leap: FloatArray) -> None:
        from stablefit._kernels.jump_steps import arrive

        if self.known:
            arrive(self.x, kick, leap, self._travel.place, self.region, self.status, self.time)
            return
        for move in (kick, leap):
            arrive(self.x, move, np.zeros_like(move), self._travel.place, self.region, self.status, self.time)
            self.leave(self.x, self.status)
        left = (self.status != RUNNING) & np.isnan(self.time)
        self.time[left] = self._travel.place[left]

    def _moved(self, t: FloatArray, driven: FloatArray) -> FloatArray:
        scaled = self.dynamics.strength * driven
        if self.dynamics.amplitude is not None or self.dynamics.mixing is None:
            return self.displacement(t, self.x, scaled)
        from stablefit._kernels.noise import mix

        out = np.empty(self.x.shape)
        mix(self.dynamics.mixing, scaled, out)
        return out

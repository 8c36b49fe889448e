"""The times of the steps."""

import math
from dataclasses import dataclass

import numpy as np

from stablefit._types import FloatArray, IntArray
from stablefit.sde.problem import Clock
from stablefit.sde.schedule import Schedule
from stablefit.sde.schedules import Constant

_NEARLY = 1e-9
"""Of a step: a last step as short as that is rounding."""


@dataclass(frozen=True)
class Grid:
    """Steps of length dt from start to end, the last one shorter if need be.

    Examples
    --------
    >>> grid = Grid(0.0, 1.0, 0.4)
    >>> len(grid), grid.edges(0, 3)
    (3, array([0. , 0.4, 0.8, 1. ]))
    """

    start: float
    end: float
    dt: float

    @classmethod
    def of(cls, name: str, schedule: Schedule, clock: Clock, end: float, dt: float | None) -> "Grid":
        """Return the grid up to `end`, which messages call `name`; ValueError where there is none."""
        if clock == "iteration":
            if not (0 < end < math.inf and end == int(end)):
                raise ValueError(f"{name} must be a positive whole number of iterations, got {end}")
            return cls(0.0, float(end), 1.0)
        if dt is None or not 0.0 < dt < math.inf:
            raise ValueError(f"dt must be positive and finite, got {dt}")
        if not schedule.start < end < math.inf:
            raise ValueError(f"{name} must be finite and beyond the schedule's start {schedule.start}, got {end}")
        return cls(schedule.start, float(end), float(dt))

    def __len__(self) -> int:
        return max(1, math.ceil((self.end - self.start) / self.dt - _NEARLY))

    def edges(self, first: int, count: int) -> FloatArray:
        """Return the times at which `count` steps from number `first` on begin, and the end of the last."""
        edges = self.start + self.dt * np.arange(first, first + count + 1, dtype=np.float64)
        if first + count == len(self):
            edges[-1] = self.end
        return edges

    def times(self, steps: IntArray) -> FloatArray:
        """Return the times after these numbers of steps."""
        return np.where(steps >= len(self), self.end, self.start + self.dt * steps)

    def lengths(self, first: int, count: int) -> FloatArray:
        """Return the lengths of these steps."""
        lengths = np.full(count, self.dt)
        last = len(self) - 1
        if first + count > last:
            rest = self.end - (self.start + self.dt * last)
            if abs(rest - self.dt) > _NEARLY * self.dt:
                lengths[-1] = rest
        return lengths

    def constant(self, schedule: Schedule) -> bool:
        """Whether all steps but the last are alike."""
        return isinstance(schedule, Constant)

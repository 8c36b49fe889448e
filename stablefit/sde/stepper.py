"""What solvers have in common: the state of some paths, taken forward together."""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import AnyArray, BoolArray, FloatArray
from stablefit.sde.domains import Domain, Everywhere
from stablefit.sde.dynamics import Dynamics, undefined_message
from stablefit.sde.grid import Grid
from stablefit.sde.noise import Noise

if TYPE_CHECKING:
    from stablefit._kernels.exits import Region

RUNNING, EXITED, EXPLODED, UNDEFINED = 0, 1, 2, 3
"""States of a path; as in _kernels/exits.py."""
DRAWS = 2**14
"""Draws of a block of steps: they stay in the cache, and Python's share of the time is small."""
_FEWEST = 1024
"""Draws of one process in a block, for the same reason."""


class Stepper(ABC):
    """Paths on their way; those that have finished are taken out between blocks of steps.

    Attributes
    ----------
    paths : ndarray of uint64, shape (m,)
        Their numbers.
    x : ndarray, shape (m, N)
        Where they are.
    status : ndarray of int8, shape (m,)
        RUNNING; EXITED, from the region; EXPLODED, beyond all numbers.
    time : ndarray, shape (m,)
        When they finished.
    """

    largest = 1024
    """Paths that are best computed together, at most."""

    def __init__(self, dynamics: Dynamics, grid: Grid, domain: Domain, key: np.uint64) -> None:
        self.dynamics, self.grid, self.domain = dynamics, grid, domain
        self.noise = Noise(dynamics, key)

    def start(self, paths: AnyArray, x: FloatArray) -> None:
        """Begin with these paths at these places."""
        self.paths, self.x = paths, np.array(x, dtype=np.float64, order="C")
        self.status, self.time = np.zeros(paths.size, dtype=np.int8), np.full(paths.size, np.nan)

    def steps_at_once(self) -> int:
        """Return how many steps make a block for so many paths as there are."""
        m, n_drivers = self.paths.size, self.dynamics.alpha.size
        return max(1, DRAWS // (m * n_drivers), _FEWEST // m)

    @cached_property
    def region(self) -> "Region":
        """The domain as kernels know it; everything if they do not."""
        return self.domain.region(self.dynamics.n_axes) or Everywhere().region(self.dynamics.n_axes)

    @cached_property
    def known(self) -> bool:
        """Whether kernels know the domain."""
        return self.domain.region(self.dynamics.n_axes) is not None

    def leave(self, x: FloatArray, status: AnyArray) -> bool:
        """Set the status of paths that have left a domain that kernels do not know; whether there are any."""
        if self.known:
            return False
        left = ~self.domain.contains(x) & (status == RUNNING)
        status[left] = EXITED
        return bool(left.any())

    def displacement(self, t: Any, x: FloatArray, driven: FloatArray) -> FloatArray:
        """Return what the driving processes do to the axes, where the amplitude is a function; else `driven` itself."""
        if self.dynamics.amplitude is None:
            return driven
        scaled = self.dynamics.amplitudes(t, x) * driven
        if self.dynamics.mixing is None:
            return scaled
        from stablefit._kernels.noise import mix

        out = np.empty(x.shape)
        mix(self.dynamics.mixing, scaled, out)
        return out

    def times(self, first: int, count: int) -> FloatArray:
        """Return the times that the drift is told: the begins of the steps, or the numbers of the iterations."""
        edges = self.grid.edges(first, count)
        return edges[1:] if self.dynamics.sde.clock == "iteration" else edges[:-1]

    def advance(self, first: int, count: int) -> None:
        """Take `count` steps from number `first` on; ValueError where the drift is not defined."""
        self._advance(first, count)
        undefined = np.flatnonzero(self.status == UNDEFINED)
        if undefined.size:
            i = undefined[0]
            raise ValueError(undefined_message("drift and scale", f"before t = {self.time[i]:.6g}", self.x[i]))

    @abstractmethod
    def _advance(self, first: int, count: int) -> None:
        """Take the steps."""

    def keep(self, mask: BoolArray) -> None:
        """Go on with these paths only."""
        self.paths, self.x, self.status, self.time = (
            np.ascontiguousarray(values[mask]) for values in (self.paths, self.x, self.status, self.time)
        )

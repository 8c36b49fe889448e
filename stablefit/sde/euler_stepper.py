"""Euler-Maruyama steps for any drift: compiled, or one NumPy call a step."""

import numpy as np

from stablefit._types import AnyArray, FloatArray
from stablefit.sde.stepper import RUNNING, UNDEFINED, Stepper


class CompiledStepper(Stepper):
    """The loop over steps is compiled together with the user's compiled drift, and amplitude where there is one."""

    def _advance(self, first: int, count: int) -> None:
        from stablefit._kernels.drift_steps import drift_steps

        dynamics = self.dynamics
        drift_weights, weights = dynamics.weights(self.grid, first, count)
        noise = self.noise.increments(self.paths, first, count, weights, mixed=dynamics.amplitude is None)
        drift_steps(
            dynamics.sde.drift,
            dynamics.amplitude,
            None if dynamics.amplitude is None else dynamics.mixing,
            self.x,
            noise,
            self.times(first, count),
            self.grid.edges(first, count)[1:],
            drift_weights,
            self.region,
            self.status,
            self.time,
        )


class ArrayStepper(Stepper):
    """One call of the drift a step, for all paths that are still on their way. Any domain."""

    largest = 8192

    def steps_at_once(self) -> int:
        """Return how many steps make a block; paths that finish are left out at once, so that it may be long."""
        return max(super().steps_at_once(), 16)

    def _advance(self, first: int, count: int) -> None:
        with np.errstate(over="ignore", invalid="ignore"):  # paths that explode
            self._steps(first, count)

    def _steps(self, first: int, count: int) -> None:
        drift_weights, weights = self.dynamics.weights(self.grid, first, count)
        mixed = self.dynamics.amplitude is None
        noise = self.noise.increments(self.paths, first, count, weights, mixed=mixed)
        begins, ends = self.times(first, count), self.grid.edges(first, count)[1:]
        live, x, status = np.arange(self.paths.size), self.x, self.status
        for k in range(count):
            kick = noise[k] if live.size == self.paths.size else noise[k, live]
            if self._step(begins[k], drift_weights[k], x, kick, status):
                over = status != RUNNING
                gone = live[over]
                self.x[gone], self.status[gone], self.time[gone] = x[over], status[over], ends[k]
                live, x, status = live[~over], x[~over], status[~over]
                if not live.size or (self.status == UNDEFINED).any():
                    break
        self.x[live] = x

    def _step(self, t: float, weight: float, x: FloatArray, kick: FloatArray, status: AnyArray) -> bool:
        """Move the paths; whether some have finished."""
        from stablefit._kernels.drift_steps import push

        force = self.dynamics.force(t, x)
        finished = push(x, force, weight, self.displacement(t, x, kick), *self.region, status)
        return self.leave(x, status) or finished > 0

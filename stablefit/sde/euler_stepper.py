"""Euler-Maruyama steps for any drift: compiled, or one NumPy call a step."""

import numpy as np

from stablefit._types import FloatArray
from stablefit.sde.stepper import EXITED, EXPLODED, RUNNING, Stepper


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
        drift_weights, weights = self.dynamics.weights(self.grid, first, count)
        mixed = self.dynamics.amplitude is None
        noise = self.noise.increments(self.paths, first, count, weights, mixed=mixed)
        begins, ends = self.times(first, count), self.grid.edges(first, count)[1:]
        live, x = np.arange(self.paths.size), self.x.copy()
        for k in range(count):
            kick = noise[k] if live.size == self.paths.size else noise[k, live]
            with np.errstate(over="ignore", invalid="ignore"):
                force = self.dynamics.force(begins[k], x)
                x = x + drift_weights[k] * force + self._displacement(begins[k], x, kick)
                status = self._status(x)
            over = status != RUNNING
            if over.any():
                gone = live[over]
                self.x[gone], self.status[gone], self.time[gone] = x[over], status[over], ends[k]
                live, x = live[~over], x[~over]
                if not live.size:
                    return
        self.x[live] = x

    def _displacement(self, t: float, x: FloatArray, kick: FloatArray) -> FloatArray:
        if self.dynamics.amplitude is None:
            return kick
        driven = self.dynamics.amplitudes(t, x) * kick
        if self.dynamics.mixing is None:
            return driven
        from stablefit._kernels.noise import mix

        out = np.empty(x.shape)
        mix(self.dynamics.mixing, driven, out)
        return out

    def _status(self, x: FloatArray) -> FloatArray:
        inside, finite = self.domain.contains(x), np.isfinite(x).all(axis=1)
        return np.where(finite, np.where(inside, RUNNING, EXITED), EXPLODED).astype(np.int8)

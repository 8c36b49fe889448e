"""Steps under a linear drift: Euler's, and the exact ones of Ornstein and Uhlenbeck."""

from functools import cached_property

import numpy as np

from stablefit._types import FloatArray
from stablefit.sde.drifts import Quadratic
from stablefit.sde.stepper import Stepper


class LinearStepper(Stepper):
    """Euler-Maruyama for a `Quadratic` drift, compiled: x - centre = (1 - hessian dt) (x - centre) + noise."""

    def factors_and_weights(self, first: int, count: int) -> tuple[FloatArray, FloatArray]:
        """Return what steps multiply x - centre by, (1 or steps, N) or (.., N, N), and the draws by, (.., D)."""
        drift_weights, weights = self.dynamics.weights(self.grid, first, count)
        if len(weights) == 1:
            drift_weights = drift_weights[:1]
        if self.hessian.ndim == 1:
            return 1.0 - drift_weights[:, None] * self.hessian, weights
        return np.eye(len(self.hessian)) - drift_weights[:, None, None] * self.hessian, weights

    @property
    def hessian(self) -> FloatArray:
        """Of the drift, for all axes."""
        return self._quadratic[0]

    @cached_property
    def _quadratic(self) -> tuple[FloatArray, FloatArray]:
        drift = self.dynamics.sde.drift
        assert isinstance(drift, Quadratic)
        return drift.of(self.dynamics.n_axes)

    def _advance(self, first: int, count: int) -> None:
        from stablefit._kernels import linear_steps

        factors, weights = self.factors_and_weights(first, count)
        noise = self.noise.increments(self.paths, first, count, weights)
        take = linear_steps.diagonal_steps if factors.ndim == 2 else linear_steps.matrix_steps
        ends = self.grid.edges(first, count)[1:]
        take(self.x, noise, factors, self._quadratic[1], ends, self.region, self.status, self.time)

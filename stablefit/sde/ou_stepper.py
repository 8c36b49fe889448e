"""The exact step of a stable Ornstein-Uhlenbeck process."""

from functools import cached_property

import numpy as np

from stablefit._types import FloatArray
from stablefit.sde.dynamics import Dynamics
from stablefit.sde.linear_stepper import LinearStepper
from stablefit.sde.quadrature import integral

_TOLERANCE = 1e-9
"""Relative: a matrix with smaller entries off its diagonal is diagonal up to rounding."""


class OUStepper(LinearStepper):
    """Exact in law for dX = -hessian (X - centre) dt + noise at the grid's times, whatever their distance.

    Along a direction of curvature h the step is exp(-h dt) (x - centre) + k S, with

        k**alpha = (eps scale)**alpha integral of exp(-alpha h (end - t)) s(t)**(alpha - 1) dt over the step.

    The directions of the noise must be eigenvectors of the hessian.
    """

    def factors_and_weights(self, first: int, count: int) -> tuple[FloatArray, FloatArray]:
        """Return what steps multiply x - centre by, and the draws by."""
        curvatures = self._curvatures
        lengths = self.grid.lengths(first, count)
        if self.grid.constant(self.dynamics.sde.schedule) and not np.ptp(lengths):
            lengths = lengths[:1]
        decay = np.exp(-curvatures * lengths[:, None])
        weights = self.dynamics.strength * self._clocks(first, lengths) ** (1.0 / self.dynamics.alpha)
        if self.hessian.ndim == 1 and self.dynamics.mixing is None:
            return decay, weights
        directions, back = self._directions
        return (directions * decay[:, None, :]) @ back, weights

    def _clocks(self, first: int, lengths: FloatArray) -> FloatArray:
        """The integrals of exp(-alpha h (end - t)) s(t)**(alpha - 1), shape (1 or steps, D)."""
        alpha, schedule = self.dynamics.alpha, self.dynamics.sde.schedule
        rates = alpha * self._curvatures
        if self.grid.constant(schedule):
            x = rates * lengths[:, None]
            return np.asarray(lengths[:, None] * np.where(x == 0.0, 1.0, -np.expm1(-x) / np.where(x == 0.0, 1.0, x)))
        edges = self.grid.edges(first, lengths.size)
        out = np.empty((lengths.size, alpha.size))
        for d in range(alpha.size):

            def integrand(t: FloatArray, end: FloatArray, d: int = d) -> FloatArray:
                return np.asarray(schedule.s(t) ** (alpha[d] - 1.0) * np.exp(-rates[d] * (end - t)))

            out[:, d] = integral(integrand, edges[1:], edges[:-1], edges[1:])
        return out

    @cached_property
    def _directions(self) -> tuple[FloatArray, FloatArray]:
        return directions_of_noise(self.dynamics, self.hessian)

    @cached_property
    def _curvatures(self) -> FloatArray:
        return curvatures_of_noise(self.dynamics, self.hessian)


def directions_of_noise(dynamics: Dynamics, hessian: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the matrix whose columns are the directions of the noise, and its inverse."""
    directions = np.eye(dynamics.n_axes) if dynamics.mixing is None else dynamics.mixing
    if directions.shape[0] != directions.shape[1]:
        raise ValueError(f"mixing must be square for method 'ou', got shape {directions.shape}; use method='euler'")
    return directions, np.asarray(np.linalg.inv(directions), dtype=np.float64)


def curvatures_of_noise(dynamics: Dynamics, hessian: FloatArray) -> FloatArray:
    """Return the eigenvalue of the hessian along each direction of the noise; ValueError where it has none."""
    if hessian.ndim == 1 and dynamics.mixing is None:
        curvatures = hessian
    else:
        directions, back = directions_of_noise(dynamics, hessian)
        turned = back @ (hessian[:, None] * directions if hessian.ndim == 1 else hessian @ directions)
        curvatures = np.diag(turned).copy()
        if np.abs(turned - np.diag(curvatures)).max() > _TOLERANCE * np.abs(turned).max():
            raise ValueError(
                "hessian must have the directions of the noise as eigenvectors for method 'ou', got others; use"
                " method='euler', or mixing with the eigenvectors as columns"
            )
    if dynamics.isotropic and np.ptp(curvatures) > _TOLERANCE * np.abs(curvatures).max():
        raise ValueError("hessian must be a multiple of the identity for isotropic noise and method 'ou', got another")
    return curvatures

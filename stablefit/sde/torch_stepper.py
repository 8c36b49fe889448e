"""Euler-Maruyama steps of large ensembles on a torch device."""

from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import AnyArray, FloatArray
from stablefit.extras import extra
from stablefit.sde.domains import Domain
from stablefit.sde.drifts import Quadratic
from stablefit.sde.dynamics import Dynamics
from stablefit.sde.grid import Grid
from stablefit.sde.stepper import EXITED, EXPLODED, RUNNING, UNDEFINED, Stepper
from stablefit.sde.streams import Purpose

if TYPE_CHECKING:
    import torch

HUGE = 1e50
"""Positions beyond are an explosion, where a drift may be nan; as in _kernels/exits.py."""


class TorchStepper(Stepper):
    """All paths in tensors of float64; drift and scale are functions of tensors. Boxes and balls only.

    Random numbers are those of the other steppers, so that paths are the same up to rounding.
    """

    largest = 2**20
    device: "torch.device"

    def __init__(self, dynamics: Dynamics, grid: Grid, domain: Domain, key: np.uint64, device: str) -> None:
        with extra("torch"):
            import torch

        super().__init__(dynamics, grid, domain, key)
        if not self.known:
            raise ValueError("domain must be a Box or a Ball on a device, got another")
        self.device = torch.device(device)
        self._drift = (
            self._quadratic(dynamics.sde.drift) if isinstance(dynamics.sde.drift, Quadratic) else (dynamics.sde.drift)
        )
        drivers = range(dynamics.alpha.size)
        purpose = Purpose.NORMALS if dynamics.isotropic else Purpose.DRAWS
        self._streams = np.array([purpose.stream(axis) for axis in drivers], dtype=np.uint64)
        self._index = self._tensor(np.full_like(dynamics.alpha, 2.0) if dynamics.isotropic else dynamics.alpha)[:, None]
        self._bounds = [self._tensor(end) for end in self.region[:3]]

    def steps_at_once(self) -> int:
        """Return how many steps make a block; between blocks the state is copied to the host."""
        return 32

    def _advance(self, first: int, count: int) -> None:
        import torch

        drift_weights, weights = self.dynamics.weights(self.grid, first, count)
        begins, ends = self.times(first, count), self.grid.edges(first, count)[1:]
        x, paths = self._tensor(self.x), torch.as_tensor(self.paths.astype(np.int64), device=self.device)
        status = torch.as_tensor(self.status, device=self.device)
        time = self._tensor(self.time)
        with torch.no_grad():
            for k in range(count):
                kick = self._kick(begins[k], x, paths, first + k, weights[k if len(weights) > 1 else 0])
                force = self._force(begins[k], x)
                moved = x + float(drift_weights[k]) * force + kick
                now = torch.where(status == RUNNING, self._fate(x, moved), status)
                keep = ((status == RUNNING) & (now != UNDEFINED))[:, None]
                x, time = (
                    torch.where(keep, moved, x),
                    torch.where((status == RUNNING) & (now != RUNNING), ends[k], time),
                )
                status = now
        self.x, self.status, self.time = (values.cpu().numpy() for values in (x, status, time))

    def _kick(self, t: float, x: "torch.Tensor", paths: "torch.Tensor", step: int, weights: FloatArray) -> Any:
        """What the noise of a step does to the axes."""
        from stablefit.sde import torch_draws

        dynamics, key = self.dynamics, self.noise.key
        driven = torch_draws.symmetric(*torch_draws.uniforms(key, paths, step, self._streams), self._index)
        if dynamics.isotropic:
            root = np.array([Purpose.ROOTS.stream()], dtype=np.uint64)
            pair = torch_draws.uniforms(key, paths, step, root)
            driven = driven * torch_draws.mixing_roots(*pair, float(dynamics.alpha[0]))
        driven = driven.T * self._tensor(weights)
        if dynamics.amplitude is not None:
            driven = dynamics.amplitude(t, x) * driven
        return driven if dynamics.mixing is None else driven @ self._tensor(dynamics.mixing).T

    def _force(self, t: float, x: "torch.Tensor") -> "torch.Tensor":
        import torch

        force = self._drift(t, x)
        if not isinstance(force, torch.Tensor) or force.shape != x.shape:
            got = tuple(force.shape) if hasattr(force, "shape") else type(force).__name__
            raise ValueError(f"drift must return a tensor of the shape of x, {tuple(x.shape)}, got {got}")
        return force

    def _fate(self, x: "torch.Tensor", moved: "torch.Tensor") -> "torch.Tensor":
        """State of paths at `moved`; see `fate` in _kernels/exits.py."""
        import torch

        lower, upper, centre = self._bounds
        inside = ((lower < moved) & (moved < upper)).all(dim=1)
        inside &= ((moved - centre) ** 2).sum(dim=1) <= self.region.limit
        finite = torch.isfinite(moved).all(dim=1)
        undefined = torch.isnan(moved).any(dim=1) & (x.abs() < HUGE).all(dim=1)
        out = torch.where(finite, EXITED, torch.where(undefined, UNDEFINED, EXPLODED))
        return torch.where(inside, RUNNING, out).to(torch.int8)

    def _quadratic(self, drift: Quadratic) -> Any:
        hessian, centre = (self._tensor(values) for values in drift.of(self.dynamics.n_axes))
        if hessian.ndim == 1:
            return lambda t, x: -hessian * (x - centre)
        return lambda t, x: -(x - centre) @ hessian.T

    def _tensor(self, values: AnyArray) -> "torch.Tensor":
        import torch

        return torch.tensor(np.asarray(values, dtype=np.float64), device=self.device)

"""Increments of the driving processes of many paths over many steps."""

from dataclasses import dataclass

import numpy as np

from stablefit._types import AnyArray, FloatArray
from stablefit.sde.dynamics import Dynamics
from stablefit.sde.streams import Purpose


@dataclass(frozen=True)
class Noise:
    """What drives the paths of an equation under a key."""

    dynamics: Dynamics
    key: np.uint64

    def increments(
        self, paths: AnyArray, first: int, count: int, weights: FloatArray, *, mixed: bool = True
    ) -> FloatArray:
        """Return weights times standard draws for steps first, ..., first + count - 1.

        Parameters
        ----------
        paths : ndarray of uint64, shape (m,)
            Numbers of the paths.
        first, count : int
            Steps.
        weights : ndarray, shape (1 or count, D)
            What the draws of each process are multiplied by.
        mixed : bool
            Whether to return displacements of the axes, or those of the driving processes.

        Returns
        -------
        ndarray, shape (count, m, N), or (count, m, D)
        """
        from stablefit._kernels import counter_draws, noise

        size, n_drivers = count * paths.size, self.dynamics.alpha.size
        raw, work = np.empty((n_drivers, count, paths.size)), np.empty(2 * size)
        steps = np.full(paths.size, first, dtype=np.uint64)
        where = (self.key, paths, steps, count)
        purpose = Purpose.NORMALS if self.dynamics.isotropic else Purpose.DRAWS
        for axis, (alpha, part) in enumerate(zip(self.dynamics.alpha, raw, strict=True)):
            index = 2.0 if self.dynamics.isotropic else float(alpha)
            counter_draws.symmetric(*where, purpose.stream(axis), index, work, part.reshape(-1))
        if self.dynamics.isotropic:
            roots = np.empty(size)
            counter_draws.mixing_roots(*where, Purpose.ROOTS.stream(), float(self.dynamics.alpha[0]), work, roots)
            noise.scale_normals(roots, raw.reshape(n_drivers, size))
        driven = np.empty((count, paths.size, n_drivers))
        noise.weigh(raw, np.ascontiguousarray(weights), driven)
        if self.dynamics.mixing is None or not mixed:
            return driven
        out = np.empty((count, paths.size, self.dynamics.n_axes))
        noise.mix(self.dynamics.mixing, driven.reshape(size, n_drivers), out.reshape(size, -1))
        return out

"""Increments of the driving processes of many paths over many steps."""

import math

import numpy as np

from stablefit._types import AnyArray, FloatArray
from stablefit.sde.dynamics import Dynamics
from stablefit.sde.streams import Purpose


class Noise:
    """What drives the paths of an equation under a key; for one thread, for its buffers are used again."""

    def __init__(self, dynamics: Dynamics, key: np.uint64) -> None:
        self.dynamics, self.key = dynamics, key
        self._buffers: dict[str, FloatArray] = {}

    def _buffer(self, name: str, *shape: int) -> FloatArray:
        """Memory that is there already: fresh pages cost more than the draws that fill them."""
        size = math.prod(shape)
        if name not in self._buffers or self._buffers[name].size < size:
            self._buffers[name] = np.empty(size)
        return self._buffers[name][:size].reshape(shape)

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
        ndarray, shape (count, m, N), or (count, m, D); the next call overwrites it
        """
        from stablefit._kernels import counter_draws, noise

        size, n_drivers = count * paths.size, self.dynamics.alpha.size
        raw, work = self._buffer("raw", n_drivers, count, paths.size), self._buffer("work", 2 * size)
        steps = np.full(paths.size, first, dtype=np.uint64)
        where = (self.key, paths, steps, count)
        purpose = Purpose.NORMALS if self.dynamics.isotropic else Purpose.DRAWS
        for axis, (alpha, part) in enumerate(zip(self.dynamics.alpha, raw, strict=True)):
            index = 2.0 if self.dynamics.isotropic else float(alpha)
            counter_draws.symmetric(*where, purpose.stream(axis), index, work, part.reshape(-1))
        if self.dynamics.isotropic:
            roots = self._buffer("roots", size)
            counter_draws.mixing_roots(*where, Purpose.ROOTS.stream(), float(self.dynamics.alpha[0]), work, roots)
            noise.scale_normals(roots, raw.reshape(n_drivers, size))
        driven = self._buffer("driven", count, paths.size, n_drivers)
        noise.weigh(raw, np.ascontiguousarray(weights), driven)
        if self.dynamics.mixing is None or not mixed:
            return driven
        out = self._buffer("mixed", count, paths.size, self.dynamics.n_axes)
        noise.mix(self.dynamics.mixing, driven.reshape(size, n_drivers), out.reshape(size, -1))
        return out

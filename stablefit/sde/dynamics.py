"""An equation in a known number of axes: what solvers work with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.sde.grid import Grid
from stablefit.sde.problem import LevySDE


@dataclass(frozen=True, eq=False)
class Dynamics:
    """A `LevySDE` with all its arrays of full size.

    Attributes
    ----------
    sde : LevySDE
    n_axes : int
        N.
    alpha : ndarray, shape (D,)
        Of the driving processes; D = N without a mixing matrix.
    strength : ndarray, shape (D,)
        What multiplies dL (clock "sde": eps scale) or S (clock "iteration": scale); without the scale where that is a
        function.
    amplitude : callable or None
        The scale, where it is a function.
    mixing : ndarray of shape (N, D), or None
    isotropic : bool
    """

    sde: LevySDE
    n_axes: int
    alpha: FloatArray
    strength: FloatArray
    amplitude: Callable[[Any, Any], Any] | None
    mixing: FloatArray | None
    isotropic: bool

    @classmethod
    def of(cls, sde: LevySDE, n_axes: int) -> "Dynamics":
        """Return the equation in so many axes; ValueError where shapes do not fit."""
        mixing = None if sde.mixing is None or isinstance(sde.mixing, str) else sde.mixing
        if mixing is not None and mixing.shape[0] != n_axes:
            raise ValueError(f"mixing must have a row for each of the {n_axes} axes of x0, got {mixing.shape[0]}")
        n_drivers = n_axes if mixing is None else mixing.shape[1]
        kind = "axes of x0" if mixing is None else "columns of mixing"
        alpha = _full("alpha", sde.alpha, n_drivers, kind)
        amplitude, scale = (sde.scale, np.ones(n_drivers)) if callable(sde.scale) else (None, sde.scale)
        strength = _full("scale", scale, n_drivers, kind)
        if sde.clock == "sde":
            strength = strength * _full("eps", sde.eps, n_drivers, kind)
        return cls(sde, n_axes, alpha, strength, amplitude, mixing, isinstance(sde.mixing, str))

    def clock_lengths(self, edges: FloatArray) -> FloatArray:
        """Return the integrals of s**(alpha - 1) over the steps between edges, (steps, D) or (1, D) if all are equal.

        The noise s**((alpha - 1)/alpha) dL is in law that of a process whose own clock runs like these integrals.
        """
        schedule = self.sde.schedule
        return np.asarray(schedule.integral_power(self.alpha - 1.0, edges[:-1, None], edges[1:, None]))

    def weights(self, grid: Grid, first: int, count: int) -> tuple[FloatArray, FloatArray]:
        """Return what steps multiply drift and standard draws by: shapes (steps,) and (1 or steps, D)."""
        if self.sde.clock == "iteration":
            rates = (self.sde.eta or 1.0) * self.sde.schedule.s(grid.edges(first, count)[1:])
            return rates, (rates[:1] if grid.constant(self.sde.schedule) else rates)[:, None] * self.strength
        lengths = grid.lengths(first, count)
        if grid.constant(self.sde.schedule):
            same = lengths if np.ptp(lengths) else lengths[:1]
            clock = np.repeat(same[:, None], self.alpha.size, axis=1)
        else:
            clock = self.clock_lengths(grid.edges(first, count))
        return lengths, self.strength * clock ** (1.0 / self.alpha)

    def check_start(self, t: float, x: FloatArray) -> None:
        """ValueError where drift or amplitude return a wrong shape, or nan, at the start."""
        for name, values in (("drift", self.force(t, x)), ("scale", self.amplitudes(t, x))):
            wrong = np.isnan(values).any(axis=1)
            if wrong.any():
                raise ValueError(undefined_message(name, f"at t = {t:g}", x[wrong][0]))

    def force(self, t: Any, x: FloatArray) -> FloatArray:
        """Return the drift; ValueError where it is of another shape."""
        values = np.asarray(self.sde.drift(t, x), dtype=np.float64)
        if values.shape != x.shape:
            raise ValueError(
                f"drift must return the shape of x, (n_paths, N) = {x.shape}, got {values.shape}; it is called with the"
                " positions of all paths at once"
            )
        return values

    def amplitudes(self, t: Any, x: FloatArray) -> FloatArray:
        """Return the scale at positions, (n, D), or ones where it is part of the strength; ValueError as for drift."""
        shape = (len(x), self.alpha.size)
        values = np.asarray(1.0 if self.amplitude is None else self.amplitude(t, x), dtype=np.float64)
        if values.shape not in ((), (shape[1],), (shape[0], 1), shape):
            raise ValueError(f"scale must return shape (n_paths, {shape[1]}) = {shape}, got {values.shape}")
        return np.broadcast_to(values, shape)


def undefined_message(name: str, when: str, x: FloatArray) -> str:
    """Return what is wrong with a drift that is nan at a position."""
    return f"{name} must be a number everywhere on the way, got nan {when}, x = {x.tolist()}"


def _full(name: str, values: FloatArray, n: int, kind: str) -> FloatArray:
    if values.size not in (1, n):
        raise ValueError(f"{name} must be one number or one for each of the {n} {kind}, got {values.size}")
    return np.array(np.broadcast_to(values, (n,)))

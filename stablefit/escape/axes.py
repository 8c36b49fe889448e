"""What one axis contributes to the rate of exits: alpha, scale and the distances to its two boundaries."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import BoolArray, FloatArray
from stablefit.laws.moments import levy_constant

Clock = Literal["sde", "iteration"]
Measure = Literal["sas", "levy"]


@dataclass(frozen=True, eq=False)
class Axes:
    """Checked parameters, one entry an axis, and one shape for all: (N,)."""

    alpha: FloatArray
    scale: FloatArray
    lower: FloatArray
    upper: FloatArray

    def coefficients(self, eta: float, clock: Clock, measure: Measure) -> FloatArray:
        """Return the hazards of exits by a jump beyond each boundary at s = 1, shape (N, 2): lower, upper.

        A jump of L beyond x has rate (c / alpha) x^-alpha a side, and it has to reach d / (eps scale) in a unit of
        time (eps^alpha = eta^(alpha - 1)), or d / (eta scale) in an iteration.
        """
        alpha = self.alpha[:, None]
        distance = np.stack([-self.lower, self.upper], axis=-1)
        power = alpha - 1.0 if clock == "sde" else alpha
        with np.errstate(under="ignore", over="ignore", invalid="ignore"):
            front = (levy_constant(alpha) if measure == "sas" else 1.0) / alpha
            return np.asarray(front * eta**power * (self.scale[:, None] / distance) ** alpha)

    def exponents(self, clock: Clock) -> FloatArray:
        """Return the powers of s that the hazards carry: alpha, one less in the unit of time, which is eta s long."""
        return self.alpha - 1.0 if clock == "sde" else self.alpha


def checked_axes(
    alpha: ArrayLike, scale: ArrayLike, lower: ArrayLike, upper: ArrayLike, measure: Measure = "sas"
) -> Axes:
    """Return the axes; ValueError naming parameter, condition, value and axis."""
    given = {"alpha": alpha, "scale": scale, "lower": lower, "upper": upper}
    arrays = {name: _numbers(name, value) for name, value in given.items()}
    try:
        shape = np.broadcast_shapes((1,), *(a.shape for a in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {a.shape}" for name, a in arrays.items())
        raise ValueError(f"axes must have one entry in each parameter, or one for all, got shapes {shapes}") from None
    if len(shape) > 1 or shape[0] == 0:
        raise ValueError(f"axes must lie along one dimension and be at least one, got shape {shape}")
    a, s, low, high = (np.array(np.broadcast_to(values, shape)) for values in arrays.values())
    _require("alpha", "lie in (0, 2]", a, (a > 0.0) & (a <= 2.0))
    _require("scale", "be finite and not negative", s, (s >= 0.0) & (s < np.inf))
    if not s.any():
        raise ValueError("scale must be positive on one axis at least, got 0; without noise there is no exit")
    _require("lower", "be negative, a coordinate relative to the minimum", low, low < 0.0)
    _require("upper", "be positive, a coordinate relative to the minimum", high, high > 0.0)
    if measure == "sas":
        remedy = (
            "Gaussian noise makes no large jump: leave the axis out, its exits follow stablefit.escape.kramers_time"
        )
        _require("alpha", "lie below 2 where there is noise", a, (a < 2.0) | (s == 0.0), remedy)
    for values in (a, s, low, high):
        values.flags.writeable = False
    return Axes(a, s, low, high)


def _numbers(name: str, value: Any) -> FloatArray:
    raw = np.asarray(value)
    if raw.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be a real number or an array of them, got {value!r}")
    return raw.astype(np.float64)


def _require(name: str, condition: str, values: FloatArray, holds: BoolArray, remedy: str = "") -> None:
    if not holds.all():
        first = int(np.argmin(holds))
        where = f" on axis {first}" if values.size > 1 else ""
        raise ValueError(f"{name} must {condition}, got {values[first]}{where}" + (f"; {remedy}" if remedy else ""))

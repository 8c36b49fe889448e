"""Learning-rate schedules with integrals in closed form."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stablefit._types import FloatArray
from stablefit.sde.quadrature import integral
from stablefit.sde.schedule import Schedule


@dataclass(frozen=True)
class Constant(Schedule):
    """s = 1.

    Examples
    --------
    >>> float(Constant().integral_power(0.5, 1.0, 3.0))
    2.0
    """

    def _factor(self, t: FloatArray) -> FloatArray:
        return np.ones(t.shape)

    def _integral(self, p: FloatArray, t0: FloatArray, t: FloatArray) -> FloatArray:
        return t - t0


@dataclass(frozen=True)
class Power(Schedule):
    """s = t**(gamma - 1) from t = start on; above 1 while t < 1 if gamma < 1.

    Parameters
    ----------
    gamma : float
        Exponent plus one; 1 is constant, smaller decays.
    start : float, default 0
        Time at which the process begins, not negative. s(0) may be inf.

    Raises
    ------
    ValueError
        If gamma is not finite, or start is negative or not finite.

    Examples
    --------
    >>> schedule = Power(0.5, start=1.0)
    >>> float(schedule.s(4.0)), float(schedule.integral_power(1.0, 1.0, 4.0))  # 1 / sqrt(t), and 2 sqrt(t)
    (0.5, 2.0)
    """

    gamma: float
    start: float = 0.0

    def __post_init__(self) -> None:
        _check_finite("gamma", self.gamma)
        if not 0.0 <= self.start < math.inf:
            raise ValueError(f"start must be finite and not negative, got {self.start}")

    def _factor(self, t: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            return np.asarray(t ** (self.gamma - 1.0))

    def _integral(self, p: FloatArray, t0: FloatArray, t: FloatArray) -> FloatArray:
        g = 1.0 + p * (self.gamma - 1.0)
        # (t^g - t0^g) / g, which loses no digits over a short step: the larger power, and what is missing from it
        growth = np.log1p((t - t0) / t0)
        share = np.where(g == 0.0, growth, -np.expm1(-np.abs(g) * growth) / np.abs(g))
        return np.asarray(np.where(g > 0.0, t, t0) ** g * share)


@dataclass(frozen=True)
class MultiStep(Schedule):
    """s = 1 up to the first milestone, itself included, then factors[0], after the second milestone factors[1], ...

    Parameters
    ----------
    milestones : sequence of float
        Times, increasing, positive.
    factors : sequence of float
        s after each milestone, not negative: each the ratio to the first learning rate, not to the one before.

    Raises
    ------
    ValueError
        If there are not as many factors as milestones, the milestones do not increase from above 0, or a factor is
        negative or not finite.

    Examples
    --------
    >>> drops = MultiStep([30.0, 60.0], [0.1, 0.01])
    >>> drops.s([30.0, 31.0, 90.0])
    array([1.  , 0.1 , 0.01])
    >>> float(drops.integral_power(1.0, 0.0, 60.0))
    33.0
    """

    milestones: Sequence[float]
    factors: Sequence[float]

    def __post_init__(self) -> None:
        for name in ("milestones", "factors"):
            given = np.asarray(getattr(self, name), dtype=np.float64)
            if given.ndim != 1 or not np.isfinite(given).all():
                raise ValueError(f"{name} must be finite numbers in one row, got {getattr(self, name)!r}")
            object.__setattr__(self, name, tuple(given.tolist()))
        if len(self.milestones) != len(self.factors):
            counts = f"{len(self.factors)} for {len(self.milestones)}"
            raise ValueError(f"factors must be as many as milestones, got {counts}")
        if (np.diff((0.0, *self.milestones)) <= 0.0).any():
            raise ValueError(f"milestones must increase from above 0, got {self.milestones}")
        if min(self.factors, default=0.0) < 0.0:
            raise ValueError(f"factors must not be negative, got {min(self.factors)}")

    def _factor(self, t: FloatArray) -> FloatArray:
        return np.asarray((1.0, *self.factors))[np.searchsorted(self.milestones, t, side="left")]

    def _integral(self, p: FloatArray, t0: FloatArray, t: FloatArray) -> FloatArray:
        ends = (0.0, *self.milestones, math.inf)
        total = np.zeros(t.shape)
        for factor, begin, end in zip((1.0, *self.factors), ends[:-1], ends[1:], strict=True):
            overlap, weight = np.clip(t, begin, end) - np.clip(t0, begin, end), np.float64(factor) ** p
            total += np.where((overlap > 0.0) & (weight > 0.0), overlap * weight, 0.0)
        return total


@dataclass(frozen=True)
class Exponential(Schedule):
    """s = exp(-k t).

    Parameters
    ----------
    k : float
        Rate of the decay per unit of time; negative grows.

    Raises
    ------
    ValueError
        If k is not finite.

    Examples
    --------
    >>> float(Exponential(0.1).integral_power(2.0, 0.0, float("inf")))  # 1 / (0.1 * 2)
    5.0
    """

    k: float

    def __post_init__(self) -> None:
        _check_finite("k", self.k)

    def _factor(self, t: FloatArray) -> FloatArray:
        return np.exp(-self.k * t)

    def _integral(self, p: FloatArray, t0: FloatArray, t: FloatArray) -> FloatArray:
        rate = self.k * p
        return np.where(rate == 0.0, t - t0, np.exp(-rate * t0) * -np.expm1(-rate * (t - t0)) / rate)


@dataclass(frozen=True)
class Cosine(Schedule):
    """Cosine annealing: s = floor + (1 - floor) (1 + cos(pi t / length)) / 2 up to t = length, then floor.

    Parameters
    ----------
    length : float
        Time at which the floor is reached, positive.
    floor : float, default 0
        Last value of s, in [0, 1].

    Raises
    ------
    ValueError
        If length is not positive and finite, or floor lies outside [0, 1].

    Examples
    --------
    >>> round(float(Cosine(10.0).integral_power(1.0, 0.0, 10.0)), 12)
    5.0
    """

    length: float
    floor: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 < self.length < math.inf:
            raise ValueError(f"length must be positive and finite, got {self.length}")
        if not 0.0 <= self.floor <= 1.0:
            raise ValueError(f"floor must lie in [0, 1], got {self.floor}")

    def _factor(self, t: FloatArray) -> FloatArray:
        half_angle = 0.5 * math.pi * np.minimum(t / self.length, 1.0)
        return np.where(t < self.length, self.floor + (1.0 - self.floor) * np.cos(half_angle) ** 2, self.floor)

    def _integral(self, p: FloatArray, t0: FloatArray, t: FloatArray) -> FloatArray:
        falling = integral(self._power, p, np.minimum(t0, self.length), np.minimum(t, self.length))
        if self.floor == 0.0:  # s falls to 0 like the square of the time left
            falling = np.where((p <= -0.5) & (t >= self.length), math.inf, falling)
        level, length = np.float64(self.floor) ** p, t - np.maximum(t0, self.length)
        return falling + np.where((length > 0.0) & (level > 0.0), length * level, 0.0)


def _check_finite(name: str, value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")

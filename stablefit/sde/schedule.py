"""What a learning-rate schedule is: a factor s(t) of the rate, and integrals of its powers."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.sde.quadrature import integral


class Schedule(ABC):
    """A factor s(t) of the learning rate from time `start` on; immutable.

    Time is absolute: a process under a schedule begins at `start`. On the iteration clock t is the number k = 1, 2, ...
    of the step.
    """

    start: float = 0.0

    def s(self, t: ArrayLike) -> Any:
        """Return the factor at the times t >= start, in t's shape.

        Raises
        ------
        ValueError
            If a time lies before the start.
        """
        times = np.asarray(t, dtype=np.float64)
        self._check_time("t", times)
        return self._factor(times)[()]

    def integral_power(self, p: ArrayLike, t0: ArrayLike, t: ArrayLike) -> Any:
        """Return the integral of s**p from t0 to t, which may be inf; the arguments broadcast.

        inf where it diverges. Relative error below 1e-10, and some 1e-15 where there is a closed form.

        Raises
        ------
        ValueError
            If a time lies before the start, t before t0, or p is not finite.
        """
        power, lower, upper = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (p, t0, t)))
        if not np.isfinite(power).all():
            raise ValueError(f"p must be finite, got {power[~np.isfinite(power)][0]}")
        self._check_time("t0", lower)
        if not (upper >= lower).all():
            first = tuple(np.argwhere(~(upper >= lower))[0])
            raise ValueError(f"t must be at least t0, got {upper[first]} and {lower[first]}")
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):  # infinite integrals, empty intervals
            value = self._integral(power.ravel(), lower.ravel(), upper.ravel()).reshape(power.shape)
        return np.where(upper == lower, 0.0, value)[()]

    def __call__(self, t: ArrayLike) -> Any:
        """Return s(t)."""
        return self.s(t)

    @abstractmethod
    def _factor(self, t: FloatArray) -> FloatArray:
        """s at checked times."""

    @abstractmethod
    def _integral(self, p: FloatArray, t0: FloatArray, t: FloatArray) -> FloatArray:
        """The integral of s**p over checked arguments, all of shape (n,); any value where t = t0."""

    def _power(self, times: FloatArray, p: FloatArray) -> FloatArray:
        """s**p, an integrand."""
        return np.asarray(self._factor(times) ** p)

    def _check_time(self, name: str, times: FloatArray) -> None:
        if not (times >= self.start).all():
            raise ValueError(f"{name} must be at least the schedule's start {self.start}, got {np.min(times)}")


@dataclass(frozen=True)
class Function(Schedule):
    """A schedule of one's own: s(t) is function(t), vectorised, finite and not negative.

    Parameters
    ----------
    function : callable
        Of an array of times; returns an array of the same shape, or one number for all.

    Raises
    ------
    TypeError
        If function cannot be called. Later, ValueError where it returns a wrong shape, nan or a negative number.

    Notes
    -----
    Integrals are found by quadrature: powers at either end and jumps cost time but no accuracy; a function with many
    jumps is better a `MultiStep`. An infinite upper limit is approached by doubling.

    Examples
    --------
    >>> warm_up = Function(lambda t: t / (1.0 + t))
    >>> float(warm_up.integral_power(1.0, 0.0, 1.0).round(12))  # 1 - log 2
    0.30685281944
    """

    function: Callable[[FloatArray], Any]

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise TypeError(f"function must be callable, got {self.function!r}")

    def _factor(self, t: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            values = np.asarray(self.function(t), dtype=np.float64)
        if values.shape not in ((), t.shape):
            raise ValueError(f"a schedule must return the shape of its times, {t.shape}, got {values.shape}")
        values = np.array(np.broadcast_to(values, t.shape))
        if not (values >= 0.0).all():
            first = tuple(np.argwhere(~(values >= 0.0))[0])
            raise ValueError(f"a schedule must not be negative or nan, got {values[first]} at t = {t[first]}")
        return values

    def _integral(self, p: FloatArray, t0: FloatArray, t: FloatArray) -> FloatArray:
        return integral(self._power, p, t0, t)


def as_schedule(given: Any) -> Schedule:
    """Return a schedule from one, or from a function of time."""
    if isinstance(given, Schedule):
        return given
    if isinstance(given, type) or not callable(given):
        raise TypeError(f"schedule must be one of stablefit.sde's, such as Constant(), or a function, got {given!r}")
    return Function(given)

"""Sets that a path may leave."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from stablefit._kernels.exits import Region


class Domain(ABC):
    """An open set of positions."""

    @abstractmethod
    def contains(self, x: FloatArray) -> BoolArray:
        """Whether each of the positions, shape (n, N), lies inside; shape (n,). False for nan."""

    def faces(self, x: FloatArray) -> tuple[IntArray, IntArray]:
        """Axis and side, -1 or +1, through which positions outside have left; -1 and 0 where there are no axes."""
        return np.full(len(x), -1), np.zeros(len(x), dtype=np.int64)

    def region(self, n_axes: int) -> "Region | None":
        """The set as kernels know it, or None; ValueError if it does not have so many axes."""
        return None


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Box(Domain):
    """The box lower < x < upper, axis by axis.

    Parameters
    ----------
    lower, upper : array_like, scalar or shape (N,)
        Ends; infinite ones are allowed.

    Raises
    ------
    ValueError
        If a lower end is not below its upper one.

    Examples
    --------
    >>> box = Box(-1.0, [1.0, 2.0])
    >>> box.contains(np.array([[0.5, 1.5], [1.5, 0.0]]))
    array([ True, False])
    >>> box.faces(np.array([[1.5, 0.0]]))  # out at the upper end of axis 0
    (array([0]), array([1]))
    """

    lower: FloatArray
    upper: FloatArray

    def __repr__(self) -> str:
        return f"Box(lower={self.lower.tolist()}, upper={self.upper.tolist()})"

    def __init__(self, lower: ArrayLike, upper: ArrayLike) -> None:
        ends = [np.array(end, dtype=np.float64) for end in (lower, upper)]
        if max(end.ndim for end in ends) > 1:
            raise ValueError(f"lower and upper must be numbers or rows, got shapes {ends[0].shape}, {ends[1].shape}")
        low, high = (np.array(end) for end in np.broadcast_arrays(*ends))
        if not (low < high).all():
            first = np.flatnonzero(~np.atleast_1d(low < high))[0]
            wrong = f"{np.atleast_1d(low)[first]} and {np.atleast_1d(high)[first]}"
            raise ValueError(f"lower must be below upper on every axis, got {wrong}")
        object.__setattr__(self, "lower", low)
        object.__setattr__(self, "upper", high)

    def contains(self, x: FloatArray) -> BoolArray:
        """Whether each position lies between the ends."""
        return np.asarray(((x > self.lower) & (x < self.upper)).all(axis=1))

    def faces(self, x: FloatArray) -> tuple[IntArray, IntArray]:
        """The axis on which a position is farthest out, in widths of the box, and the side."""
        with np.errstate(invalid="ignore"):
            width = np.where(np.isfinite(self.upper - self.lower), self.upper - self.lower, 1.0)
            beyond = np.maximum(x - self.upper, self.lower - x) / width
        axis = np.argmax(beyond, axis=1)
        high = np.take_along_axis(x >= self.upper, axis[:, None], axis=1)[:, 0]
        return axis, np.where(high, 1, -1)

    def region(self, n_axes: int) -> "Region":
        """The set as kernels know it."""
        from stablefit._kernels.exits import Region

        lower, upper = (_row(name, getattr(self, name), n_axes) for name in ("lower", "upper"))
        return Region(lower, upper, np.zeros(n_axes), np.inf)


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Ball(Domain):
    """The ball of positions nearer to the centre than the radius.

    Parameters
    ----------
    radius : float
        Positive and finite.
    centre : array_like, scalar or shape (N,), optional
        The origin by default.

    Raises
    ------
    ValueError
        If the radius is not positive and finite, or the centre is not.

    Examples
    --------
    >>> Ball(2.0).contains(np.array([[1.0, 1.0], [2.0, 0.5]]))
    array([ True, False])
    """

    radius: float
    centre: FloatArray

    def __repr__(self) -> str:
        return f"Ball(radius={self.radius}, centre={self.centre.tolist()})"

    def __init__(self, radius: float, centre: ArrayLike | None = None) -> None:
        if not 0.0 < radius < np.inf:
            raise ValueError(f"radius must be positive and finite, got {radius}")
        point = np.array(0.0 if centre is None else centre, dtype=np.float64)
        if point.ndim > 1 or not np.isfinite(point).all():
            raise ValueError(f"centre must be a finite number or a row of them, got {centre!r}")
        object.__setattr__(self, "radius", float(radius))
        object.__setattr__(self, "centre", point)

    def contains(self, x: FloatArray) -> BoolArray:
        """Whether each position is nearer than the radius."""
        return np.asarray(((x - self.centre) ** 2).sum(axis=1) < self.radius**2)

    def region(self, n_axes: int) -> "Region":
        """The set as kernels know it."""
        from stablefit._kernels.exits import Region

        ends = np.full(n_axes, np.inf)
        return Region(-ends, ends, _row("centre", self.centre, n_axes), np.nextafter(self.radius**2, 0.0))


@dataclass(frozen=True, eq=False, repr=False)
class Sublevel(Domain):
    """The set where a function is below a level: with a potential, a basin up to its lowest saddle, say.

    Parameters
    ----------
    f : callable
        Of positions, shape (n, N); returns shape (n,).
    level : float

    Examples
    --------
    >>> Sublevel(lambda x: (x**2).sum(axis=1), 4.0).contains(np.array([[1.0, 1.0], [2.0, 0.5]]))
    array([ True, False])
    """

    f: Callable[[FloatArray], Any]
    level: float

    def __repr__(self) -> str:
        return f"Sublevel({_name(self.f)}, level={self.level})"

    def contains(self, x: FloatArray) -> BoolArray:
        """Whether the function is below the level; ValueError if it returns another shape."""
        values = np.asarray(self.f(x), dtype=np.float64)
        if values.shape != (len(x),):
            raise ValueError(f"f must return one number a position, shape {(len(x),)}, got {values.shape}")
        return values < self.level


@dataclass(frozen=True, eq=False, repr=False)
class Inside(Domain):
    """The set where a function of positions, shape (n, N), is true; it returns shape (n,)."""

    test: Callable[[FloatArray], Any]

    def __repr__(self) -> str:
        return f"Inside({_name(self.test)})"

    def contains(self, x: FloatArray) -> BoolArray:
        """What the function says; ValueError if it returns another shape or no bool."""
        values = np.asarray(self.test(x))
        if values.shape != (len(x),) or values.dtype != np.bool_:
            raise ValueError(
                f"domain must return one bool a position, shape {(len(x),)}, got {values.dtype} {values.shape}"
            )
        return values


@dataclass(frozen=True, eq=False)
class Everywhere(Domain):
    """All positions: nothing is left but by explosion."""

    def contains(self, x: FloatArray) -> BoolArray:
        """Whether the numbers are finite."""
        return np.asarray(np.isfinite(x).all(axis=1))

    def region(self, n_axes: int) -> "Region":
        """The set as kernels know it."""
        from stablefit._kernels.exits import Region

        ends = np.full(n_axes, np.inf)
        return Region(-ends, ends, np.zeros(n_axes), np.inf)


def as_domain(given: Any) -> Domain:
    """Return a domain from one, or from a function of positions that is true inside."""
    if isinstance(given, Domain):
        return given
    if isinstance(given, type) or not callable(given):
        raise TypeError(f"domain must be a Box, Ball, Sublevel or a function of positions, got {given!r}")
    return Inside(given)


def _row(name: str, values: Any, n_axes: int) -> FloatArray:
    row = np.asarray(values, dtype=np.float64)
    if row.ndim and row.shape != (n_axes,):
        raise ValueError(f"the domain's {name} must have {n_axes} axes as x0 has, got {row.size}")
    return np.full(n_axes, row) if row.ndim == 0 else np.array(row)


def _name(function: Any) -> str:
    return str(getattr(function, "__qualname__", type(function).__qualname__))

"""Drifts: linear ones that solvers know how to treat, and gradients of torch potentials."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray


class Quadratic:
    """The drift -hessian (x - centre), minus the gradient of a quadratic potential; immutable.

    Solvers treat it in compiled code, and `method="ou"` exactly.

    Parameters
    ----------
    hessian : array_like, scalar, shape (N,) or (N, N)
        Curvatures: one for all axes, one an axis, or a matrix. Negative ones repel.
    centre : array_like, scalar or shape (N,), default 0
        Where the drift vanishes.

    Raises
    ------
    ValueError
        If the shapes are others, or a value is not finite.

    Examples
    --------
    >>> drift = Quadratic([1.0, 2.0])
    >>> drift(0.0, np.array([[3.0, 0.5]])).tolist()
    [[-3.0, -1.0]]
    """

    __slots__ = ("centre", "hessian")

    hessian: FloatArray
    centre: FloatArray

    def __init__(self, hessian: ArrayLike, centre: ArrayLike = 0.0) -> None:
        matrix, point = np.array(hessian, dtype=np.float64), np.array(centre, dtype=np.float64)
        if matrix.ndim > 2 or (matrix.ndim == 2 and matrix.shape[0] != matrix.shape[1]):
            raise ValueError(f"hessian must be a number, a row or a square matrix, got shape {matrix.shape}")
        if point.ndim > 1:
            raise ValueError(f"centre must be a number or a row, got shape {point.shape}")
        for name, values in (("hessian", matrix), ("centre", point)):
            if not np.isfinite(values).all():
                raise ValueError(f"{name} must be finite, got {values[~np.isfinite(values)][0]}")
            values.flags.writeable = False
        object.__setattr__(self, "hessian", matrix)
        object.__setattr__(self, "centre", point)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"Quadratic is immutable: cannot set {name!r}; make a new one instead")

    def __reduce__(self) -> tuple[Any, ...]:
        return Quadratic, (self.hessian, self.centre)

    def __repr__(self) -> str:
        shown = self.hessian.tolist() if self.hessian.size <= 16 else f"<{self.hessian.shape}>"
        return f"Quadratic(hessian={shown}, centre={self.centre.tolist()})"

    def __call__(self, t: Any, x: FloatArray) -> FloatArray:
        """Return the drift at positions of shape (n, N)."""
        away = x - self.centre
        return -away @ self.hessian.T if self.hessian.ndim == 2 else -self.hessian * away

    def of(self, n_axes: int) -> tuple[FloatArray, FloatArray]:
        """Return hessian, (N,) or (N, N), and centre, (N,), for so many axes; ValueError if they are of others."""
        shape = (n_axes, n_axes) if self.hessian.ndim == 2 else (n_axes,)
        try:
            return np.broadcast_to(self.hessian, shape).copy(), np.broadcast_to(self.centre, (n_axes,)).copy()
        except ValueError:
            given = f"{self.hessian.shape} and {self.centre.shape}"
            raise ValueError(f"hessian and centre must fit {n_axes} axes, got shapes {given}") from None

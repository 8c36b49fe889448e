"""Increments of a stable process."""

from numpy.typing import ArrayLike

from stablefit._types import FloatArray, RandomState
from stablefit.laws.stable import Stable


def levy_increments(
    alpha: ArrayLike, scale: ArrayLike, dt: float, size: int | tuple[int, ...] | None, rng: RandomState = None
) -> FloatArray:
    """Return independent increments over times dt of symmetric processes of scale `scale` at time 1.

    Parameters
    ----------
    alpha : array_like
        Indices of stability in (0, 2]; alpha = 2 is Brownian motion with variance 2 scale**2 per unit of time.
    scale : array_like
        Positive.
    dt : float
        Positive and finite.
    size : int, tuple of int or None
        Shape of the increments, to which alpha and scale broadcast.
    rng : numpy.random.Generator, int or None
        Source of randomness.

    Returns
    -------
    ndarray of shape `size`
        Draws of the law of scale `scale * dt**(1/alpha)`.

    Raises
    ------
    ValueError
        If a parameter lies outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> steps = levy_increments(2.0, 1.0, 0.5, 100_000, rng=1)
    >>> round(float(np.var(steps)), 1)  # 2 dt
    1.0
    """
    if not 0.0 < dt < float("inf"):
        raise ValueError(f"dt must be positive and finite, got {dt}")
    unit = Stable(alpha, scale=scale)
    return Stable(alpha, scale=unit.scale * dt ** (1.0 / unit.alpha)).rvs(size, rng)

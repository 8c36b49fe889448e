"""A number with its interval, and intervals of counts."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray


class Estimate(float):
    """A number that knows its confidence interval; otherwise a float.

    Attributes
    ----------
    low, high : float
        Ends of the interval.
    level : float
        Its confidence.
    method : str
        How the number was found.

    Examples
    --------
    >>> mean = Estimate(20.0, 19.0, 21.5, 0.95, "mean")
    >>> mean, mean / 2, mean.interval
    (20 (95 %: 19 to 21.5), 10.0, (19.0, 21.5))
    """

    __slots__ = ("high", "level", "low", "method")

    low: float
    high: float
    level: float
    method: str

    def __new__(cls, value: float, low: float, high: float, level: float, method: str) -> "Estimate":
        """Return the number with its interval."""
        self = super().__new__(cls, value)
        self.low, self.high, self.level, self.method = float(low), float(high), level, method
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Estimate, (float(self), self.low, self.high, self.level, self.method)

    @property
    def interval(self) -> tuple[float, float]:
        """(low, high)."""
        return self.low, self.high

    def __repr__(self) -> str:
        return f"{float(self):.4g} ({100 * self.level:g} %: {self.low:.4g} to {self.high:.4g})"


def clopper_pearson(count: ArrayLike, n: int, level: float) -> FloatArray:
    """Return exact intervals of probabilities from counts of n trials, shape (..., 2).

    Examples
    --------
    >>> clopper_pearson(0, 10, 0.95).round(4)  # 1 - 0.025**(1/10)
    array([0.    , 0.3085])
    """
    from scipy.special import betaincinv

    k, rest = np.asarray(count, dtype=np.float64), 0.5 * (1.0 - level)
    low = np.where(k == 0, 0.0, betaincinv(np.maximum(k, 1.0), n - k + 1.0, rest))
    high = np.where(k == n, 1.0, betaincinv(k + 1.0, np.maximum(n - k, 1.0), 1.0 - rest))
    return np.stack([low, high], axis=-1)


def check_level(level: float) -> None:
    """ValueError unless it is a confidence."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie in (0, 1), got {level}")

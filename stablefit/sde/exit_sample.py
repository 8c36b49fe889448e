"""First exits of a sample of paths, and what they say of the law of exits."""

import warnings
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import BoolArray, FloatArray, IntArray
from stablefit.errors import StablefitWarning
from stablefit.extras import extra
from stablefit.sde.domains import Domain
from stablefit.sde.estimate import Estimate, check_level, clopper_pearson
from stablefit.sde.stepper import EXITED, EXPLODED, RUNNING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MeanMethod = Literal["mean", "rate", "km"]


@dataclass(frozen=True, eq=False, repr=False)
class ExitSample:
    """When, where and whether paths left a domain. Printing it shows a summary.

    Attributes
    ----------
    time : ndarray, shape (n_paths,)
        Absolute time of the exit, or number of the iteration; t_max where censored, nan where exploded.
    axis : ndarray of int, shape (n_paths,)
        Axis of the box through whose end the path left; -1 where censored, or where the domain has no axes.
    side : ndarray of int, shape (n_paths,)
        -1 for the lower end, 1 for the upper; 0 where there is no axis.
    censored : ndarray of bool, shape (n_paths,)
        Whether the path was still inside at t_max.
    exploded : ndarray of bool, shape (n_paths,)
        Whether its numbers went out of bounds before; such paths count in nothing below.
    position : ndarray, shape (n_paths, N)
        Where it was found outside, or is at t_max.
    start, t_max : float
        When all paths began, and when they were given up.
    """

    time: FloatArray
    axis: IntArray
    side: IntArray
    censored: BoolArray
    exploded: BoolArray
    position: FloatArray
    start: float
    t_max: float

    @classmethod
    def of(
        cls, time: FloatArray, status: IntArray, position: FloatArray, domain: Domain, start: float, t_max: float
    ) -> "ExitSample":
        """Return the sample from what a solver found; StablefitWarning where paths exploded."""
        out = status == EXITED
        axis, side = np.full(time.size, -1), np.zeros(time.size, dtype=np.int64)
        axis[out], side[out] = domain.faces(position[out])
        exploded = status == EXPLODED
        if exploded.any():
            warnings.warn(
                f"{exploded.sum()} of {time.size} paths exploded: their numbers went out of bounds; take a smaller dt",
                StablefitWarning,
                stacklevel=3,
            )
        time = np.where(exploded, np.nan, time)
        return cls(time, axis, side, status == RUNNING, exploded, position, start, t_max)

    def mean(self, level: float = 0.95, method: MeanMethod | None = None) -> Estimate:
        """Return the mean exit time with a confidence interval.

        Parameters
        ----------
        level : float, default 0.95
        method : {"mean", "rate", "km"}, optional
            "mean": the average, for samples without censored paths only; normal interval. "rate": total time over the
            number of exits, for exits at a constant rate; chi-square interval. "km": the area under the survival
            function up to t_max, which is below the mean where paths are censored. By default the first if no path is
            censored, else the second; the result's `method` says which.

        Raises
        ------
        ValueError
            If level lies outside (0, 1), or the average is asked for of a sample with censored paths.
        """
        check_level(level)
        method = method or ("rate" if self.censored.any() else "mean")
        spent = self.time[~self.exploded] - self.start
        if method == "rate":
            return self._by_rate(spent, level)
        if method == "mean" and self.censored.any():
            raise ValueError(f"method must not be 'mean' where paths are censored, got {self.censored.sum()} of them")
        if method not in ("mean", "km"):
            raise ValueError(f"method must be one of mean, rate, km, got {method!r}")
        from scipy.special import ndtri

        value = self.start + spent.mean() if spent.size else np.nan
        error = spent.std(ddof=1) / np.sqrt(spent.size) if spent.size > 1 else np.nan
        half = ndtri(0.5 + 0.5 * level) * error
        return Estimate(value, value - half, value + half, level, method)

    def _by_rate(self, spent: FloatArray, level: float) -> Estimate:
        """Exits over total time: of a constant rate its estimate by maximum likelihood, and Cox's interval."""
        from scipy.special import chdtri

        total, exits, rest = spent.sum(), int((~self.censored & ~self.exploded).sum()), 0.5 * (1.0 - level)
        low = 2.0 * total / chdtri(2 * exits + 2, rest)
        value, high = (total / exits, 2.0 * total / chdtri(2 * exits, 1.0 - rest)) if exits else (np.inf, np.inf)
        return Estimate(self.start + value, self.start + low, self.start + high, level, "rate")

    def survival(self, u: ArrayLike) -> FloatArray:
        """Return the share of paths still inside after time u; nan beyond t_max if some are inside there.

        All paths are censored at the same time, so that Kaplan and Meier's estimate is this share.
        """
        return self._alive(u) / self._counted

    def survival_interval(self, u: ArrayLike, level: float = 0.95) -> FloatArray:
        """Return Clopper and Pearson's intervals of the survival function, shape (..., 2)."""
        check_level(level)
        return clopper_pearson(self._alive(u), self._counted, level)

    def exit_probabilities(self) -> FloatArray:
        """Return the shares of paths that left through each end of each axis by t_max.

        Returns
        -------
        ndarray, shape (N, 2)
            Columns lower and upper; the sum is 1 less the share of censored paths.

        Raises
        ------
        ValueError
            If the domain has no axes.
        """
        return np.asarray(self._counts() / self._counted)

    def exit_intervals(self, level: float = 0.95) -> FloatArray:
        """Return Clopper and Pearson's intervals of the exit probabilities, shape (N, 2, 2)."""
        check_level(level)
        return clopper_pearson(self._counts(), self._counted, level)

    def plot(self, law: Any = None, ax: "Axes | None" = None) -> "Axes":
        """Draw the survival function on a logarithmic scale, with a law's beside it: anything with `survival(u)`."""
        axes: Axes = import_module("stablefit.plotting.exits").plot_exits(self, law, ax)
        return axes

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas DataFrame with a row a path."""
        with extra("stats"):
            import pandas as pd

        names = ("time", "axis", "side", "censored", "exploded")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def __len__(self) -> int:
        return self.time.size

    def __repr__(self) -> str:
        counts = f"n_paths={len(self)}, exits={int(self._left.sum())}"
        return f"ExitSample({counts}, censored={int(self.censored.sum())}, exploded={int(self.exploded.sum())})"

    def __str__(self) -> str:
        left = int(self._left.sum())
        lines = [f"First exits of {len(self):,} paths: {left:,} left, {self.censored.sum():,} inside at {self.t_max:g}"]
        if self.exploded.any():
            lines.append(f"{self.exploded.sum():,} exploded")
        lines.append(f"mean exit time  {self.mean()!r}, by {self.mean().method}")
        if (self.axis >= 0).any():
            shares, ends = self.exit_probabilities(), self.exit_intervals()
            for axis, side in np.argwhere(shares > 0.0):
                low, high = ends[axis, side]
                name = ("lower", "upper")[side]
                lines.append(f"axis {axis}, {name}  {shares[axis, side]:.4f} (95 %: {low:.4f} to {high:.4f})")
        return "\n".join(lines)

    @property
    def _left(self) -> BoolArray:
        return ~self.censored & ~self.exploded

    @property
    def _counted(self) -> int:
        return int((~self.exploded).sum())

    def _alive(self, u: ArrayLike) -> FloatArray:
        """How many paths are inside after u; nan where that is not known."""
        times = np.asarray(u, dtype=np.float64)
        left = np.sort(self.time[self._left])
        alive = self._counted - np.searchsorted(left, times, side="right")
        return np.where((times > self.t_max) & (left.size < self._counted), np.nan, alive.astype(np.float64))

    def _counts(self) -> IntArray:
        """Exits through each end of each axis."""
        known = self.axis >= 0
        if self._left.any() and not known.any():
            raise ValueError("the domain must be a Box for exit probabilities by axis, got one without axes")
        counts = np.zeros((self.position.shape[1], 2), dtype=np.int64)
        np.add.at(counts, (self.axis[known], (self.side[known] > 0).astype(np.int64)), 1)
        return counts

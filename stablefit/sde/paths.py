"""Simulated paths at the times that were asked for."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from stablefit._types import BoolArray, FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Paths:
    """Positions of paths at some times.

    Attributes
    ----------
    t : ndarray, shape (n_times,)
        Times, or numbers of iterations; the first is the start.
    x : ndarray, shape (n_paths, n_times, N)
        Positions; nan from the explosion of a path on.
    exploded : ndarray of bool, shape (n_paths,)
        Whether the numbers of a path went out of bounds.
    """

    t: FloatArray
    x: FloatArray
    exploded: BoolArray

    def plot(self, axis: int = 0, ax: "Axes | None" = None, most: int = 20) -> "Axes":
        """Draw one axis of the first paths against time.

        Parameters
        ----------
        axis : int, default 0
            Which of the N axes.
        ax : matplotlib.axes.Axes, optional
        most : int, default 20
            Paths drawn at most.
        """
        axes: Axes = import_module("stablefit.plotting.paths").plot_paths(self, axis, ax, most)
        return axes

    @property
    def final(self) -> FloatArray:
        """Positions at the last time, shape (n_paths, N)."""
        return self.x[:, -1]

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        n_paths, n_times, n_axes = self.x.shape
        span = f"t={self.t[0]:g}..{self.t[-1]:g}"
        return f"Paths(n_paths={n_paths}, n_times={n_times}, N={n_axes}, {span}, exploded={np.sum(self.exploded)})"

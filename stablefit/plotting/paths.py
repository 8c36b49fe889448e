"""Paths against time."""

from typing import TYPE_CHECKING

from stablefit.plotting import style
from stablefit.sde.paths import Paths

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_paths(paths: Paths, axis: int = 0, ax: "Axes | None" = None, most: int = 20) -> "Axes":
    """Draw one axis of the first paths, the very first in front.

    Parameters
    ----------
    paths : Paths
        What `stablefit.sde.simulate` returned; with `save` it holds more than the two ends.
    axis : int, default 0
        Which of the N axes.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default. Nothing is shown.
    most : int, default 20
        Paths drawn at most.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.new_axes(ax)
    for row in paths.x[1:most, :, axis]:
        ax.plot(paths.t, row, color=style.POINTS, lw=0.6, alpha=0.5)
    ax.plot(paths.t, paths.x[0, :, axis], color=style.STABLE, lw=1.2)
    shown = min(most, len(paths))
    ax.set_title(f"{shown} of {len(paths):,} paths" if shown < len(paths) else f"{shown} paths", fontsize="medium")
    ax.set(xlabel="time", ylabel=f"axis {axis}" if paths.x.shape[2] > 1 else "position")
    style.tidy(ax)
    return ax

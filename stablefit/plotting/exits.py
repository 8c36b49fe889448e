"""The survival function of first exits on a logarithmic scale: exits at a constant rate make a straight line."""

from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit.plotting import style
from stablefit.sde.exit_sample import ExitSample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 200
"""Of the time axis."""


def plot_exits(exits: ExitSample, law: Any = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the share of paths still inside with its 95 % band, and a law's survival function beside it.

    Parameters
    ----------
    exits : ExitSample
        What `stablefit.sde.first_exit` returned.
    law : object, optional
        Anything with `survival(u)` of absolute times, such as `stablefit.escape.ExitLaw`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default. Nothing is shown.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.new_axes(ax)
    last = exits.t_max if exits.censored.any() else float(np.nanmax(exits.time))
    times = np.linspace(exits.start, last, _POINTS)
    low, high = exits.survival_interval(times).T
    ax.fill_between(times, low, high, color=style.STABLE, alpha=0.2, lw=0, step="post", label="95 % interval")
    ax.step(times, exits.survival(times), where="post", color=style.STABLE, lw=1.6, label=f"{len(exits):,} paths")
    if law is not None:
        ax.plot(times, law.survival(times), color=style.NORMAL, ls="--", lw=1.4, label="law")
    ax.set_yscale("log")
    ax.set_ylim(0.5 / len(exits), 1.3)
    ax.set(xlabel="time", ylabel="share of paths inside")
    ax.legend(fontsize="small")
    style.tidy(ax)
    return ax

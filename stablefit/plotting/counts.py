"""A picture of counts in bins beside the law fitted to them."""

from typing import TYPE_CHECKING

import numpy as np

from stablefit._types import FloatArray
from stablefit.plotting import style
from stablefit.plotting.fits import stable_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stablefit.estimators.result import FitResult

REACH = 12.0
"""Scales shown on either side of the location, at most."""


def plot_counts(result: "FitResult", counts: FloatArray, edges: FloatArray, ax: "Axes | None" = None) -> "Axes":
    """Draw a histogram, as a density, and the density fitted to it.

    Parameters
    ----------
    result : FitResult
        The fit. Its alpha and standard error stand in the legend.
    counts, edges : ndarray, shape (bins,) and (bins + 1,)
        What was fitted. Open bins are not drawn; the legend says how many counts they hold.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default. Nothing is shown.

    Returns
    -------
    matplotlib.axes.Axes
        The area of the bins is the law's probability of all of them, so that the curve is the law's own density. The
        picture reaches 12 scales to either side of the location.

    Raises
    ------
    ValueError
        If every bin is open.
    """
    if np.isfinite(edges).sum() < 2:
        raise ValueError(f"edges must bound at least one bin to draw, got {edges}")
    ax = style.new_axes(ax)
    law = result.law
    drawn = np.isfinite(edges[:-1]) & np.isfinite(edges[1:])
    ends = edges[np.isfinite(edges)]
    inside = 1.0 - float(law.cdf(edges[0]) + law.sf(edges[-1]))
    heights = counts[drawn] / counts.sum() * inside / np.diff(ends)
    beyond = counts[~drawn].sum()
    label = f"{counts.sum():,.6g} counts" + (f", {beyond:,.6g} in open bins" if beyond else "")
    ax.stairs(heights, ends, fill=True, color=style.DATA, label=label)
    low, high = np.clip(ends[[0, -1]], law.loc - REACH * law.scale, law.loc + REACH * law.scale)
    if low == high:  # the bins lie further away than that
        low, high = ends[0], ends[-1]
    x = np.linspace(low, high, 500)
    ax.plot(x, law.pdf(x), color=style.STABLE, lw=1.8, label=stable_label(result))
    ax.set(xlabel="samples", ylabel="density", xlim=(low, high))
    ax.set_ylim(bottom=0.0)
    ax.legend(fontsize="small")
    style.tidy(ax)
    return ax

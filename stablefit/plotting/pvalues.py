"""P-values of many tests against normal noise, as a histogram."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from stablefit.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pvalue_histogram(pvalues: ArrayLike, *, bins: int = 20, level: float = 0.05, ax: "Axes | None" = None) -> "Axes":
    """Draw the histogram of p-values beside the uniform density that normal noise gives.

    Parameters
    ----------
    pvalues : array_like
        P-values; nan is left out. Those of exactly 1, of samples whose alpha is 2, are counted in the legend: normal
        noise has many of them too, which a histogram would show as a peak.
    bins : int, default 20
        Bins over [0, 1].
    level : float, default 0.05
        The share of p-values up to this one is told in the legend.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
    """
    values = np.asarray(pvalues, dtype=np.float64).ravel()
    values = values[np.isfinite(values)]
    ax = style.new_axes(ax)
    below = values[values < 1.0]
    edges = np.linspace(0.0, 1.0, bins + 1)
    heights = np.histogram(below, edges)[0] * (bins / max(values.size, 1))
    few, ones = np.mean(values <= level), np.mean(values == 1.0)
    ax.stairs(heights, edges, fill=True, color=style.STABLE, alpha=0.6, label=f"{few:.1%} at most {level:g}")
    ax.axhline(1.0, color=style.NORMAL, ls="--", label="normal noise")
    ax.plot([], [], " ", label=f"{ones:.0%} are 1 (alpha = 2), not drawn")
    ax.set(xlabel="p-value of alpha = 2", ylabel="density", xlim=(0.0, 1.0), ylim=(0.0, None))
    ax.legend(fontsize="small", loc="upper right")
    style.tidy(ax)
    return ax

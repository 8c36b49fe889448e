"""Estimates of alpha of many samples from the smallest to the largest, over what one common alpha gives."""

from typing import TYPE_CHECKING

import numpy as np

from stablefit.gof.equal_alpha_result import EqualAlphaTest
from stablefit.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_spread(result: EqualAlphaTest, ax: "Axes | None" = None) -> "Axes":
    """Draw sorted estimates over the band that holds 95 % of each under one common alpha.

    Parameters
    ----------
    result : EqualAlphaTest
        What `stablefit.gof.test_equal_alpha` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default. Nothing is shown.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.new_axes(ax)
    rank = np.arange(1, result.alpha.size + 1)
    low, middle, high = result.band
    label = rf"95 % each, if all have $\alpha$ = {result.common:.3f}"
    ax.fill_between(rank, low, high, color=style.STABLE, alpha=0.2, lw=0, label=label)
    ax.plot(rank, middle, color=style.STABLE, lw=1.2)
    label = rf"{rank.size:,} samples, $p$ = {result.pvalue:.2g}"
    ax.plot(rank, result.alpha, ".", ms=4, color=style.POINTS, label=label)
    ax.axhline(2.0, color=style.NORMAL, ls="--", lw=1.0, label="normal")
    ax.set(xlabel="samples, sorted", ylabel=r"$\alpha$", xlim=(0.5, rank.size + 0.5))
    ax.legend(fontsize="small")
    style.tidy(ax)
    return ax

"""Alpha by layer as ranges, for any number of parameters in any number of layers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from stablefit.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = 40
"""Characters of a layer's name that are shown; of a longer one its end."""


def alpha_ranges(
    layers: Mapping[str, ArrayLike], null: ArrayLike | None = None, ax: "Axes | None" = None, *, level: float = 0.9
) -> "Axes":
    """Draw median, quartiles and the central 90 % of alpha for each layer, over what normal noise gives.

    Parameters
    ----------
    layers : mapping of str to array_like
        Estimates by layer, drawn from the top down; nan is left out.
    null : array_like, optional
        Estimates by the same method from normal samples of the same size; their central `level` is shaded.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default, whose height grows with the number of layers.
    level : float, default 0.9
        Share of the estimates in each line and in the band.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.new_axes(ax, figsize=(7.0, height(len(layers))))
    ends = ((1 - level) / 2, (1 + level) / 2)
    if null is not None:
        low, high = np.nanquantile(np.asarray(null, dtype=np.float64), ends)
        ax.axvspan(low, high, color=style.NULL, alpha=0.25, lw=0, label=f"normal noise, central {level:.0%}")
    for row, values in enumerate(layers.values()):
        fitted = np.asarray(values, dtype=np.float64)
        fitted = fitted[np.isfinite(fitted)]
        if fitted.size:
            low, lower, middle, upper, high = np.quantile(fitted, (ends[0], 0.25, 0.5, 0.75, ends[1]))
            ax.hlines(row, low, high, color=style.STABLE, lw=1.2)
            ax.hlines(row, lower, upper, color=style.STABLE, lw=5)
            ax.plot(middle, row, "o", ms=6, mfc="white", color=style.STABLE)
    names = [name if len(name) <= _NAME else f"…{name[1 - _NAME :]}" for name in layers]
    ax.set_yticks(range(len(names)), names, parse_math=False)
    ax.set(xlabel=r"$\alpha$", ylim=(len(names) - 0.5, -0.5))
    ax.axvline(2.0, color=style.REFERENCE, lw=0.8, ls=":")
    if null is not None:
        ax.legend(fontsize="small", loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2)
    style.tidy(ax)
    return ax


def height(layers: int) -> float:
    """Return the height in inches that so many layers want."""
    return 1.2 + 0.28 * max(layers, 3)

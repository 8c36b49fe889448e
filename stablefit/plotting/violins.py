"""Alpha by layer as violins, over the band of normal noise."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.plotting import style
from stablefit.plotting.layers import height

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = 40  # characters of a layer's name that are shown; of a longer one its end
_POINTS = 300
_FEWEST = 8  # estimates that have a violin; fewer are points


def alpha_violins(
    layers: Mapping[str, ArrayLike], null: ArrayLike | None = None, ax: "Axes | None" = None, *, level: float = 0.9
) -> "Axes":
    """Draw the density of alpha for each layer, with its median, over what normal noise gives.

    Parameters
    ----------
    layers : mapping of str to array_like
        Estimates by layer, drawn from the top down; nan is left out. Fewer than eight are drawn as points.
    null : array_like, optional
        Estimates by the same method from normal samples of the same size; their central `level` is shaded.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default, whose height grows with the number of layers.
    level : float, default 0.9
        Share of the null in the band.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    Each violin has the same height at its mode: its area says nothing of the number of parameters, which stands beside
    the name. Estimates end at 2, where the density is folded back.
    """
    ax = style.new_axes(ax, figsize=(7.0, 0.4 + 1.4 * height(len(layers))))
    if null is not None:
        low, high = np.nanquantile(np.asarray(null, dtype=np.float64), ((1 - level) / 2, (1 + level) / 2))
        ax.axvspan(low, high, color=style.NULL, alpha=0.25, lw=0, label=f"normal noise, central {level:.0%}")
    names = []
    for row, (name, values) in enumerate(layers.items()):
        fitted = np.asarray(values, dtype=np.float64)
        fitted = fitted[np.isfinite(fitted)]
        names.append(f"{name if len(name) <= _NAME else f'…{name[1 - _NAME :]}'} ({fitted.size:,})")
        if fitted.size >= _FEWEST and np.ptp(fitted) > 0.0:
            x, density = _density(fitted)
            ax.fill_between(x, row - 0.42 * density, row + 0.42 * density, color=style.STABLE, alpha=0.55, lw=0)
        else:
            ax.plot(fitted, np.full(fitted.size, row), "o", ms=3.5, color=style.STABLE, alpha=0.6)
        if fitted.size:
            ax.plot(np.median(fitted), row, "o", ms=5, mfc="white", color="black", zorder=3)
    ax.set_yticks(range(len(names)), names, parse_math=False)
    ax.set(xlabel=r"$\alpha$", ylim=(len(names) - 0.5, -0.5))
    ax.axvline(2.0, color=style.REFERENCE, lw=0.8, ls=":")
    if null is not None:
        ax.legend(fontsize="small", loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2)
    style.tidy(ax)
    return ax


def _density(alpha: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a grid up to 2 and a kernel density on it, its maximum 1, folded at 2.

    The width of the kernel is Silverman's (Density Estimation, 1986, equation 3.31), from counts on the grid.
    """
    spread = min(float(alpha.std()), float(np.subtract(*np.quantile(alpha, (0.75, 0.25)))) / 1.34)
    low = float(alpha.min())
    width = max(0.9 * spread * alpha.size**-0.2, 0.005 * (2.0 - low), 1e-6)
    edges = np.linspace(max(low - 3.0 * width, 0.0), 2.0, _POINTS + 1)
    counts, step = np.histogram(np.minimum(alpha, 2.0), edges)[0], edges[1] - edges[0]
    folded = np.concatenate([counts, counts[::-1]]).astype(np.float64)
    reach = min(int(np.ceil(4.0 * width / step)), _POINTS - 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / width) ** 2)
    density = np.convolve(folded, kernel, mode="same")[:_POINTS]
    return 0.5 * (edges[1:] + edges[:-1]), density / density.max()

"""Pictures of gradient noise: histograms with fitted laws, and alpha by layer or by network over its Gaussian null."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.plotting.style import DATA, NORMAL, NULL, STABLE, new_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def histogram(
    sample: ArrayLike,
    fit: Any = None,
    *,
    bins: int | None = None,
    shown: float = 0.99,
    title: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the density histogram of one sample with the normal and the fitted stable density.

    Parameters
    ----------
    sample : array_like, shape (n,)
        The noise of one parameter, in any unit; values that are not finite are not drawn.
    fit : FitResult or Stable, optional
        The stable fit: anything with `alpha` and either `pdf` or a `law` that has it.
    bins : int, optional
        Number of bins over the shown range; by default twice the square root of the sample's size, at most 100.
    shown : float, default 0.99
        Share of the sample in the shown range, which is symmetric about the median; what lies outside is counted below
        the axis.
    title : str, optional
        Title of the axes.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
    """
    values = np.asarray(sample, dtype=np.float64).ravel()
    values = values[np.isfinite(values)]
    ax = new_axes(ax)
    bins = min(100, int(2 * np.sqrt(len(values)))) if bins is None else bins
    middle = np.median(values)
    reach = np.quantile(np.abs(values - middle), shown)
    outside = int(np.count_nonzero(np.abs(values - middle) > reach))
    edges = middle + (reach * np.linspace(-1, 1, bins + 1) if reach > 0 else np.array([-0.5, 0.5]))
    # Heights are shares of the whole sample, so that densities of the whole sample can stand beside them.
    heights = np.histogram(values, edges)[0] / (len(values) * np.diff(edges))
    ax.stairs(heights, edges, fill=True, color=DATA, label="noise")
    x = np.linspace(edges[0], edges[-1], 400)
    loc, scale = float(values.mean()), float(values.std())
    if scale > 0:
        density = np.exp(-0.5 * ((x - loc) / scale) ** 2) / (scale * np.sqrt(2 * np.pi))
        ax.plot(x, density, color=NORMAL, linestyle="--", zorder=3, label="normal")
    if fit is not None and np.isfinite(fit.alpha):
        law = getattr(fit, "law", fit)
        ax.plot(x, law.pdf(x), color=STABLE, label=rf"S$\alpha$S, $\alpha$ = {float(fit.alpha):.3f}")
    left_out = f", {outside} outside" if outside else ""  # short: the power of ten of the ticks stands beside it
    ax.set(xlabel=f"gradient noise{left_out}", ylabel="density", xlim=(edges[0], edges[-1]))
    ax.set_title(title or "")
    ax.locator_params(axis="x", nbins=5)
    ax.ticklabel_format(axis="x", style="sci", scilimits=(-2, 3))
    ax.legend(fontsize="small", loc="upper left", frameon=False)
    tidy(ax)
    return ax


def alpha_by_group(
    alpha: ArrayLike,
    groups: Sequence[str],
    *,
    null: ArrayLike | None = None,
    level: float = 0.95,
    title: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw estimates of alpha by layer or by network, each a point, with their medians.

    Parameters
    ----------
    alpha : array_like, shape (k,)
        Estimates; nan (what could not be fitted) is left out and counted under the group's name.
    groups : sequence of str, length k
        The layer or network of each estimate; groups stand in the order in which they first come.
    null : array_like, optional
        Estimates by the same method from normal samples of the same size. Their central `level` is shaded: a group
        whose points lie there shows nothing beyond normal noise.
    level : float, default 0.95
        Share of the null in the band.
    title : str, optional
        Title of the axes.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `alpha` and `groups` differ in length.
    """
    estimates = np.asarray(alpha, dtype=np.float64).ravel()
    if len(estimates) != len(groups):
        raise ValueError(f"groups must have a name for each alpha, got {len(groups)} for {len(estimates)}")
    ax = new_axes(ax)
    if null is not None:
        low, high = np.nanquantile(np.asarray(null, dtype=np.float64), [(1 - level) / 2, (1 + level) / 2])
        ax.axhspan(low, high, color=NULL, alpha=0.2, linewidth=0, label=f"normal noise, central {level:.0%}")
    ax.axhline(2.0, color="0.4", linewidth=0.8, linestyle=":")
    names = list(dict.fromkeys(groups))
    ticks = []
    for position, name in enumerate(names):
        members = estimates[np.array([group == name for group in groups])]
        fitted = np.sort(members[np.isfinite(members)])
        missing = len(members) - len(fitted)
        ticks.append(name + (f"\n({missing} not fitted)" if missing else ""))
        ax.plot(position + _spread(len(fitted)), fitted, "o", color=STABLE, alpha=0.6, markersize=3.5)
        if len(fitted):
            ax.hlines(np.median(fitted), position - 0.3, position + 0.3, color="black", linewidth=1.5)
    ax.set_xticks(
        range(len(names)), ticks, rotation=30 if len(names) > 4 else 0, ha="right" if len(names) > 4 else "center"
    )
    ax.set(ylabel=r"$\alpha$", xlim=(-0.6, len(names) - 0.4))
    ax.set_title(title or "")
    if null is not None:
        ax.legend(fontsize="small", loc="lower right")
    tidy(ax)
    return ax


def alpha_by_batch_size(batch_sizes: Sequence[int], alpha: ArrayLike, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the effective alpha of single parameters against the batch size, each a thin line, and their median.

    Parameters
    ----------
    batch_sizes : sequence of int, length m
        Examples in a mini-batch.
    alpha : array_like, shape (m, k)
        An alpha for each batch size and parameter; nan leaves a gap.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
    """
    values = np.asarray(alpha, dtype=np.float64)
    ax = new_axes(ax)
    lines = ax.plot(batch_sizes, values, color=STABLE, alpha=0.25, linewidth=0.7)
    lines[0].set_label("one parameter each")
    some = np.isfinite(values).any(axis=1)
    medians = np.nanmedian(values[some], axis=1)
    ax.plot(np.asarray(batch_sizes)[some], medians, "o-", color="black", markersize=3.5, label="median")
    ax.axhline(2.0, color="0.4", linewidth=0.8, linestyle=":")
    ax.set_xscale("log", base=2)
    ax.set_xticks(list(batch_sizes), [str(size) for size in batch_sizes])
    ax.minorticks_off()
    ax.set(xlabel="batch size", ylabel=r"effective $\alpha$")
    ax.legend(fontsize="small", loc="lower right", frameon=False)
    tidy(ax)
    return ax


def _spread(n: int) -> FloatArray:
    """Return offsets in (-0.25, 0.25) that keep neighbouring points apart: multiples of the golden ratio, modulo 1."""
    return np.asarray((np.arange(n) * 0.6180339887498949 + 0.5) % 1.0 * 0.5 - 0.25)

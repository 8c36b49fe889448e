"""Laws of the first exit, and times of exit against the learning rate with the curves of theories."""

from typing import TYPE_CHECKING

import numpy as np

from stablefit.escape.escape_fits import EscapeFits
from stablefit.escape.exit_law import ExitLaw
from stablefit.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINES = {
    "levy": (style.STABLE, "-", "stable noise"),
    "mori": (style.NORMAL, (0, (4, 2)), "Mori et al."),
    "xie": (style.NULL, (0, (6, 1.5, 1, 1.5)), "Xie et al."),
}

_BEYOND = 1.25
"""How far a batch size's curve goes beyond its learning rates, a factor."""


def plot_escape_fits(result: EscapeFits, ax: "Axes | None" = None) -> "Axes":
    """Draw mean times of exit with standard errors, and each distinct curve once, labelled with all its theories.

    Parameters
    ----------
    result : EscapeFits
        What `stablefit.escape.fit_escape_times` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default. Nothing is shown.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.new_axes(ax)
    drawn: set[str] = set()
    sizes = np.unique(result.batch_size)
    for fit in sorted(result, key=lambda fit: fit.theory):
        if fit.theory in drawn:
            continue
        group = next((g for g in result.same_curve if fit.theory in g), (fit.theory,))
        drawn |= set(group)
        color, dashes, _ = _LINES[fit.theory]
        label = " and ".join(_LINES[name][2] for name in group)
        if fit.theory == "levy":
            label += rf", $\alpha$ = {fit.slope:.2f}"
        for i, size in enumerate(sizes):
            own = result.eta[result.batch_size == size]
            eta = np.geomspace(own.min() / _BEYOND, own.max() * _BEYOND, 200)
            tau = result.predict(fit.theory, eta, size)
            ax.plot(eta, tau, color=color, ls=dashes, lw=1.6, label=label if i == 0 else None)
    for size, marker in zip(sizes, "os^Dv<>ph*" * (1 + sizes.size // 10), strict=False):
        here = result.batch_size == size
        name = "mean times" if sizes.size == 1 else f"batch size {size:g}"
        se = None if result.se is None else result.se[here]
        ax.errorbar(result.eta[here], result.tau[here], se, fmt=marker, ms=4, color=style.POINTS, capsize=2, label=name)
    unit = "iterations" if result.clock == "iteration" else "units of time"
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel=f"mean time of exit ({unit})")
    low, high = result.tau.min(), result.tau.max()
    ax.set_ylim(0.5 * low, 2.0 * high)
    ax.legend(fontsize="small")
    style.tidy(ax)
    return ax


def plot_exit_law(law: ExitLaw, ax: "Axes | None" = None) -> "Axes":
    """Draw P(exit after u) against u, from where one in a thousand has left to where one in a thousand is left.

    Parameters
    ----------
    law : ExitLaw
        The law. What it traps for ever is a dashed line.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default. Nothing is shown.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.new_axes(ax)
    trapped = law.trapping_probability()
    first, last = law.isf([1.0 - 1e-3 * (1.0 - trapped), trapped + 1e-3 * (1.0 - trapped)])
    u = np.geomspace(max(first, 1e-300), last, 400)
    steps = "steps-post" if law.clock == "iteration" else "default"
    ax.plot(u, law.survival(u), color=style.STABLE, lw=1.6, drawstyle=steps, label="exact law")
    if trapped > 1e-3:
        ax.axhline(trapped, color=style.REFERENCE, ls="--", lw=1.0, label=f"never leaves: {trapped:.3f}")
    unit = "iterations" if law.clock == "iteration" else "time"
    ax.set(xscale="log", xlabel=unit, ylabel="P(exit later)")
    ax.set_ylim(0.0, 1.02)
    ax.legend(fontsize="small")
    style.tidy(ax)
    return ax

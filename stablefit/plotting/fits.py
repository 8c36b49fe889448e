"""Pictures of one sample beside the law fitted to it, with the normal law of greatest likelihood for comparison."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.errors import DataError
from stablefit.gof.histogram import histogram
from stablefit.gof.rivals.normal import Normal, fit_normal
from stablefit.gof.samples import along_last
from stablefit.plotting import style
from stablefit.plotting.shown import bin_number, decades, robust_limits, samples_label, spread_out

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FitPlot = Literal["hist", "qq", "pp", "cdf", "tail"]


def plot_fit(result: Any, samples: ArrayLike, kind: FitPlot = "hist", ax: "Axes | None" = None) -> "Axes":
    """Draw samples beside the law fitted to them.

    Parameters
    ----------
    result : FitResult, or a law with ``pdf``, ``cdf``, ``sf`` and ``ppf``
        The fit. Its alpha and standard error stand in the legend.
    samples : array_like, shape (n,)
        The samples that were fitted, in any unit.
    kind : {"hist", "qq", "pp", "cdf", "tail"}
        "hist": density histogram, the fitted density and the normal one. "cdf": the same for probabilities. "tail":
        P(abs(X - loc) > t) with both axes logarithmic; a stable tail is a straight line of slope -alpha. "qq": samples
        against quantiles of the law, with a band that holds each of them with probability .95 if the law is right.
        "pp": probabilities against probabilities.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default. Nothing is shown.

    Returns
    -------
    matplotlib.axes.Axes
        Its picture reaches 4 interquartile ranges to either side of the median in "hist" and "cdf"; the legend says how
        many samples lie outside. "qq" is logarithmic far out where the samples reach further than that.

    Raises
    ------
    ValueError
        If `kind` is none of these.
    DataError
        If the samples are empty, not finite, or all the same.
    """
    drawings: dict[str, Callable[[Any, Any, FloatArray, Axes], None]] = {
        "hist": _draw_hist,
        "qq": _draw_qq,
        "pp": _draw_pp,
        "cdf": _draw_cdf,
        "tail": _draw_tail,
    }
    if kind not in drawings:
        raise ValueError(f"kind must be one of {', '.join(drawings)}, got {kind!r}")
    values = np.sort(along_last(samples))
    if values[0] == values[-1]:
        raise DataError(f"samples must not all be the same, got {values.size} times {values[0]}")
    ax = style.new_axes(ax)
    drawings[kind](result, getattr(result, "law", result), values, ax)
    ax.legend(fontsize="small")
    style.tidy(ax)
    return ax


def stable_label(result: Any) -> str:
    """Return the legend's entry for a fit: its alpha with the standard error, or that alpha = 2 is the boundary."""
    law = getattr(result, "law", result)
    if not hasattr(law, "alpha"):
        return type(law).__name__
    name = r"S$\alpha$S" if np.all(law.beta == 0.0) else "stable"
    if law.alpha == 2.0:
        return rf"{name}, $\alpha$ = 2 (the normal law)"
    errors = getattr(result, "bse", None)
    error = rf" $\pm$ {errors['alpha']:.2g}" if errors and np.isfinite(errors["alpha"]) and errors["alpha"] > 0 else ""
    return rf"{name}, $\alpha$ = {law.alpha:.3f}{error}"


def _draw_hist(result: Any, law: Any, values: FloatArray, ax: "Axes") -> None:
    low, high = robust_limits(values)
    found = histogram(values, bin_number(values, low, high), (low, high))
    ax.stairs(found.density, found.edges, fill=True, color=style.DATA, label=samples_label(values, low, high))
    x = np.linspace(found.edges[0], found.edges[-1], 500)
    _draw_both(result, law.pdf, fit_normal(values).pdf, x, ax)
    ax.set(xlabel="samples", ylabel="density", xlim=(x[0], x[-1]))
    ax.set_ylim(bottom=0.0)


def _draw_cdf(result: Any, law: Any, values: FloatArray, ax: "Axes") -> None:
    low, high = robust_limits(values)
    ax.ecdf(values, color=style.POINTS, lw=1.0, label=samples_label(values, low, high))
    x = np.linspace(low, high, 500)
    _draw_both(result, law.cdf, fit_normal(values).cdf, x, ax)
    ax.set(xlabel="samples", ylabel="probability", xlim=(low, high), ylim=(0.0, 1.0))


def _draw_tail(result: Any, law: Any, values: FloatArray, ax: "Axes") -> None:
    loc = float(getattr(law, "loc", np.median(values)))
    distances = np.sort(np.abs(values - loc))
    distances = distances[distances > 0.0]
    n = distances.size
    shown = spread_out(n)
    survival = (n - np.arange(n) - 0.5) / n
    ax.plot(distances[shown], survival[shown], ".", ms=4, color=style.POINTS, label=f"{values.size:,} samples")
    end = 2.0 * distances[-1]
    t = np.geomspace(min(0.2 * distances[n // 2], 0.01 * end), end, 300)
    normal = fit_normal(values)
    _draw_both(result, lambda t: law.sf(loc + t) + law.cdf(loc - t), lambda t: _outside(normal, loc, t), t, ax)
    ax.set(xscale="log", yscale="log", xlabel="distance $t$ from the location", ylabel=r"$P(|X - \mathrm{loc}| > t)$")
    ax.set(xlim=(t[0], t[-1]), ylim=(0.2 / n, 1.5))


def _draw_qq(result: Any, law: Any, values: FloatArray, ax: "Axes") -> None:
    from scipy.special import betaincinv

    n = values.size
    rank = spread_out(n) + 1.0
    expected, lower, upper = law.ppf(
        np.stack([(rank - 0.5) / n, betaincinv(rank, n - rank + 1, 0.025), betaincinv(rank, n - rank + 1, 0.975)])
    )
    ax.fill_between(expected, lower, upper, color=style.STABLE, alpha=0.2, lw=0, label="95 % band, pointwise")
    ax.plot(expected, expected, color=style.STABLE, lw=1.2, label=stable_label(result))
    ax.plot(expected, values[rank.astype(int) - 1], ".", ms=4, color=style.POINTS, label=f"{n:,} samples")
    ax.set(xlabel="quantiles of the law", ylabel="samples")
    low, high = robust_limits(values)
    if values[0] < low or values[-1] > high:
        middle = 0.25 * (high - low)
        ax.set_xscale("asinh", linear_width=middle)
        ax.set_yscale("asinh", linear_width=middle)
        ax.set_xticks(decades(ax.get_xlim(), middle))
        ax.set_yticks(decades(ax.get_ylim(), middle))


def _draw_pp(result: Any, law: Any, values: FloatArray, ax: "Axes") -> None:
    n = values.size
    shown = spread_out(n)
    ax.plot([0, 1], [0, 1], color=style.REFERENCE, lw=1.0)
    seen = (shown + 0.5) / n
    ax.plot(law.cdf(values[shown]), seen, color=style.STABLE, lw=1.8, label=stable_label(result))
    ax.plot(fit_normal(values).cdf(values[shown]), seen, color=style.NORMAL, ls="--", lw=1.5, label="normal")
    ax.set(xlabel="probability under the law", ylabel="share of samples", xlim=(0, 1), ylim=(0, 1), aspect="equal")


def _draw_both(
    result: Any, stable: Callable[[FloatArray], Any], normal: Callable[[FloatArray], Any], x: FloatArray, ax: "Axes"
) -> None:
    ax.plot(x, stable(x), color=style.STABLE, lw=1.8, label=stable_label(result))
    ax.plot(x, normal(x), color=style.NORMAL, ls="--", lw=1.5, label="normal")  # its gaps show the stable curve beneath


def _outside(law: Normal, loc: float, t: FloatArray) -> FloatArray:
    return law.sf(loc + t) + law.cdf(loc - t)

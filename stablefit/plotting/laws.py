"""Pictures of one sample beside several laws fitted to it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.errors import DataError
from stablefit.gof.comparison import LawPlot
from stablefit.gof.histogram import histogram
from stablefit.gof.samples import along_last
from stablefit.plotting import style
from stablefit.plotting.fits import stable_label
from stablefit.plotting.hill import draw_hill
from stablefit.plotting.probability import draw_detrended, draw_probability
from stablefit.plotting.shown import REACH, bin_number, decades, robust_limits, samples_label, spread_out

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Entry = tuple[str, Any, dict[str, Any]]
"""A law's label, the law, and how its line looks."""


def plot_laws(
    samples: ArrayLike, laws: Mapping[str, Any] | Sequence[Any], kind: LawPlot = "density", ax: "Axes | None" = None
) -> "Axes":
    """Draw a sample beside several laws.

    Parameters
    ----------
    samples : array_like, shape (n,)
        The samples, in any unit.
    laws : mapping of str to law, or sequence of laws
        Fits, or laws with ``pdf``, ``cdf``, ``sf``, ``ppf`` and ``isf``, in the samples' units. Names of
        `stablefit.gof.compare` have colours of their own, the same in every picture.
    kind : {"density", "cdf", "qq", "pp", "detrended", "tail", "hill"}
        "density", "cdf": histogram, or distribution function, of the samples, and the laws'. "tail": P(abs(X - m) > t)
        about the median m, both axes logarithmic. "qq": samples against quantiles of each law. "pp": probabilities
        against probabilities, after the arcsine of their square root, which gives each point the same variance; the
        band holds all points of a right law at once, in 95 % of samples where the law was not fitted to them, and in
        more where it was. "detrended": the same as differences, where a large sample still shows something. "hill":
        Hill's estimate of the tail index by the number of outer samples, with what each law leads to expect.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default. Nothing is shown.

    Returns
    -------
    matplotlib.axes.Axes
        "density" and "cdf" reach 4 interquartile ranges to either side of the median; the legend says how many samples
        lie outside. "qq" is logarithmic far out where the samples reach further than that.

    Raises
    ------
    ValueError
        If `kind` is none of these, or there are no laws.
    DataError
        If the samples are empty, not finite, or all the same.

    References
    ----------
    .. [1] J. R. Michael, "The stabilized probability plot", Biometrika 70 (1983), 11-17.
    .. [2] B. M. Hill, "A simple general approach to inference about the tail of a distribution", Ann. Statist. 3
       (1975), 1163-1174.
    """
    drawings: dict[str, Callable[[FloatArray, list[Entry], Axes], None]] = {
        "density": _draw_density,
        "cdf": _draw_cdf,
        "qq": _draw_qq,
        "pp": draw_probability,
        "detrended": draw_detrended,
        "tail": _draw_tail,
        "hill": draw_hill,
    }
    if kind not in drawings:
        raise ValueError(f"kind must be one of {', '.join(drawings)}, got {kind!r}")
    entries = _entries(laws)
    values = np.sort(along_last(samples))
    if values[0] == values[-1]:
        raise DataError(f"samples must not all be the same, got {values.size} times {values[0]}")
    ax = style.new_axes(ax)
    drawings[kind](values, entries, ax)
    ax.legend(fontsize="small", loc="lower right" if kind == "hill" else "best")
    style.tidy(ax)
    return ax


def law_label(name: str, law: Any) -> str:
    """Return the name with the parameter that says how heavy the tails are."""
    named = {"alpha": r"\alpha", "beta": r"\beta", "df": r"\nu", "shape": r"\mathrm{shape}", "a": "a"}
    found = [
        f"${sign} = {getattr(law, key):.3g}$" for key, sign in named.items() if np.ndim(getattr(law, key, [])) == 0
    ]
    if getattr(law, "beta", None) == 0.0:
        found = found[:1]
    return ", ".join([name, *(text.replace("inf", r"\infty") for text in found)])


def _entries(laws: Mapping[str, Any] | Sequence[Any]) -> list[Entry]:
    if not laws:
        raise ValueError("laws must hold at least one law, got none")
    if isinstance(laws, Mapping):
        unwrapped = {name: getattr(law, "law", law) for name, law in laws.items()}
        pairs = [(name, law_label(name, law), law) for name, law in unwrapped.items()]
    else:
        by = [f", by {law.method}" if hasattr(law, "method") else "" for law in laws]
        pairs = [("", stable_label(law) + how, getattr(law, "law", law)) for law, how in zip(laws, by, strict=True)]
    return [(label, law, style.line(name, place)) for place, (name, label, law) in enumerate(pairs)]


def _draw_density(values: FloatArray, entries: list[Entry], ax: "Axes") -> None:
    low, high = robust_limits(values)
    found = histogram(values, bin_number(values, low, high), (low, high))
    ax.stairs(found.density, found.edges, fill=True, color=style.DATA, label=samples_label(values, low, high))
    x = np.linspace(found.edges[0], found.edges[-1], 501)
    for label, law, line in entries:
        ax.plot(x, law.pdf(x), label=label, **line)
    # a law with a sharp peak, such as Laplace's, must not press the others down
    ax.set(
        xlabel="samples",
        ylabel="density",
        xlim=(x[0], x[-1]),
        ylim=(0.0, min(ax.get_ylim()[1], 1.6 * found.density.max())),
    )


def _draw_cdf(values: FloatArray, entries: list[Entry], ax: "Axes") -> None:
    low, high = robust_limits(values)
    ax.ecdf(values, color=style.POINTS, lw=1.0, label=samples_label(values, low, high))
    x = np.linspace(low, high, 501)
    for label, law, line in entries:
        ax.plot(x, law.cdf(x), label=label, **line)
    ax.set(xlabel="samples", ylabel="probability", xlim=(low, high), ylim=(0.0, 1.0))


def _draw_tail(values: FloatArray, entries: list[Entry], ax: "Axes") -> None:
    middle = float(np.median(values))
    distances = np.sort(np.abs(values - middle))
    distances = distances[distances > 0.0]
    n = distances.size
    shown = spread_out(n)
    survival = (n - np.arange(n) - 0.5) / n
    ax.plot(distances[shown], survival[shown], ".", ms=4, color=style.POINTS, label=f"{values.size:,} samples")
    end = 2.0 * distances[-1]
    t = np.geomspace(min(0.2 * distances[n // 2], 0.01 * end), end, 300)
    for label, law, line in entries:
        ax.plot(t, law.sf(middle + t) + law.cdf(middle - t), label=label, **line)
    ax.set(xscale="log", yscale="log", xlabel="distance $t$ from the median", ylabel="$P(|X - m| > t)$")
    ax.set(xlim=(t[0], t[-1]), ylim=(0.2 / n, 1.5))


def _draw_qq(values: FloatArray, entries: list[Entry], ax: "Axes") -> None:
    n = values.size
    shown = spread_out(n)
    lower, centre, upper = np.quantile(values, (0.25, 0.5, 0.75))
    middle = float(upper - lower) or float(values[-1] - values[0])
    seen = values[shown] - centre
    reach = 1.15 * float(np.max(np.abs(seen)))
    ax.plot([-reach, reach], [-reach, reach], color=style.REFERENCE, lw=1.0)
    for place, (label, law, line) in enumerate(entries):
        marker: dict[str, Any] = {
            "marker": "osD^vPX"[place % 7],
            "ms": 3.5,
            "mew": 0.0,
            "ls": "",
            "zorder": 3 - 0.1 * place,
        }
        ax.plot(law.ppf((shown + 0.5) / n) - centre, seen, color=line["color"], label=label, **marker)
    ax.set(xlabel="quantiles of the law - median", ylabel=f"{n:,} samples - median")
    if reach > REACH * middle:
        ax.set_xscale("asinh", linear_width=middle)
        ax.set_yscale("asinh", linear_width=middle)
        ax.set_xticks(decades((-reach, reach), middle))
        ax.set_yticks(decades((-reach, reach), middle))
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach))

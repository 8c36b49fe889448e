"""The look that every picture shares.

The colours are of Okabe and Ito's palette, told apart by readers with any kind of colour vision; lines that could be
confused differ in their dashes as well.
"""

from typing import TYPE_CHECKING, Any

from stablefit.extras import extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STABLE = "#0072B2"  # blue, solid
NORMAL = "#D55E00"  # vermilion, dashed
NULL = "#009E73"  # bluish green
DATA = "0.80"  # filled areas of samples
POINTS = "0.35"  # single samples
REFERENCE = "0.55"  # diagonals and thresholds

LAWS: dict[str, tuple[str, Any]] = {
    "stable": (STABLE, "-"),
    "normal": (NORMAL, (0, (4, 2))),
    "t": (NULL, (0, (6, 1.5, 1, 1.5))),
    "laplace": ("#CC79A7", (0, (1.5, 1.2))),
    "stable-skewed": ("#000000", (0, (3, 1.2, 1, 1.2, 1, 1.2))),
    "nig": ("#56B4E9", (0, (8, 2))),
    "gennorm": ("#E69F00", (0, (2, 1))),
}
"""Colour and dashes of each law by name; a law of another name takes those of its place in the list."""

FIGURE_SIZE = (5.6, 3.8)
"""Inches: two fit side by side on a page, and the text stays readable in a notebook."""


def new_axes(ax: "Axes | None", **figure: Any) -> "Axes":
    """Return `ax`, or the axes of a new figure; nothing is shown."""
    if ax is not None:
        return ax
    with extra("plot"):
        import matplotlib.pyplot as plt

    new: Axes = plt.subplots(layout="constrained", **{"figsize": FIGURE_SIZE} | figure)[1]
    return new


def tidy(ax: "Axes") -> None:
    """Take away what does not carry data: the upper and right frame, the frame of the legend."""
    ax.spines[["top", "right"]].set_visible(False)
    legend = ax.get_legend()
    if legend is not None:
        legend.set_frame_on(False)


def line(name: str, place: int) -> dict[str, Any]:
    """Return colour, dashes and width of a law's line: its own, or those of its place in a list of laws."""
    known = LAWS.get(name) or list(LAWS.values())[place % len(LAWS)]
    return {"color": known[0], "linestyle": known[1], "linewidth": 1.6}

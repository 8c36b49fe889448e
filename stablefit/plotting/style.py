"""The look that every picture shares.

The colours are of Okabe and Ito's palette, told apart by readers with any kind of colour vision; lines that could be
confused differ in their dashes as well.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STABLE = "#0072B2"  # blue, solid
NORMAL = "#D55E00"  # vermilion, dashed
NULL = "#009E73"  # bluish green
DATA = "0.80"  # filled areas of samples
POINTS = "0.35"  # single samples
REFERENCE = "0.55"  # diagonals and thresholds

FIGURE_SIZE = (5.6, 3.8)
"""Inches: two fit side by side on a page, and the text stays readable in a notebook."""


def new_axes(ax: "Axes | None", **figure: Any) -> "Axes":
    """Return `ax`, or the axes of a new figure; nothing is shown."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    new: Axes = plt.subplots(layout="constrained", **{"figsize": FIGURE_SIZE} | figure)[1]
    return new


def tidy(ax: "Axes") -> None:
    """Take away what does not carry data: the upper and right frame, the frame of the legend."""
    ax.spines[["top", "right"]].set_visible(False)
    legend = ax.get_legend()
    if legend is not None:
        legend.set_frame_on(False)

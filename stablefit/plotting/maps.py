"""Alpha of the entries of one parameter, as an image."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def alpha_map(alpha: ArrayLike, shape: Sequence[int], *, title: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw alpha of every entry of a weight where it lies in the weight.

    Parameters
    ----------
    alpha : array_like, of as many entries as the shape has
        Estimates in the order of the flat index; nan (what could not be fitted) is grey.
    shape : sequence of int
        Shape of the weight. A matrix is drawn as it is, outputs downwards; a filter bank (out, in, height, width) as
        tiles, one for each pair of channels; a vector as a row.
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
        If `alpha` has another number of entries.
    """
    values = np.asarray(alpha, dtype=np.float64).ravel()
    if values.size != np.prod(shape):
        raise ValueError(f"alpha must have {np.prod(shape)} entries for shape {tuple(shape)}, got {values.size}")
    image = _tiled(values, tuple(shape))
    ax = style.new_axes(ax)
    known = values[np.isfinite(values)]
    low = float(np.quantile(known, 0.01)) if known.size else 1.0
    ax.set_facecolor("0.75")
    shown = ax.imshow(image, vmin=min(low, 1.99), vmax=2.0, cmap="viridis", aspect="auto", interpolation="nearest")
    figure = ax.get_figure()
    if figure is not None:
        figure.colorbar(shown, ax=ax, label=r"$\alpha$", extend="min", fraction=0.05)
    tiles = len(shape) > 2
    ax.set(xlabel="input channels by columns" if tiles else "input" if len(shape) == 2 else "entry")
    ax.set(ylabel="output channels by rows" if tiles else "output" if len(shape) == 2 else "")
    if len(shape) < 2:
        ax.set_yticks([])
    ax.set_title(title or "")
    return ax


def _tiled(values: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Return the image (rows, columns): of more than two axes the kernels lie as tiles, out by in."""
    if len(shape) < 2:
        return values.reshape(1, -1)
    if len(shape) == 2:
        return values.reshape(shape)
    out, channels, *kernel = shape
    rows, columns = (1, kernel[0]) if len(kernel) == 1 else (kernel[0], int(np.prod(kernel[1:])))
    tiles = values.reshape(out, channels, rows, columns).transpose(0, 2, 1, 3)
    return np.asarray(tiles.reshape(out * rows, channels * columns))

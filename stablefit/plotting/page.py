"""Pictures of a fit, or of a comparison, on one page, written to a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stablefit.extras import extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from stablefit.estimators.result import FitResult
    from stablefit.gof.comparison import Comparison, LawPlot


def write_page(result: "FitResult", path: Path, title: str = "") -> None:
    """Draw histogram and tail of the samples beside the fitted law.

    Parameters
    ----------
    result : FitResult
        The fit, with its samples.
    path : Path
        Where to write; the suffix says in which form (``.png``, ``.svg``, ``.pdf``).
    title : str
        Stands over both pictures.

    Raises
    ------
    ValueError
        If matplotlib does not know the suffix.
    ImportError
        If matplotlib is not installed.
    """
    figure, (middle, tail) = _page(1, 2)
    result.plot("hist", ax=middle)
    result.plot("tail", ax=tail)
    figure.suptitle(title)
    figure.savefig(path, dpi=110)


def write_comparison(comparison: "Comparison", path: Path, title: str = "") -> None:
    """Draw density, distribution function and tail, quantiles, probabilities and Hill's estimate beside all laws.

    Parameters
    ----------
    comparison : Comparison
        What `stablefit.gof.compare` returns.
    path, title
        As for `write_page`.

    Raises
    ------
    ValueError
        If matplotlib does not know the suffix.
    ImportError
        If matplotlib is not installed.
    """
    figure, axes = _page(2, 3)
    kinds: tuple[LawPlot, ...] = ("density", "cdf", "tail", "qq", "detrended", "hill")
    for kind, ax in zip(kinds, axes.flat, strict=True):
        comparison.plot(kind, ax=ax)
    figure.suptitle(title)
    figure.savefig(path, dpi=110)


def _page(rows: int, columns: int) -> "tuple[Figure, Any]":
    """Return a figure that no window knows of, with its axes."""
    with extra("plot"):
        from matplotlib.figure import Figure
    figure = Figure(figsize=(5 * columns, 4 * rows), layout="constrained")
    return figure, figure.subplots(rows, columns)

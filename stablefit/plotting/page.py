"""One fit on one page: the middle of the data and its tail, written to a file."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stablefit.estimators.result import FitResult


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
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("pictures need matplotlib; install it with: pip install 'stablefit[plot]'") from None
    figure = Figure(figsize=(10, 4), layout="constrained")
    middle, tail = figure.subplots(1, 2)
    result.plot("hist", ax=middle)
    result.plot("tail", ax=tail)
    figure.suptitle(title)
    figure.savefig(path, dpi=110)

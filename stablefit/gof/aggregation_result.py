"""The result of the aggregation test."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from stablefit._types import FloatArray, IntArray
from stablefit.extras import extra
from stablefit.gof.tables import html_table, number, text_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class AggregationTest:
    """Alpha of block sums, and whether it drifts. Printing it shows the table.

    Attributes
    ----------
    blocks : ndarray of int, shape (m,)
        How many values were summed.
    sums : ndarray of int, shape (m,)
        How many sums there were of each length.
    alpha, se : ndarray, shape (m,)
        Estimates of their alpha, and the estimator's standard errors (see `FitResult.bse` for alpha = 2).
    band : ndarray, shape (3, m)
        5 %, 50 % and 95 % quantiles of the estimates if the values are stable with the first alpha.
    slope, slope_se : float
        Drift of alpha per doubling of the length, 0 for a stable law up to its standard error.
    pvalue : float
        Probability of a slope as large if the values are stable.
    method : str
        How alpha was estimated.
    nobs, n_boot, shuffles : int
        Values, simulated samples behind the p-value, and random orders (0: the given one).
    """

    blocks: IntArray
    sums: IntArray
    alpha: FloatArray
    se: FloatArray
    band: FloatArray
    slope: float
    slope_se: float
    pvalue: float
    method: str
    nobs: int
    n_boot: int
    shuffles: int

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas DataFrame with a row a block length."""
        with extra("stats"):
            import pandas as pd

        low, middle, high = self.band
        columns = {"sums": self.sums, "alpha": self.alpha, "se": self.se, "low": low, "middle": middle, "high": high}
        return pd.DataFrame(columns, index=pd.Index(self.blocks, name="block"))

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw alpha against the block length, over its band under a stable law."""
        axes: Axes = import_module("stablefit.plotting.aggregation").plot_aggregation(self, ax)
        return axes

    def __str__(self) -> str:
        return f"{self._title()}\n{text_table(*self._cells())}"

    def _repr_html_(self) -> str:
        return html_table(self._title(), *self._cells())

    def _title(self) -> str:
        order = f"mean of {self.shuffles} random orders" if self.shuffles else "consecutive values"
        drift = f"alpha drifts by {self.slope:+.3f} ± {self.slope_se:.3f} a doubling"
        return f"Sums of {self.nobs:,} values ({order}, by {self.method}): {drift}, p = {number(self.pvalue)}"

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [str(block), str(sums), f"{alpha:.3f}", number(se, 2), f"{middle:.3f}", f"{low:.3f} to {high:.3f}"]
            for block, sums, alpha, se, (low, middle, high) in zip(
                self.blocks, self.sums, self.alpha, self.se, self.band.T, strict=True
            )
        ]
        return ["summed", "sums", "alpha", "s.e.", "if stable", "90 % of them"], rows

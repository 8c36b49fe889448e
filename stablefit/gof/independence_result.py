"""The result of testing serial dependence."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.gof.frames import batch_frame
from stablefit.gof.multiplicity import Adjusted
from stablefit.gof.tables import html_table, number, text_table

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("level", "size")


@dataclass(frozen=True, eq=False)
class IndependenceTest:
    """Permutation tests of serial dependence: numbers for one sample, arrays of the batch's shape for many.

    Attributes
    ----------
    pvalue : float or ndarray
        Twice the smaller of the two below, at most 1; nan where there is none.
    level_pvalue, size_pvalue : float or ndarray
        Of the ranks of the values, and of the ranks of their distances from the median.
    level, size : float or ndarray
        The statistics of Ljung and Box of these ranks.
    level_correlations, size_correlations : ndarray, shape (..., lags)
        Rank autocorrelations at lags 1, 2, ...
    adjusted, rejected : float and bool, or ndarray
        `pvalue` adjusted for the number of samples, and whether independence is rejected.
    status : int or ndarray
        `stablefit.Status`: OK, or why there is no p-value.
    nobs, lags, n_perm : int
        Values in a sample, lags, and random orders that the p-values rest on.
    correction : Adjusted
        How it was adjusted.
    """

    pvalue: Any
    level_pvalue: Any
    size_pvalue: Any
    level: Any
    size: Any
    level_correlations: FloatArray
    size_correlations: FloatArray
    adjusted: Any
    rejected: Any
    status: Any
    nobs: int
    lags: int
    n_perm: int
    correction: Adjusted = field(repr=False)

    @property
    def missing(self) -> int:
        """How many samples have no p-value."""
        return self.correction.missing

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas DataFrame with a row a sample, and one index level a dimension of the batch."""
        names = ("pvalue", "level_pvalue", "size_pvalue", "level", "size", "adjusted", "rejected")
        return batch_frame({name: getattr(self, name) for name in names}, self.status)

    def __str__(self) -> str:
        return f"{self._title()}\n{text_table(*self._cells())}"

    def _repr_html_(self) -> str:
        return html_table(self._title(), *self._cells())

    def _title(self) -> str:
        what = f"lags 1 to {self.lags}, {self.nobs:,} values, {self.n_perm:,} random orders"
        return f"Serial dependence ({what}): {self.correction}"

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        rows = []
        for name, words in zip(PARTS, ("ranks of the values", "ranks of their sizes"), strict=True):
            correlations, pvalue = getattr(self, f"{name}_correlations"), np.ravel(getattr(self, f"{name}_pvalue"))
            first = np.ravel(correlations[..., 0])
            medians = [_shown(values, np.median) for values in (np.ravel(getattr(self, name)), first, pvalue)]
            rows.append([words, *medians, _shown(pvalue, np.min)])
        of = "" if np.ndim(self.pvalue) == 0 else "median "
        return ["", f"{of}Q", f"{of}r at lag 1", f"{of}p", "smallest p"], rows


def _shown(values: FloatArray, summary: Callable[[FloatArray], Any]) -> str:
    present = values[~np.isnan(values)]
    return number(float(summary(present)) if present.size else float("nan"))

"""The result of testing alpha = 2."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit.gof.frames import batch_frame
from stablefit.gof.multiplicity import Adjusted
from stablefit.gof.tables import html_table, number, text_table

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10
"""Samples of a batch in the table that it prints: those with the smallest p-values."""


@dataclass(frozen=True, eq=False)
class GaussianTest:
    """Likelihood-ratio tests of alpha = 2: numbers for one sample, arrays of the batch's shape for many.

    Attributes
    ----------
    statistic : float or ndarray
        Likelihood ratio, 0 where the best stable law is the normal one; nan where there is no fit.
    pvalue : float or ndarray
        Probability of one as large in normal samples.
    adjusted : float or ndarray
        The same, adjusted for the number of samples.
    rejected : bool or ndarray
        Whether alpha = 2 is rejected.
    alpha : float or ndarray
        Estimates by maximum likelihood.
    nobs : int or ndarray
        Values in each sample.
    status : Status, or ndarray of int
        `stablefit.Status` of each fit.
    correction : Adjusted
        How it was adjusted: `method`, `level`, and the counts `tested` and `missing`.
    """

    statistic: Any
    pvalue: Any
    adjusted: Any
    rejected: Any
    alpha: Any
    nobs: Any
    status: Any
    correction: Adjusted = field(repr=False)

    @property
    def missing(self) -> int:
        """How many samples have no p-value."""
        return self.correction.missing

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas DataFrame with a row a sample, and one index level a dimension of the batch."""
        names = ("alpha", "statistic", "pvalue", "adjusted", "rejected", "nobs")
        return batch_frame({name: getattr(self, name) for name in names}, self.status)

    def __str__(self) -> str:
        return "\n".join([self._title(), text_table(*self._cells()), *self._remark()])

    def _repr_html_(self) -> str:
        return html_table(self._title(), *self._cells()) + "".join(f"<p>{line}</p>" for line in self._remark())

    def _title(self) -> str:
        return f"alpha = 2 against alpha < 2: {self.correction}"

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        parts = [np.ravel(getattr(self, name)) for name in ("alpha", "statistic", "pvalue", "adjusted")]
        order = np.argsort(parts[2], kind="stable")[:SHOWN]
        shape = np.shape(self.pvalue)
        rows = [[_label(int(i), shape), *(number(float(part[i])) for part in parts)] for i in order]
        return ["sample", "alpha", "ratio", "p", "adjusted p"], rows

    def _remark(self) -> list[str]:
        more = np.size(self.pvalue) - SHOWN
        return [f"and {more} with larger p-values or none"] if more > 0 else []


def _label(i: int, shape: tuple[int, ...]) -> str:
    return ", ".join(str(int(part)) for part in np.unravel_index(i, shape)) if shape else "the only one"

"""The result of testing whether many samples have one common alpha."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from stablefit._types import AnyArray, FloatArray, IntArray
from stablefit.extras import extra
from stablefit.gof.tables import html_table, number, text_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_SHOWN = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
"""Places among the sorted estimates in the table that it prints."""


@dataclass(frozen=True, eq=False)
class EqualAlphaTest:
    """The spread of estimates of alpha beside that under one common alpha. Printing it shows the table.

    Attributes
    ----------
    statistic : float
        Cochran's Q: squared deviations of the estimates from their mean, in variances of an estimate.
    dof : int
        Number of samples less one, the mean of Q under one common alpha.
    pvalue : float
        Probability of a Q as large under one common alpha.
    common : float
        The common alpha.
    alpha : ndarray, shape (k,)
        Estimates from the smallest to the largest.
    order : ndarray of int, shape (k,)
        Which sample each belongs to, counted through the batch's shape.
    band : ndarray, shape (3, k)
        2.5 %, 50 % and 97.5 % quantiles of the smallest, second smallest, ... estimate under the common alpha.
    shape : tuple of int
        Shape of the batch.
    method : str
        How alpha was estimated.
    nobs : ndarray, shape (k,)
        Values in each sample, in the order of `alpha`.
    n_boot : int
        Simulated batches behind p-value and band.
    missing : int
        Samples that were left out because they could not be fitted.
    """

    statistic: float
    dof: int
    pvalue: float
    common: float
    alpha: FloatArray
    order: IntArray
    band: FloatArray
    shape: tuple[int, ...]
    method: str
    nobs: AnyArray
    n_boot: int
    missing: int

    @property
    def ratio(self) -> float:
        """Variance of the estimates over that under one common alpha, about 1 if there is one."""
        return self.statistic / self.dof

    @property
    def outside(self) -> int:
        """How many of the sorted estimates lie outside their band; neighbours do so together."""
        return int(np.sum((self.alpha < self.band[0]) | (self.alpha > self.band[2])))

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas DataFrame with a row a sample, from the smallest alpha to the largest."""
        with extra("stats"):
            import pandas as pd

        low, middle, high = self.band
        columns = {"alpha": self.alpha, "low": low, "middle": middle, "high": high, "nobs": self.nobs}
        places = np.unravel_index(self.order, self.shape)
        index = pd.MultiIndex.from_arrays(places) if len(places) > 1 else pd.Index(places[0], name="sample")
        return pd.DataFrame(columns, index=index)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the sorted estimates over their band under one common alpha."""
        axes: Axes = import_module("stablefit.plotting.spread").plot_spread(self, ax)
        return axes

    def __str__(self) -> str:
        return f"{self._title()}\n{text_table(*self._cells())}"

    def _repr_html_(self) -> str:
        return html_table(self._title(), *self._cells())

    def _title(self) -> str:
        left_out = f", {self.missing} left out" if self.missing else ""
        what = f"{self.alpha.size} samples by {self.method}{left_out}"
        found = f"Q = {number(self.statistic, 4)} with {self.dof} degrees of freedom, p = {number(self.pvalue)}"
        return f"One common alpha, {self.common:.3f}? {what}: {found}; variance {number(self.ratio)} times the null's"

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        last = self.alpha.size - 1
        places = sorted({round(share * last) for share in _SHOWN})
        rows = [
            [f"{place + 1} of {last + 1}", *(f"{value:.3f}" for value in (self.alpha[place], *self.band[:, place]))]
            for place in places
        ]
        return ["sorted", "alpha", "2.5 % if equal", "50 %", "97.5 %"], rows

"""Pearson's chi-square over merged bins."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from stablefit._types import AnyArray, FloatArray
from stablefit.gof.histogram import Histogram
from stablefit.gof.law import Law, bin_probabilities, evaluate


@dataclass(frozen=True)
class PearsonChi2:
    """Pearson's statistic over merged bins; arrays where the samples were a batch.

    Attributes
    ----------
    statistic : float
        Sum of (O - E)**2 / E, without a unit.
    cells : int
        Bins left after merging.
    dof : int
        cells - 1 - ddof.
    pvalue : float
        P(chi-square with `dof` degrees of freedom > statistic); nan where dof < 1.
    """

    statistic: Any
    cells: Any
    dof: Any
    pvalue: Any


def pearson_of(found: Histogram, law: Law, min_expected: float, ddof: int) -> PearsonChi2:
    """Return Pearson's test of each row; nan for a row without bins."""
    from scipy.special import chdtrc

    from stablefit._kernels import bins as kernels

    observed, edges = found.opened()
    expected = found.nobs * evaluate(partial(bin_probabilities, law), edges)
    expected[~found.usable] = np.nan
    rows = zip(_rows(observed), _rows(expected), strict=True)
    pairs = np.array([kernels.pearson(o, e, float(min_expected)) for o, e in rows]).reshape(*observed.shape[:-1], 2)
    statistic, cells = pairs[..., 0], pairs[..., 1].astype(np.int64)
    dof = cells - 1 - ddof
    pvalue = np.where(dof >= 1, chdtrc(np.maximum(dof, 1), statistic), np.nan)
    return PearsonChi2(*(plain(value) for value in (statistic, cells, dof, pvalue)))


def _rows(values: AnyArray) -> FloatArray:
    return np.ascontiguousarray(values, dtype=np.float64).reshape(-1, values.shape[-1])


def plain(value: AnyArray) -> Any:
    """Return a Python number for one sample."""
    return value if value.ndim else value.item()

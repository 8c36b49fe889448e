"""Two laws compared over the columns of a batch, pair by pair."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from stablefit._types import BoolArray, FloatArray

TIE = 1e-9
"""Relative difference up to which two values are the same number, computed in two ways."""


@dataclass(frozen=True)
class PairedRow:
    """One measure of two laws over many columns.

    Attributes
    ----------
    measure : str
        "sse" or "chi2".
    source : str
        "samples", or "gaussian null" for normal samples of the same shape and standard deviations.
    baseline, rival : str
        The two laws; `rival` wins a column where its measure is smaller.
    columns : int
        Columns compared.
    baseline_mean, baseline_std, rival_mean, rival_std : float
        Mean and standard deviation (divisor columns - 1) over the columns, as the paper's tables print them. Where the
        unit of the columns differs, those of the smallest scale dominate them: read the paired figures.
    median_difference : float
        Median of rival - baseline.
    median_ratio : float
        Median of rival / baseline.
    ratio_of_medians : float
        Median of rival over median of baseline.
    lower : float
        Share of columns where the rival's measure is the smaller number, by more than rounding: what is left of it when
        ties are not told apart.
    won, tied, lost : float
        Shares of columns; they add up to 1. A column is tied where the rival *is* a normal law (a stable fit with
        alpha = 2 exactly) or the two measures agree to 1e-9: a smaller number there is a difference between estimators
        of one law, not evidence for another.
    pvalue : float
        Wilcoxon's signed-rank test of the columns that are not tied, two-sided; nan where all are.
    """

    measure: str
    source: str
    baseline: str
    rival: str
    columns: int
    baseline_mean: float
    baseline_std: float
    rival_mean: float
    rival_std: float
    median_difference: float
    median_ratio: float
    ratio_of_medians: float
    lower: float
    won: float
    tied: float
    lost: float
    pvalue: float

    def to_dict(self) -> dict[str, Any]:
        """Return the attributes by name."""
        return asdict(self)


def paired_row(
    measure: str, source: str, names: tuple[str, str], baseline: FloatArray, rival: FloatArray, same_law: BoolArray
) -> PairedRow:
    """Summarise one measure of two laws; `same_law` marks columns where the rival is of the baseline's family.

    The columns must be usable, without nan. inf may occur (a normal density that underflows), on both sides too.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        equal = np.abs(rival - baseline) <= TIE * np.minimum(np.abs(baseline), np.abs(rival))
        equal |= baseline == rival
        tied = same_law | equal
        difference = np.where(equal, 0.0, rival - baseline)
        ratio = np.where(equal, 1.0, rival / baseline)
        ratio_of_medians = np.divide(_median(rival), _median(baseline))
    return PairedRow(
        measure,
        source,
        *names,
        baseline.size,
        *mean_and_std(baseline),
        *mean_and_std(rival),
        _median(difference),
        _median(ratio),
        float(ratio_of_medians),
        _share((rival < baseline) & ~equal),
        _share((rival < baseline) & ~tied),
        _share(tied),
        _share((rival > baseline) & ~tied),
        _signed_rank(difference[~tied]),
    )


def mean_and_std(values: FloatArray) -> tuple[float, float]:
    """Return the mean and the standard deviation with divisor size - 1; nan for too few values."""
    if values.size < 2:
        return (float(values[0]) if values.size else math.nan), math.nan
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.mean(values)), float(np.std(values, ddof=1))


def _median(values: FloatArray) -> float:
    return float(np.median(values)) if values.size else math.nan


def _share(chosen: BoolArray) -> float:
    return float(np.mean(chosen)) if chosen.size else math.nan


def _signed_rank(difference: FloatArray) -> float:
    """p-value of Wilcoxon's signed-rank test; an infinite difference is one of the largest."""
    from scipy.stats import wilcoxon

    if difference.size == 0:
        return math.nan
    largest = np.max(np.abs(difference[np.isfinite(difference)]), initial=1.0)
    return float(wilcoxon(np.clip(difference, -2.0 * largest, 2.0 * largest)).pvalue)

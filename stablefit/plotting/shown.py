"""What of a sample a picture shows: limits that outliers do not move, and few enough points."""

from typing import Any

import numpy as np

from stablefit._types import FloatArray

REACH = 4.0
"""Interquartile ranges shown on either side of the median: 5.4 standard deviations of a normal law."""

DRAWN = 400
"""Quantiles drawn of a large sample, every one of the outer ones among them."""


def robust_limits(values: FloatArray) -> tuple[float, float]:
    """Return the median -+ `REACH` interquartile ranges, drawn in to the smallest and largest of the sorted values."""
    lower, middle, upper = np.quantile(values, (0.25, 0.5, 0.75))
    reach = REACH * (upper - lower)
    if reach == 0.0:
        reach = values[-1] - values[0]
    return max(values[0], middle - reach), min(values[-1], middle + reach)


def bin_number(values: FloatArray, low: float, high: float) -> int:
    """Bins between low and high of Freedman and Diaconis' width, of all samples: from 10 to 100."""
    lower, upper = np.quantile(values, (0.25, 0.75))
    width = 2.0 * (upper - lower) * values.size ** (-1.0 / 3.0)
    return int(np.clip((high - low) / (width if width > 0.0 else 1.0), 10, 100))


def samples_label(values: FloatArray, low: float, high: float) -> str:
    """Return how many samples there are, and how many of them outside the picture."""
    outside = int(np.sum((values < low) | (values > high)))
    return f"{values.size:,} samples" + (f", {outside:,} outside" if outside else "")


def spread_out(n: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return indices of at most `DRAWN` of n sorted values, dense at both ends, where every one is seen."""
    if n <= DRAWN:
        return np.arange(n)
    ends = DRAWN // 8
    inner = np.linspace(ends, n - 1 - ends, DRAWN - 2 * ends).round().astype(np.int64)
    return np.unique(np.concatenate([np.arange(ends), inner, np.arange(n - ends, n)]))


def decades(limits: tuple[float, float], middle: float) -> list[float]:
    """Return 0 and powers of ten beyond the linear middle of an axis, at most four a side."""
    first, last = np.ceil(np.log10(middle)), np.floor(np.log10(np.max(np.abs(limits))))
    powers = 10.0 ** np.arange(first, last + 1.0, max(1.0, np.ceil((last - first) / 3.0)))
    return [float(tick) for tick in (*-powers[::-1], 0.0, *powers) if limits[0] <= tick <= limits[1]]

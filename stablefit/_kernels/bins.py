"""Counting samples in equal bins, and Pearson's statistic over merged bins."""

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._types import FloatArray, IntArray


@kernel
def count_equal(samples: FloatArray, edges: FloatArray, counts: IntArray) -> None:
    """Add each sample to the bin it lies in; `edges` rise in equal steps, the last bin is closed on both sides.

    The rule is numpy.histogram's: the bin is guessed by one multiplication, and the guess is then corrected against the
    edges themselves, so that a sample on an edge always belongs to the bin above it. Samples outside are not counted.
    """
    bins = counts.size
    first, last = edges[0], edges[bins]
    for x in samples:
        if first <= x <= last:
            i = int((x - first) / (last - first) * bins)
            if i == bins:
                i -= 1
            if x < edges[i]:
                i -= 1
            elif x >= edges[i + 1] and i != bins - 1:
                i += 1
            counts[i] += 1


@kernel
def pearson(observed: FloatArray, expected: FloatArray, min_expected: float) -> tuple[float, int]:
    """Sum of (O - E)^2 / E and the number of cells, neighbours merged from the left until E >= min_expected.

    What is left over at the right end joins the last cell. A cell with E = 0 and O = 0 adds 0; with O > 0 it adds inf.
    """
    statistic, cells = 0.0, 0
    o, e = 0.0, 0.0
    last_o, last_e = 0.0, 0.0
    for i in range(observed.size):
        o += observed[i]
        e += expected[i]
        if e >= min_expected:
            statistic += _cell(last_o, last_e)
            last_o, last_e = o, e
            cells += 1
            o, e = 0.0, 0.0
    last_o += o
    last_e += e
    if cells == 0:
        cells = 1
    return statistic + _cell(last_o, last_e), cells


@kernel
def _cell(observed: float, expected: float) -> float:
    if observed == expected:
        return 0.0
    if expected == 0.0:
        return np.inf
    return (observed - expected) ** 2 / expected

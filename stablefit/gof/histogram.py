"""The density histogram that both of the paper's measures share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import BoolArray, FloatArray, IntArray
from stablefit.errors import DataError

Bins = int | str | ArrayLike
Range = tuple[float, float] | float | None

MOST_BINS = 10_000
"""More equal bins than this hold no samples worth counting: Freedman-Diaconis on a heavy tail asks for millions."""

IQR_OF_NORMAL = 1.3489795003921634
"""Interquartile range of the standard normal, 2 Phi^-1(3/4)."""


@dataclass(frozen=True)
class Histogram:
    """Counts in bins, one histogram a row; `counts` is (..., bins), `edges` (..., bins + 1), `below` and `above` (...).

    `below` and `above` count the samples outside the range. Rows of a batch may differ in their number of bins: the
    shorter ones end in bins with nan edges and no counts. A row that cannot be cut into bins has nan edges throughout.
    """

    counts: IntArray
    edges: FloatArray
    below: IntArray
    above: IntArray
    nobs: int

    @property
    def usable(self) -> BoolArray:
        """Whether each row could be cut into bins."""
        return ~np.isnan(self.edges[..., 0])

    @property
    def widths(self) -> FloatArray:
        """Width of each bin, in the samples' units."""
        return np.diff(self.edges, axis=-1)

    @property
    def centres(self) -> FloatArray:
        """Middle of each bin, in the samples' units."""
        return 0.5 * (self.edges[..., :-1] + self.edges[..., 1:])

    @property
    def density(self) -> FloatArray:
        """Share of *all* samples in each bin over its width: an estimate of the law's density, whatever the range.

        numpy.histogram(density=True) divides by the samples inside the range instead, which makes the histogram too
        high wherever the range is clipped; over the full range the two agree.
        """
        return self.counts / (self.nobs * self.widths)

    def opened(self) -> tuple[IntArray, FloatArray]:
        """Return counts and edges with the outer bins open to infinity, so that every sample lies in one."""
        last = np.maximum(np.sum(~np.isnan(self.edges), axis=-1, keepdims=True) - 1, 1)
        counts, edges = self.counts.copy(), self.edges.copy()
        np.put_along_axis(counts, last - 1, np.take_along_axis(counts, last - 1, -1) + self.above[..., None], -1)
        counts[..., 0] += self.below
        edges[np.isnan(edges)] = np.inf
        np.put_along_axis(edges, last, np.inf, -1)
        edges[..., 0] = -np.inf
        return counts, edges


def histogram(samples: FloatArray, bins: Bins = 100, range: Range = None) -> Histogram:
    """Count samples in bins along the last axis.

    Parameters
    ----------
    samples : ndarray, shape (..., n)
        Finite values.
    bins : int, "fd" or array_like
        That many equal bins over the range (numpy.histogram's rule for edges, to the bit); the Freedman-Diaconis rule,
        for each row by itself; or the edges, in the samples' units, for every row.
    range : (low, high), float or None
        Where the bins lie. None: from the smallest to the largest sample. A float q in (0, 1): the central share q of
        each row's samples, from its (1 - q)/2 to its (1 + q)/2 quantile. Samples outside fall in no bin.

    Returns
    -------
    Histogram

    Raises
    ------
    ValueError
        If `bins` or `range` are none of these.
    DataError
        If a single sample cannot be cut into bins: its values are too close for that many bins of float64, too far
        apart for a finite range, or the Freedman-Diaconis rule asks for over 10,000. In a batch that row is marked.
    """
    samples = np.asarray(samples, dtype=np.float64)
    rows = np.ascontiguousarray(samples.reshape(-1, samples.shape[-1]))
    if isinstance(bins, str) or np.ndim(bins) == 0:
        low, high = _limits(rows, range)
        counts, edges = _equal(rows, low, high, _bin_numbers(rows, bins, low, high))
    else:
        if range is not None:
            raise ValueError(f"range must be None where bins are edges, got {range!r}")
        counts, edges = _between(rows, _checked_edges(bins))
    if samples.ndim == 1 and np.isnan(edges[0, 0]):
        raise DataError(
            f"samples must lie close enough together for {MOST_BINS} bins, and far enough apart for {bins!r}, "
            f"got {samples.min()} to {samples.max()}; clip the tails, as with range=0.99, or choose fewer bins"
        )
    below = np.sum(rows < edges[:, :1], axis=1)
    above = rows.shape[1] - below - counts.sum(axis=1)
    shape = samples.shape[:-1]
    return Histogram(
        counts.reshape(*shape, -1), edges.reshape(*shape, -1), below.reshape(shape), above.reshape(shape), rows.shape[1]
    )


def robust_scale(samples: FloatArray) -> FloatArray:
    """Interquartile range / 1.349 along the last axis: the standard deviation of a normal with the same quartiles."""
    lower, upper = np.quantile(samples, (0.25, 0.75), axis=-1)
    return np.asarray((upper - lower) / IQR_OF_NORMAL)


def _limits(rows: FloatArray, range: Range) -> tuple[FloatArray, FloatArray]:
    """Low and high end for each row; a row of one value gets half a unit on either side, as in numpy."""
    if range is None:
        low, high = rows.min(axis=1), rows.max(axis=1)
    elif isinstance(range, int | float):
        if not 0.0 < range < 1.0:
            raise ValueError(f"range must be a share of the samples in (0, 1), got {range!r}")
        low, high = np.quantile(rows, (0.5 - range / 2.0, 0.5 + range / 2.0), axis=1)
    else:
        low, high = (np.full(len(rows), float(end)) for end in range)
        if not np.all(np.isfinite(low) & np.isfinite(high) & (low < high)):
            raise ValueError(f"range must be finite and rise from low to high, got {range!r}")
    flat = low == high
    return np.where(flat, low - 0.5, low), np.where(flat, high + 0.5, high)


def _bin_numbers(rows: FloatArray, bins: Bins, low: FloatArray, high: FloatArray) -> IntArray:
    if isinstance(bins, str):
        if bins != "fd":
            raise ValueError(f"bins must be a number, 'fd' or edges, got {bins!r}")
        return np.array([_freedman_diaconis(*row) for row in zip(rows, low, high, strict=True)], dtype=np.int64)
    if not isinstance(bins, int | np.integer) or isinstance(bins, bool) or not 1 <= bins <= MOST_BINS:
        raise ValueError(f"bins must be an integer from 1 to {MOST_BINS}, 'fd' or edges, got {bins!r}")
    return np.full(len(rows), int(bins), dtype=np.int64)


def _freedman_diaconis(row: FloatArray, low: float, high: float) -> int:
    """Bins of width 2 IQR n^(-1/3), of the samples inside the range (Freedman and Diaconis 1981); 0 for too many."""
    inside = row[(row >= low) & (row <= high)]
    lower, upper = np.percentile(inside, (25, 75)) if inside.size else (0.0, 0.0)
    width = 2.0 * (upper - lower) * inside.size ** (-1.0 / 3.0) if inside.size else 0.0
    asked = np.ceil((high - low) / width) if width > 0.0 else 1.0
    return int(asked) if asked <= MOST_BINS else 0


def _equal(rows: FloatArray, low: FloatArray, high: FloatArray, numbers: IntArray) -> tuple[IntArray, FloatArray]:
    from stablefit._kernels.bins import count_equal

    most = int(numbers.max(initial=1))
    edges = np.full((len(rows), most + 1), np.nan)
    counts = np.zeros((len(rows), most), dtype=np.int64)
    for i, number in enumerate(numbers):
        with np.errstate(over="ignore", invalid="ignore"):
            ends = np.linspace(low[i], high[i], number + 1)
            usable = number > 0 and bool(np.all(np.diff(ends) > 0.0))
        if usable:
            edges[i, : number + 1] = ends
            count_equal(rows[i], ends, counts[i, :number])
    return counts, edges


def _between(rows: FloatArray, edges: FloatArray) -> tuple[IntArray, FloatArray]:
    counts = np.array([np.histogram(row, edges)[0] for row in rows], dtype=np.int64)
    return counts, np.broadcast_to(edges, (len(rows), edges.size)).copy()


def _checked_edges(bins: ArrayLike) -> FloatArray:
    edges = np.asarray(bins, dtype=np.float64)
    if edges.ndim != 1 or edges.size < 2 or not np.all(np.isfinite(edges)) or np.any(np.diff(edges) <= 0.0):
        raise ValueError(f"bins must be edges that rise and are finite, got {bins!r}")
    return edges

"""Histograms that users hand over: counts in bins between common edges, checked, and in units of their own width."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stablefit._types import AnyArray, FloatArray, IntArray
from stablefit.errors import DataError
from stablefit.estimators.samples import Samples, read
from stablefit.estimators.standard import FEWEST
from stablefit.estimators.status import Status


@dataclass(frozen=True, slots=True)
class Histograms(Samples):
    """A batch of histograms on the same edges, or one; `rows` are their counts, shape (k, bins).

    Attributes
    ----------
    edges : ndarray, shape (bins + 1,)
        Strictly increasing; the outer ones may be infinite.
    """

    edges: FloatArray = field(kw_only=True)

    def take(self, where: IntArray, shape: tuple[int, ...]) -> "Histograms":
        """Return some of the histograms, as a batch of this shape."""
        return Histograms(self.rows[where], shape, edges=self.edges)

    def fields_of_row(self, i: int) -> dict[str, FloatArray | None]:
        """Return one histogram as the fields of a result."""
        return {"counts": np.asarray(self.rows[i], dtype=np.float64), "edges": self.edges}

    def stored(self) -> dict[str, AnyArray]:
        """Return the arrays that a file holds."""
        return {"counts": self.rows, "edges": self.edges}


def read_histograms(counts: Any, edges: Any, axis: int | None) -> Histograms:
    """Read counts, along an axis, and edges.

    Raises
    ------
    TypeError
        If they are not real numbers.
    ValueError
        If the edges are not strictly increasing, or the counts are not one for each bin.
    """
    data, ends = read(counts, axis, "counts"), read(edges, None, "edges").rows[0].astype(np.float64)
    if np.isnan(ends).any():
        raise ValueError(f"edges must not hold nan, got nan at index {int(np.isnan(ends).argmax())}")
    falls = np.flatnonzero(ends[1:] <= ends[:-1])
    if falls.size:
        i = int(falls[0])
        raise ValueError(f"edges must be strictly increasing, got {ends[i]} and then {ends[i + 1]} at index {i + 1}")
    bins = data.rows.shape[1]
    if bins != ends.size - 1:
        raise ValueError(f"counts must hold one number a bin, {ends.size - 1} for {ends.size} edges, got {bins}")
    return Histograms(data.rows, data.shape, edges=ends)


def status_of(counts: FloatArray, free: int) -> Status:
    """Whether one histogram can be fitted with as many free parameters, and if not, why."""
    if not (np.isfinite(counts).all() and (counts >= 0.0).all()):
        return Status.NONFINITE
    filled = np.count_nonzero(counts)
    if filled == 0:
        return Status.DEAD
    if counts.sum() < FEWEST:
        return Status.TOO_FEW
    if filled <= free:
        return Status.CONSTANT if filled == 1 else Status.TOO_FEW
    return Status.OK


def refuse(data: Histograms, status: Status, free: int) -> None:
    """Raise DataError for a single histogram that cannot be fitted."""
    counts = np.asarray(data.rows[0], dtype=np.float64)
    total, filled = f"{counts.sum():.6g}", np.flatnonzero(counts)
    if status is Status.NONFINITE:
        i = int(np.flatnonzero(~(np.isfinite(counts) & (counts >= 0.0)))[0])
        raise DataError(f"counts must be finite and not negative, got {counts[i]} at index {i}")
    if status is Status.DEAD:
        raise DataError(f"counts must not all be zero, got {counts.size} zeros")
    if status is Status.CONSTANT:
        i = int(filled[0])
        place = f"from {data.edges[i]} to {data.edges[i + 1]}"
        raise DataError(f"counts must lie in more than one bin, got all {total} in that {place}; use finer bins there")
    if status is Status.TOO_FEW and counts.sum() < FEWEST:
        raise DataError(f"counts must sum to at least {FEWEST}, got {total}")
    if status is Status.TOO_FEW:
        raise DataError(
            f"counts must lie in at least {free + 1} bins to identify {free} free parameters, got {filled.size}; "
            "use finer bins, or hold parameters with fixed="
        )


def units_of(counts: FloatArray, edges: FloatArray, held: Mapping[str, float]) -> tuple[float, float]:
    """Return the median and half the distance of the quartiles, or the held loc and scale.

    They are interpolated in bins, an open bin being taken for its finite edge.
    """
    lower, middle, upper = (_quantile(counts, edges, p) for p in (0.25, 0.5, 0.75))
    centre = held.get("loc", middle)
    half = 0.5 * upper - 0.5 * lower
    if not half > 0.0:  # three quarters of the counts in an open bin, or bins as short as float64 goes
        away = np.abs(edges[np.isfinite(edges)] - centre)
        half = float(away[away > 0.0].min(initial=np.inf))
    return centre, held.get("scale", half if 0.0 < half < np.inf else 1.0)


def _quantile(counts: FloatArray, edges: FloatArray, p: float) -> float:
    reached = np.cumsum(counts)
    wanted = p * reached[-1]
    i = int(np.searchsorted(reached, wanted))
    below, above = float(edges[i]), float(edges[i + 1])
    if np.isinf(below):
        return above if np.isfinite(above) else 0.0
    if np.isinf(above):
        return below
    share = (wanted - reached[i] + counts[i]) / counts[i]
    return float(below * (1.0 - share) + above * share)

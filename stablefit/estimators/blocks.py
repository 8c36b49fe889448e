"""Blocks of samples through an estimator: what is missing or cannot be fitted is set aside and put back as nan."""

from collections.abc import Mapping

import numpy as np

from stablefit._types import AnyArray, BoolArray, FloatArray, IntArray
from stablefit.estimators.estimates import Fits
from stablefit.estimators.methods import Method
from stablefit.estimators.samples import Samples, refuse_nan
from stablefit.estimators.standard import standardise
from stablefit.estimators.status import Status

_NONFINITE = int(Status.NONFINITE)
IN_UNITS = {"loc": 0.0, "scale": 1.0}  # held values in the units of `Standard`


def fit_block(
    data: Samples, block: slice, method: Method, held: Mapping[str, float], nan_policy: str
) -> tuple[Fits, AnyArray]:
    """Return the fits of some samples, and how many values each was fitted to; DataError if nan are to be raised."""
    rows = data.part(block)
    nobs: AnyArray = np.full(len(rows), rows.shape[1])
    if data.weights is not None:
        found, nobs = _fit_weighted(rows, data.weights[block], method, held, nan_policy == "omit")
    elif nan_policy == "omit" and (missing := np.isnan(rows)).any():
        nobs -= missing.sum(axis=1)
        found = _fit_by_length(rows, ~missing, nobs, method, held)
    else:
        found = _fit_rows(rows, method, held)
    if nan_policy == "raise" and found.status.max(initial=0) == _NONFINITE:  # the largest code
        refuse_nan(data)
    return found, nobs


def _fit_weighted(
    rows: FloatArray, weights: AnyArray, method: Method, held: Mapping[str, float], omit: bool
) -> tuple[Fits, FloatArray]:
    """Fit rows one by one, each without the values that do not count."""
    found, nobs = Fits.missing(np.zeros(len(rows), dtype=np.int64)), np.zeros(len(rows))
    for i, row in enumerate(rows):
        counted = weights[i] > 0.0
        if omit:
            counted &= ~np.isnan(row)
        counts = np.ascontiguousarray(weights[i][counted], dtype=np.float64)[None]
        found.put(np.array([i]), _fit_rows(row[counted][None], method, held, counts))
        nobs[i] = counts.sum()
    return found, nobs


def _fit_by_length(
    rows: FloatArray, present: BoolArray, nobs: IntArray, method: Method, held: Mapping[str, float]
) -> Fits:
    """Fit rows of which values are missing, those of one length together."""
    found = Fits.missing(np.zeros(len(rows), dtype=np.int64))
    for length in np.unique(nobs):
        same = np.flatnonzero(nobs == length)
        found.put(same, _fit_rows(rows[same][present[same]].reshape(same.size, length), method, held))
    return found


def _fit_rows(rows: FloatArray, method: Method, held: Mapping[str, float], weights: FloatArray | None = None) -> Fits:
    """Fit rows of equal length; they are overwritten."""
    standard = standardise(rows, method.probabilities, held, weights)
    in_units = {name: IN_UNITS.get(name, value) for name, value in held.items()}
    if not standard.status.any():
        return Fits.in_units(method.estimate(standard, in_units), standard.centre, standard.width)
    found = Fits.missing(standard.status)
    where = np.flatnonzero(standard.status == Status.OK)
    if where.size:
        part = standard.take(where)
        found.put(where, Fits.in_units(method.estimate(part, in_units), part.centre, part.width))
    return found


def join(parts: list[tuple[Fits, AnyArray]]) -> tuple[Fits, AnyArray]:
    """Return what `fit_block` gave for all blocks as if for one."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Fits.missing(np.empty(0, dtype=np.int64)), np.empty(0, dtype=np.int64)
    return Fits.joined([found for found, _ in parts]), np.concatenate([nobs for _, nobs in parts])

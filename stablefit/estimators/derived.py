"""Quantities derived from a fit, such as a quantile or a tail probability, by the delta method."""

import warnings
from collections.abc import Callable
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stablefit._types import AnyArray, FloatArray
from stablefit.errors import StablefitWarning
from stablefit.estimators.fixed import PARAMETERS
from stablefit.laws.stable import Stable

if TYPE_CHECKING:
    from stablefit.estimators.batch import BatchFit
    from stablefit.estimators.result import FitResult

LawFunction = Callable[[Stable], Any]
# Differences over this share of the scale, or of the distance of alpha from 2: laws have 13 digits, of which rounding
# leaves 9 to the derivative, and the third derivative as many.
_STEP = 1e-4


class Derived(NamedTuple):
    """Value, standard error and interval of a function of a fitted law.

    Attributes
    ----------
    value, bse : float or ndarray
        The function at the estimates, and its standard error; nan where there is none.
    interval : (float, float) or ndarray, shape (..., 2)
        Lower and upper end.
    """

    value: Any
    bse: Any
    interval: Any


def of_fit(result: "FitResult", function: LawFunction, level: float) -> Derived:
    """Return the delta method's answer for one fit; see `FitResult.derived`."""
    z = _half_width(level)
    value = np.asarray(function(result.law), dtype=np.float64)
    params = {name: np.float64(given) for name, given in result.params.items()}
    errors = np.array([result.bse[name] for name in result.free])
    slopes = _slopes(function, params, result.free, value)
    slopes = np.moveaxis(slopes, 0, -1)  # (..., free)
    bse = _length(slopes * errors, result.cov, errors)
    if result.at_boundary and "alpha" in result.free and slopes[..., result.free.index("alpha")].any():
        warnings.warn(_AT_BOUNDARY.format(f"alpha = {result.alpha:g}"), StablefitWarning, stacklevel=3)
        bse = np.full_like(bse, np.nan)
    if not result.converged:
        value, bse = np.full_like(value, np.nan), np.full_like(bse, np.nan)
    if value.ndim == 0:
        v, half = float(value), z * float(bse)
        return Derived(v, float(bse), (v - half, v + half))
    return Derived(value, bse, np.stack([value - z * bse, value + z * bse], axis=-1))


def of_batch(batch: "BatchFit", function: LawFunction, level: float) -> Derived:
    """Return the same of every fit in a batch; see `BatchFit.derived`."""
    z = _half_width(level)
    value, bse = np.full(batch.status.size, np.nan), np.full(batch.status.size, np.nan)
    flat = batch.flat()
    used = np.flatnonzero(flat.converged)
    if used.size:
        part = flat[used]
        found = np.asarray(function(part.law), dtype=np.float64)
        if found.shape != part.shape:
            raise ValueError(
                f"function must give one value for each law of an array of shape {part.shape}, got shape {found.shape}"
            )
        errors = np.stack([part.bse[name] for name in part.free], axis=-1)
        slopes = np.moveaxis(_slopes(function, part.params, part.free, found), 0, -1)
        value[used], bse[used] = found, _length(slopes * errors, part.cov, errors)
        if "alpha" in part.free:
            lost = part.at_boundary & (slopes[:, part.free.index("alpha")] != 0.0)
            bse[used[lost]] = np.nan
            if lost.any():
                warnings.warn(_AT_BOUNDARY.format(f"{lost.sum()} of {lost.size}"), StablefitWarning, stacklevel=3)
    value, bse = value.reshape(batch.shape), bse.reshape(batch.shape)
    return Derived(value, bse, np.stack([value - z * bse, value + z * bse], axis=-1))


_AT_BOUNDARY = (
    "alpha lies at the end of its range ({}): the delta method has no standard error there for what depends on alpha; "
    "conf_int() gives alpha's own interval, and fixed={{'alpha': 2.0}} fits the normal law"
)


def _half_width(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie in (0, 1), got {level}")
    return NormalDist().inv_cdf(0.5 + 0.5 * level)


def _slopes(function: LawFunction, params: dict[str, Any], free: tuple[str, ...], value: FloatArray) -> FloatArray:
    """Derivatives of function in the free parameters, by central differences; one-sided at the end of a range."""
    slopes = np.zeros((len(free), *value.shape))
    for i, name in enumerate(free):
        at = params[name]
        step = _STEP * params["scale"]
        low, high = at - step, at + step
        if name == "alpha":
            step = _STEP * np.where(at < 2.0, np.minimum(2.0 - at, at), 1.0)
            low, high = at - step, np.minimum(at + step, 2.0)
        elif name == "beta":
            low, high = np.maximum(at - _STEP, -1.0), np.minimum(at + _STEP, 1.0)
        above, below = (function(_law(params | {name: shifted})) for shifted in (high, low))
        with np.errstate(invalid="ignore", over="ignore"):
            slopes[i] = (np.asarray(above) - np.asarray(below)) / (high - low)
    return slopes


def _law(params: dict[str, Any]) -> Stable:
    return Stable(*(params[name] for name in PARAMETERS))


def _length(weighted: AnyArray, cov: FloatArray, errors: FloatArray) -> AnyArray:
    """Root of g' C g from slopes times standard errors, and the correlations; nan where C has over- or underflown."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        correlation = cov / errors[..., :, None] / errors[..., None, :]
        known = (np.abs(np.diagonal(correlation, axis1=-2, axis2=-1) - 1.0) < 1e-6) | (errors == 0.0)
        correlation = np.where(errors[..., :, None] * errors[..., None, :] == 0.0, 0.0, correlation)
        square = np.einsum("...i,...ij,...j->...", weighted, correlation, weighted)
    return np.where(known.all(axis=-1), np.sqrt(np.maximum(square, 0.0)), np.nan)

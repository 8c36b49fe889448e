"""Amplitudes of the noise from fits of gradient noise."""

import warnings
from typing import Any, Literal, get_args

import numpy as np

from stablefit._types import FloatArray
from stablefit.errors import StablefitWarning

AmplitudeName = Literal["stable_scale", "sqrt_var", "row_sum_paper"]


def amplitude_of(fit: Any, amplitude: AmplitudeName) -> FloatArray:
    """Return one amplitude a parameter, shape (N,); see `LevySDE.from_sgn`."""
    if amplitude not in get_args(AmplitudeName):
        raise ValueError(f"amplitude must be one of {', '.join(get_args(AmplitudeName))}, got {amplitude!r}")
    if amplitude == "stable_scale":
        return np.asarray(fit.scale, dtype=np.float64)
    rows = _rows(fit)
    if amplitude == "sqrt_var":
        return np.asarray(rows.std(axis=1))
    warnings.warn(
        "a row sum of the covariance has the unit of a squared gradient; amplitude='stable_scale' has the right one",
        StablefitWarning,
        stacklevel=3,
    )
    centred = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(np.abs(centred @ centred.sum(axis=0)) / rows.shape[1])


def _rows(fit: Any) -> FloatArray:
    """The samples of a fit, one parameter a row."""
    data = getattr(fit, "data", None)
    if data is None:
        raise ValueError("fit must hold its samples for this amplitude, got one without; fit again, or 'stable_scale'")
    return np.asarray(data.rows, dtype=np.float64)

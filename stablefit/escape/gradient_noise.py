"""From fitted gradient noise to the noise of an exit law's axes."""

from typing import TYPE_CHECKING

import numpy as np

from stablefit._types import FloatArray
from stablefit.errors import DataError
from stablefit.estimators.status import Status
from stablefit.sde.amplitudes import AmplitudeName, amplitude_of

if TYPE_CHECKING:
    from stablefit.estimators.batch import BatchFit
    from stablefit.estimators.result import FitResult

_WITHOUT_NOISE = (Status.DEAD, Status.CONSTANT)


def noise_of_fit(
    fit: "BatchFit | FitResult", amplitude: AmplitudeName = "stable_scale"
) -> tuple[FloatArray, FloatArray]:
    """Return alpha and amplitude of each axis, shape (N,); alpha 2 and amplitude 0 where there are no jumps.

    Raises
    ------
    TypeError
        If `fit` is not a fit.
    DataError
        If the noise of a parameter could not be fitted for another reason than that there is none, or no parameter's
        noise has jumps.
    """
    try:
        alpha, scale = (np.atleast_1d(np.array(getattr(fit, name), dtype=np.float64)) for name in ("alpha", "scale"))
        status = np.atleast_1d(fit.status)
    except AttributeError:
        raise TypeError(f"fit must be a BatchFit or a FitResult, such as sgn.fit() returns, got {fit!r}") from None
    if alpha.ndim != 1:
        raise DataError(f"fit must be of one row of parameters, got shape {alpha.shape}; choose one by indexing")
    quiet = np.isin(status, [int(code) for code in _WITHOUT_NOISE])
    lost = np.flatnonzero(~quiet & ~(np.isfinite(alpha) & np.isfinite(scale)))
    if lost.size:
        name = Status(int(status[lost[0]])).name
        raise DataError(
            f"fit must have noise that could be fitted, got {lost.size} of {alpha.size} parameters without "
            f"(the first: {lost[0]}, {name}); leave them out: fit[np.isfinite(fit.alpha)]"
        )
    without_jumps = quiet | (alpha == 2.0)
    if without_jumps.all():
        raise DataError(f"fit must have alpha below 2 for one parameter at least, got none of {alpha.size}")
    if amplitude != "stable_scale":
        scale = np.atleast_1d(amplitude_of(fit, amplitude))
    return np.where(without_jumps, 2.0, alpha), np.where(without_jumps, 0.0, scale)

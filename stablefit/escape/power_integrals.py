"""Powers of a schedule, and their integrals over times that may lie many orders of magnitude apart."""

import numpy as np

from stablefit._types import FloatArray
from stablefit.sde.schedule import Function, Schedule
from stablefit.sde.schedules import Exponential, Power

_WHOLE = 64.0
"""Length that is left to the schedule's own quadrature; later, one as long as the time before it."""


def power_integral(schedule: Schedule, p: FloatArray, begin: FloatArray, end: FloatArray) -> FloatArray:
    """Return the integral of s^p from begin to end; the arguments broadcast.

    A function is integrated over pieces of doubled length, so that no quadrature has to find it in a vast interval.
    """
    length = np.where(np.isfinite(end), end - begin, 0.0)
    if not isinstance(schedule, Function) or not (length > _WHOLE).any():
        return np.asarray(schedule.integral_power(p, begin, end))
    p, begin, end = (x[..., None] for x in np.broadcast_arrays(p, begin, end))
    whole = np.maximum(_WHOLE, begin)
    doublings = max(int(np.ceil(np.log2((length / whole[..., 0]).max()))), 0)
    reach = np.concatenate([[0.0], 2.0 ** np.arange(doublings), [np.inf]])
    low, high = np.minimum(begin + whole * reach[:-1], end), np.minimum(begin + whole * reach[1:], end)
    return np.asarray(np.asarray(schedule.integral_power(p, low, high)).sum(axis=-1))


def powers(schedule: Schedule, t: FloatArray, p: FloatArray) -> FloatArray:
    """Return s(t)^p for all pairs, shape (*t.shape, *p.shape), where s alone may be beyond the range of numbers."""
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        if isinstance(schedule, Exponential):
            return np.asarray(np.exp(np.multiply.outer(-schedule.k * t, p)))
        if isinstance(schedule, Power):
            return np.asarray(np.power.outer(t, (schedule.gamma - 1.0) * p))
        return np.asarray(np.power.outer(np.asarray(schedule.s(t)), p))

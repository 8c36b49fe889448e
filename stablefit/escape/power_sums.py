"""Sums of s_k^q over iterations, without a loop over them: what an integral of s^q is to the other clock."""

import math

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.escape.power_integrals import power_integral
from stablefit.sde.schedule import Schedule
from stablefit.sde.schedules import Constant, Exponential, MultiStep, Power

ONE_BY_ONE = 1 << 16
"""Iterations that are added one by one where there is no closed form."""
_SHIFT = 32
"""Where Euler and Maclaurin's series begins: its first term left out is below 1e-16 of the sum."""
_BERNOULLI = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000)
"""B_2j / (2j)!, j = 1, 2, ..."""


def power_sum(schedule: Schedule, q: ArrayLike, begin: ArrayLike, end: ArrayLike) -> FloatArray:
    """Return the sum of s_k^q over k = begin + 1, ..., end; the arguments broadcast.

    Numbers that are not whole give the smooth function that runs through the sums. Relative error below 1e-13 for
    schedules with a closed form. Others are summed one by one up to `ONE_BY_ONE` iterations, and then as integrals with
    Euler and Maclaurin's first correction, for schedules that are smooth on that scale.

    Examples
    --------
    >>> from stablefit.sde import Power
    >>> float(power_sum(Power(0.0), 2.0, 0.0, float("inf")).round(12))  # sum of 1/k^2: pi^2/6
    1.644934066848
    """
    power, low, high = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (q, begin, end)))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore", under="ignore"):
        if isinstance(schedule, Constant):
            found = high - low
        elif isinstance(schedule, Power):
            found = _zeta_difference((1.0 - schedule.gamma) * power, low, high)
        elif isinstance(schedule, MultiStep):
            found = _in_phases(schedule, power, low, high)
        elif isinstance(schedule, Exponential):
            found = _geometric(schedule.k * power, low, high)
        else:
            found = _one_by_one(schedule, power, low, high)
        return np.where(high == low, 0.0, found)


def _zeta_difference(x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Sum of k^-x: Hurwitz' zeta(x, low + 1) - zeta(x, high + 1), continued to x <= 1, by Euler and Maclaurin."""
    early = low < _SHIFT
    shift = np.where(early, float(_SHIFT), 0.0)
    total = _euler_maclaurin(x, low + shift, high + shift)
    if early.any():
        # the sum moves up by the shift: what it loses at the beginning and gains at the end
        a, b, power = low[early], high[early], -x[early]
        total[early] += sum((a + k) ** power - (b + k) ** power for k in range(1, _SHIFT + 1))
    return np.where((high == math.inf) & (x <= 1.0), math.inf, total)


def _euler_maclaurin(x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    growth = np.log1p((high - low) / low)
    slope = 1.0 - x
    integral = low**slope * np.where(slope == 0.0, growth, np.expm1(slope * growth) / slope)
    f_low, f_high = low**-x, np.where(high == math.inf, 0.0, high**-x)
    total = integral + 0.5 * (f_high - f_low)
    rising = -x  # the derivative of order 2j - 1 is -x (x + 1) ... (x + 2j - 2) k^(-x - 2j + 1)
    for j, bernoulli in enumerate(_BERNOULLI):
        order = 2 * j + 1
        total = total + bernoulli * rising * (f_high / high**order - f_low / low**order)
        rising = rising * (x + order) * (x + order + 1.0)
    return np.asarray(total)


def _in_phases(schedule: MultiStep, q: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Numbers of iterations in each phase, times the power of its factor."""
    lengths, factors = phases(schedule)
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    total = np.zeros(high.shape)
    for factor, begin, end in zip(factors, ends[:-1], ends[1:], strict=True):
        steps = np.clip(high, begin, end) - np.clip(low, begin, end)
        total += np.where((steps > 0.0) & (factor > 0.0), steps * factor**q, 0.0)
    return total


def phases(schedule: Constant | MultiStep) -> tuple[FloatArray, FloatArray]:
    """Return how many iterations each phase has, the last one inf, and its factor."""
    if isinstance(schedule, Constant):
        return np.array([math.inf]), np.ones(1)
    ends = np.floor((0.0, *schedule.milestones))
    return np.append(np.diff(ends), math.inf), np.array((1.0, *schedule.factors))


def _geometric(rate: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Sum of exp(-rate k)."""
    ratio = np.expm1(-rate * (high - low)) / np.expm1(-rate)
    return np.where(rate == 0.0, high - low, np.exp(-rate * (low + 1.0)) * ratio)


def _one_by_one(schedule: Schedule, q: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Sums of a schedule without a closed form."""
    out = np.empty(high.shape)
    for power in np.unique(q):
        here = q == power
        a, b = low[here], high[here]
        # partial sums up to a number of iterations, and integrals beyond it
        k_first = max(math.ceil(schedule.start), 1)
        last = max(min(float(np.ceil(b.max())), float(ONE_BY_ONE)), k_first)
        k = np.arange(k_first, last + 1.0)
        sums = np.concatenate([[0.0], np.cumsum(np.asarray(schedule.s(k)) ** power)])
        known = np.append(k[0] - 1.0, k)
        total = np.interp(b, known, sums) - np.interp(a, known, sums)
        beyond = b > last
        if beyond.any():
            total[beyond] += _smooth_sum(schedule, power, np.maximum(a[beyond], last), b[beyond])
        out[here] = total
    return out


def _smooth_sum(schedule: Schedule, q: float, low: FloatArray, high: FloatArray) -> FloatArray:
    """Sum as an integral from low + 1/2 to high + 1/2, less 1/24 of the difference of its slopes there."""
    integral = power_integral(schedule, np.array(q), low + 0.5, high + 0.5)
    finite = np.where(np.isfinite(high), high, low)
    slope_low, slope_high = (
        np.asarray(schedule.s(k + 1.0)) ** q - np.asarray(schedule.s(k)) ** q for k in (low, finite)
    )
    return np.asarray(integral - (np.where(np.isfinite(high), slope_high, 0.0) - slope_low) / 24.0)

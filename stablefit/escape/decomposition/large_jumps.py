"""The large jumps: their threshold, how often they come, when, and how big they are."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray, IntArray, RandomState
from stablefit.escape.axes import Measure
from stablefit.escape.flow_hazard import FlowHazard
from stablefit.laws.moments import levy_constant
from stablefit.laws.random import generator
from stablefit.sde.schedule import Schedule, as_schedule
from stablefit.sde.schedules import Constant


def eps(eta: ArrayLike, alpha: ArrayLike) -> Any:
    """Noise factor of the differential equation: eps = eta^((alpha - 1) / alpha).

    A step of length eta adds eps lambda eta^(1/alpha) S, which is eta lambda S, the noise of one iteration. One for
    each alpha, although the paper prints it without an index in (3). It grows as eta falls where alpha < 1.

    Parameters
    ----------
    eta : array_like
        Learning rate, positive.
    alpha : array_like
        Index of stability, in (0, 2].

    Raises
    ------
    ValueError
        If one of them lies outside its range.

    Examples
    --------
    >>> round(float(eps(0.001, 1.5)), 12)
    0.1
    """
    rate, a = np.asarray(eta, dtype=np.float64), np.asarray(alpha, dtype=np.float64)
    if not ((rate > 0.0) & (rate < np.inf)).all():
        raise ValueError(f"eta must be positive and finite, got {rate.min()}")
    _check_alpha(a)
    return (rate ** ((a - 1.0) / a))[()]


def jump_threshold(alpha: ArrayLike, eps: ArrayLike, *, rho: float, s: ArrayLike = 1.0) -> Any:
    """Size O = (eps s^((alpha - 1) / alpha))^-rho beyond which a jump of the process L is called large.

    The jump of the weights is then larger than scale (eps s^((alpha - 1) / alpha))^(1 - rho).

    Parameters
    ----------
    alpha, eps, s : array_like
        Index of stability, noise factor, and the schedule's factor; they broadcast.
    rho : float
        Exponent of the threshold, in (0, 1).

    Examples
    --------
    >>> round(float(jump_threshold(1.5, 0.01, rho=0.5)), 12)
    10.0
    """
    a, noise, factor = checked_noise(alpha, eps, rho, s)
    return ((noise * factor ** ((a - 1.0) / a)) ** -rho)[()]


def jump_intensity(
    alpha: ArrayLike, eps: ArrayLike, *, rho: float, s: ArrayLike = 1.0, measure: Measure = "sas"
) -> Any:
    """Large jumps per unit of time: (2 c / alpha) O^-alpha, the exact form of the paper's (12).

    Parameters
    ----------
    alpha, eps, rho, s
        As for `jump_threshold`.
    measure : {"sas", "levy"}, default "sas"
        Whether c is c_alpha or 1, as for `ExitLaw`.

    Examples
    --------
    >>> import math
    >>> round(math.pi * float(jump_intensity(1.0, 0.5, rho=0.5)), 12)  # c_1 = 1 / pi
    1.414213562373
    """
    a, noise, factor = checked_noise(alpha, eps, rho, s)
    c = levy_constant(a) if measure == "sas" else 1.0
    return (2.0 * c / a * noise ** (rho * a) * factor ** (rho * (a - 1.0)))[()]


class JumpTimes(NamedTuple):
    """The first large jumps, in order; arrays of shape (n_paths, n_jumps)."""

    time: FloatArray
    axis: IntArray
    size: FloatArray


@dataclass(frozen=True, eq=False)
class LargeJumps:
    """The clock of large jumps of N independent processes, the paper's (4), (12) and (15).

    An inhomogeneous Poisson process for each axis: the k-th jump is Gamma(k) distributed in the cumulative intensity,
    and in time only where s is constant, as the paper has it.

    Parameters
    ----------
    alpha : array_like, shape (N,) or ()
        Index of stability of each axis, in (0, 2).
    eps : array_like
        Noise factor of each axis, see `eps`.
    rho : float
        Exponent of the threshold, in (0, 1).
    schedule : Schedule or callable, default Constant()
        The schedule's factor over time.
    measure : {"sas", "levy"}, default "sas"
        As for `ExitLaw`.

    Raises
    ------
    ValueError
        If a parameter lies outside its range.

    Examples
    --------
    >>> jumps = LargeJumps(alpha=[1.0, 1.0], eps=0.25, rho=0.5)
    >>> round(jumps.mean_wait() * 2.0 / 3.141592653589793, 12)  # two axes at 1 / pi each
    1.0
    >>> jumps.rvs(3, rng=0).axis.shape
    (1, 3)
    """

    alpha: ArrayLike
    eps: ArrayLike
    rho: float
    schedule: Any = None
    measure: Measure = "sas"

    def __post_init__(self) -> None:
        a, noise, _ = checked_noise(self.alpha, self.eps, self.rho, 1.0)
        a, noise = (np.atleast_1d(x) for x in np.broadcast_arrays(a, noise))
        if not (a < 2.0).all():
            raise ValueError(f"alpha must lie below 2, got {a.max()}: Gaussian noise has no jumps")
        plan = Constant() if self.schedule is None else as_schedule(self.schedule)
        for name, value in (("alpha", a), ("eps", noise), ("schedule", plan)):
            object.__setattr__(self, name, value)

    @property
    def _a(self) -> FloatArray:
        return np.asarray(self.alpha)

    @property
    def _plan(self) -> Schedule:
        plan: Schedule = self.schedule
        return plan

    def _clock(self, begin: float | None = None) -> FlowHazard:
        plan = self._plan if begin is None else Later(self._plan, begin)
        weight = jump_intensity(self._a, self.eps, rho=self.rho, measure=self.measure)
        return FlowHazard(plan, self.rho * (self._a - 1.0), weight)

    @cached_property
    def _from_start(self) -> FlowHazard:
        return self._clock()

    def threshold(self, t: ArrayLike) -> FloatArray:
        """Size of the smallest large jump of each axis at time t, shape (..., N)."""
        s = np.asarray(self._plan.s(t))[..., None]
        return np.asarray(jump_threshold(self._a, self.eps, rho=self.rho, s=s))

    def intensity(self, t: ArrayLike) -> FloatArray:
        """Intensity of each axis at time t, shape (..., N): the paper's beta_l(t); its sum is beta_S(t)."""
        s = np.asarray(self._plan.s(t))[..., None]
        return np.asarray(jump_intensity(self._a, self.eps, rho=self.rho, s=s, measure=self.measure))

    def wait_survival(self, u: ArrayLike, begin: float | None = None) -> Any:
        """P(no large jump of any axis during u after time begin); from the schedule's start by default."""
        clock = self._from_start if begin is None else self._clock(begin)
        time = np.asarray(u, dtype=np.float64)
        with np.errstate(under="ignore"):
            return np.exp(-clock.cumulative(clock.start + time.ravel())).reshape(time.shape)[()]

    def mean_wait(self, begin: float | None = None) -> float:
        """Mean time to the next large jump after time begin: 1 / beta_S where s is constant, inf where none may come.

        The exact form of the paper's (15).
        """
        clock = self._from_start if begin is None else self._clock(begin)
        return clock.mean() - clock.start

    def rvs(self, n_jumps: int, n_paths: int = 1, rng: RandomState = None) -> JumpTimes:
        """Draw times, axes and sizes of the first large jumps; times are inf where no more come.

        Parameters
        ----------
        n_jumps, n_paths : int
            How many of each path, and paths.
        rng : numpy.random.Generator, int or None
            Source of randomness; the same seed gives the same bits.

        Returns
        -------
        JumpTimes
            Sizes are of the process L, with their signs; multiply by eps s^((alpha - 1) / alpha) scale. nan after the
            last jump, where the axis is -1.
        """
        source = generator(rng)
        sums = np.cumsum(source.exponential(size=(n_paths, n_jumps)), axis=1)
        time = self._from_start.inverse(sums.ravel()).reshape(sums.shape)
        which, far, sign = source.random(time.shape), source.random(time.shape), source.random(time.shape)
        came = np.isfinite(time)
        axis, size = np.full(time.shape, -1), np.full(time.shape, np.nan)
        shares = np.cumsum(self.intensity(time[came]), axis=-1)
        chosen = np.minimum((which[came, None] * shares[:, -1:] >= shares).sum(axis=-1), self._a.size - 1)
        least = np.take_along_axis(self.threshold(time[came]), chosen[:, None], axis=1)[:, 0]
        axis[came] = chosen
        size[came] = np.where(sign[came] < 0.5, -1.0, 1.0) * least * (1.0 - far[came]) ** (-1.0 / self._a[chosen])
        return JumpTimes(time, axis.astype(np.int64), size)


@dataclass(frozen=True)
class Later(Schedule):
    """A schedule that is joined later: time 0 is its time `begin`."""

    schedule: Schedule
    begin: float

    def _factor(self, t: FloatArray) -> FloatArray:
        return np.asarray(self.schedule.s(self.begin + t))

    def _integral(self, p: FloatArray, t0: FloatArray, t: FloatArray) -> FloatArray:
        return np.asarray(self.schedule.integral_power(p, self.begin + t0, self.begin + t))


def checked_noise(
    alpha: ArrayLike, eps: ArrayLike, rho: float, s: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return alpha, eps and s as arrays; ValueError where one lies outside its range."""
    a, noise, factor = (np.asarray(x, dtype=np.float64) for x in (alpha, eps, s))
    _check_alpha(a)
    if not ((noise > 0.0) & (noise < np.inf)).all():
        raise ValueError(f"eps must be positive and finite, got {noise.min()}")
    if not (factor >= 0.0).all():
        raise ValueError(f"s must not be negative, got {factor.min()}")
    if not 0.0 <= rho < 1.0:
        raise ValueError(f"rho must lie in (0, 1), got {rho}")
    return a, noise, factor


def _check_alpha(alpha: FloatArray) -> None:
    if not ((alpha > 0.0) & (alpha <= 2.0)).all():
        raise ValueError(f"alpha must lie in (0, 2], got {alpha[~((alpha > 0.0) & (alpha <= 2.0))].ravel()[0]}")

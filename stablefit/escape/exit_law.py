"""The law of the first exit from a basin, to leading order in small noise."""

import math
from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray, RandomState
from stablefit.escape.axes import Axes, Clock, Measure, checked_axes
from stablefit.escape.exponents import Exponents, exponents_of
from stablefit.escape.flow_hazard import FlowHazard
from stablefit.escape.gradient_noise import noise_of_fit
from stablefit.escape.hazard import Hazard
from stablefit.escape.step_hazard import StepHazard
from stablefit.laws.random import generator
from stablefit.sde.domains import Box
from stablefit.sde.problem import LevySDE
from stablefit.sde.schedule import Schedule, as_schedule
from stablefit.sde.schedules import Constant, Cosine, MultiStep

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Picture

    from stablefit import BatchFit, FitResult
    from stablefit.sde.amplitudes import AmplitudeName

_ARRAYS = ("alpha", "scale", "lower", "upper")


class ExitLaw:
    r"""Exits from a box around a minimum by single jumps of stable noise: the law to leading order in small noise.

    Axis l jumps over its boundaries at the rate

    .. math:: r_l(t) = a_l s_t^{\alpha_l - 1}, \quad
              a_l = \frac{c_l}{\alpha_l} \eta^{\alpha_l - 1} \lambda_l^{\alpha_l}
              (|d_l^-|^{-\alpha_l} + (d_l^+)^{-\alpha_l})

    and the axes compete: P(exit after u) is :math:`\exp(-\sum_l \int r_l)`. It holds as the noise vanishes, whatever
    the shape and depth of the basin; `stablefit.escape.check_assumptions` tells whether it may be used.

    Parameters
    ----------
    alpha : array_like, shape (N,) or ()
        Index of stability of each axis' noise, in (0, 2).
    scale : array_like
        Amplitude lambda of each axis' noise: the scale of the law of one noisy gradient. 0 for an axis without noise.
    lower, upper : array_like
        Boundaries of each axis relative to the minimum, lower < 0 < upper; an infinite one is never crossed.
    eta : float
        Learning rate; 1 makes `scale` the whole coefficient of the noise.
    schedule : Schedule or callable, default Constant()
        Factor s of the learning rate over absolute time.
    clock : {"sde", "iteration"}, default "sde"
        The unit of time. On the clock of the differential equation a step lasts eta s_k, and each hazard carries
        s^(alpha - 1). On that of iterations the hazards of the steps k = 1, 2, ... are
        :math:`\frac{c}{\alpha} (\eta s_k \lambda)^\alpha (\ldots)`, and times are whole numbers.
    measure : {"sas", "levy"}, default "sas"
        Levy measure of the noise: c_alpha abs(y)^(-1-alpha) dy of the standard symmetric stable law, which is what fits
        return; or abs(y)^(-1-alpha) dy, the paper's, c = 1.

    Raises
    ------
    ValueError
        If a parameter lies outside its range, alpha is 2 in measure "sas" (see `kramers_time`), or the schedule makes
        the hazard infinite from the start.

    See Also
    --------
    stablefit.escape.check_assumptions : Is the noise small enough for it?
    stablefit.sde.first_exit : Exits by simulation, for every size of the noise.
    stablefit.escape.kramers_time : The mean time under Gaussian noise.

    References
    ----------
    .. [1] P. Imkeller, I. Pavlyukevich, "First exit times of SDEs driven by stable Levy processes", 2006.
    .. [2] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the Noise Model of Stochastic Gradient Descent", 2023;
       its formulas as printed are in `stablefit.escape.printed`.

    Examples
    --------
    >>> import stablefit as sf
    >>> law = sf.escape.ExitLaw(1.0, 0.01, -1.0, 1.0, eta=1.0)  # c = 1/pi: the rate is 0.02 / pi
    >>> law
    ExitLaw(alpha=1.0, scale=0.01, lower=-1.0, upper=1.0, eta=1.0, schedule=Constant(), clock='sde', measure='sas')
    >>> round(law.mean(), 9)
    157.079632679
    >>> sf.escape.ExitLaw([1.2, 1.8], 0.01, -1.0, [1.0, 2.0], eta=1.0).exit_probabilities().round(4).tolist()
    [[0.4934, 0.4934], [0.0103, 0.0029]]
    """

    alpha: FloatArray
    scale: FloatArray
    lower: FloatArray
    upper: FloatArray
    eta: float
    schedule: Schedule
    clock: Clock
    measure: Measure

    def __init__(
        self,
        alpha: ArrayLike,
        scale: ArrayLike,
        lower: ArrayLike,
        upper: ArrayLike,
        *,
        eta: float,
        schedule: Schedule | Callable[[FloatArray], Any] = Constant(),  # noqa: B008  # immutable
        clock: Clock = "sde",
        measure: Measure = "sas",
    ) -> None:
        if clock not in ("sde", "iteration"):
            raise ValueError(f"clock must be 'sde' or 'iteration', got {clock!r}")
        if measure not in ("sas", "levy"):
            raise ValueError(f"measure must be 'sas' or 'levy', got {measure!r}")
        if not (isinstance(eta, int | float | np.number) and 0.0 < eta < math.inf):
            raise ValueError(f"eta must be positive and finite, got {eta!r}")
        axes = checked_axes(alpha, scale, lower, upper, measure)
        plan = as_schedule(schedule)
        settings = {"eta": float(eta), "schedule": plan, "clock": clock, "measure": measure}
        for name, value in (vars(axes) | settings).items():
            object.__setattr__(self, name, value)
        if self._coefficients.max() < np.finfo(np.float64).tiny:
            raise ValueError("scale must reach a boundary, got a rate of 0 on every axis; are all boundaries infinite?")
        if not np.isfinite(self._coefficients.sum()):
            raise ValueError(
                f"scale must be small beside the boundaries, got {axes.scale.max()}: their rate is beyond 1.8e308"
            )
        stops = (isinstance(plan, Cosine) and plan.floor == 0.0) or (
            isinstance(plan, MultiStep) and 0.0 in plan.factors
        )
        if stops and clock == "sde" and axes.alpha.min() < 1.0:
            raise ValueError(
                f"schedule must stay above 0 where alpha < 1: s^(alpha - 1) grows without end, got {plan!r}"
            )
        first = np.array([self._hazard.start + (1.0 if clock == "iteration" else 1e-300)])
        if self._hazard.cumulative(first)[0] == math.inf:
            raise ValueError(
                f"schedule must have a finite hazard at first, got {plan!r}; begin later than {plan.start}"
            )

    @classmethod
    def from_sgn(
        cls,
        fit: "BatchFit | FitResult",
        lower: ArrayLike,
        upper: ArrayLike,
        eta: float,
        amplitude: "AmplitudeName" = "stable_scale",
        *,
        schedule: Schedule | Callable[[FloatArray], Any] = Constant(),  # noqa: B008  # immutable
        clock: Clock = "iteration",
    ) -> "ExitLaw":
        """Return the law for gradient noise that was fitted parameter by parameter.

        Parameters
        ----------
        fit : BatchFit or FitResult
            Of `adapters.torch.SGN.fit`: alpha and scale of each parameter's noise in mini-batches of the size that was
            collected. A parameter without noise (dead, constant) or with Gaussian noise (alpha = 2) has no part in the
            exit: its probabilities are 0.
        lower, upper, schedule, clock
            As for `ExitLaw`, one entry a parameter; iterations by default, since they are what training counts.
        eta : float
            Learning rate.
        amplitude : {"stable_scale", "sqrt_var", "row_sum_paper"}
            What the amplitude is, as for `LevySDE.from_sgn`: the fitted scale, unless one wants the paper's.

        Raises
        ------
        DataError
            If noise could not be fitted on an axis, or is Gaussian on all of them.

        Examples
        --------
        >>> import stablefit as sf
        >>> noise = sf.Stable([1.4, 1.8], scale=[0.1, 0.3]).rvs((2000, 2), rng=0)
        >>> law = sf.escape.ExitLaw.from_sgn(sf.fit(noise, "quantile", axis=0), lower=-1.0, upper=1.0, eta=0.1)
        >>> law.alpha.round(1).tolist(), law.clock
        ([1.4, 1.8], 'iteration')
        """
        alpha, scale = noise_of_fit(fit, amplitude)
        return cls(alpha, scale, lower, upper, eta=eta, schedule=schedule, clock=clock)

    @classmethod
    def from_sde(cls, sde: LevySDE, box: Box) -> "ExitLaw":
        """Return the law for a simulated process in a box around its minimum at 0, on the process' own clock.

        Parameters
        ----------
        sde : LevySDE
            Axes with independent noise of constant amplitude.
        box : Box
            Where it starts, and what it leaves.

        Raises
        ------
        ValueError
            If the noise is mixed or its amplitude depends on the place, or the box does not hold 0.

        Examples
        --------
        >>> import stablefit as sf
        >>> sde = sf.sde.LevySDE(sf.sde.Quadratic([1.0]), alpha=[1.5], scale=[0.1], eta=0.01)
        >>> sf.escape.ExitLaw.from_sde(sde, sf.sde.Box([-1.0], [1.0]))
        ExitLaw(alpha=1.5, scale=0.1, lower=-1.0, upper=1.0, eta=0.01, schedule=Constant(), clock='sde', measure='sas')
        """
        if sde.mixing is not None or callable(sde.scale):
            kind = "mixed noise" if sde.mixing is not None else "an amplitude that is a function"
            raise ValueError(f"sde must have independent axes and a constant amplitude, got {kind}")
        eta = 1.0 if sde.eta is None else sde.eta
        return cls(sde.alpha, sde.scale, box.lower, box.upper, eta=eta, schedule=sde.schedule, clock=sde.clock)

    # -- what it is made of
    # ------------------------------------------------------------------------------------------------------------

    @property
    def n_axes(self) -> int:
        """Number of axes, N."""
        return int(self.alpha.size)

    @cached_property
    def _coefficients(self) -> FloatArray:
        """Hazards at s = 1 by axis and side, (N, 2)."""
        axes = Axes(self.alpha, self.scale, self.lower, self.upper)
        return axes.coefficients(self.eta, self.clock, self.measure)

    @cached_property
    def _exponents(self) -> Exponents:
        return exponents_of(Axes(self.alpha, self.scale, self.lower, self.upper).exponents(self.clock))

    @cached_property
    def _hazard(self) -> Hazard:
        kind = FlowHazard if self.clock == "sde" else StepHazard
        exponents, weight = self._exponents, self._coefficients.sum(axis=1)
        every = (exponents.axis_power, weight) if exponents.nodes else None
        return kind(self.schedule, exponents.power, exponents.gather(weight), every)

    def _times(self, u: ArrayLike) -> FloatArray:
        """Times as a float array; whole ones on the clock of iterations."""
        times = np.asarray(u, dtype=np.float64)
        return np.floor(times) if self.clock == "iteration" else times

    # -- functions of time
    # -----------------------------------------------------------------------------------------------------------------

    def rate(self, t: ArrayLike) -> Any:
        """Rate of exits at time t, all axes together; of iteration floor(t) on that clock. 0 before the start."""
        times = self._times(t)
        begun = times > self._hazard.start if self.clock == "iteration" else times >= self._hazard.start
        found = np.where(np.isnan(times), np.nan, 0.0)
        found[begun] = self._hazard.rate(times[begun])
        return found[()]

    def cumulative_hazard(self, u: ArrayLike) -> Any:
        """Hazard from the start to time u: the integral of the rate, or its sum over the iterations k <= u."""
        times = self._times(u)
        found = np.full(times.shape, np.nan)
        known = ~np.isnan(times)
        found[known] = self._hazard.cumulative(times[known])
        return found[()]

    def survival(self, u: ArrayLike) -> Any:
        """P(exit after time u), for u of any shape.

        Examples
        --------
        >>> import stablefit as sf
        >>> law = sf.escape.ExitLaw(1.5, 0.02, -1.0, 1.0, eta=1.0, schedule=sf.sde.Power(0.6))
        >>> law.survival([0.0, law.mean()]).round(3).tolist()
        [1.0, 0.331]
        """
        with np.errstate(under="ignore"):
            return np.exp(-self.cumulative_hazard(u))[()]

    def cdf(self, u: ArrayLike) -> Any:
        """P(exit by time u), in full relative precision where it is small."""
        return -np.expm1(-self.cumulative_hazard(u))

    def pdf(self, u: ArrayLike) -> Any:
        """Density of the time of exit; on the clock of iterations the probability of exit at u, 0 between them."""
        times = np.asarray(u, dtype=np.float64)
        rate, hazard = np.asarray(self.rate(times)), np.asarray(self.cumulative_hazard(times))
        with np.errstate(under="ignore", invalid="ignore"):
            if self.clock == "iteration":
                found = np.exp(-np.maximum(hazard - rate, 0.0)) * -np.expm1(-rate)
                return np.where((times == np.floor(times)) | np.isnan(times), found, 0.0)[()]
            survived = np.exp(-hazard)
            return np.where(survived == 0.0, 0.0, rate * survived)[()]

    # -- functions of a probability
    # --------------------------------------------------------------------------------------------------------

    def ppf(self, q: ArrayLike) -> Any:
        """Time by which the process has left with probability q; inf above 1 - trapping, nan outside [0, 1]."""
        probability = np.asarray(q, dtype=np.float64)
        return self._quantile(probability, np.log1p, -1.0)

    def isf(self, q: ArrayLike) -> Any:
        """Time after which the process leaves with probability q; inf up to the trapping probability."""
        probability = np.asarray(q, dtype=np.float64)
        return self._quantile(probability, np.log, 1.0)

    def _quantile(self, q: FloatArray, logarithm: Any, sign: float) -> Any:
        valid = (q >= 0.0) & (q <= 1.0)
        out = np.full(q.shape, np.nan)
        with np.errstate(divide="ignore"):
            out[valid] = self._hazard.inverse(-logarithm(sign * q[valid]))
        return out[()]

    def median(self) -> float:
        """Time by which the process has left with probability 1/2."""
        return float(self.ppf(0.5))

    def mean(self) -> float:
        """Mean time of exit, absolute; inf where the process may stay for ever.

        Examples
        --------
        Four times as far away, with alpha = 1.5, means 8 times as long.

        >>> import stablefit as sf
        >>> near, far = (sf.escape.ExitLaw(1.5, 0.1, -d, d, eta=0.01).mean() for d in (1.0, 4.0))
        >>> round(far / near, 12)
        8.0
        """
        with np.errstate(over="ignore"):  # inf is what lies beyond the range of numbers
            return self._hazard.mean()

    def rvs(self, size: int | tuple[int, ...] | None = None, rng: RandomState = None) -> Any:
        """Independent times of exit, inf for a process that stays for ever; the same seed gives the same bits."""
        return self.isf(1.0 - generator(rng).random(size))

    # -- where it leaves
    # -----------------------------------------------------------------------------------------------------------------

    def exit_probabilities(self) -> FloatArray:
        """P(exit through each boundary), shape (N, 2): lower and upper; all of them and trapping make up 1."""
        with np.errstate(over="ignore"):
            shares = self._exponents.expand(self._hazard.exits())
        return np.asarray(self._coefficients * shares[:, None])

    def trapping_probability(self) -> float:
        """P(no exit ever): the schedule takes the noise away before it has happened."""
        return math.exp(-self._hazard.total)

    def ratio(self, axis: int, other: int, side: Literal[-1, 1] = 1) -> float:
        """P(exit through a boundary of one axis) over that of another: the paper's equations (20) and (21).

        Parameters
        ----------
        axis, other : int
            The axes, counted from 0.
        side : {-1, 1}, default 1
            Lower or upper boundaries.

        Examples
        --------
        At constant s it is proportional to eta^(alpha_l - alpha_j), without a factor 1 - rho in the exponent.

        >>> import stablefit as sf
        >>> two = dict(alpha=[1.3, 1.7], scale=0.1, lower=-1.0, upper=1.0)
        >>> big, small = (sf.escape.ExitLaw(**two, eta=eta).ratio(0, 1) for eta in (0.01, 0.0001))
        >>> round(small / big, 9)  # 0.01^-0.4
        6.30957344...
        """
        if side not in (-1, 1):
            raise ValueError(f"side must be -1 or 1, got {side!r}")
        for name, value in (("axis", axis), ("other", other)):
            if not -self.n_axes <= value < self.n_axes:
                raise ValueError(f"{name} must be one of the {self.n_axes} axes, got {value}")
        column = self.exit_probabilities()[:, (side + 1) // 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(column[axis] / column[other])

    def plot(self, ax: "Picture | None" = None) -> "Picture":
        """Draw the survival against time; `ExitSample.plot` draws it beside simulated exits."""
        picture: Picture = import_module("stablefit.plotting.escape").plot_exit_law(self, ax)
        return picture

    # -- as a value
    # -----------------------------------------------------------------------------------------------------------------

    def _key(self) -> tuple[Any, ...]:
        return (*(getattr(self, n).tobytes() for n in _ARRAYS), self.eta, self.schedule, self.clock, self.measure)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, ExitLaw) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"ExitLaw is immutable: cannot set {name!r}; make a new law instead")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"ExitLaw is immutable: cannot delete {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (tuple(getattr(self, n) for n in _ARRAYS), self.eta, self.schedule, self.clock, self.measure)

    def __repr__(self) -> str:
        shown = [f"{name}={_short(getattr(self, name))}" for name in _ARRAYS]
        shown += [f"{name}={getattr(self, name)!r}" for name in ("eta", "schedule", "clock", "measure")]
        return f"ExitLaw({', '.join(shown)})"


def _short(values: FloatArray) -> str:
    """One number where all axes share it, and the outer ones of many."""
    if (values == values[0]).all() and values.size == 1:
        return repr(float(values[0]))
    return np.array2string(values, separator=", ", threshold=8, edgeitems=3, max_line_width=10**6)


def _rebuild(arrays: tuple[FloatArray, ...], eta: float, schedule: Schedule, clock: Clock, measure: Measure) -> ExitLaw:
    return ExitLaw(*arrays, eta=eta, schedule=schedule, clock=clock, measure=measure)

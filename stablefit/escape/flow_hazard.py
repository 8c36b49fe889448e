"""Exits on the clock of the differential equation, where the hazard is an integral over time."""

import math
from functools import cached_property

import numpy as np

from stablefit._types import FloatArray
from stablefit.escape.hazard import SETTLED, Hazard
from stablefit.escape.panels import geometric_edges
from stablefit.escape.power_integrals import power_integral
from stablefit.sde.schedules import Constant, Cosine, Exponential, MultiStep, Power

_EARLY, _LATE = 1e-18, 800.0
"""Hazards before and after which there is nothing to integrate: exp(-hazard) is 1 and 0 there."""


class FlowHazard(Hazard):
    """The hazard per unit of time, and its integral."""

    @property
    def start(self) -> float:
        """The schedule's start."""
        return self.schedule.start

    @property
    def _by_quadrature(self) -> bool:
        return not isinstance(self.schedule, Constant | Power | MultiStep | Exponential)

    def accumulated(self, begin: FloatArray, end: FloatArray) -> FloatArray:
        """Integral of s^p_j from begin to end."""
        return power_integral(self.schedule, self.power, begin[:, None], end[:, None])

    def mean(self) -> float:
        """Mean time: closed form for steps and for one exponent under a power of time, else by quadrature."""
        if self.total < math.inf:
            return math.inf
        if self.steps is not None:
            lengths, rates, before, _ = self.steps
            some = np.exp(-before) > 0.0  # how long nobody stays does not matter
            return float(np.sum(np.exp(-before[some]) * _survived(rates[some], lengths[some])))
        schedule = self.schedule
        if isinstance(schedule, Power) and schedule.start == 0.0 and self.power.size == 1:
            g = 1.0 + (schedule.gamma - 1.0) * float(self.power[0])
            return weibull_mean(g, math.log(self.weight[0]) - math.log(g))
        return self.start + float(self._integrals[-1])

    def exits(self) -> FloatArray:
        """Integral of s^p_j times the survival: closed form for steps and for one exponent, else by quadrature."""
        if self.power.size == 1:
            return np.array([-math.expm1(-self.total)]) / self.weight
        if self.steps is not None:
            lengths, rates, before, powers = self.steps
            spent = np.where(rates > 0.0, _survived(rates, lengths), 0.0)  # nobody leaves without noise
            return np.asarray((np.exp(-before) * spent) @ powers)
        return self._integrals[:-1]

    @cached_property
    def steps(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None:
        """Lengths of the phases of constant s, hazards in and before them, and s^p_j, shape (phases, M)."""
        if not isinstance(self.schedule, Constant | MultiStep):
            return None
        changes, factors = np.empty(0), np.empty(0)
        if isinstance(self.schedule, MultiStep):
            changes, factors = np.asarray(self.schedule.milestones), np.asarray(self.schedule.factors)
        lengths = np.diff(np.concatenate([[0.0], changes, [math.inf]]))
        powers = np.power.outer(np.append(1.0, factors), self.power)
        rates = powers @ self.weight
        before = np.concatenate([[0.0], np.cumsum(rates[:-1] * lengths[:-1])])
        return lengths, rates, before, powers

    @cached_property
    def _integrals(self) -> FloatArray:
        """Integrals from the start to the end of time of s^p_j times the survival, and of the survival, (M + 1,)."""
        start = self.start
        if self.total < _EARLY:
            return np.append(self.accumulated(np.array([start]), np.array([math.inf]))[0], math.inf)
        early, late = self.inverse(np.array([_EARLY, _LATE])) - start
        trapped = math.isinf(late)
        if trapped:  # what is left of the hazard changes the survival no more
            late = self.inverse(np.array([self.total * (1.0 - SETTLED)]))[0] - start
        first = max(early, late * 1e-300, 1e-300)
        edges = geometric_edges(first, late if late > first else 2.0 * first)
        if isinstance(self.schedule, Cosine) and edges[0] < self.schedule.length < edges[-1]:
            edges = np.unique(np.append(edges, self.schedule.length))
        found = self.integrals(start, edges)
        ends = np.array([[start, start + edges[0]], [start + edges[-1], math.inf]])
        head, tail = self.accumulated(*ends.T)
        found[:-1] += head + (math.exp(-self.total) * tail if trapped else 0.0)
        found[-1] += edges[0]
        return np.where(np.isfinite(found), found, np.nan)  # a wall between two neighbouring numbers


def weibull_mean(shape: float, log_rate: float) -> float:
    """Return the mean where the survival is exp(-rate u^shape); inf beyond 1.8e308."""
    return float(np.exp(math.lgamma(1.0 + 1.0 / shape) - log_rate / shape))


def _survived(rates: FloatArray, lengths: FloatArray) -> FloatArray:
    """Integral of exp(-rate u) over each length; the length where the rate is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rates > 0.0, -np.expm1(-rates * lengths) / rates, lengths)

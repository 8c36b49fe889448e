"""Exits on the clock of iterations, where the hazard is a sum over steps."""

import math
from functools import cached_property

import numpy as np

from stablefit._types import FloatArray
from stablefit.escape.hazard import SETTLED, Hazard
from stablefit.escape.panels import geometric_edges
from stablefit.escape.power_integrals import powers
from stablefit.escape.power_sums import ONE_BY_ONE, phases, power_sum
from stablefit.sde.schedules import Constant, Exponential, MultiStep, Power

_SUMMED = 1 << 12
"""Iterations whose survivals are added one by one before sums become integrals."""
_LATE = 800.0
"""A hazard after which nobody is left."""


class StepHazard(Hazard):
    """The hazard of every iteration k, and its sum; between whole numbers the smooth function that runs through it."""

    @property
    def start(self) -> float:
        """The iteration before the first: 0, or the last one that lies before the schedule's start."""
        return float(max(math.ceil(self.schedule.start), 1) - 1)

    def accumulated(self, begin: FloatArray, end: FloatArray) -> FloatArray:
        """Sum of s_k^p_j over begin < k <= end."""
        return power_sum(self.schedule, self.power, begin[:, None], end[:, None])

    def at_exit(self, cumulative: FloatArray, rate: FloatArray) -> FloatArray:
        """Survival before the step, times the share of its hazard that counts: (1 - exp(-h)) / h."""
        with np.errstate(invalid="ignore", divide="ignore", under="ignore"):
            share = np.where(rate > 0.0, -np.expm1(-rate) / rate, 1.0)
            return np.asarray(np.exp(-np.maximum(cumulative - rate, 0.0)) * share)

    def inverse(self, x: FloatArray) -> FloatArray:
        """First iteration at which the cumulative hazard is at least x."""
        near = super().inverse(x)
        finite = np.isfinite(near)
        k = np.maximum(np.ceil(near[finite]), self.start)
        for _ in range(2):  # rounding may have led one step too far, or not far enough
            k -= (k > self.start) & (self.cumulative(k - 1.0) >= x[finite])
            k += self.cumulative(k) < x[finite]
        near[finite] = k
        return near

    def mean(self) -> float:
        """Mean iteration: the survivals after 0, 1, 2, ... iterations added up."""
        return math.inf if self.total < math.inf else float(self._sums[-1])

    def exits(self) -> FloatArray:
        """Sum of s_k^p_j times the survival before each iteration k."""
        if self.power.size == 1:
            return np.array([-math.expm1(-self.total)]) / self.weight
        return self._sums[:-1]

    @cached_property
    def _sums(self) -> FloatArray:
        """Sums over the iterations of s_k^p_j times the survival, and of the survival, (M + 1,)."""
        if isinstance(self.schedule, Constant | MultiStep):
            return self._geometric_sums()
        closed = isinstance(self.schedule, Power | Exponential)
        last = self.start + (_SUMMED if closed else ONE_BY_ONE)
        total = self._added(self.start + 1.0, last)
        total[-1] += self.start + 1.0  # nobody is gone after 0, ..., start iterations
        late = self._smooth_inverse(_LATE if self.total == math.inf else self.total * (1.0 - SETTLED))
        if late > last:
            total += self._rest(last, late)
        return total

    def _geometric_sums(self) -> FloatArray:
        """The same where s is constant in phases: geometric series."""
        assert isinstance(self.schedule, Constant | MultiStep)
        lengths, factors = phases(self.schedule)
        each = np.power.outer(factors, self.power)
        rates = each @ self.weight
        before = np.concatenate([[0.0], np.cumsum(rates[:-1] * lengths[:-1])])
        with np.errstate(divide="ignore", invalid="ignore"):
            exits = np.where(rates > 0.0, -np.expm1(-rates * lengths) / rates, 0.0)  # nobody leaves without noise
            survived = np.where(rates > 0.0, np.expm1(-rates * lengths) / np.expm1(-rates), lengths)
        left = np.exp(-before)
        some = left > 0.0  # how long nobody stays does not matter
        return np.append((left * exits) @ each, np.sum(left[some] * survived[some]))

    def _added(self, first: float, last: float) -> FloatArray:
        """Sums over first, ..., last one by one."""
        total = np.zeros(self.power.size + 1)
        begin = np.array([first - 1.0])
        before = float(self.cumulative(begin)[0])
        many = max((1 << 20) // self.power.size, 1)
        while first <= last and before < _LATE:
            k = np.arange(first, min(first + many, last + 1.0))
            factors = powers(self.schedule, k, self.power)
            rate = factors @ self.weight
            cumulative = before + np.cumsum(rate)
            total[:-1] += np.einsum("k,km->m", self.at_exit(cumulative, rate), factors)
            total[-1] += np.sum(np.exp(-cumulative))
            before, first = float(cumulative[-1]), first + many
        return total

    def _rest(self, last: float, late: float) -> FloatArray:
        """Sums from last + 1 on: an integral from last + 1/2, and Euler and Maclaurin's first correction there."""
        edges = geometric_edges(last - self.start, 2.0 * late) - (last - self.start)
        total = self.integrals(last + 0.5, edges)
        if self.total < math.inf:
            tail = self.accumulated(np.array([last + edges[-1]]), np.array([math.inf]))[0]
            total[:-1] += math.exp(-self.total) * tail
        k = np.array([last, last + 1.0])
        factors = powers(self.schedule, k, self.power)
        cumulative, rate = self.cumulative(k), factors @ self.weight
        ends = np.append(self.at_exit(cumulative, rate)[:, None] * factors, np.exp(-cumulative)[:, None], axis=1)
        return np.asarray(total + (ends[1] - ends[0]) / 24.0)

    def _smooth_inverse(self, x: float) -> float:
        return float(super().inverse(np.array([x]))[0])

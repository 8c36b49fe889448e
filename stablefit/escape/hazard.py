"""The rate at which a process exits under a schedule, summed over time: what both clocks share."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stablefit._types import FloatArray
from stablefit.escape.panels import gauss, integrate
from stablefit.escape.power_integrals import powers
from stablefit.sde.schedule import Schedule

_AT_ONCE = 1 << 20
"""Numbers in one array of times and exponents."""
SETTLED = 1e-8
"""Share of a finite hazard that may be left where the survival is taken for constant: what that neglects is its square.
"""
_HALVINGS = 40
"""How often a time is halved where the hazard is summed by quadrature."""
_STEPS = 400
"""Newton's steps and bisections until an inverse is given up; some ten are needed."""


@dataclass(frozen=True, eq=False)
class Hazard(ABC):
    """Sum over exponents p_j with weights w_j of s^p_j, and its integral or sum over time.

    Attributes
    ----------
    schedule : Schedule
        What s is.
    power, weight : ndarray, shape (M,)
        Exponents and weights.
    every : tuple of ndarray, shapes (N,)
        Those of all axes, where nodes stand for them: sums over all time are not smooth in the exponent.
    """

    schedule: Schedule
    power: FloatArray
    weight: FloatArray
    every: tuple[FloatArray, FloatArray] | None = None

    @property
    @abstractmethod
    def start(self) -> float:
        """Time up to which there is no exit."""

    @property
    def _by_quadrature(self) -> bool:
        """Whether every sum is the work of a quadrature."""
        return False

    @abstractmethod
    def accumulated(self, begin: FloatArray, end: FloatArray) -> FloatArray:
        """Integral or sum of s^p_j after `begin` until `end`, both of shape (T,), as (T, M)."""

    @abstractmethod
    def mean(self) -> float:
        """Mean time of exit; inf where it may never happen."""

    @abstractmethod
    def exits(self) -> FloatArray:
        """Integral or sum of s^p_j times the survival until then, shape (M,): exits by an axis of weight 1."""

    def at_exit(self, cumulative: FloatArray, rate: FloatArray) -> FloatArray:
        """Survival that exits of a rate are to be counted with, given the cumulative hazard: the survival itself."""
        with np.errstate(under="ignore"):
            return np.exp(-cumulative)

    def integrals(self, begin: float, edges: FloatArray) -> FloatArray:
        """Integrals of s^p_j times the survival, and of the survival, (M + 1,), over panels between begin + edges."""

        def parts(low: FloatArray, nodes: FloatArray, weights: FloatArray) -> FloatArray:
            factors = powers(self.schedule, begin + nodes, self.power)
            since = self.accumulated(begin + np.repeat(low, nodes.shape[1]), begin + nodes.ravel())
            cumulative = self.cumulative(begin + low)[:, None] + _dot(since, self.weight).reshape(nodes.shape)
            rate = _dot(factors.reshape(-1, self.power.size), self.weight).reshape(nodes.shape)
            left = self.at_exit(cumulative, rate)
            factors[left == 0.0] = 0.0  # nobody is left to leave, be the rate beyond the range of numbers
            with np.errstate(under="ignore"):
                exits = np.einsum("kn,knm->km", weights * left, factors)
                survival = np.einsum("kn,kn->k", weights, np.exp(-cumulative))
            return np.concatenate([exits, survival[:, None]], axis=1)

        return integrate(parts, edges, gauss)

    def rate(self, t: FloatArray) -> FloatArray:
        """Rate of exits at times of shape (T,) from the start on."""
        return self._by_parts(lambda times: powers(self.schedule, times, self.power), t.ravel()).reshape(t.shape)

    def cumulative(self, t: FloatArray) -> FloatArray:
        """Hazard summed from the start to times of shape (T,); 0 before it."""
        start = np.asarray(self.start)
        late = np.where(t > start, t, start).ravel()
        if self._by_quadrature:  # over short times: between them, and from the start on in doubled lengths
            finite = late[np.isfinite(late)]
            length = finite.max() - start if finite.size else 0.0
            ends = np.unique(np.concatenate([late, start + length * 0.5 ** np.arange(_HALVINGS)]))
            sums = np.cumsum(self._by_parts(self.accumulated, np.append(start, ends[:-1]), ends))
            return np.asarray(sums[np.searchsorted(ends, late)].reshape(t.shape))
        return self._by_parts(self.accumulated, np.broadcast_to(start, late.shape), late).reshape(t.shape)

    @cached_property
    def total(self) -> float:
        """Hazard summed over all time."""
        power, weight = self.every or (self.power, self.weight)
        whole = type(self)(self.schedule, power, weight)
        return float(whole.cumulative(np.array([np.inf]))[0])

    def inverse(self, x: FloatArray) -> FloatArray:
        """Time from which on the cumulative hazard is at least x, shape (T,); inf where it never is."""
        out = np.full(x.shape, np.nan)
        out[x >= self.total], out[x <= 0.0] = np.inf, self.start
        inside = (x > 0.0) & (x < self.total)
        if inside.any():
            out[inside] = self.start + np.exp(self._log_inverse(x[inside]))
        return out

    def _log_inverse(self, x: FloatArray) -> FloatArray:
        """Log of the time since the start: Newton's steps in logarithms, kept within a bracket."""
        target = np.log(x)
        first = np.nextafter(max(self.start, self.schedule.start), np.inf)

        def excess(y: FloatArray) -> tuple[FloatArray, FloatArray]:
            with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
                since = np.exp(y)
                found = self.cumulative(self.start + since)
                slope = since * self.rate(np.maximum(self.start + since, first)) / found
                return np.log(found) - target, slope

        low, high = _bracket(lambda y: excess(y)[0], x.size)
        y = 0.5 * (low + high)
        for _ in range(_STEPS):
            off, slope = excess(y)
            low, high = np.where(off < 0.0, y, low), np.where(off >= 0.0, y, high)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                step = y - off / slope
            outside = ~((step > low) & (step < high))
            step = np.where(outside, 0.5 * (low + high), step)
            if np.all(np.abs(step - y) <= 4e-16 * np.maximum(1.0, np.abs(y))):
                break
            y = step
        return y

    def _by_parts(self, values: Callable[..., FloatArray], *times: FloatArray) -> FloatArray:
        """Weighted sum over the exponents, for as many times at once as memory likes."""
        out = np.empty(times[0].shape)
        many = max(_AT_ONCE // self.power.size, 1)
        with np.errstate(invalid="ignore", over="ignore"):
            for begin in range(0, out.size, many):
                part = slice(begin, begin + many)
                out[part] = _dot(values(*(t[part] for t in times)), self.weight)
        return out


def _dot(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Weighted sum in which an exponent without weight does not count, though its power be infinite."""
    used = weight != 0.0
    if not used.all():
        values, weight = values[:, used], weight[used]
    # einsum and not BLAS, whose sums depend on the number of rows
    found = np.asarray(np.einsum("ij,j->i", values, weight))
    return np.where(np.isnan(found) & np.isinf(values).any(axis=1), np.inf, found)  # nodes' weights may be negative


def _bracket(excess: Callable[[FloatArray], FloatArray], n: int) -> tuple[FloatArray, FloatArray]:
    """Logarithms of times, before and after each of which the sum is reached."""
    low, high = np.zeros(n), np.zeros(n)
    width = 2.0
    while (late := excess(low) > 0.0).any() and low.min() > -745.0:
        high, low = np.where(late, low, high), np.where(late, np.maximum(low - width, -745.0), low)
        width *= 2.0
    width = 2.0
    while (early := excess(high) < 0.0).any() and high.max() < 709.0:
        low, high = np.where(early, high, low), np.where(early, np.minimum(high + width, 709.0), high)
        width *= 2.0
    return low, high

"""Integrals over many intervals at once."""

import warnings
from collections.abc import Callable

import numpy as np

from stablefit._types import FloatArray
from stablefit.errors import StablefitWarning

Integrand = Callable[[FloatArray, FloatArray], FloatArray]
"""Of times and of the parameter of each, of one shape."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_FEWER_NODES, _FEWER_WEIGHTS = np.polynomial.legendre.leggauss(11)
_TOLERANCE = 1e-11
"""Two rules that agree so well are right; else the interval is divided."""
_DOUBLINGS = 200
"""Panels to infinity, each twice as long as the last: beyond 1e60 times the first."""


def integral(f: Integrand, parameter: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Return the integral of f(t, parameter) dt over each interval, all of shape (n,); an upper limit may be inf.

    By Gauss and Legendre where rules of 16 and 11 nodes agree, else adaptively by QUADPACK.
    """
    out = np.empty(lower.shape)
    finite = np.isfinite(upper)
    a, b, p = lower[finite], upper[finite], parameter[finite]
    value, fewer = _rule(f, p, a, b, _NODES, _WEIGHTS), _rule(f, p, a, b, _FEWER_NODES, _FEWER_WEIGHTS)
    for i in np.flatnonzero(~(np.abs(value - fewer) <= _TOLERANCE * np.abs(value))):
        value[i] = _adaptive(f, p[i], a[i], b[i])
    out[finite] = value
    for i in np.flatnonzero(~finite):
        out[i] = _to_infinity(f, parameter[i], lower[i])
    return out


def _rule(
    f: Integrand, p: FloatArray, a: FloatArray, b: FloatArray, nodes: FloatArray, weights: FloatArray
) -> FloatArray:
    half, middle = 0.5 * (b - a)[:, None], 0.5 * (a + b)[:, None]
    times = middle + half * nodes
    return np.asarray((half * f(times, np.broadcast_to(p[:, None], times.shape))) @ weights)


def _adaptive(f: Integrand, p: float, a: float, b: float) -> float:
    """One interval with a singularity at an end, a jump inside, or a wave too fast for the rules."""
    from scipy.integrate import IntegrationWarning, quad

    def at(t: float) -> float:
        return float(f(np.array([t]), np.array([p]))[0])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IntegrationWarning)
        value, error = quad(at, a, b, epsabs=0.0, epsrel=1e-11, limit=400)
    if not error <= 1e-6 * abs(value):
        warnings.warn(
            f"the integral of a schedule from {a} to {b} is {value} with an error of perhaps {error:.1g}",
            StablefitWarning,
            stacklevel=6,
        )
    return float(value)


def _to_infinity(f: Integrand, p: float, lower: float) -> float:
    """Sum over intervals of doubled length; inf if the parts do not fall like a geometric series."""
    ends = lower + np.concatenate([[0.0], 2.0 ** np.arange(_DOUBLINGS + 1)])
    parts = integral(f, np.full(_DOUBLINGS + 1, p), ends[:-1], ends[1:])
    if parts[-1] == 0.0:
        return float(parts.sum())
    ratio = parts[-1] / parts[-2]
    return float(parts.sum() + parts[-1] * ratio / (1.0 - ratio)) if ratio < 1.0 - 1e-9 else float("inf")

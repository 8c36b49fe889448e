"""Integrals of many functions at once over panels that are divided until two rules agree."""

from collections.abc import Callable

import numpy as np

from stablefit._types import FloatArray

Integrand = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
"""Of the beginnings of panels (K,), of nodes (K, n) in them, and of the nodes' weights; returns (K, m): for each panel
the weighted sums of m functions."""
Rule = Callable[[FloatArray, FloatArray, int], tuple[FloatArray, FloatArray]]
"""From the ends of panels (K,), (K,) and a number of nodes to nodes and weights (K, n)."""

_FINE, _COARSE = 16, 11
_TOLERANCE = 1e-12
_PANELS = 1 << 13
"""As many are looked at, some twenty times more than any integral needs whose integrand is known to its last digits.
Where rounding keeps the two rules apart by more than the tolerance, no division would bring them together."""
_ROUNDED = 1e-6
"""Share of the whole by which the rules may then be apart; an integral that is known less well is nan."""


def integrate(f: Integrand, edges: FloatArray, rule: Rule, tolerance: float = _TOLERANCE) -> FloatArray:
    """Return the integrals (m,) of m functions, none negative, from the first edge to the last; nan for one not found.

    A panel is divided in two until its part of every integral, found by two rules, agrees to `tolerance` of the whole.
    """
    low, high = edges[:-1], edges[1:]
    done: FloatArray | float = 0.0
    panels = 0
    while True:
        fine, coarse = (f(low, *rule(low, high, n)) for n in (_FINE, _COARSE))
        with np.errstate(invalid="ignore"):  # inf less inf: nan, which is never ready
            whole, apart = done + fine.sum(axis=0), np.abs(fine - coarse)
        middle = 0.5 * (low + high)
        ready = np.all(apart <= tolerance * whole, axis=1) | (middle <= low) | (middle >= high)
        panels += low.size
        if ready.all():
            return np.asarray(whole)
        if panels > _PANELS:
            return np.where(apart[~ready].sum(axis=0) <= _ROUNDED * whole, whole, np.nan)
        done = done + fine[ready].sum(axis=0)
        left, centre, right = low[~ready], middle[~ready], high[~ready]
        low, high = np.concatenate([left, centre]), np.concatenate([centre, right])


_NODES = {n: np.polynomial.legendre.leggauss(n) for n in (_FINE, _COARSE)}


def gauss(low: FloatArray, high: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return Gauss and Legendre's nodes and weights of each panel."""
    nodes, weights = _NODES[n]
    half = 0.5 * (high - low)[:, None]
    return low[:, None] + half * (1.0 + nodes), half * weights


def geometric_edges(first: float, last: float, ratio: float = 2.0) -> FloatArray:
    """Return edges from first to last, each about `ratio` times the one before."""
    n = max(int(np.ceil((np.log(last) - np.log(first)) / np.log(ratio))), 1)
    return np.geomspace(first, last, n + 1)

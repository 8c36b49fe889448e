"""Many axes as few powers of s: equal ones taken together, and very many replaced by Chebyshev's nodes."""

from dataclasses import dataclass

import numpy as np

from stablefit._types import FloatArray, IntArray

MANY = 512
"""Different exponents beyond which nodes take their place."""
_WIDTH, _NEAR, _LEAST = 1.0 / 32.0, 0.25, 1e-6
"""Widest piece of the exponents' range, its width as a share of its distance from 0, and half of that around 0."""
_DEGREE = 12
"""Nodes a piece.

By the remainder s^p is theirs to 1e-14 for s from exp(-40) to exp(40). Integrals of it over all time have a pole at
p = 0 under an exponential schedule: pieces get narrower towards it, so that Bernstein's ellipse around a piece has the
sum of half axes 17.9, and 17.9^-12 is 1e-15.
"""


@dataclass(frozen=True, eq=False)
class Exponents:
    """Exponents p_j that stand for those of all axes.

    A function F of the exponent has the values ``expand(F(power))`` on the axes, and its sum over the axes with weights
    w is ``gather(w) @ F(power)``.

    Attributes
    ----------
    power : ndarray, shape (M,)
        The exponents.
    axis_power : ndarray, shape (N,)
        Those of the axes.
    """

    power: FloatArray
    axis_power: FloatArray
    _index: IntArray  # (N,) or (N, nodes of the axis' piece)
    _share: FloatArray  # the same shape: the nodes' Lagrange polynomials at the axis

    @property
    def nodes(self) -> bool:
        """Whether the exponents are nodes, and not the axes' own."""
        return self._index.ndim > 1

    def gather(self, weights: FloatArray) -> FloatArray:
        """Return the weights (M,) of the exponents for weights (N,) of the axes."""
        spread = weights.reshape(-1, *[1] * (self._index.ndim - 1)) * self._share
        return np.asarray(np.bincount(self._index.ravel(), spread.ravel(), self.power.size), dtype=np.float64)

    def expand(self, values: FloatArray) -> FloatArray:
        """Return the values (N,) on the axes for values (M,) of a function at the exponents."""
        found = values[self._index] * self._share
        return found if found.ndim == 1 else found.sum(axis=1)


def exponents_of(power: FloatArray) -> Exponents:
    """Return the exponents that stand for those of N axes."""
    different, index = np.unique(power, return_inverse=True)
    if different.size <= MANY:
        return Exponents(different, power, index, np.ones(power.size))
    edges = _edges(max(-float(different[0]), float(different[-1])))
    used, piece = np.unique(np.searchsorted(edges[1:-1], power, side="right"), return_inverse=True)
    low, width = edges[used], np.diff(edges)[used]
    angles = np.pi * (np.arange(_DEGREE) + 0.5) / _DEGREE
    nodes, signs = np.cos(angles), np.where(np.arange(_DEGREE) % 2, -1.0, 1.0) * np.sin(angles)
    x = np.clip(2.0 * (power - low[piece]) / width[piece] - 1.0, -1.0, 1.0)
    away = x[:, None] - nodes
    hit = away == 0.0
    away[hit.any(axis=1)] = np.inf  # on a node: it alone counts
    away[hit] = 1.0
    share = signs / away  # barycentric form of Lagrange's polynomials
    share /= share.sum(axis=1, keepdims=True)
    grid = low[:, None] + 0.5 * width[:, None] * (nodes + 1.0)
    return Exponents(grid.ravel(), power, piece[:, None] * _DEGREE + np.arange(_DEGREE), share)


def _edges(reach: float) -> FloatArray:
    """Edges of pieces from -reach to reach or beyond."""
    ends = [_LEAST]
    while ends[-1] < reach:
        ends.append(ends[-1] + min(_WIDTH, _NEAR * ends[-1]))
    return np.concatenate([-np.array(ends[::-1]), ends])

"""Many axes as few powers of s: equal ones taken together, and very many replaced by Chebyshev's nodes."""

from dataclasses import dataclass

import numpy as np

from stablefit._types import FloatArray, IntArray

MANY = 512
"""Different exponents beyond which nodes take their place."""
_PIECE = 1.0 / 32.0
"""Width of a piece of the exponents' range."""
_DEGREE = 12
"""Nodes a piece: s^p is theirs to 1e-14 for s from exp(-40) to exp(40), to 1e-10 for exp(-100) (by the remainder)."""


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
    low = different[0]
    last = max(int(np.ceil((different[-1] - low) / _PIECE)) - 1, 0)
    piece = np.minimum(((power - low) / _PIECE).astype(np.int64), last)
    angles = np.pi * (np.arange(_DEGREE) + 0.5) / _DEGREE
    nodes, signs = np.cos(angles), np.where(np.arange(_DEGREE) % 2, -1.0, 1.0) * np.sin(angles)
    x = np.clip(2.0 * ((power - low) / _PIECE - piece) - 1.0, -1.0, 1.0)
    away = x[:, None] - nodes
    hit = away == 0.0
    away[hit.any(axis=1)] = np.inf  # on a node: it alone counts
    away[hit] = 1.0
    share = signs / away  # barycentric form of Lagrange's polynomials
    share /= share.sum(axis=1, keepdims=True)
    grid = low + _PIECE * (np.arange(last + 1)[:, None] + 0.5 * (nodes + 1.0))
    return Exponents(grid.ravel(), power, piece[:, None] * _DEGREE + np.arange(_DEGREE), share)

"""Probabilities of the bins of a histogram under a symmetric law, and their scores.

Between log odds m_a < m_b lies P = F_b S_a (1 - exp(m_a - m_b)), a product: no two probabilities near each other are
subtracted, in either tail. What remains is the rounding of m_b - m_a, which matters in narrow bins only: there P is the
density's integral by four Gauss-Legendre nodes, and scores are the density's, averaged over the bin.
"""

import math

import numpy as np

from stablefit._kernels import density, density_gradient, odds_slopes
from stablefit._kernels.compile import kernel

# A bin is narrow where it is shorter than this share of the length over which the density changes, and the log odds
# change by no more than the other. Four nodes then leave an error of 1e-12 of P, and wider bins lose a digit or two to
# rounding (tests/estimators/test_binned.py).
_SHORT, _FLAT = 0.1, 0.3
_NEARLY_NORMAL, _FAR = 1.4, 20.0  # between these the density turns from a normal law's flank to a power of z
_NODES = (0.5 - 0.5 * 0.8611363115940526, 0.5 - 0.5 * 0.3399810435848563)  # Gauss-Legendre on [0, 1] (DLMF 3.5.28)
_WEIGHTS = (0.5 * 0.3478548451374538, 0.5 * 0.6521451548625461)
_PER_BIN = 4


@kernel
def _edges(
    z: np.ndarray, alpha: float, bulk: np.ndarray, wing: np.ndarray, coefficients: np.ndarray, out: np.ndarray
) -> float:
    """M, dm/dalpha, dm/dz, z dm/dz, log cdf and log sf at z into the rows of out (6, n); returns the tables' shift."""
    law = odds_slopes.prepare(alpha, bulk, wing, coefficients)
    for i in range(z.size):
        m, in_z, in_alpha = odds_slopes.at(z[i], law)
        small, large = -abs(m), math.exp(-abs(m))
        large = -math.log1p(large)
        small += large
        out[0, i], out[1, i], out[2, i], out[3, i] = m, in_alpha, in_z, z[i] * in_z if in_z > 0.0 else 0.0
        out[4, i], out[5, i] = (small, large) if m < 0.0 else (large, small)
    return law.bulk.shift


@kernel
def _length(z: float, alpha: float, shift: float) -> float:
    """Over which the density changes: what the tables' variable log(z^2 + shift) says, less on a normal flank."""
    if alpha > _NEARLY_NORMAL and abs(z) < _FAR:
        z = min(abs(z), 1.0)
    return math.sqrt(z * z + shift)


@kernel
def _between(a: int, b: int, at: np.ndarray, out: np.ndarray) -> None:
    """Log P(z_a < Z < z_b) and its derivatives in alpha and, at scale 1, loc and log scale, into out (4,)."""
    share = -math.expm1(at[0, a] - at[0, b])
    upper, lower = math.exp(at[5, b] - at[5, a]) / share, math.exp(at[4, a] - at[4, b]) / share
    out[0] = at[4, b] + at[5, a] + math.log(share)
    out[1] = upper * at[1, b] - lower * at[1, a]
    out[2] = lower * at[2, a] - upper * at[2, b]
    out[3] = lower * at[3, a] - upper * at[3, b]


@kernel
def _place_nodes(begin: float, width: float, out: np.ndarray) -> None:
    for k in range(2):
        out[k] = begin + width * _NODES[k]
        out[3 - k] = begin + width * (1.0 - _NODES[k])


@kernel
def _averaged(z: np.ndarray, width: float, at: np.ndarray, out: np.ndarray) -> None:
    """`_between` for a narrow bin, from log f and its derivatives in z and alpha at its nodes, at (3, 4)."""
    mass, in_alpha, in_z, along = 0.0, 0.0, 0.0, 0.0
    for k in range(_PER_BIN):
        f = _WEIGHTS[min(k, 3 - k)] * math.exp(at[0, k] - at[0, 0])
        mass += f
        in_alpha += f * at[2, k]
        in_z += f * at[1, k]
        along += f * z[k] * at[1, k]
    out[0] = at[0, 0] + math.log(width * mass)
    out[1], out[2], out[3] = in_alpha / mass, -in_z / mass, -1.0 - along / mass


@kernel
def fill(
    edges: np.ndarray,
    alpha: float,
    loc: float,
    log_scale: float,
    bulk: np.ndarray,
    wing: np.ndarray,
    odds_coefficients: np.ndarray,
    density_coefficients: np.ndarray,
    out: np.ndarray,
) -> None:
    """Log probability of each bin, its derivatives in alpha, loc and log scale, into the columns of out (bins + 1, 4).

    The last row is that of all bins together. At alpha = 2 the derivatives in alpha are 0: they reach minus infinity.
    """
    bins, inverse = edges.size - 1, math.exp(-log_scale)
    z, at = np.empty(bins + 1), np.empty((6, bins + 1))
    for i in range(bins + 1):
        z[i] = (edges[i] - loc) * inverse
    shift = _edges(z, alpha, bulk, wing, odds_coefficients, at)
    narrow, count = np.empty(bins, dtype=np.int64), 0
    nodes = np.empty(_PER_BIN * bins)
    for i in range(bins):
        width = (edges[i + 1] - edges[i]) * inverse
        if width <= _SHORT * _length(z[i] + 0.5 * width, alpha, shift) and at[0, i + 1] - at[0, i] <= _FLAT:
            narrow[count] = i
            _place_nodes(z[i], width, nodes[_PER_BIN * count : _PER_BIN * count + _PER_BIN])
            count += 1
        else:
            _between(i, i + 1, at, out[i])
    if count > 0:
        values = np.empty((3, _PER_BIN * count))
        law = density.prepare(alpha, bulk, wing, density_coefficients)
        density_gradient.gradient(nodes[: _PER_BIN * count], 0.0, 1.0, law, values)
        for k in range(count):
            i, part = narrow[k], slice(_PER_BIN * k, _PER_BIN * k + _PER_BIN)
            _averaged(nodes[part], (edges[i + 1] - edges[i]) * inverse, values[:, part], out[i])
    _between(0, bins, at, out[bins])
    for i in range(bins + 1):
        out[i, 2] *= inverse
        if alpha == 2.0:
            out[i, 1] = 0.0

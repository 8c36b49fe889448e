"""Moments at octaves of frequency and their covariances, as `stablefit._kernels.moments` has them, on a device."""

import math

import torch
from torch import Tensor

from stablefit._kernels.moments import LOWEST, OCTAVES, WEIGHTS_UP_TO
from stablefit.estimators.device.sweeps import parts

_FARTHEST = 2.0**20  # phases beyond it are rounding noise, and count as 0
_RIDGE = 1e-9  # as in triangular.py


def octaves(rows: Tensor, chosen: Tensor, lowest: Tensor) -> Tensor:
    """Mean of exp(i t x) of the chosen rows (m,) at t = lowest 2^j, real and imaginary parts: (2, m, OCTAVES)."""
    n = rows.shape[1]
    out = rows.new_empty(2, chosen.numel(), OCTAVES)
    for part in parts(chosen.numel(), n):
        phase = rows[chosen[part]] * lowest[part, None]
        near = phase.abs() < _FARTHEST
        phase = torch.where(near, phase, 0.0)
        idle = n - near.sum(dim=1)  # they enter as exp(0) and are taken out again
        c, s = torch.cos(phase), torch.sin(phase)
        for j in range(OCTAVES):
            out[0, part, j], out[1, part, j] = (c.sum(dim=1) - idle) / n, s.sum(dim=1) / n
            twice = c + c
            c, s = twice * c - 1.0, twice * s
    return out


def squared_moduli(phi: Tensor, n: int) -> Tensor:
    """Debiased squared moduli g of the characteristic function."""
    return (n * (phi[0] * phi[0] + phi[1] * phi[1]) - 1.0) / (n - 1.0)


def first_alpha(g: Tensor) -> Tensor:
    """Alpha from two frequencies: log(-log g) rises by alpha log 4 from m = 4 to m = 16."""
    low, high = (-torch.log(g[:, j].clamp(1e-9, 0.999999)) for j in (2, 4))
    return (torch.log(high / low) / math.log(4.0)).clamp(0.3, WEIGHTS_UP_TO)


def decays(alpha: Tensor, log_scale: Tensor) -> Tensor:
    """1 - exp(-(scale m LOWEST)^alpha) for m = 0, ..., 2^OCTAVES: (m, 2^OCTAVES + 1)."""
    m = torch.arange(1, 2**OCTAVES + 1, dtype=alpha.dtype, device=alpha.device)
    power = torch.exp(alpha[:, None] * (math.log(LOWEST) + log_scale[:, None] + torch.log(m)))
    return torch.cat([torch.zeros_like(alpha)[:, None], -torch.expm1(-power)], dim=1)


def covariances(e: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """Covariance matrices of g and of Im phi about the location, each (m, OCTAVES, OCTAVES); see the kernel."""
    octave = 2 ** torch.arange(OCTAVES, device=e.device)
    at = e[:, octave]
    plus, minus = e[:, octave[:, None] + octave], e[:, (octave[:, None] - octave).abs()]

    def products(a: Tensor, plus: Tensor, minus: Tensor) -> Tensor:
        a, b = a[:, :, None], a[:, None, :]
        return a + b - a * b - 0.5 * (plus + minus)

    rest = 1.0 - at
    first = rest[:, :, None] * rest[:, None, :] * products(at, plus, minus)
    # the same for the difference of two draws, whose characteristic function is the square
    second = products(at * (2.0 - at), plus * (2.0 - plus), minus * (2.0 - minus))
    return (4.0 * (n - 2.0) * first + 2.0 * second) / (n * (n - 1.0)), 0.5 * (plus - minus) / n


def factor(matrix: Tensor) -> Tensor:
    """Cholesky factors of covariance matrices, with the ridge of the kernels."""
    lower = torch.zeros_like(matrix)
    for j in range(OCTAVES):
        least = _RIDGE * matrix[:, j, j]
        known = lower[:, j, :j]
        rest = torch.maximum(matrix[:, j, j] + least - (known * known).sum(dim=1), least)
        below = matrix[:, j:, j] - (lower[:, j:, :j] * known[:, None]).sum(dim=2)
        below[:, 0] = rest
        lower[:, j:, j] = below / torch.sqrt(rest)[:, None]
    return lower


def forward(lower: Tensor, x: Tensor) -> Tensor:
    """Solutions y of lower y = x; x is (m, OCTAVES, ...)."""
    found: Tensor = torch.linalg.solve_triangular(lower, x.reshape(*x.shape[:2], -1), upper=False)
    return found.reshape(x.shape)


def backward(lower: Tensor, x: Tensor) -> Tensor:
    """Solutions y of lower' y = x."""
    flat = x.reshape(*x.shape[:2], -1)
    found: Tensor = torch.linalg.solve_triangular(lower.transpose(1, 2), flat, upper=True)
    return found.reshape(x.shape)

"""Bergstrom's series for the tails, as in `stablefit._kernels.tail`, of many laws on a device."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from stablefit._kernels.tail import TERMS


class Tail(NamedTuple):
    """Coefficients c_j of z^(-j alpha) in z^(1 + alpha) f(z), and their derivatives in alpha: (k, TERMS) each."""

    alpha: Tensor  # (k,)
    start: Tensor  # (k,), smallest z from which they hold; inf at alpha = 2
    c: Tensor
    in_alpha: Tensor
    twice: Tensor


def prepare(alpha: Tensor) -> Tail:
    """Coefficients at each alpha."""
    k = torch.arange(1, TERMS + 1, dtype=alpha.dtype, device=alpha.device)
    index, rest = alpha[:, None], 2.0 - alpha[:, None]
    # near alpha = 2: sin(k pi alpha/2) = -(-1)^k sin(k pi rest/2), which keeps its digits
    flip = torch.where(k % 2 == 0, -1.0, 1.0).to(alpha.dtype)
    close, turn = rest < 0.5, 0.5 * math.pi * k
    sine = torch.where(close, flip * torch.sin(turn * rest), torch.sin(turn * index))
    cosine = torch.where(close, -flip * torch.cos(turn * rest), torch.cos(turn * index))
    size = flip * torch.exp(torch.lgamma(1.0 + k * index) - torch.lgamma(1.0 + k)) / math.pi
    psi, psi_1 = torch.digamma(1.0 + k * index), torch.polygamma(1, 1.0 + k * index)
    half = 0.5 * math.pi
    first = size * k * (psi * sine + half * cosine)
    second = size * k * k * ((psi_1 + psi * psi - half * half) * sine + 2.0 * half * psi * cosine)
    return Tail(alpha, _start(alpha), size * sine, first, second)


def _start(alpha: Tensor) -> Tensor:
    """Where the first term left out is 1e-17 of the first; see the kernel."""
    k = TERMS + 1
    log_k = math.log(k * 1e17) - math.lgamma(1.0 + k)
    z = torch.exp((torch.lgamma(1.0 + k * alpha) - torch.lgamma(1.0 + alpha) + log_k) / (alpha * TERMS))
    z = torch.where(alpha > 1.5, z.clamp(min=20.0), z)
    return torch.where(alpha == 2.0, math.inf, z)


def density_sums(u: Tensor, tail: Tail, order: int) -> list[Tensor]:
    """S with f = z^(-1 - alpha) S, u = log z; up to `order` its derivatives in u, alpha, uu, u alpha, alpha alpha."""
    alpha = tail.alpha[:, None]
    w = torch.exp(-alpha * u)
    sums = [torch.zeros_like(u) for _ in range((1, 3, 6)[order])]
    for j in range(TERMS - 1, -1, -1):
        c, c_a, power = tail.c[:, j, None], tail.in_alpha[:, j, None], -j * alpha
        terms = [c]
        if order > 0:
            terms += [power * c, c_a - j * u * c]
        if order > 1:
            mixed = power * (c_a - j * u * c) - j * c
            terms += [power * power * c, mixed, tail.twice[:, j, None] - 2.0 * j * u * c_a + (j * u) ** 2 * c]
        sums = [total * w + term for total, term in zip(sums, terms, strict=True)]
    return sums


def tail_sums(u: Tensor, tail: Tail, order: int) -> list[Tensor]:
    """T with P(Z > z) = z^(-alpha) T; where `order` is 1 also S, and the derivative of T in alpha."""
    alpha = tail.alpha[:, None]
    w = torch.exp(-alpha * u)
    sums = [torch.zeros_like(u) for _ in range((1, 3)[order])]
    for j in range(TERMS - 1, -1, -1):
        c = tail.c[:, j, None]
        share = c / ((j + 1) * alpha)
        terms = [share]
        if order > 0:
            terms += [c, tail.in_alpha[:, j, None] / ((j + 1) * alpha) - share * (1.0 / alpha + j * u)]
        sums = [total * w + term for total, term in zip(sums, terms, strict=True)]
    return sums

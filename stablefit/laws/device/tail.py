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


def prepare(alpha: Tensor, order: int) -> Tail:
    """Coefficients at each alpha, with derivatives up to `order`; what is beyond is not to be used."""
    k = torch.arange(1, TERMS + 1, dtype=alpha.dtype, device=alpha.device)
    index, rest = alpha[:, None], 2.0 - alpha[:, None]
    # near alpha = 2: sin(k pi alpha/2) = -(-1)^k sin(k pi rest/2), which keeps its digits
    flip = torch.where(k % 2 == 0, -1.0, 1.0).to(alpha.dtype)
    close, turn = rest < 0.5, 0.5 * math.pi * k
    sine = torch.where(close, flip * torch.sin(turn * rest), torch.sin(turn * index))
    cosine = torch.where(close, -flip * torch.cos(turn * rest), torch.cos(turn * index))
    size = flip * torch.exp(torch.lgamma(1.0 + k * index) - torch.lgamma(1.0 + k)) / math.pi
    value = size * sine
    if order == 0:
        return Tail(alpha, _start(alpha), value, value, value)
    psi, half = torch.digamma(1.0 + k * index), 0.5 * math.pi
    first = size * k * (psi * sine + half * cosine)
    if order == 1:
        return Tail(alpha, _start(alpha), value, first, first)
    psi_1 = torch.polygamma(1, 1.0 + k * index)
    second = size * k * k * ((psi_1 + psi * psi - half * half) * sine + 2.0 * half * psi * cosine)
    return Tail(alpha, _start(alpha), value, first, second)


def _start(alpha: Tensor) -> Tensor:
    """Where the first term left out is 1e-17 of the first; see the kernel."""
    k = TERMS + 1
    log_k = math.log(k * 1e17) - math.lgamma(1.0 + k)
    z = torch.exp((torch.lgamma(1.0 + k * alpha) - torch.lgamma(1.0 + alpha) + log_k) / (alpha * TERMS))
    z = torch.where(alpha > 1.5, z.clamp(min=20.0), z)
    return torch.where(alpha == 2.0, math.inf, z)


def density_sums(u: Tensor, tail: Tail, order: int) -> list[Tensor]:
    """S with f = z^(-1 - alpha) S, u = log z; up to `order` its derivatives in u, alpha, uu, u alpha, alpha alpha."""
    alpha, j = tail.alpha[:, None], _places(u)
    w = torch.exp(-alpha * u)
    power = -alpha * j
    # coefficients of w^j in each of the sums, and those that go with u and with its square
    plain = [tail.c]
    with_u: list[Tensor | None] = [None]
    if order > 0:
        plain += [power * tail.c, tail.in_alpha]
        with_u += [None, -j * tail.c]
    if order > 1:
        plain += [power * power * tail.c, power * tail.in_alpha - j * tail.c, tail.twice]
        with_u += [None, -j * power * tail.c, -2.0 * j * tail.in_alpha]
    sums = [_summed(w, u, a, b) for a, b in zip(plain, with_u, strict=True)]
    if order > 1:
        sums[5] = sums[5] + u * u * _summed(w, u, j * j * tail.c, None)
    return sums


def tail_sums(u: Tensor, tail: Tail, order: int) -> list[Tensor]:
    """T with P(Z > z) = z^(-alpha) T; where `order` is 1 also S, and the derivative of T in alpha."""
    alpha, j = tail.alpha[:, None], _places(u)
    w, share = torch.exp(-alpha * u), tail.c / ((j + 1.0) * alpha)
    found = [_summed(w, u, share, None)]
    if order > 0:
        in_alpha = tail.in_alpha / ((j + 1.0) * alpha) - share / alpha
        found += [_summed(w, u, tail.c, None), _summed(w, u, in_alpha, -j * share)]
    return found


def _places(like: Tensor) -> Tensor:
    return torch.arange(TERMS, dtype=like.dtype, device=like.device)


def _summed(w: Tensor, u: Tensor, plain: Tensor, with_u: Tensor | None) -> Tensor:
    """Sum of (plain_j + u with_u_j) w^j over j, coefficients (k, TERMS), points (k, n)."""
    total = torch.zeros_like(u)
    for j in range(TERMS - 1, -1, -1):
        term = plain[:, j, None]
        if with_u is not None:
            term = torch.addcmul(term, u, with_u[:, j, None])
        total = torch.addcmul(term, total, w)
    return total

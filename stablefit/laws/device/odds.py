"""The distribution of the standard symmetric law on a device: log odds m = log(cdf / sf), and the log of the tail.

What `stablefit._kernels.odds` and `odds_slopes` do on the host. Each point is looked up in every region and takes the
one it lies in.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from stablefit.laws.device import pieces, tail


class Odds(NamedTuple):
    """At points z >= 0 (k, n)."""

    m: Tensor
    log_tail: Tensor  # log P(Z > z)
    in_z: Tensor  # dm/dz; empty unless asked for
    in_alpha: Tensor  # dm/dalpha; the same


def at(z: Tensor, alpha: Tensor, order: int = 0) -> Odds:
    """Log odds at z >= 0; with `order` 1 their derivatives, which are 0 at infinity, nan at nan.

    Against the kernels: m 1e-13, derivatives 1e-11 (tests/laws/test_device.py).
    """
    bulk = pieces.table("odds", "bulk", z.device, z.dtype)
    local = pieces.located(z, alpha, bulk)
    q, *slopes = pieces.derivatives(alpha, local, bulk, order)
    s = torch.where(local.inside, z * z + bulk.shape[local.row, 0][:, None], 1.0)
    rate = torch.exp(q) / torch.sqrt(s)
    near = [z * rate, -torch.nn.functional.softplus(z * rate)]
    if order > 0:
        near += [rate * (1.0 + z * (slopes[0] - z / s)), z * rate * slopes[1]]
    found = [torch.where(local.inside, a, b) for a, b in zip(near, _far(z, alpha, order), strict=True)]
    return Odds(*found, *(z.new_empty(0) for _ in range(4 - len(found))))


def _far(z: Tensor, alpha: Tensor, order: int) -> list[Tensor]:
    """`at` where the bulk's polynomials end: wing, tail, or at alpha = 2 the normal law."""
    far = z.clamp(max=torch.finfo(z.dtype).max)
    u, series, index = torch.log(far), tail.prepare(alpha, order), alpha[:, None]
    sums = tail.tail_sums(u, series, order)
    found = [torch.log(sums[0]) - index * u]
    if order > 0:
        found += [-sums[1] / (sums[0] * far), sums[2] / sums[0] - u]
    log_normal = torch.special.log_ndtr(-far / math.sqrt(2.0))
    over_normal = torch.exp(-log_normal)
    wing = pieces.table("odds", "wing", z.device, z.dtype)
    local, rest = pieces.located(z, alpha, wing), 2.0 - index
    h = pieces.derivatives(alpha, local, wing, order)
    # at alpha = 2, beyond the wing, nothing is left of the tail but its derivative in alpha
    excess, at_two = [rest * h[0] * over_normal], [torch.zeros_like(far)]
    if order > 0:
        excess += [rest * h[1] * over_normal, (rest * h[2] - h[0]) * over_normal]
        at_two += [torch.zeros_like(far), sums[2] * torch.exp(-2.0 * u - log_normal)]
    near = local.inside & (index >= wing.shape[0, 5] - wing.shape[0, 6])
    found = [torch.where(index == 2.0, a, b) for a, b in zip(_with_normal(far, log_normal, at_two), found, strict=True)]
    found = [torch.where(near, a, b) for a, b in zip(_with_normal(far, log_normal, excess), found, strict=True)]
    log_tail = torch.where(torch.isinf(z), -math.inf, found[0])
    cdf = -torch.expm1(log_tail)
    slopes = [torch.where(torch.isinf(z), 0.0, -slope / cdf) for slope in found[1:]]
    return [torch.log(cdf) - log_tail, log_tail, *slopes]


def _with_normal(z: Tensor, log_normal: Tensor, ratios: list[Tensor]) -> list[Tensor]:
    """Log of N + G and its derivatives in z and alpha, N the normal law's tail, from those of G divided by N."""
    whole = 1.0 + ratios[0]
    log_tail = log_normal + torch.log1p(ratios[0])
    if len(ratios) == 1:
        return [log_tail]
    slope = -torch.exp(-0.25 * z * z - 0.5 * math.log(4.0 * math.pi) - log_normal)
    return [log_tail, (ratios[1] + slope) / whole, ratios[2] / whole]

"""The log density of the standard symmetric law on a device, with first and second derivatives.

What `stablefit._kernels.density` does on the host. Each point is looked up in every region, bulk, wing and tail, and
takes the one it lies in.
"""

import math

import torch
from torch import Tensor

from stablefit.laws.device import pieces, tail
from stablefit.laws.device.tail import Tail

_LOG_2_ROOT_PI = math.log(2.0 * math.sqrt(math.pi))


def log_density(z: Tensor, alpha: Tensor, order: int = 0) -> list[Tensor]:
    """Log f at z >= 0 (k, n); up to `order` its derivatives in z, alpha, then zz, z alpha, alpha alpha.

    nan at nan. At alpha = 2 derivatives in alpha are those from below. Against the kernels: log f 1e-13, first
    derivatives 1e-11, second 1e-8 (tests/laws/test_device.py); below alpha = 0.4, where the density is all but flat
    about the centre, derivatives in z keep that many digits of 1 / z only.
    """
    inside, found = within(z, alpha, order)
    outside = beyond(z, alpha, tail.prepare(alpha, order), order)
    return [torch.where(inside, a, b) for a, b in zip(found, outside, strict=True)]


def within(z: Tensor, alpha: Tensor, order: int, *, alpha_held: bool = False) -> tuple[Tensor, list[Tensor]]:
    """Where the bulk's polynomials hold, and what they give; without derivatives in alpha where that is held."""
    bulk = pieces.table("density", "bulk", z.device, z.dtype)
    local = pieces.located(z, alpha, bulk)
    return local.inside, pieces.derivatives(alpha, local, bulk, order, alpha_held=alpha_held)


def beyond(z: Tensor, alpha: Tensor, series: Tail, order: int) -> list[Tensor]:
    """`log_density` where the bulk's polynomials end: wing, tail, or at alpha = 2 the normal law."""
    far = z.clamp(max=torch.finfo(z.dtype).max)
    u = torch.log(far)
    sums = tail.density_sums(u, series, order)
    two = (alpha == 2.0)[:, None]
    found = _tail(far, u, series.alpha[:, None], sums)
    found = [torch.where(two, a, b) for a, b in zip(_at_two(far, u, sums), found, strict=True)]
    wing = pieces.table("density", "wing", z.device, z.dtype)
    local = pieces.located(z, alpha, wing)
    near = local.inside & (alpha >= wing.shape[0, 5] - wing.shape[0, 6])[:, None]
    found = [torch.where(near, a, b) for a, b in zip(_wing(z, alpha, local, wing, order), found, strict=True)]
    infinite = torch.isinf(z)
    found[0] = torch.where(infinite, -math.inf, found[0])
    if order > 0:
        found[1] = torch.where(infinite, torch.where(two, -math.inf, torch.zeros_like(z)), found[1])
        found[2] = torch.where(infinite, -math.inf, found[2])
    return found


def _tail(z: Tensor, u: Tensor, alpha: Tensor, sums: list[Tensor]) -> list[Tensor]:
    """f = z^(-1 - alpha) S, u = log z."""
    s, *more = sums
    log_f = torch.log(s) - (1.0 + alpha) * u
    if not more:
        return [log_f]
    in_u, in_a = more[0] / s, more[1] / s
    first = [log_f, (in_u - 1.0 - alpha) / z, in_a - u]
    if len(more) == 2:
        return first
    in_uu, in_ua, in_aa = more[2] / s - in_u * in_u, more[3] / s - in_u * in_a, more[4] / s - in_a * in_a
    return [*first, (in_uu - in_u + 1.0 + alpha) / (z * z), (in_ua - 1.0) / z, in_aa]


def _at_two(z: Tensor, u: Tensor, sums: list[Tensor]) -> list[Tensor]:
    """Alpha = 2 beyond the wing: of the tail G = z^(-1 - alpha) S nothing is left but its derivatives in alpha."""
    log_normal = -0.25 * z * z - _LOG_2_ROOT_PI
    if len(sums) == 1:
        return [log_normal]
    zero = torch.zeros_like(z)
    over_normal = torch.exp(-3.0 * u - log_normal)
    ratios = [zero, zero, sums[2] * over_normal]
    if len(sums) > 3:
        in_z, in_aa = (sums[4] - 3.0 * sums[2]) / z, sums[5] - 2.0 * u * sums[2]
        ratios += [zero, in_z * over_normal, in_aa * over_normal]
    return _with_normal(z, log_normal, ratios)


def _wing(z: Tensor, alpha: Tensor, local: pieces.Local, wing: pieces.Table, order: int) -> list[Tensor]:
    """f = f at alpha = 2 + rest h, rest = 2 - alpha."""
    rest = 2.0 - alpha[:, None]
    h = pieces.derivatives(alpha, local, wing, order)
    log_normal = -0.25 * z * z - _LOG_2_ROOT_PI
    excess = [rest * h[0]]
    if order > 0:
        excess += [rest * h[1], rest * h[2] - h[0]]
    if order > 1:
        excess += [rest * h[3], rest * h[4] - h[1], rest * h[5] - 2.0 * h[2]]
    over_normal = torch.exp(-log_normal)
    return _with_normal(z, log_normal, [part * over_normal for part in excess])


def _with_normal(z: Tensor, log_normal: Tensor, ratios: list[Tensor]) -> list[Tensor]:
    """Log(N + G) and its derivatives, N the normal density, from those of G divided by N."""
    whole = 1.0 + ratios[0]
    found = [log_normal + torch.log1p(ratios[0])]
    if len(ratios) == 1:
        return found
    in_z, in_a = (ratios[1] - 0.5 * z) / whole, ratios[2] / whole
    if len(ratios) == 3:
        return [*found, in_z, in_a]
    in_zz = (ratios[3] + 0.25 * z * z - 0.5) / whole - in_z * in_z
    return [*found, in_z, in_a, in_zz, ratios[4] / whole - in_z * in_a, ratios[5] / whole - in_a * in_a]

"""Log-likelihoods of many samples on a device, and their derivatives.

A pass treats a part of the samples at a time (sweeps.py). Most points lie where the bulk's polynomials hold; the others
are gathered and done apart.
"""

import torch
from torch import Tensor

from stablefit.estimators.device.sweeps import parts
from stablefit.laws.device import density, tail

_LARGEST = 1.7976931348623157e308


def log_likelihood(rows: Tensor, alpha: Tensor, loc: Tensor, scale: Tensor) -> Tensor:
    """Sum of the log densities of each row of (k, n), under laws of shape (k,); nan where there is no law."""
    k, n = rows.shape
    out = torch.full_like(alpha, torch.nan)
    for part in parts(k, n):
        z = ((rows[part].to(torch.float64) - loc[part, None]) / scale[part, None]).clamp(-_LARGEST, _LARGEST)
        (log_f,) = _densities(z, alpha[part], 0)
        total = torch.where(torch.isnan(z), 0.0, log_f).sum(dim=1)
        present = n - torch.isnan(rows[part]).sum(dim=1) if rows.is_floating_point() else n
        out[part] = total - present * torch.log(scale[part])
    return torch.where((scale > 0.0) & (scale < torch.inf), out, torch.nan)


def likelihood(
    rows: Tensor, chosen: Tensor, alpha: Tensor, loc: Tensor, log_scale: Tensor, *, alpha_held: bool = False
) -> Tensor:
    """Log-likelihoods of the chosen rows (m,), their derivatives in alpha, loc and log scale, and products, (m, 10).

    The products of the points' scores come in the order aa, al, as, ll, ls, ss, as `density.likelihood` for the host
    has them; 0 for derivatives in alpha where that is held.
    """
    n = rows.shape[1]
    out = alpha.new_empty(chosen.numel(), 10)
    inverse = torch.exp(-log_scale)
    for part in parts(chosen.numel(), n):
        z = (rows[chosen[part]] - loc[part, None]) * inverse[part, None]
        log_f, slope, *rest = _densities(z, alpha[part], 1, alpha_held=alpha_held)
        in_alpha = rest[0] if rest else torch.zeros_like(slope)
        scores = torch.stack([in_alpha, -slope, -1.0 - z * slope], dim=1)
        products = torch.bmm(scores, scores.transpose(1, 2))
        out[part, 0] = log_f.sum(dim=1) - n * log_scale[part]
        out[part, 1:4] = scores.sum(dim=2)
        out[part, 4:7], out[part, 7:9], out[part, 9] = products[:, 0], products[:, 1, 1:], products[:, 2, 2]
    out[:, [2, 5, 8]] *= inverse[:, None]
    out[:, 7] *= inverse * inverse
    return out


def _densities(z: Tensor, alpha: Tensor, order: int, *, alpha_held: bool = False) -> list[Tensor]:
    """`density.log_density` at z (k, n) of either sign, what lies beyond the bulk done apart."""
    inside, found = density.within(z, alpha, order, alpha_held=alpha_held)
    row, column = torch.nonzero(~inside, as_tuple=True)
    if row.numel():
        series = tail.prepare(alpha, order)
        own = tail.Tail(*(part[row] for part in series))
        far = z[row, column]
        beyond = density.beyond(far.abs()[:, None], alpha[row], own, order)
        if order > 0:
            beyond[1] = torch.copysign(beyond[1], -far[:, None])
        for whole, part in zip(found, beyond, strict=False):
            whole[row, column] = part[:, 0]
    return found

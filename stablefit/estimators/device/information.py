"""Fisher information of many symmetric laws on a device, from the table of tools/information_table.py."""

from functools import cache

import torch
from torch import Tensor

from stablefit.estimators import information

_CLOSEST = 2.0 - 1e-12  # at alpha = 2 the information about alpha is infinite; this close to it, the table still holds


@cache
def _table(device: torch.device) -> Tensor:
    return torch.tensor(information.information_table()[2], device=device)


def fisher(alpha: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """I_aa, I_ag, I_gg, I_dd of one observation at scale 1, g log scale and d loc: `scoring.information`, batched."""
    low, step, _ = information.information_table()
    table = _table(alpha.device)
    place = (torch.log(alpha / (2.0 - alpha)) - low) / step
    j = torch.trunc(place).clamp(1.0, len(table) - 3.0)
    t = (place - j).clamp(-1.0, 2.0)[:, None]
    j = torch.nan_to_num(j, nan=1.0).long()
    row = (
        table[j - 1] * (-t * (t - 1.0) * (t - 2.0) / 6.0)
        + table[j] * ((t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0)
        + table[j + 1] * (-(t + 1.0) * t * (t - 2.0) / 2.0)
        + table[j + 2] * ((t + 1.0) * t * (t - 1.0) / 6.0)
    )
    i_aa, i_gg = torch.exp(row[:, 0]), torch.exp(row[:, 2])
    return i_aa, row[:, 1] * torch.sqrt(i_aa * i_gg), i_gg, torch.exp(row[:, 3])


def expected_covariance(alpha: Tensor, scale: Tensor, n: int, free: tuple[bool, bool, bool], at_two: Tensor) -> Tensor:
    """Inverse of n times the information over the free ones of (alpha, loc, scale), zeros elsewhere: (m, 3, 3).

    Where alpha stays `at_two` it counts as held.
    """
    i_aa, i_ag, i_gg, i_dd = fisher(alpha.clamp(max=_CLOSEST))
    cov = scale.new_zeros(scale.numel(), 3, 3)
    if free[1]:
        cov[:, 1, 1] = scale**2 / (n * i_dd)
    alone = scale**2 / (n * i_gg)
    if free[0] and free[2]:
        share = n * (i_aa * i_gg - i_ag**2)
        cov[:, 0, 0] = torch.where(at_two, 0.0, i_gg / share)
        cov[:, 2, 2] = torch.where(at_two, alone, scale**2 * i_aa / share)
        cov[:, 0, 2] = cov[:, 2, 0] = torch.where(at_two, 0.0, -scale * i_ag / share)
    elif free[0]:
        cov[:, 0, 0] = torch.where(at_two, 0.0, 1.0 / (n * i_aa))
    elif free[2]:
        cov[:, 2, 2] = alone
    return cov

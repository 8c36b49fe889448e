"""Maximum likelihood for symmetric laws on a device, from the estimates by quantiles."""

from collections.abc import Mapping

import torch
from torch import Tensor

from stablefit.estimators import quantile
from stablefit.estimators.device import profile, restarts, scoring
from stablefit.estimators.device.found import Found, estimated
from stablefit.estimators.device.information import expected_covariance
from stablefit.estimators.device.scoring import Optimum
from stablefit.estimators.device.standard import Standard
from stablefit.estimators.device.sweeps import where
from stablefit.estimators.mle import HIGHEST_START, ONE_SIDED
from stablefit.estimators.status import Status

_NORMAL_975 = 1.959963984540054  # two-sided 95 % point of the normal law


def estimate(samples: Standard, held: Mapping[str, float]) -> Found:
    """Maximise the likelihood of each row; see `stablefit.estimators.mle.estimate`."""
    start, free = quantile.start(samples.quantiles.cpu().numpy(), held), estimated(held)
    alpha, origin, unit = torch.as_tensor(start).to(samples.rows.device)
    z = (samples.rows - origin[:, None]) / unit[:, None]
    able = where(torch.isfinite(unit))
    first = z.new_zeros(able.numel(), 3)
    first[:, 0] = alpha[able].clamp(max=HIGHEST_START) if free[0] else alpha[able]
    found = restarts.maximise(z, able, first, free)
    lost = where(found.status == Status.NOT_CONVERGED)
    if lost.numel():
        rows = able[lost]
        origin[rows], unit[rows] = _closer(samples.rows[rows], origin[rows], unit[rows], found.place[lost], free)
        z[rows] = torch.nan_to_num((samples.rows[rows] - origin[rows, None]) / unit[rows, None])
        first[lost, 0] = found.place[lost, 0]
        found.put(lost, scoring.maximise(z, rows, first[lost], free))
    return _in_units(z, able, found, origin, unit, held)


def _closer(
    rows: Tensor, origin: Tensor, unit: Tensor, last: Tensor, free: tuple[bool, bool, bool]
) -> tuple[Tensor, Tensor]:
    """Origin and unit for a second look: the value nearest to the last location, and the last scale."""
    if free[1]:
        nearest = (rows - (origin + unit * last[:, 1])[:, None]).abs().argmin(dim=1, keepdim=True)
        origin = rows.gather(1, nearest)[:, 0]
    smaller = unit * torch.exp(last[:, 2])
    usable = (smaller > 0.0) & (smaller < torch.inf)
    return origin, torch.where(usable, smaller, unit) if free[2] else unit


def _in_units(
    z: Tensor, able: Tensor, found: Optimum, origin: Tensor, unit: Tensor, held: Mapping[str, float]
) -> Found:
    """Estimates and their covariance in standard units, nan where there was no start."""
    k, n = z.shape
    free = estimated(held)
    own_origin, own_unit = origin[able], unit[able]
    at_two = (found.place[:, 0] == 2.0) & free[0]
    cov = expected_covariance(found.place[:, 0], torch.exp(found.place[:, 2]), n, free, at_two)
    two = where(at_two)
    if two.numel():
        end = profile.lower_limit(z, able[two], Optimum(*(part[two] for part in found)), free, ONE_SIDED)
        cov[two, 0, 0] = ((2.0 - end) / _NORMAL_975) ** 2
    units = torch.stack([torch.ones_like(own_unit), own_unit, own_unit], dim=1)
    values = torch.full((k, 3), torch.nan, dtype=z.dtype, device=z.device)
    values[able, 0] = found.place[:, 0]
    values[able, 1] = own_origin + own_unit * found.place[:, 1] if free[1] else torch.full_like(own_unit, held["loc"])
    values[able, 2] = own_unit * torch.exp(found.place[:, 2]) if free[2] else torch.full_like(own_unit, held["scale"])
    covs, status = z.new_full((k, 3, 3), torch.nan), torch.full((k,), int(Status.NOT_CONVERGED), device=z.device)
    covs[able], status[able] = cov * units[:, :, None] * units[:, None, :], found.status
    return Found(values[:, 0], values[:, 1], values[:, 2], covs, status)

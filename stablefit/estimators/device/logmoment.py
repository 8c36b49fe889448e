"""Fitting by moments of log abs(x - loc) on a device: what follows from the moments is done on the host."""

from collections.abc import Mapping

import torch
from torch import Tensor

from stablefit.estimators import logmoment
from stablefit.estimators.device.standard import Standard
from stablefit.estimators.device.sweeps import parts
from stablefit.estimators.estimates import Estimates


def estimate(samples: Standard, held: Mapping[str, float]) -> Estimates:
    """Fit log moments of each row; see `stablefit.estimators.logmoment.estimate`."""
    k, n = samples.rows.shape
    median = samples.quantiles[:, logmoment.PROBABILITIES.index(0.5)]
    loc = torch.zeros_like(median) if "loc" in held else median
    pieces = [_moments(samples.rows[part], loc[part]) for part in parts(k, n)]
    mean, variance, count = (torch.cat(columns).cpu().numpy() for columns in zip(*pieces, strict=True))
    return logmoment.from_moments(loc.cpu().numpy(), mean, variance, count, n, held)


def _moments(rows: Tensor, loc: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, unbiased variance and number of the logarithms of distances that are not 0."""
    distances = (rows - loc[:, None]).abs()
    used = distances > 0.0
    logs = torch.log(torch.where(used, distances, 1.0))
    count = used.sum(dim=1)
    mean = logs.sum(dim=1) / count
    deviation = torch.where(used, logs - mean[:, None], 0.0)
    return mean, (deviation * deviation).sum(dim=1) / (count - 1), count

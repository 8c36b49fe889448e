"""Fitting by quantiles on a device: the order statistics are found there, McCulloch's equations solved on the host."""

from collections.abc import Mapping

import numpy as np

from stablefit.estimators import quantile
from stablefit.estimators.device.standard import Standard
from stablefit.estimators.estimates import Estimates
from stablefit.estimators.standard import Standard as HostStandard


def estimate(samples: Standard, held: Mapping[str, float]) -> Estimates:
    """Fit five quantiles of each row; see `stablefit.estimators.quantile.estimate`, which gets no more than them."""
    k, n = samples.rows.shape
    rows = np.broadcast_to(np.zeros(1), (k, n))  # what the estimator asks of the samples is their number
    quantiles, centre, width = (part.cpu().numpy() for part in (samples.quantiles, samples.centre, samples.width))
    status = samples.status.cpu().numpy()
    return quantile.estimate(HostStandard(rows, quantiles, centre, width, status, np.empty((k, 0))), held)

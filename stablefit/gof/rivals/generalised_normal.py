"""The generalised normal (exponential power) law and its maximum-likelihood fit."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.gof.histogram import robust_scale
from stablefit.gof.rivals.symmetric import SymmetricLaw

LOG_2 = math.log(2.0)
UNDERFLOWS = 600.0
"""Of |z|**shape: beyond it the tail is taken from its asymptotic series, whose fourth term is below 1e-9."""


@dataclass(frozen=True, eq=False)
class GeneralisedNormal(SymmetricLaw):
    """Density exp(-|z|**shape) about `loc` in units of `scale`: 1 is Laplace's law, 2 the normal one, inf the uniform.

    It is ``scipy.stats.gennorm(shape, loc, scale)``.

    Examples
    --------
    >>> float(GeneralisedNormal(0.0, 2.0, 1.0).pdf(0.0))  # Laplace: 1 / (2 scale)
    0.25
    """

    shape: Any

    def _standard_logpdf(self, z: FloatArray) -> FloatArray:
        from scipy.special import gammaln

        with np.errstate(over="ignore"):
            return np.asarray(np.log(0.5 * self.shape) - gammaln(1.0 / self.shape) - np.abs(z) ** self.shape)

    def _standard_cdf(self, z: FloatArray) -> FloatArray:
        from scipy.special import gammaincc

        with np.errstate(over="ignore", under="ignore"):
            small = 0.5 * gammaincc(1.0 / self.shape, np.abs(z) ** self.shape)
        return np.asarray(np.where(z < 0.0, small, 1.0 - small))

    def _standard_logcdf(self, z: FloatArray) -> FloatArray:
        from scipy.special import gammaincc, gammaln

        c = 1.0 / np.asarray(self.shape, dtype=np.float64)
        with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
            w = np.abs(z) ** self.shape
            near = np.log(0.5 * gammaincc(c, np.minimum(w, UNDERFLOWS)))
            series = (c - 1.0) / w * (1.0 + (c - 2.0) / w * (1.0 + (c - 3.0) / w))
            far = (c - 1.0) * np.log(w) - w - gammaln(c) + np.log1p(series) - LOG_2
            small = np.where(w < UNDERFLOWS, near, np.where(w == math.inf, -math.inf, far))
            return np.where(z < 0.0, small, np.log1p(-np.exp(small)))

    def _standard_ppf(self, q: FloatArray) -> FloatArray:
        from scipy.special import gammainccinv

        c = 1.0 / np.asarray(self.shape, dtype=np.float64)
        return np.where(q < 0.5, -1.0, 1.0) * gammainccinv(c, 2.0 * np.minimum(q, 1.0 - q)) ** c


def fit_generalised_normal(samples: FloatArray) -> GeneralisedNormal:
    """Location, scale and shape of greatest likelihood along the last axis; nan where the search failed.

    The shape lies in [.2, 50]. Up to shape 1 the likelihood has a peak at each sample, and the one taken is the best of
    a search from coarse to fine about the median.
    """
    from stablefit._kernels.generalised_normal import maximise

    rows = np.sort(samples.reshape(-1, samples.shape[-1]), axis=1)
    spread = robust_scale(rows)
    spread = np.where(spread > 0.0, spread, np.std(rows, axis=1))
    found = np.full((len(rows), 4), np.nan)
    for row, unit, out in zip(rows, spread, found, strict=True):
        if not (unit > 0.0 and maximise(row, unit, out)):
            out[:] = np.nan
    loc, scale, shape, _ = found.T.reshape(4, *samples.shape[:-1])
    return GeneralisedNormal(loc, scale, shape)

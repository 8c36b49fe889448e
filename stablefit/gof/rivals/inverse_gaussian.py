"""The symmetric normal inverse Gaussian law and its maximum-likelihood fit."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.gof.histogram import robust_scale
from stablefit.gof.rivals.normal import Normal, fit_normal
from stablefit.gof.rivals.symmetric import SymmetricLaw

DENSITY, TAIL, QUANTILE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class NormalInverseGaussian(SymmetricLaw):
    """Symmetric normal inverse Gaussian law about `loc`: Cauchy's in the middle, an exponential tail beyond scale / a.

    It is ``scipy.stats.norminvgauss(a, 0, loc, scale)``. As a grows with scale**2 / a kept it becomes the normal law
    with that variance; a = inf is the normal law with standard deviation `scale`.

    Examples
    --------
    >>> law = NormalInverseGaussian(0.0, 1.0, 2.0)
    >>> round(float(law.pdf(0.0)), 10)  # (2 / pi) exp(2) K1(2)
    0.6579317951
    """

    a: Any

    def _standard_logpdf(self, z: FloatArray) -> FloatArray:
        return self._choose(z, DENSITY, Normal(0.0, 1.0).logpdf)

    def _standard_cdf(self, z: FloatArray) -> FloatArray:
        with np.errstate(under="ignore"):
            small = np.exp(self._log_tail(np.abs(z)))
        return np.where(z < 0.0, small, 1.0 - small)

    def _standard_logcdf(self, z: FloatArray) -> FloatArray:
        small = self._log_tail(np.abs(z))
        with np.errstate(under="ignore"):
            return np.where(z < 0.0, small, np.log1p(-np.exp(small)))

    def _standard_ppf(self, q: FloatArray) -> FloatArray:
        q = np.asarray(q, dtype=np.float64)
        tail = np.minimum(q, 1.0 - q)
        inside = tail > 0.0
        found = self._choose(np.where(inside, tail, 0.5), QUANTILE, Normal(0.0, 1.0).isf)
        ends = np.where(tail == 0.0, math.inf, math.nan)
        return np.where(q < 0.5, -1.0, 1.0) * np.where(inside, found, ends)

    def _log_tail(self, z: FloatArray) -> FloatArray:
        return self._choose(z, TAIL, Normal(0.0, 1.0).logsf)

    def _choose(self, points: FloatArray, which: int, normal: Any) -> FloatArray:
        """Return one of the kernels' functions at each point, or the normal law's where a = inf."""
        from stablefit._kernels.inverse_gaussian import fill

        values, a = np.broadcast_arrays(np.asarray(points, dtype=np.float64), np.asarray(self.a, dtype=np.float64))
        limit = np.isinf(a)
        out = np.empty(values.size)
        fill(which, np.ascontiguousarray(values).ravel(), np.where(limit, 1.0, a).ravel(), out)
        found = out.reshape(values.shape)
        return np.where(limit, normal(values), found) if limit.any() else found


def fit_inverse_gaussian(samples: FloatArray) -> NormalInverseGaussian:
    """Location, scale and tail weight of greatest likelihood along the last axis; nan where the search failed."""
    from stablefit._kernels.inverse_gaussian_likelihood import maximise

    rows = np.ascontiguousarray(samples.reshape(-1, samples.shape[-1]))
    spread = robust_scale(rows)
    spread = np.where(spread > 0.0, spread, np.std(rows, axis=1))
    found = np.full((len(rows), 4), np.nan)
    for row, loc, scale, out in zip(rows, np.median(rows, axis=1), spread, found, strict=True):
        if not (scale > 0.0 and maximise(row, loc, scale, 1.0, out)):
            out[:] = np.nan
    loc, scale, a, _ = found.T.reshape(4, *samples.shape[:-1])
    normal, limit = fit_normal(samples), np.isinf(a)
    return NormalInverseGaussian(np.where(limit, normal.loc, loc), np.where(limit, normal.scale, scale), a)

"""Student's t law with location and scale, and its maximum-likelihood fit."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.gof.histogram import robust_scale
from stablefit.gof.rivals.normal import fit_normal
from stablefit.gof.rivals.symmetric import SymmetricLaw

FIRST_DF = 5.0
"""Where the search for the degrees of freedom starts."""


@dataclass(frozen=True, eq=False)
class StudentT(SymmetricLaw):
    """Student's t with `df` degrees of freedom, about `loc` in units of `scale`; df = inf is the normal law.

    Examples
    --------
    >>> round(float(StudentT(0.0, 1.0, 1.0).pdf(0.0)), 12)  # Cauchy: 1 / pi
    0.318309886184
    """

    df: Any

    def _standard_logpdf(self, z: FloatArray) -> FloatArray:
        from scipy.special import poch

        normal = np.isinf(self.df)
        df = np.where(normal, 1.0, self.df)
        density = np.log(poch(df / 2.0, 0.5)) - 0.5 * np.log(math.pi * df) - 0.5 * (df + 1.0) * np.log1p(z * z / df)
        return np.where(normal, -0.5 * z * z - 0.5 * math.log(2.0 * math.pi), density)

    def _standard_cdf(self, z: FloatArray) -> FloatArray:
        from scipy.special import stdtr

        return stdtr(self.df, z)

    def _standard_logcdf(self, z: FloatArray) -> FloatArray:
        from scipy.special import log_ndtr

        with np.errstate(divide="ignore"):
            return np.where(np.isinf(self.df), log_ndtr(z), np.log(self._standard_cdf(z)))

    def _standard_ppf(self, q: FloatArray) -> FloatArray:
        from scipy.special import stdtrit

        return stdtrit(self.df, q)


def fit_student(samples: FloatArray) -> StudentT:
    """Location, scale and degrees of freedom of greatest likelihood along the last axis; nan where the search failed.

    Degrees of freedom lie in [.1, 1e5] or are inf, where the normal law has the greatest likelihood.
    """
    from stablefit._kernels.student import maximise

    rows = np.ascontiguousarray(samples.reshape(-1, samples.shape[-1]))
    spread = robust_scale(rows)
    spread = np.where(spread > 0.0, spread, np.std(rows, axis=1))
    found = np.full((len(rows), 4), np.nan)
    for row, loc, scale, out in zip(rows, np.median(rows, axis=1), spread, found, strict=True):
        if not (scale > 0.0 and maximise(row, loc, scale, 1.0 / FIRST_DF, out)):
            out[:] = np.nan
    loc, scale, q, _ = found.T.reshape(4, *samples.shape[:-1])
    normal = fit_normal(samples)
    with np.errstate(divide="ignore"):
        df = 1.0 / q
    return StudentT(np.where(q == 0.0, normal.loc, loc), np.where(q == 0.0, normal.scale, scale), df)

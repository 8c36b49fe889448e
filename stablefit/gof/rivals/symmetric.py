"""What laws that are symmetric about a location share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray


@dataclass(frozen=True, eq=False)
class SymmetricLaw(ABC):
    """A law of (X - loc) / scale that is symmetric about 0; parameters are floats, or arrays that broadcast.

    Subclasses say what the standard law is. The upper tail is the lower one mirrored, never 1 - cdf.
    """

    loc: Any
    scale: Any

    @abstractmethod
    def _standard_logpdf(self, z: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _standard_cdf(self, z: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _standard_logcdf(self, z: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _standard_ppf(self, q: FloatArray) -> FloatArray: ...

    @property
    def params(self) -> dict[str, Any]:
        """The parameters by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def pdf(self, x: ArrayLike) -> FloatArray:
        """Density at x, in 1 / units of the samples; it underflows to 0 far out."""
        with np.errstate(under="ignore"):
            return np.exp(self.logpdf(x))

    def logpdf(self, x: ArrayLike) -> FloatArray:
        """Log of the density at x."""
        return np.asarray(self._standard_logpdf(self._z(x)) - np.log(self.scale))[()]

    def cdf(self, x: ArrayLike) -> FloatArray:
        """P(X <= x)."""
        return np.asarray(self._standard_cdf(self._z(x)))[()]

    def sf(self, x: ArrayLike) -> FloatArray:
        """P(X > x), in full relative precision in the upper tail."""
        return np.asarray(self._standard_cdf(-self._z(x)))[()]

    def logcdf(self, x: ArrayLike) -> FloatArray:
        """Log of P(X <= x)."""
        return np.asarray(self._standard_logcdf(self._z(x)))[()]

    def logsf(self, x: ArrayLike) -> FloatArray:
        """Log of P(X > x)."""
        return np.asarray(self._standard_logcdf(-self._z(x)))[()]

    def ppf(self, q: ArrayLike) -> FloatArray:
        """Quantile: the x with cdf(x) = q."""
        return np.asarray(self.loc + self.scale * self._standard_ppf(np.asarray(q, dtype=np.float64)))[()]

    def isf(self, q: ArrayLike) -> FloatArray:
        """Upper quantile: the x with sf(x) = q."""
        return np.asarray(self.loc - self.scale * self._standard_ppf(np.asarray(q, dtype=np.float64)))[()]

    def _z(self, x: ArrayLike) -> FloatArray:
        return np.asarray((np.asarray(x, dtype=np.float64) - self.loc) / self.scale)

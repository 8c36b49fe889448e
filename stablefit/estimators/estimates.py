"""What an estimator hands back: arrays, one entry a sample."""

from dataclasses import dataclass

import numpy as np

from stablefit._types import FloatArray, IntArray

NAMES = ("alpha", "loc", "scale")
"""Parameters of a symmetric law in the order of `Estimates.cov`."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates of k samples, nan where there is none.

    Attributes
    ----------
    alpha, loc, scale : ndarray, shape (k,)
        Estimated or held values.
    cov : ndarray, shape (k, 3, 3)
        Covariance of (alpha, loc, scale); zeros where a parameter is held.
    status : ndarray, shape (k,)
        `Status` of each sample, int64.
    """

    alpha: FloatArray
    loc: FloatArray
    scale: FloatArray
    cov: FloatArray
    status: IntArray

    @classmethod
    def missing(cls, status: IntArray) -> "Estimates":
        """Nan for samples that cannot be fitted."""
        k = status.size
        return cls(np.full(k, np.nan), np.full(k, np.nan), np.full(k, np.nan), np.full((k, 3, 3), np.nan), status)

    @classmethod
    def joined(cls, parts: "list[Estimates]") -> "Estimates":
        """Return the samples of all parts, one after another."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))

    def put(self, where: IntArray, found: "Estimates") -> None:
        """Write the estimates of some samples into their places."""
        for name in self.__slots__:
            getattr(self, name)[where] = getattr(found, name)

    def take(self, where: IntArray) -> "Estimates":
        """Return the estimates of some samples."""
        return Estimates(*(getattr(self, name)[where] for name in self.__slots__))

    def in_units(self, centre: FloatArray, width: FloatArray) -> "Estimates":
        """Turn estimates of x into those of width * x + centre, in place."""
        from stablefit._kernels import standard

        standard.restore(centre, width, self.loc, self.scale, self.cov)
        return self

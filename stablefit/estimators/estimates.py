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
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))

    def put(self, where: IntArray, found: "Estimates") -> None:
        """Write the estimates of some samples into their places."""
        for name in self.__slots__:
            getattr(self, name)[where] = getattr(found, name)

    def take(self, where: IntArray) -> "Estimates":
        """Return the estimates of some samples."""
        return Estimates(*(getattr(self, name)[where] for name in self.__slots__))

    def in_units(self, centre: FloatArray, width: FloatArray) -> "Estimates":
        """Return the estimates of width * x + centre, for estimates of x."""
        factor = np.ones((width.size, 3))
        factor[:, 1] = factor[:, 2] = width
        with np.errstate(over="ignore", under="ignore"):
            cov = self.cov * factor[:, :, None] * factor[:, None, :]
            return Estimates(self.alpha, centre + width * self.loc, width * self.scale, cov, self.status)

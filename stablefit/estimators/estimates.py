"""What an estimator hands back, and the same in the samples' own units: arrays, one entry a sample."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stablefit._types import BoolArray, FloatArray, IntArray

NAMES = ("alpha", "loc", "scale")
"""Parameters of a symmetric law in the order of covariances."""


def estimated(held: Mapping[str, float]) -> BoolArray:
    """Which of `NAMES` are estimated, where some are held."""
    return np.array([name not in held for name in NAMES])


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates of k samples, in the units in which the estimator met them.

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
    def filled(cls, k: int, fill: Callable[[FloatArray, FloatArray, IntArray], None]) -> "Estimates":
        """Return what `fill` writes for k samples: (alpha, loc, scale) as (3, k), covariances, statuses."""
        out, cov, status = np.empty((3, k)), np.empty((k, 3, 3)), np.empty(k, dtype=np.int64)
        fill(out, cov, status)
        return cls(out[0], out[1], out[2], cov, status)


@dataclass(frozen=True, slots=True)
class Fits:
    """Estimates of k samples in the samples' units, nan where there is none.

    Attributes
    ----------
    alpha, loc, scale, cov, status
        As in `Estimates`. Variances overflow or vanish where scales are beyond 1e154 or below 1e-162.
    errors : ndarray, shape (k, 3)
        Standard errors of (alpha, loc, scale), which do not.
    """

    alpha: FloatArray
    loc: FloatArray
    scale: FloatArray
    cov: FloatArray
    status: IntArray
    errors: FloatArray

    @classmethod
    def in_units(cls, found: Estimates, centre: FloatArray, width: FloatArray) -> "Fits":
        """Turn estimates of (x - centre) / width into those of x; the arrays of `found` are reused."""
        from stablefit._kernels import standard

        errors = np.empty((centre.size, 3))
        standard.restore(centre, width, found.loc, found.scale, found.cov, found.status, errors)
        return cls(found.alpha, found.loc, found.scale, found.cov, found.status, errors)

    @classmethod
    def missing(cls, status: IntArray) -> "Fits":
        """Nan for samples that cannot be fitted."""
        alpha, loc, scale = (np.full(status.size, np.nan) for _ in NAMES)
        return cls(alpha, loc, scale, np.full((status.size, 3, 3), np.nan), status, np.full((status.size, 3), np.nan))

    @classmethod
    def joined(cls, parts: "Sequence[Fits]") -> "Fits":
        """Return the samples of all parts, one after another."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))

    def put(self, where: IntArray, found: "Fits") -> None:
        """Write the estimates of some samples into their places."""
        for name in self.__slots__:
            getattr(self, name)[where] = getattr(found, name)

    def take(self, where: IntArray) -> "Fits":
        """Return the estimates of some samples."""
        return Fits(*(getattr(self, name)[where] for name in self.__slots__))

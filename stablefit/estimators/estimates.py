"""What an estimator hands back, and the same in the samples' own units: arrays, one entry a sample."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stablefit._types import BoolArray, FloatArray, IntArray
from stablefit.estimators.fixed import PARAMETERS

SYMMETRIC = ("alpha", "loc", "scale")
"""Those that a symmetric fit may estimate, in the order in which its kernels know them."""


def estimated(held: Mapping[str, float], names: Sequence[str] = SYMMETRIC) -> BoolArray:
    """Which of `names` are estimated, where some are held."""
    return np.array([name not in held for name in names])


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates of k samples, in the units in which the estimator met them.

    Attributes
    ----------
    alpha, beta, loc, scale : ndarray, shape (k,)
        Estimated or held values.
    cov : ndarray, shape (k, 4, 4)
        Covariance of (alpha, beta, loc, scale); zeros where a parameter is held.
    status : ndarray, shape (k,)
        `Status` of each sample, int64.
    """

    alpha: FloatArray
    beta: FloatArray
    loc: FloatArray
    scale: FloatArray
    cov: FloatArray
    status: IntArray

    @classmethod
    def symmetric(
        cls, alpha: FloatArray, loc: FloatArray, scale: FloatArray, cov: FloatArray, status: IntArray
    ) -> "Estimates":
        """Return estimates at beta = 0 from those of `SYMMETRIC`, whose covariance has shape (k, 3, 3)."""
        full = np.zeros((len(cov), 4, 4))
        full[:, 0, 0], full[:, 0, 2:] = cov[:, 0, 0], cov[:, 0, 1:]
        full[:, 2:, 0], full[:, 2:, 2:] = cov[:, 1:, 0], cov[:, 1:, 1:]
        return cls(alpha, 0.0 * alpha, loc, scale, full, status)

    @classmethod
    def filled(cls, k: int, fill: Callable[[FloatArray, FloatArray, IntArray], None]) -> "Estimates":
        """Return what `fill` writes for k samples: (alpha, beta, loc, scale) as (4, k), covariances, statuses."""
        out, cov, status = np.empty((4, k)), np.empty((k, 4, 4)), np.empty(k, dtype=np.int64)
        fill(out, cov, status)
        return cls(out[0], out[1], out[2], out[3], cov, status)

    @classmethod
    def filled_symmetric(cls, k: int, fill: Callable[[FloatArray, FloatArray, IntArray], None]) -> "Estimates":
        """Return what `fill` writes for k samples: (alpha, loc, scale) as (3, k), covariances, statuses."""
        out, cov, status = np.empty((3, k)), np.empty((k, 3, 3)), np.empty(k, dtype=np.int64)
        fill(out, cov, status)
        return cls.symmetric(out[0], out[1], out[2], cov, status)


@dataclass(frozen=True, slots=True)
class Fits:
    """Estimates of k samples in the samples' units, nan where there is none.

    Attributes
    ----------
    alpha, beta, loc, scale, cov, status
        As in `Estimates`. Variances overflow or vanish where scales are beyond 1e154 or below 1e-162.
    errors : ndarray, shape (k, 4)
        Standard errors of (alpha, beta, loc, scale), which do not.
    """

    alpha: FloatArray
    beta: FloatArray
    loc: FloatArray
    scale: FloatArray
    cov: FloatArray
    status: IntArray
    errors: FloatArray

    @classmethod
    def in_units(cls, found: Estimates, centre: FloatArray, width: FloatArray) -> "Fits":
        """Turn estimates of (x - centre) / width into those of x; the arrays of `found` are reused."""
        from stablefit._kernels import standard

        errors = np.empty((centre.size, 4))
        standard.restore(centre, width, found.loc, found.scale, found.cov, found.status, errors)
        return cls(found.alpha, found.beta, found.loc, found.scale, found.cov, found.status, errors)

    @classmethod
    def missing(cls, status: IntArray) -> "Fits":
        """Nan for samples that cannot be fitted."""
        k = status.size
        alpha, beta, loc, scale = (np.full(k, np.nan) for _ in PARAMETERS)
        return cls(alpha, beta, loc, scale, np.full((k, 4, 4), np.nan), status, np.full((k, 4), np.nan))

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

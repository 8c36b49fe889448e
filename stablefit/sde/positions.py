"""Where paths begin."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.sde.streams import MOST_PATHS


@dataclass(frozen=True, eq=False)
class Start:
    """One place for all paths, or one each.

    Attributes
    ----------
    x0 : ndarray, shape (N,) or (n_paths, N)
    """

    x0: FloatArray
    n_paths: int

    @classmethod
    def of(cls, x0: ArrayLike, n_paths: int) -> "Start":
        """Return the places; ValueError where they are not."""
        if n_paths != int(n_paths) or not 1 <= n_paths <= MOST_PATHS:
            raise ValueError(f"n_paths must be a whole number from 1 to 2**32, got {n_paths}")
        places = np.array(x0, dtype=np.float64)
        places = places[None] if places.ndim == 0 else places
        if places.ndim > 2 or (places.ndim == 2 and len(places) != n_paths) or not places.size:
            raise ValueError(f"x0 must be of shape (N,) or (n_paths, N) with n_paths = {n_paths}, got {places.shape}")
        if not np.isfinite(places).all():
            raise ValueError(f"x0 must be finite, got {places[~np.isfinite(places)][0]}")
        return cls(places, int(n_paths))

    @property
    def n_axes(self) -> int:
        """N."""
        return int(self.x0.shape[-1])

    def of_paths(self, begin: int, end: int) -> FloatArray:
        """Return the places of the paths numbered begin, ..., end - 1, shape (end - begin, N)."""
        if self.x0.ndim == 2:
            return self.x0[begin:end]
        return np.repeat(self.x0[None], end - begin, axis=0)

    def some(self) -> FloatArray:
        """Return two places, or one, for trying functions out."""
        return self.of_paths(0, min(2, self.n_paths))

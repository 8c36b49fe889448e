"""Keys of random numbers: a number is a function of the key, the path, the step and the stream."""

from enum import IntEnum

import numpy as np

from stablefit._types import RandomState
from stablefit.laws.random import generator

MOST_PATHS = 2**32
_AXES = 28
"""Bits of a stream's axis."""


class Purpose(IntEnum):
    """What numbers of a path are drawn for."""

    DRAWS = 0
    """Increments of a driving process over a step."""
    ROOTS = 1
    """What the normal numbers of an isotropic increment are multiplied by."""
    NORMALS = 2
    """Small jumps over a step."""
    JUMPS = 3
    """Waiting time, size and sign of a large jump."""
    DIRECTIONS = 4
    """Direction of a large isotropic jump."""

    def stream(self, axis: int = 0) -> np.uint64:
        """Return the stream of an axis."""
        return np.uint64((self << _AXES) | axis)


def key_of(rng: RandomState) -> np.uint64:
    """Return the key that a generator or a seed leads to; a generator is moved on by one number."""
    return generator(rng).integers(0, 2**64, dtype=np.uint64)

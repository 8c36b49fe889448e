"""Arrays with a row a path, filled in ranges."""

from collections.abc import Iterator

import numpy as np

from stablefit._types import AnyArray


class Results:
    """What is known of some paths.

    Attributes
    ----------
    done : ndarray of bool, shape (n_paths,)
    arrays : dict of ndarray
        First axis: paths.
    """

    def __init__(self, n_paths: int) -> None:
        self.done = np.zeros(n_paths, dtype=np.bool_)
        self.arrays: dict[str, AnyArray] = {}

    def put(self, begin: int, part: dict[str, AnyArray]) -> None:
        """Fill the rows from `begin` on."""
        for name, values in part.items():
            if name not in self.arrays:
                self.arrays[name] = np.zeros((self.done.size, *values.shape[1:]), dtype=values.dtype)
            self.arrays[name][begin : begin + len(values)] = values
        self.done[begin : begin + len(values)] = True

    def missing(self, size: int) -> Iterator[tuple[int, int]]:
        """Give the ranges that are not done, in parts of at most `size` paths."""
        bounds = np.flatnonzero(np.diff(np.concatenate([[True], self.done, [True]])))
        for begin, end in zip(bounds[::2].tolist(), bounds[1::2].tolist(), strict=True):
            for first in range(begin, end, size):
                yield first, min(first + size, end)

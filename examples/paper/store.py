"""Finished pieces of work, each in a file of its own that is written whole or not at all.

A run that was stopped takes up where it was, and scripts that need the same trained network share it. A piece is known
by its recipe, everything that its outcome depends on: with another recipe it is another piece.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

import stablefit
from adapters.torch import SGN

Arrays = dict[str, NDArray[Any]]
Piece = TypeVar("Piece")


class Store:
    """A folder of finished pieces."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def arrays(self, kind: str, recipe: Mapping[str, Any], make: Callable[[], Arrays]) -> Arrays:
        """Return named arrays, made only where they are not kept yet."""

        def write(path: Path, made: Arrays) -> None:
            with path.open("wb") as file:
                np.savez(file, allow_pickle=False, **made)

        return self._piece(self.path(kind, recipe), make, write, read_arrays)

    def noise(self, recipe: Mapping[str, Any], make: Callable[[], SGN]) -> SGN:
        """Return gradient noise, collected only where it is not kept yet."""
        return self._piece(self.path("noise", recipe), make, lambda path, made: made.save(path), SGN.load)

    def path(self, kind: str, recipe: Mapping[str, Any]) -> Path:
        """Return where a piece is, or will be."""
        whole = json.dumps({"stablefit": stablefit.__version__, **recipe}, sort_keys=True)
        return self.folder / f"{kind}-{hashlib.sha256(whole.encode()).hexdigest()[:16]}.npz"

    def _piece(
        self,
        path: Path,
        make: Callable[[], Piece],
        write: Callable[[Path, Piece], None],
        read: Callable[[Path], Piece],
    ) -> Piece:
        if not path.exists():
            partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
            try:
                write(partial, make())
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
        return read(path)


def read_arrays(path: Path) -> Arrays:
    """Return the arrays of a kept piece."""
    with np.load(path, allow_pickle=False) as kept:
        return dict(kept)

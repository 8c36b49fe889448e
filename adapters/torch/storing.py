"""Mini-batch gradients on their way into a store, and back out of it when a collection is resumed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adapters.torch import archive, stored_sketches
from adapters.torch.means import PassMean, Running, RunningMean
from adapters.torch.sketching import GradientSketch, SketchFiller, SketchKind
from adapters.torch.stores import ROWS, NoiseStore
from stablefit._types import AnyArray, FloatArray
from stablefit.errors import StoreError

_SAME = 0.01  # of the norm: gradients of one mini-batch on two machines differ by rounding, some 1e-6 in float32


class StoredRows:
    """Takes the gradients of mini-batches into a store, `ROWS` at a time.

    What else is known of them (how many are zero, which are finite, the sketch) follows from the stored rows alone: a
    resumed collection reads them again, and goes on as if it had never stopped.
    """

    def __init__(self, store: NoiseStore, *, accumulate: int, most: int, sketch: SketchKind) -> None:
        self.store, self._accumulate, self._most, self.n = store, accumulate, most, 0
        self._block: AnyArray = np.empty((ROWS, store.size), dtype=store.dtype)
        self._sum: FloatArray = np.zeros(0)
        self._have = 0
        self._running: Running | None = None
        self.zeros = np.zeros(store.size, dtype=np.int64)
        self.finite = np.ones(store.size, dtype=np.bool_)
        self._ends = np.cumsum([int(np.prod(shape)) for shape in store.shapes])
        shapes = zip(store.names, store.shapes, strict=True)
        dtype = getattr(torch, store.dtype)
        parameters = {name: nn.Parameter(torch.empty(shape, dtype=dtype)) for name, shape in shapes}
        self._filler = SketchFiller(parameters, 1, most, histogram=sketch == "histogram") if sketch else None
        for block in range(-(-store.n // ROWS)):
            for row in store.read_rows(block):
                self._keep(row)

    @property
    def known_centre(self) -> FloatArray | None:
        """The centre where an earlier run has found it."""
        return self.store.read_centre() if self.store.has_centre else None

    def begin(self, centre: FloatArray | Running) -> None:
        """Say what the centre is, or the mean that it will be: its sums belong to the rows that are there."""
        if isinstance(centre, np.ndarray):
            if not self.store.has_centre:
                self.store.write_centre(centre)
        else:
            self._running, self.store.has_centre = centre, False
            if self.n:
                centre.restore(*self.store.read_running(centre.sums))
        self.store.commit(self.n)

    def check(self, row: FloatArray) -> None:
        """Compare the gradient of the first mini-batch with the stored one."""
        stored = np.nan_to_num(self.store.read_rows(0)[0].astype(np.float64))
        gap = np.linalg.norm(np.nan_to_num(row) - stored)
        if gap > _SAME * np.linalg.norm(stored):
            raise StoreError(
                "store must be of the same model, loss and data, got one whose first mini-batch has another gradient "
                f"(relative distance {gap / max(float(np.linalg.norm(stored)), 1e-300):.2g}); choose another path"
            )

    def take(self, row: Tensor) -> None:
        """Take the gradient of a micro-batch."""
        if self.n >= self._most:
            return
        part = row.detach().cpu().numpy()
        if self._accumulate > 1:
            self._sum = part + self._sum if self._have else part.astype(np.float64)
            self._have += 1
            if self._have < self._accumulate:
                return
            part = self._sum / self._accumulate
            self.drop()
        self._keep(part)
        if self.n % ROWS == 0 or self.n == self._most:
            self._commit()

    def drop(self) -> None:
        """Forget the micro-batches of an unfinished mini-batch."""
        self._have = 0

    def _keep(self, row: AnyArray) -> None:
        kept = self._block[self.n % ROWS]
        kept[:] = row
        self.zeros += kept == 0
        self.finite &= np.isfinite(kept)
        if self._filler is not None:
            self._filler.take([torch.from_numpy(part) for part in np.split(kept, self._ends[:-1])])
        self.n += 1

    def _commit(self) -> None:
        block = (self.n - 1) // ROWS
        self.store.write_rows(block, self._block[: self.n - block * ROWS])
        if self._running is not None:
            self.store.write_running(*self._running.state())
        self.store.commit(self.n)

    def sketch(self) -> GradientSketch | None:
        """Return the sketch of the rows that are there."""
        return None if self._filler is None else self._filler.sketch()

    def running_centre(self, *, passes: bool) -> FloatArray:
        """Return the mean of what an unfinished collection has seen, where its centre is not known yet."""
        mean = PassMean(self.store.size) if passes else RunningMean(self.store.size)
        mean.restore(*self.store.read_running(mean.sums))
        total, weight = mean.total()
        return total / weight

    def finish(self, centre: FloatArray, metadata: dict[str, Any]) -> None:
        """Write what is known at the end, and record that this is the end."""
        if not self.store.has_centre:
            self.store.write_centre(centre)
        header: dict[str, Any] = {"metadata": metadata}
        arrays: dict[str, AnyArray] = {"zeros": self.zeros}
        found = self.sketch()
        if found is not None:
            header["sketch"], stored = stored_sketches.described(found)
            arrays |= stored
        archive.write(self.store.summary, header, arrays)
        self.store.commit(self.n, complete=True)


def opened(store: NoiseStore, n_batches: int) -> NoiseStore:
    """Return what is in the folder of `store`, which has to be of the same collection; begin it where nothing is.

    Raises
    ------
    StoreError
        If the folder holds something else, noise that was collected in another way, or more of it than is asked for.
    """
    root = store.root
    if not (root / "zarr.json").exists():
        store.create()
        return store
    found = NoiseStore.open(root)
    pairs = {"params": (found.names, store.names), "the shape of parameters": (found.shapes, store.shapes)}
    pairs |= {"dtype": (found.dtype, store.dtype)}
    pairs |= {key: (found.collected.get(key), store.collected[key]) for key in store.collected}
    for name, (there, now) in pairs.items():
        if there != now:
            raise StoreError(f"store must be of a collection with the same {name}, got {there!r:.200} there and "
                             f"{now!r:.200} now; choose another path")  # fmt: skip
    if found.n > n_batches:
        raise StoreError(f"n_batches must be at least the {found.n} that the store holds, got {n_batches}")
    return found


@contextmanager
def locked(store: NoiseStore) -> Iterator[None]:
    """Keep other processes from writing to a store, where the system can; a killed process leaves no lock behind."""
    if store.root.exists() and not store.root.is_dir():
        raise StoreError(f"store must be a folder, got a file: {str(store.root)!r}")
    store.root.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(store.root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise StoreError(f"store must not be in use, got one that a process writes to: {str(store.root)!r}") from error
    finally:
        os.close(descriptor)

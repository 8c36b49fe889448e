"""Noise that is read from its store as it is needed."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from adapters.torch import archive, stored_sketches
from adapters.torch.selection import EveryEntry
from adapters.torch.stores import WIDTH, NoiseStore
from adapters.torch.storing import StoredRows
from stablefit._types import AnyArray, FloatArray
from stablefit.errors import StoreError
from stablefit.extras import extra

if TYPE_CHECKING:
    from adapters.torch.noise import SGN

_BLOCK = 2**24  # numbers of a block of columns: 128 MB


class Columns:
    """The gradients of a store as an array that is read a slice at a time."""

    ndim = 2

    def __init__(self, store: NoiseStore) -> None:
        self.store, self.shape, self.dtype = store, (store.n, store.size), np.dtype(store.dtype)

    def __getitem__(self, key: tuple[slice, slice]) -> AnyArray:
        rows, columns = key
        first, last, _ = columns.indices(self.shape[1])
        return self.store.read_columns(first, last)[rows]


def samples_of(store: NoiseStore, centre: FloatArray) -> Any:
    """Return the noise as a dask array of float64, shape (n, size), in blocks of whole columns."""
    with extra("store"):
        import dask.array as da

    width = max(1, min(WIDTH, store.size, 2 ** int(np.log2(max(_BLOCK // max(store.n, 1), 1)))))
    gradients = da.from_array(Columns(store), chunks=(max(store.n, 1), width), name=False)
    return da.from_array(centre, chunks=width, name=False) - gradients


def noise_of(store: NoiseStore, centre: FloatArray, parts: dict[str, Any]) -> "SGN":
    """Return the noise of a store: `parts` are zeros, metadata and sketch."""
    from adapters.torch.noise import SGN

    return SGN(samples_of(store, centre), EveryEntry(store.names, store.shapes), centre, **parts)


def load(path: Path) -> "SGN":
    """Read a store; of an unfinished one the mini-batches that are there.

    Raises
    ------
    StoreError
        If the store is damaged, or holds no mini-batches yet.
    """
    store = NoiseStore.open(path)
    if not store.n:
        raise StoreError(f"store must hold at least one mini-batch, got 0 in {str(path)!r}; resume the collection")
    try:
        return _finished(store) if store.complete else _unfinished(store)
    except StoreError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(f"store must be whole gradient noise, got parts that do not fit: {str(path)!r}") from error


def _finished(store: NoiseStore) -> "SGN":
    if not store.summary.is_file():
        raise StoreError(f"the store must hold {store.summary.name}, got none")
    header, arrays = archive.read(store.summary, ("zeros",))
    sketch = stored_sketches.read(store.summary, header["sketch"]) if "sketch" in header else None
    parts = {"zeros": arrays["zeros"], "metadata": header["metadata"], "sketch": sketch}
    return noise_of(store, store.read_centre(), parts)


def _unfinished(store: NoiseStore) -> "SGN":
    rows = StoredRows(store, accumulate=1, most=store.n, sketch=True)
    centre = rows.known_centre
    if centre is None:
        centre = rows.running_centre(passes=store.collected["sampling"] == "loader")
    metadata = {**store.collected, "n_batches": store.n, "complete": False}
    return noise_of(store, centre, {"zeros": rows.zeros, "metadata": metadata, "sketch": rows.sketch()})

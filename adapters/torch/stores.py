"""The gradients of every mini-batch and parameter on disk: arrays of a zarr group, and a record of what is there.

The record is the metadata of the array `gradients`: its length is the number of mini-batches that are safely on the
disk, so that whoever opens the group sees these and no others. It is replaced in one step, after the chunks that it
speaks of have been flushed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from adapters.torch import zarr_files
from adapters.torch.zarr_files import ZarrArray
from stablefit._types import AnyArray, FloatArray
from stablefit.errors import StoreError

FORMAT, VERSION = "stablefit.sgn.store", 1
ROWS, WIDTH = 32, 2**16
"""A chunk holds so many mini-batches and parameters."""
_OURS = "stablefit"  # the attribute of the zarr nodes that is ours
_LARGEST = 2**48  # entries of a model


@dataclass
class NoiseStore:
    """Mini-batch gradients in the folder `root`, of parameters with these names and shapes.

    `collected` says how: a resumed collection must agree with it. `n` mini-batches are there; `complete` tells whether
    the collection came to its end, `has_centre` whether the centre is there. `weights` are those of the running sums,
    which lie in one of two places so that the record always speaks of one that is whole.
    """

    root: Path
    names: list[str]
    shapes: list[tuple[int, ...]]
    dtype: str
    collected: dict[str, Any]
    n: int = 0
    complete: bool = False
    has_centre: bool = False
    weights: list[int] = field(default_factory=list)
    slot: int = 0

    @property
    def size(self) -> int:
        """Number of entries of all parameters."""
        return sum(math.prod(shape) for shape in self.shapes)

    @property
    def gradients(self) -> ZarrArray:
        """Mini-batch gradients, shape (n, size)."""
        width = min(self.size, WIDTH)
        return ZarrArray(self.root, "gradients", (self.n, self.size), (ROWS, width), self.dtype)

    @property
    def centre(self) -> ZarrArray:
        """Their centre, shape (size,)."""
        return ZarrArray(self.root, "centre", (self.size,), (min(self.size, WIDTH),), "float64")

    def running(self, sums: int) -> ZarrArray:
        """Return the place of the running sums, shape (2, sums, size)."""
        return ZarrArray(self.root, "running", (2, sums, self.size), (1, sums, min(self.size, WIDTH)), "float64")

    @property
    def summary(self) -> Path:
        """What is known at the end; beside the gradients, where zarr does not look for arrays."""
        return self.gradients.folder / "summary.npz"

    def create(self) -> None:
        """Begin an empty store."""
        self.root.mkdir(parents=True, exist_ok=True)
        present = [path.name for path in self.root.iterdir() if path.name != "zarr.json.partial"]
        if present:
            raise StoreError(f"store must be a new folder or one of stablefit, got one with {present[0]!r} in it")
        ours = {"format": FORMAT, "version": VERSION, "names": self.names, "shapes": self.shapes}
        ours |= {"dtype": self.dtype, "collected": self.collected}
        head = {"zarr_format": 3, "node_type": "group", "attributes": {_OURS: ours}}
        zarr_files.write_json(self.root / "zarr.json", head)

    @classmethod
    def open(cls, root: Path) -> "NoiseStore":
        """Read what is there; everything that the record speaks of has to be in place.

        Raises
        ------
        StoreError
            If the folder is damaged, of another kind, of an unknown version, or holds links.
        """
        zarr_files.refuse_links(root)
        head = zarr_files.read_json(root, "zarr.json")
        try:
            ours = head["attributes"][_OURS]
            known = ours["format"], ours["version"]
        except (KeyError, TypeError) as error:
            raise StoreError(f"store must be one of stablefit, got another zarr node in {str(root)!r}") from error
        if known != (FORMAT, VERSION):
            raise StoreError(f"store must be of format {FORMAT!r} and version {VERSION}, got {known}; update stablefit")
        store = cls(root, *_checked(ours))
        if (store.gradients.folder / "zarr.json").exists():
            store._read_record()
        return store

    def _read_record(self) -> None:
        (self.n, _), attributes = self.gradients.read_metadata()
        record = attributes.get(_OURS)
        kinds = {"complete": bool, "has_centre": bool, "slot": int, "weights": list}
        if not isinstance(record, dict) or any(type(record.get(key)) is not kind for key, kind in kinds.items()):
            raise StoreError(f"the record of the store must tell what is there, got {record!r:.200}")
        self.complete, self.has_centre, self.slot = record["complete"], record["has_centre"], record["slot"]
        self.weights = record["weights"]
        if self.slot not in (0, 1) or not all(type(weight) is int and weight >= 0 for weight in self.weights):
            raise StoreError(f"the record of the store must tell of its sums, got {record!r:.200}")
        for block in range(-(-self.n // ROWS)):
            for place in range(-(-self.size // self.gradients.chunks[1])):
                self.gradients.check_chunk((block, place))

    def commit(self, n: int, *, complete: bool = False) -> None:
        """Record that n mini-batches are on the disk."""
        self.n, self.complete = n, complete
        keys = ("complete", "has_centre", "slot", "weights")
        record = {key: getattr(self, key) for key in keys}
        self.gradients.write_metadata((n, self.size), {_OURS: record})

    def write_rows(self, block: int, rows: AnyArray) -> None:
        """Write up to `ROWS` mini-batches, shape (rows, size)."""
        for place, columns in enumerate(self._columns()):
            self.gradients.write_chunk((block, place), rows[:, columns])
        for folder in (self.gradients.folder / "c" / str(block), self.gradients.folder / "c", self.gradients.folder):
            zarr_files.sync_folder(folder)

    def read_rows(self, block: int) -> AnyArray:
        """Return the mini-batches of a block, shape (rows, size)."""
        rows = min(ROWS, self.n - block * ROWS)
        parts = [self.gradients.read_chunk((block, place))[:rows] for place in range(len(self._columns()))]
        return np.concatenate(parts, axis=1)[:, : self.size]

    def read_columns(self, first: int, last: int) -> AnyArray:
        """Return entries [first, last) of every mini-batch, shape (n, last - first)."""
        width, blocks = self.gradients.chunks[1], range(-(-self.n // ROWS))
        found = np.empty((self.n, last - first), dtype=self.dtype)
        for place in range(first // width, -(-last // width)):
            low, high = max(first, place * width), min(last, (place + 1) * width)
            for block in blocks:
                part = found[block * ROWS : (block + 1) * ROWS, low - first : high - first]
                chunk = self.gradients.read_chunk((block, place))
                part[:] = chunk[: len(part), low - place * width : high - place * width]
        return found

    def write_centre(self, centre: FloatArray) -> None:
        """Write the centre; it counts when it is recorded."""
        self.centre.write_metadata((self.size,), {})
        for place, columns in enumerate(self._columns()):
            self.centre.write_chunk((place,), centre[columns])
        zarr_files.sync_folder(self.centre.folder / "c")
        self.has_centre = True

    def read_centre(self) -> FloatArray:
        """Return the centre, shape (size,)."""
        self.centre.read_metadata()
        parts = [self.centre.read_chunk((place,)) for place in range(len(self._columns()))]
        return np.concatenate(parts)[: self.size].astype(np.float64)

    def write_running(self, sums: FloatArray, weights: list[int]) -> None:
        """Write running sums, shape (m, size), in the place that the record does not speak of."""
        array, self.slot, self.weights = self.running(len(sums)), 1 - self.slot, weights
        array.write_metadata(array.shape, {})
        for place, columns in enumerate(self._columns()):
            array.write_chunk((self.slot, 0, place), sums[None, :, columns])
        zarr_files.sync_folder(array.folder / "c" / str(self.slot) / "0")

    def read_running(self, sums: int) -> tuple[FloatArray, list[int]]:
        """Return the running sums, shape (sums, size), and their weights."""
        array = self.running(sums)
        array.read_metadata()
        parts = [array.read_chunk((self.slot, 0, place))[0] for place in range(len(self._columns()))]
        return np.concatenate(parts, axis=1)[:, : self.size].astype(np.float64), self.weights

    def _columns(self) -> list[slice]:
        width = self.gradients.chunks[1]
        return [slice(first, min(first + width, self.size)) for first in range(0, self.size, width)]


def _checked(ours: dict[str, Any]) -> tuple[list[str], list[tuple[int, ...]], str, dict[str, Any]]:
    """Return names, shapes, type and collection of a store, if that is what they are."""
    names, shapes, collected = ours.get("names"), ours.get("shapes"), ours.get("collected")
    if (
        isinstance(names, list)
        and all(isinstance(name, str) for name in names)
        and isinstance(shapes, list)
        and all(isinstance(shape, list) and _are_lengths(shape) for shape in shapes)
        and len(set(names)) == len(names) == len(shapes)
        and 0 < sum(math.prod(shape) for shape in shapes) <= _LARGEST
        and ours.get("dtype") in ("float32", "float64")
        and isinstance(collected, dict)
    ):
        return names, [tuple(shape) for shape in shapes], str(ours["dtype"]), collected
    raise StoreError("the store must tell names and shapes of parameters, got something else")


def _are_lengths(shape: Sequence[Any]) -> bool:
    return len(shape) < 32 and all(type(length) is int and 0 < length <= _LARGEST for length in shape)

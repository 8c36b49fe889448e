"""Arrays on disk in the format zarr v3, written so that a crash leaves what was there, and read as if by a stranger.

Chunks are plain bytes behind which stands their CRC-32C. Files are written beside their place, flushed to the disk and
renamed: each is there whole or not at all. Nothing that is read decides where anything is read or written.
"""

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stablefit._types import AnyArray
from stablefit.errors import StoreError
from stablefit.extras import extra

_CHECKSUM = 4  # bytes behind a chunk
_LARGEST_JSON = 2**28
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class ZarrArray:
    """An array in `folder`, a child of the store's root; the first axis may grow. Missing chunks are nan."""

    root: Path
    name: str
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: str

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.root / self.name

    @property
    def nbytes(self) -> int:
        """Size of a chunk."""
        return int(np.prod(self.chunks)) * np.dtype(self.dtype).itemsize

    def write_metadata(self, shape: tuple[int, ...], attributes: dict[str, Any]) -> None:
        """Write shape and attributes in one step."""
        write_json(self.folder / "zarr.json", {**self._metadata(shape), "attributes": attributes})

    def read_metadata(self) -> tuple[tuple[int, ...], dict[str, Any]]:
        """Return shape and attributes; everything else has to be as it is written here."""
        found = read_json(self.root, f"{self.name}/zarr.json")
        shape, attributes = found.pop("shape", None), found.pop("attributes", None)
        whole = isinstance(shape, list) and all(type(length) is int and length >= 0 for length in shape)
        if not whole or tuple(shape[1:]) != self.shape[1:] or not isinstance(attributes, dict):
            raise StoreError(f"{self.name} must be an array like {self.shape}, got shape {shape!r}")
        expected = self._metadata(())
        del expected["shape"]
        if found != expected:
            raise StoreError(f"{self.name} must be an array of {self.dtype} as stablefit stores it, got {found!r:.200}")
        return tuple(shape), attributes

    def _metadata(self, shape: tuple[int, ...]) -> dict[str, Any]:
        return {
            "zarr_format": 3,
            "node_type": "array",
            "shape": list(shape),
            "data_type": self.dtype,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(self.chunks)}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": "NaN",
            "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
        }

    def write_chunk(self, place: tuple[int, ...], values: AnyArray) -> None:
        """Write a chunk, nan beyond the end of `values`."""
        chunk = np.full(self.chunks, np.nan, dtype=np.dtype(self.dtype).newbyteorder("<"))
        chunk[tuple(slice(length) for length in values.shape)] = values
        content = chunk.tobytes()
        write_bytes(self._path(place), content, _checksum(content))

    def read_chunk(self, place: tuple[int, ...]) -> AnyArray:
        """Return a chunk."""
        path = self._path(place)
        content = read_bytes(self.root, path, self.nbytes + _CHECKSUM)
        body = content[: self.nbytes]
        if _checksum(body) != content[self.nbytes :]:
            raise StoreError(f"a chunk must have its checksum, got damage in {path.relative_to(self.root)}")
        return np.frombuffer(body, dtype=np.dtype(self.dtype).newbyteorder("<")).reshape(self.chunks)

    def check_chunk(self, place: tuple[int, ...]) -> None:
        """Raise unless the file of a chunk is there in its size."""
        with _opened(self.root, self._path(place), self.nbytes + _CHECKSUM):
            pass

    def _path(self, place: tuple[int, ...]) -> Path:
        return self.folder.joinpath("c", *map(str, place))


def _checksum(content: bytes) -> bytes:
    with extra("store"):
        import google_crc32c
    value: int = google_crc32c.value(content)
    return value.to_bytes(_CHECKSUM, "little")


def refuse_links(root: Path) -> None:
    """Raise if anything under `root` is a symbolic link: it could lead anywhere."""
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            if Path(folder, name).is_symlink():
                raise StoreError(f"the store must hold no symbolic links, got {Path(folder, name).relative_to(root)}")


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file in one step, and wait until the disk has it."""
    write_bytes(path, json.dumps(content).encode())
    sync_folder(path.parent)


def write_bytes(path: Path, *parts: bytes) -> None:
    """Write a file in one step; `sync_folder` makes its name as safe as its content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_FOLLOW, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder; some systems cannot open one."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_json(root: Path, name: str) -> dict[str, Any]:
    """Return the object in a JSON file of the store."""
    content = read_bytes(root, root / name, None)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{name} must hold JSON, got something else") from error
    if not isinstance(found, dict):
        raise StoreError(f"{name} must hold a JSON object, got {type(found).__name__}")
    return found


def read_bytes(root: Path, path: Path, size: int | None) -> bytes:
    """Return the content of a file of the store, which has to be as long as it should."""
    with _opened(root, path, size) as file:
        content: bytes = file.read()
    if size is not None and len(content) != size:
        raise StoreError(f"{path.relative_to(root)} must hold {size} bytes, got {len(content)}")
    return content


@contextmanager
def _opened(root: Path, path: Path, size: int | None) -> Iterator[Any]:
    name = path.relative_to(root)
    try:
        # Without O_NONBLOCK a named pipe would wait for somebody to write to it.
        descriptor = os.open(path, os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise StoreError(f"the store must hold {name}, got {error.strerror}") from error
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise StoreError(f"the store must hold plain files, got something else in place of {name}")
        if state.st_size != size if size is not None else state.st_size > _LARGEST_JSON:
            raise StoreError(f"{name} must hold {size or f'at most {_LARGEST_JSON}'} bytes, got {state.st_size}")
    except StoreError:
        os.close(descriptor)
        raise
    with os.fdopen(descriptor, "rb") as file:
        yield file

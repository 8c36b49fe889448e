"""The file of a collected noise: a zip of plain arrays and a versioned JSON header, never pickle."""

import io
import json
import os
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from adapters.torch import tensors
from stablefit._types import AnyArray
from stablefit.errors import StoreError

FORMAT, VERSION = "stablefit.sgn", 1
_HEADER = "header.json"
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, KeyError, ValueError, TypeError, EOFError, OverflowError,
    NotImplementedError, RuntimeError, OSError, SyntaxError, MemoryError, tokenize.TokenError,
)  # fmt: skip


def write(path: str | os.PathLike[str], header: dict[str, Any], arrays: dict[str, AnyArray]) -> None:
    """Write the file in one step: a reader sees the old file or the whole new one, readable by ``numpy.load`` too.

    A path that ends in ``.safetensors`` gives a file of that format.
    """
    target = Path(path)
    if target.suffix == tensors.SUFFIX:
        tensors.write(target, {"format": FORMAT, "version": VERSION, **header}, arrays)
        return
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_HEADER, json.dumps({"format": FORMAT, "version": VERSION, **header}))
            for name, array in arrays.items():
                content = io.BytesIO()
                np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
                archive.writestr(f"{name}.npy", content.getbuffer())
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def read(path: str | os.PathLike[str], names: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, AnyArray]]:
    """Return the header and the named arrays. Every member's checksum is tested before anything in it is believed.

    Raises
    ------
    StoreError
        If the file is damaged, of another kind, or of a version that this one does not know.
    FileNotFoundError
        If there is no such file.
    """
    if Path(path).suffix == tensors.SUFFIX:
        header, arrays = tensors.read(Path(path), names)
        _check(header, path)
        return header, arrays
    with Path(path).open("rb") as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                header = json.loads(archive.read(_HEADER))
                _check(header, path)
                contents = {name: io.BytesIO(archive.read(f"{name}.npy")) for name in names}
            return header, {name: np.lib.format.read_array(it, allow_pickle=False) for name, it in contents.items()}
        except StoreError:
            raise
        except _DAMAGE as error:
            raise StoreError(
                f"file must be whole gradient noise, got a damaged or foreign one: {str(path)!r}"
            ) from error


def _check(header: dict[str, Any], path: str | os.PathLike[str]) -> None:
    if header["format"] != FORMAT:
        raise StoreError(f"file must hold gradient noise, got format {header['format']!r} in {str(path)!r}")
    if header["version"] != VERSION:
        raise StoreError(f"file must be of version {VERSION}, got {header['version']!r}; update stablefit")

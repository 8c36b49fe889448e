"""Files in the safetensors format: plain arrays, and a JSON header with their checksums in the metadata."""

import json
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from stablefit._types import AnyArray
from stablefit.errors import StoreError
from stablefit.extras import extra

SUFFIX = ".safetensors"
_HEADER, _CHECKSUM = "stablefit", "stablefit.crc32"  # entries of the metadata


def write(path: Path, header: dict[str, Any], arrays: dict[str, AnyArray]) -> None:
    """Write a file in one step."""
    with extra("store"):
        from safetensors.numpy import save_file
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    sums = {name: zlib.crc32(array.tobytes()) for name, array in whole.items()}
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        text = json.dumps({"checksums": sums, "header": header})
        save_file(whole, partial, {_HEADER: text, _CHECKSUM: str(zlib.crc32(text.encode()))})
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read(path: Path, names: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, AnyArray]]:
    """Return the header and the named arrays, each of which has its checksum.

    Raises
    ------
    StoreError
        If the file is damaged or another one.
    FileNotFoundError
        If there is no such file.
    """
    with extra("store"):
        from safetensors import SafetensorError, safe_open

    if not path.exists():
        raise FileNotFoundError(f"no such file: {str(path)!r}")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata()
            ours = json.loads(metadata[_HEADER])
            arrays = {name: file.get_tensor(name) for name in names}
        sums, header = ours["checksums"], ours["header"]
        sound = metadata[_CHECKSUM] == str(zlib.crc32(metadata[_HEADER].encode()))
        if not sound or any(sums[name] != zlib.crc32(arrays[name].tobytes()) for name in names):
            raise StoreError(f"file must have its checksums, got a damaged or foreign one: {str(path)!r}")
        header["format"], header["version"]
    except StoreError:
        raise
    except (SafetensorError, KeyError, ValueError, TypeError, AttributeError, OSError, RecursionError) as error:
        raise StoreError(f"file must be whole gradient noise, got a damaged or foreign one: {str(path)!r}") from error
    return header, arrays

"""Results on disk: one fit as JSON, a batch as npz. Nothing in a file is ever executed."""

import json
import lzma
import math
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.errors import StoreError

if TYPE_CHECKING:
    from stablefit.estimators.batch import BatchFit
    from stablefit.estimators.result import FitResult

KIND = "stablefit fit"
VERSION = 1
"""Of the format of both kinds of files."""
_NOT_NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_DAMAGE = (
    KeyError, ValueError, TypeError, AttributeError, EOFError, IndexError, OverflowError, MemoryError, RuntimeError,
    OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
)  # fmt: skip
"""What readers of JSON, zip and npy raise for files that are none; RuntimeError for nesting without end too."""


def save_fit(result: "FitResult", path: str | Path, samples: bool) -> None:
    """Write one fit as JSON; numbers come back bit for bit."""
    content = {**head(KIND), **result.to_dict()}
    for name in result.DATA:
        values = getattr(result, name)
        content[name] = values.tolist() if samples and values is not None else None
    text = json.dumps(_with_names(content), indent=1, allow_nan=False)
    write(Path(path), text.encode())


def load(path: str | Path) -> "FitResult | BatchFit":
    """Read a fit or a batch that was saved.

    Parameters
    ----------
    path : path
        A file that `FitResult.save` or `BatchFit.save` wrote.

    Returns
    -------
    FitResult or BatchFit

    Raises
    ------
    StoreError
        If the file is damaged, of a version that this one does not know, or not one of these: a DataError.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> import tempfile, stablefit as sf
    >>> result = sf.fit(sf.Stable(1.5).rvs(100, rng=0), "ecf")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result.save(f"{folder}/fit.json")
    ...     sf.load(f"{folder}/fit.json").alpha == result.alpha
    True
    """
    from stablefit.estimators.batch_storage import load_batch

    path = Path(path)
    with path.open("rb") as file:
        start = file.read(2)
    try:
        return load_batch(path) if start == b"PK" else _load_fit(path)
    except StoreError:
        raise
    except _DAMAGE as error:
        raise StoreError(f"{path.name} must be a whole file that stablefit saved, got: {error}") from error


def _load_fit(path: Path) -> "FitResult":
    from stablefit.estimators.binned_result import BinnedFit
    from stablefit.estimators.result import FitResult

    content = _with_numbers(json.loads(path.read_text(encoding="utf-8")))
    check_head(path, content, KIND)
    kind = BinnedFit if content["method"] == "binned" else FitResult
    return kind.from_dict(content, **{name: _array_or_none(content.get(name)) for name in kind.DATA})


def _array_or_none(values: Any) -> FloatArray | None:
    if values is None:
        return None
    array = np.array(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"data of shape {array.shape}")
    return array


def head(kind: str) -> dict[str, Any]:
    """Return what every file begins with."""
    return {"format": kind, "version": VERSION}


def check_head(path: Path, content: Any, kind: str) -> None:
    """Raise StoreError if a file is of another kind or version."""
    if not isinstance(content, dict) or content.get("format") != kind:
        raise StoreError(f"{path.name} must be a file that stablefit saved, got something else")
    version = content.get("version")
    if version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        remedy = "a newer stablefit wrote it, and reads it" if newer else "no stablefit writes that"
        raise StoreError(f"{path.name} must be of version {VERSION}, got {version!r}; {remedy}")


def write(path: Path, content: bytes) -> None:
    """Write beside the file and move over it: a reader sees the old file or the whole new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _with_names(content: Any) -> Any:
    """Replace what JSON has no number for by its name."""
    if isinstance(content, dict):
        return {key: _with_names(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_with_names(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return repr(content)
    return content


def _with_numbers(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _with_numbers(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_with_numbers(value) for value in content]
    return _NOT_NUMBERS.get(content, content) if isinstance(content, str) else content

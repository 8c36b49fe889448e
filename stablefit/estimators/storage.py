"""Results on disk: one fit as JSON, a batch as npz. Nothing in a file is ever executed."""

import json
import math
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.errors import StoreError
from stablefit.estimators.estimates import Fits

if TYPE_CHECKING:
    from stablefit.estimators.batch import BatchFit
    from stablefit.estimators.result import FitResult

FIT, BATCH = "stablefit fit", "stablefit batch"
VERSION = 1
_NOT_NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def save_fit(result: "FitResult", path: str | Path, samples: bool) -> None:
    """Write one fit as JSON; numbers come back bit for bit."""
    content = {"format": FIT, "version": VERSION, **result.to_dict()}
    for name in result.DATA:
        values = getattr(result, name)
        content[name] = values.tolist() if samples and values is not None else None
    text = json.dumps(_with_names(content), indent=1, allow_nan=False)
    _write(Path(path), text.encode())


def save_batch(batch: "BatchFit", path: str | Path, samples: bool) -> None:
    """Write a batch as npz."""
    import io

    head = {"format": BATCH, "version": VERSION, "method": batch.method, "held": dict(batch.held), "shape": batch.shape}
    arrays = {name: getattr(batch.fits, name) for name in Fits.__slots__}
    arrays |= {"nobs": batch.nobs_of_rows, "loglik": batch.loglik}
    if samples and batch.data is not None:
        arrays |= batch.data.stored()
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, head=np.array(json.dumps(head)), **arrays)
    _write(Path(path), buffer.getvalue())


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
        If the file is damaged, of a version that this one does not know, or not one of these.
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
    path = Path(path)
    with path.open("rb") as file:
        start = file.read(2)
    try:
        return _load_batch(path) if start == b"PK" else _load_fit(path)
    except (KeyError, ValueError, TypeError, AttributeError, EOFError, IndexError, zipfile.BadZipFile) as error:
        raise StoreError(f"{path.name} must be a whole file that stablefit saved, got: {error}") from error


def _load_fit(path: Path) -> "FitResult":
    from stablefit.estimators.binned_result import BinnedFit
    from stablefit.estimators.result import FitResult

    content = _with_numbers(json.loads(path.read_text(encoding="utf-8")))
    _check_head(path, content, FIT)
    kind = BinnedFit if content["method"] == "binned" else FitResult
    return kind.from_dict(content, **{name: _array_or_none(content.get(name)) for name in kind.DATA})


def _load_batch(path: Path) -> "BatchFit":
    from stablefit.estimators.batch import BatchFit
    from stablefit.estimators.binned_result import BinnedBatch
    from stablefit.estimators.histograms import Histograms
    from stablefit.estimators.samples import Samples

    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        if "head" not in archive.files:
            raise StoreError(f"{path.name} must be a file that stablefit saved, got an archive of {archive.files}")
        head = json.loads(str(archive["head"]))
        _check_head(path, head, BATCH)
        fits = Fits(*(archive[name] for name in Fits.__slots__))
        shape = tuple(head["shape"])
        weights = archive["weights"] if "weights" in archive.files else None
        data = Samples(archive["samples"], shape, weights) if "samples" in archive.files else None
        if "counts" in archive.files:
            data = Histograms(archive["counts"], shape, edges=archive["edges"])
        loglik, nobs = archive["loglik"], archive["nobs"]
    kind = BinnedBatch if head["method"] == "binned" else BatchFit
    return kind(head["method"], fits, nobs, head["held"], data, shape=shape, known_loglik=loglik)


def _array_or_none(values: Any) -> FloatArray | None:
    return None if values is None else np.array(values, dtype=np.float64)


def _check_head(path: Path, head: Any, expected: str) -> None:
    if not isinstance(head, dict) or head.get("format") != expected:
        raise StoreError(f"{path.name} must be a file that stablefit saved, got something else")
    if head.get("version") != VERSION:
        raise StoreError(
            f"{path.name} must be of version {VERSION}, got {head.get('version')}; a newer stablefit reads it"
        )


def _write(path: Path, content: bytes) -> None:
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

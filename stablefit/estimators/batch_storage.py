"""A batch of fits on disk: NumPy's npz without pickle, every array checked before it is believed."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import AnyArray
from stablefit.errors import StoreError
from stablefit.estimators import storage
from stablefit.estimators.estimates import Fits
from stablefit.estimators.fixed import PARAMETERS
from stablefit.estimators.samples import Samples
from stablefit.estimators.status import Status

if TYPE_CHECKING:
    from stablefit.estimators.batch import BatchFit

KIND = "stablefit batch"
_SHAPES = {"cov": (4, 4), "errors": (4,)}


def save_batch(batch: "BatchFit", path: str | Path, samples: bool) -> None:
    """Write a batch."""
    head = {**storage.head(KIND), "method": batch.method, "held": dict(batch.held), "shape": batch.shape}
    arrays = {name: getattr(batch.fits, name) for name in Fits.__slots__}
    arrays |= {"nobs": batch.nobs_of_rows, "loglik": batch.loglik}
    if samples and batch.data is not None:
        arrays |= batch.data.stored()
    buffer = io.BytesIO()
    np.savez(buffer, head=np.array(json.dumps(head)), **arrays)
    storage.write(Path(path), buffer.getvalue())


def load_batch(path: Path) -> "BatchFit":
    """Read a batch; any of many errors if the file is not one."""
    from stablefit.estimators.batch import BatchFit
    from stablefit.estimators.binned_result import BinnedBatch

    arrays = _arrays(path)
    if "head" not in arrays:
        raise StoreError(f"{path.name} must be a file that stablefit saved, got an archive of {list(arrays)}")
    head = json.loads(str(arrays["head"]))
    storage.check_head(path, head, KIND)
    method, shape = head["method"], tuple(head["shape"])
    held = {name: float(value) for name, value in head["held"].items()}
    if not isinstance(method, str) or not set(held) <= set(PARAMETERS) or not all(type(size) is int for size in shape):
        raise ValueError("a head that names no method, parameters and shape")
    loglik = _checked(arrays, "loglik", shape, "f")
    k = loglik.size
    fits = Fits(
        *(
            _checked(arrays, name, (k, *_SHAPES.get(name, ())), "i" if name == "status" else "f")
            for name in Fits.__slots__
        )
    )
    if k and not 0 <= fits.status.min() <= fits.status.max() <= max(Status):
        raise ValueError("statuses that are none")
    nobs = _checked(arrays, "nobs", (k,), "fi")
    kind = BinnedBatch if method == "binned" else BatchFit
    return kind(method, fits, nobs, held, _data(arrays, shape, k), shape=shape, known_loglik=loglik)


def _arrays(path: Path) -> dict[str, AnyArray]:
    """Return all arrays of a file that is no larger in memory than on disk, which compressed ones may be."""
    with path.open("rb") as file:
        with zipfile.ZipFile(file) as archive:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                raise StoreError(f"{path.name} must be a file that stablefit saved, got a compressed archive")
        file.seek(0)
        with np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}


def _data(arrays: Mapping[str, AnyArray], shape: tuple[int, ...], k: int) -> Samples | None:
    """Return the samples or histograms in a file, or None."""
    from stablefit.estimators.histograms import Histograms

    name = next((name for name in ("samples", "counts") if name in arrays), None)
    if name is None:
        return None
    rows = _checked(arrays, name, (k, arrays[name].shape[-1]), "fiu")
    if name == "counts":
        return Histograms(rows, shape, edges=_checked(arrays, "edges", (rows.shape[1] + 1,), "f"))
    return Samples(rows, shape, _checked(arrays, "weights", rows.shape, "fiu") if "weights" in arrays else None)


def _checked(arrays: Mapping[str, AnyArray], name: str, shape: tuple[int, ...], kinds: str) -> Any:
    """Return an array of this shape and of one of these kinds of numbers."""
    array = arrays[name]
    if array.shape != shape or array.dtype.kind not in kinds:
        raise ValueError(f"{name} of shape {array.shape} and type {array.dtype}")
    return array

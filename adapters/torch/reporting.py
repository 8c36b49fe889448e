"""The report of collected gradient noise: its fits, their Gaussian null, and how it was collected."""

import os
from typing import TYPE_CHECKING, Literal

import numpy as np

from stablefit import Sketch, fit
from stablefit._types import FloatArray, IntArray
from stablefit.report.noise import Noise, write_noise

if TYPE_CHECKING:
    from adapters.torch.noise import SGN
    from stablefit import BatchFit
    from stablefit.estimators.fitting import MethodName
    from stablefit.gof import BatchComparison

NULL = 2000
"""Gaussian samples that the null rests on."""
_CHUNK = 250  # of them drawn at a time
_FACTS = ("sampling", "mode", "batch_size", "accumulate", "n_examples", "loss", "dtype", "device", "seed", "centre")


def write_report(
    sgn: "SGN",
    path: str | os.PathLike[str],
    *,
    method: "MethodName | Literal['sketch'] | None" = None,
    compare: bool = True,
    title: str = "Gradient noise",
) -> None:
    """Write the report of gradient noise as one HTML file that needs no network and no other file.

    Parameters
    ----------
    sgn : SGN
        The noise.
    path : path
        A file, replaced if it is there.
    method : str, optional
        Method of the fit: one of `stablefit.fit` for the columns of `samples`, ``"sketch"`` for every parameter. By
        default maximum likelihood where there are samples, the sketch where there are none.
    compare : bool, default True
        Compare normal and stable fits of the columns, beside those of Gaussian noise.
    title : str
        Stands over the report.

    Raises
    ------
    ValueError
        If the method is not known, or there is no sketch.
    ImportError
        If jinja2 or matplotlib is not installed.
    """
    chosen = method or ("mle" if sgn.samples.size else "sketch")
    found = sgn.fit(chosen)
    facts = [(key.replace("_", " "), str(sgn.metadata[key])) for key in _FACTS if sgn.metadata.get(key) is not None]
    if chosen == "sketch" and sgn.sketch is not None:
        names, sizes = sgn.sketch.names, [part.size for part in sgn.sketch.parts]
        place = np.repeat(np.arange(len(names)), sizes)
        index = np.concatenate([np.arange(size) for size in sizes])
        n, zeros, null = sgn.sketch.n, sgn.sketch.zeros, _null_of_sketch(sgn.sketch.n)
    else:
        names, place, index = _columns(sgn)
        n, zeros, null = len(sgn.samples), sgn.zeros, _null(len(sgn.samples), chosen)
    facts.insert(0, ("mini-batches", f"{n:,}"))
    comparison = _comparison(sgn, chosen, found) if compare and chosen != "sketch" else None
    noise = Noise(names, place, index, found, null, zeros=zeros, facts=facts, comparison=comparison)
    write_noise(noise, path, title=title)


def _columns(sgn: "SGN") -> tuple[list[str], IntArray, IntArray]:
    names = list(dict.fromkeys(name for name, _ in sgn.labels))
    at = {name: i for i, name in enumerate(names)}
    place = np.array([at[name] for name, _ in sgn.labels], dtype=np.int64)
    return names, place, np.array([index for _, index in sgn.labels], dtype=np.int64)


def _comparison(sgn: "SGN", method: str, found: "BatchFit") -> "BatchComparison | None":
    """Compare the laws; there is nothing to compare where fewer than two columns can be fitted."""
    if np.count_nonzero(found.converged) < 2:
        return None
    return sgn.compare(method=method, normalise="scale", rng=0)


def _null(n: int, method: str) -> FloatArray:
    """Return alpha of normal samples of size n by a method of `stablefit.fit`."""
    rng = np.random.default_rng(0)
    alpha = [fit(rng.standard_normal((_CHUNK, n)), method, axis=1).alpha for _ in range(NULL // _CHUNK)]  # type: ignore[call-overload]
    return np.concatenate(alpha)


def _null_of_sketch(n: int) -> FloatArray:
    """Return alpha of sketches of n normal values."""
    rng = np.random.default_rng(0)
    sketch = Sketch(NULL)
    for _ in range(n):
        sketch.add(rng.standard_normal(NULL))
    return sketch.fit().alpha

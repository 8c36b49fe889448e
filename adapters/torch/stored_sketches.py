"""Sketches as plain arrays in the file of a collected noise."""

import os
from typing import Any

import numpy as np

from adapters.torch import archive
from adapters.torch.sketching import GradientSketch
from stablefit import Sketch
from stablefit._types import AnyArray

_ARRAYS = ("sketch_state", "sketch_mean", "sketch_square", "sketch_zeros")
_COUNTS = "sketch_counts"


def described(sketch: GradientSketch) -> tuple[dict[str, Any], dict[str, AnyArray]]:
    """Return what goes into the header, and the arrays: all parameters one after another."""
    for part in sketch.parts:
        part.begin()
    header = {"names": sketch.names, "shapes": sketch.shapes, "n": sketch.n, "pilot": sketch.parts[0].pilot}
    counts = [part.counts for part in sketch.parts if part.counts is not None]
    header["histogram"] = bool(counts)
    moments = [part.moments for part in sketch.parts if part.moments is not None]
    joined = (np.concatenate([triple[i] for triple in moments]) for i in range(3))
    arrays = dict(zip(_ARRAYS, (np.concatenate([part.state for part in sketch.parts]), *joined), strict=True))
    return header, arrays | ({_COUNTS: np.concatenate(counts)} if counts else {})


def read(path: str | os.PathLike[str], header: dict[str, Any]) -> GradientSketch:
    """Return the sketch of a file; KeyError, TypeError or ValueError if its parts do not fit."""
    _, arrays = archive.read(path, _ARRAYS)
    state, mean, square, zeros = (arrays[name] for name in _ARRAYS)
    counts = archive.read(path, (_COUNTS,))[1][_COUNTS] if header.get("histogram") else None
    parts, first, block = [], 0, 0
    for shape in header["shapes"]:
        part = Sketch(int(np.prod(shape)), pilot=int(header["pilot"]), dtype=state.dtype)
        entries, blocks = slice(first, first + part.size), slice(block, block + part.state.shape[0])
        moments = mean[entries], square[entries], zeros[entries]
        part.restore(header["n"], state[blocks], moments, None if counts is None else counts[entries])
        parts.append(part)
        first, block = entries.stop, blocks.stop
    return GradientSketch(header["names"], [tuple(shape) for shape in header["shapes"]], parts)

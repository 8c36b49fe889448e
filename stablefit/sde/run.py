"""What makes a run the same run: for its random numbers and for its results on disk."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import RandomState
from stablefit.sde.checkpoint import Checkpoint
from stablefit.sde.streams import key_of

if TYPE_CHECKING:
    from stablefit.sde.exits import ExitTask
    from stablefit.sde.simulating import PathTask


def key_for(rng: RandomState, checkpoint: str | Path | None) -> np.uint64:
    """Return the key of a run; ValueError where a run that is to be resumed has no seed."""
    if checkpoint is not None and not isinstance(rng, int | np.integer):
        raise ValueError(f"rng must be an int where there is a checkpoint, else no run is the same again, got {rng!r}")
    return key_of(rng)


def checkpoint_for(
    path: str | Path | None, run: dict[str, Any], task: "ExitTask | PathTask", rng: RandomState
) -> Checkpoint | None:
    """Return the file of a run, with what identifies it: all arguments but the number of paths."""
    if path is None:
        return None
    sde, start = task.dynamics.sde, task.start
    arrays = [task.dynamics.alpha, task.dynamics.strength, start.x0]
    arrays += [] if task.dynamics.mixing is None else [task.dynamics.mixing]
    digest = hashlib.sha256(b"".join(values.tobytes() for values in arrays)).hexdigest()[:16]
    identity = {
        "sde": repr(sde),
        "numbers": digest,
        "method": task.method,
        "grid": [task.grid.start, task.grid.end, task.grid.dt],
        "rng": int(rng),  # type: ignore[arg-type]  # checked by key_for
    }
    return Checkpoint(path, run | identity)

"""Tables of measurements with anomalies to tell: Cardio and Ionosphere by path, made-up ones, a stand-in for Speech."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SHAPES = {"Cardio": (1831, 21, 176), "Ionosphere": (351, 33, 126), "Speech": (3686, 400, 61)}
"""Rows, columns and anomalies of the sets as published (ODDS)."""
LATENT = 10
"""Directions in which made-up rows vary, beside noise in all."""


@dataclass(frozen=True)
class Measurements:
    """Rows x (n, columns), standardised, and y (n,), 1 for anomalies; `made_up`: they are not the real ones."""

    name: str
    x: Tensor
    y: Tensor
    made_up: bool

    @property
    def entropy(self) -> float:
        """Loss of the best constant prediction, in nats."""
        share = float(self.y.mean())
        return -share * float(np.log(share)) - (1.0 - share) * float(np.log1p(-share))


def read_measurements(data: Path | None, name: str, *, device: str, seed: int) -> Measurements:
    """Return one of the sets in SHAPES, from the file odds_NAME.npz of the folder.

    Speech is made up where the folder does not hold it: rows of the same number and size. So are all without a folder.

    Raises
    ------
    FileNotFoundError
        If the folder does not hold Cardio or Ionosphere.
    """
    path = None if data is None else data / f"odds_{name.lower()}.npz"
    made_up = path is None or (name == "Speech" and not path.exists())
    if path is None or made_up:
        x, y = _made_up(np.random.default_rng([seed, 7]), *SHAPES[name])
    elif path.exists():
        with np.load(path, allow_pickle=False) as kept:
            x, y = kept["X"].astype(np.float64), kept["y"].astype(np.float64)
    else:
        raise FileNotFoundError(f"--data must name a folder that holds {path.name}, got {str(data)!r}")
    x = (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 0.0, x.std(axis=0), 1.0)
    shown = f"{name} (made-up rows of its shape)" if made_up else name
    inputs = torch.tensor(x, dtype=torch.float32, device=device)
    return Measurements(shown, inputs, torch.tensor(y, dtype=torch.float32, device=device), made_up)


def _made_up(
    rng: np.random.Generator, rows: int, columns: int, anomalies: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows vary in a few directions; those of anomalies vary more, about a centre of their own."""
    y = np.zeros(rows)
    y[rng.permutation(rows)[:anomalies]] = 1.0
    latent = rng.normal(size=(rows, LATENT))
    latent[y == 1.0] = 1.5 * latent[y == 1.0] + 1.5 * rng.normal(size=LATENT)
    return latent @ rng.normal(size=(LATENT, columns)) / np.sqrt(LATENT) + rng.normal(size=(rows, columns)), y

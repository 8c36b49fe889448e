"""Gradient noise of a trained network, collected once and kept."""

from typing import Any

from images import Labelled
from options import Options
from store import Store
from torch.utils.data import DataLoader, TensorDataset
from training import Trained

from adapters.torch import SGN, collect_sgn


def noise_of(
    trained: Trained,
    data: Labelled,
    options: Options,
    *,
    batches: int,
    batch_size: int,
    k: int,
    params: Any = None,
    seed: int | None = None,
) -> SGN:
    """Return the noise of `k` parameters over independent mini-batches at the trained weights, BatchNorm frozen."""
    seed = options.seed if seed is None else seed
    recipe = {
        "trained": trained.recipe,
        "batches": batches,
        "batch_size": batch_size,
        "k": k,
        "params": params,
        "noise seed": seed,
    }
    loader = DataLoader(TensorDataset(data.x, data.y), batch_size=batch_size)

    def collect() -> SGN:
        return collect_sgn(
            trained.model,
            loader,
            n_batches=batches,
            k=k,
            params=params,
            sketch=False,
            seed=seed,
            progress=options.progress,
        )

    return Store(options.out / "store").noise(recipe, collect)

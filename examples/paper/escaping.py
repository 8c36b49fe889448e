"""SGD of a three-layer network from a minimum, with many seeds at once, until it has left the minimum's basin.

The networks of all seeds and learning rates are stacked, and every layer is one batched product of matrices.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from anomalies import Measurements
from numpy.typing import NDArray
from options import Options
from store import Arrays, Store
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

from adapters.torch import SGN, collect_sgn
from stablefit import BatchFit
from stablefit.escape import ExitLaw

Weights = list[Tensor]
"""Matrix (networks, in, out) and offsets (networks, 1, out) of each layer in turn."""


@dataclass(frozen=True)
class Basin:
    """A minimum, and what counts as leaving it.

    Attributes
    ----------
    data : Measurements
    weights : list of Tensor
        Of one network at the minimum.
    loss : float
        There, over the judged rows.
    judged : Tensor
        Rows over which the loss is judged.
    rise : float
        The basin is left where the loss exceeds `loss` by more.
    reach : float
        The box is left where any weight is further than this from its value at the minimum.
    recipe : dict
        What it depends on.
    """

    data: Measurements
    weights: Weights
    loss: float
    judged: Tensor
    rise: float
    reach: float
    recipe: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Escape:
    """How escapes are measured.

    Attributes
    ----------
    width : int
        Units of both hidden layers.
    steps : int
        Steps of SGD to the minimum, with rate .05 and mini-batches of 128 as in the paper.
    judged : int
        Rows over which the loss is judged, at most.
    rise : float
        Loss above the minimum's at which the basin is left, in losses of the best constant prediction.
    reach : float
        Half the width of the box.
    every : int
        Steps between two looks at loss and box.
    longest : int
        Steps after which a run is censored.
    """

    width: int = 4
    steps: int = 10_000
    judged: int = 2000
    rise: float = 0.1
    reach: float = 0.2
    every: int = 5
    longest: int = 20_000


PRETRAINING_RATE, PRETRAINING_BATCH = 0.05, 128


def outputs(weights: Weights, x: Tensor) -> Tensor:
    """Return the log-odds of anomaly, shape (networks, rows), of rows (networks or 1, rows, columns)."""
    for matrix, offsets in zip(weights[::2], weights[1::2], strict=True):
        x = torch.baddbmm(offsets, x.expand(len(matrix), -1, -1), matrix)
        x = functional.relu(x) if matrix is not weights[-2] else x
    return x[..., 0]


def losses(weights: Weights, x: Tensor, y: Tensor) -> Tensor:
    """Return the mean loss of each network."""
    shown = outputs(weights, x)
    return functional.binary_cross_entropy_with_logits(shown, y.expand_as(shown), reduction="none").mean(dim=1)


def step(weights: Weights, x: Tensor, y: Tensor, rates: Tensor) -> None:
    """Move each network by its learning rate against the gradient of its own mini-batch."""
    gradients = torch.autograd.grad(losses(weights, x, y).sum(), weights)
    with torch.no_grad():
        for part, gradient in zip(weights, gradients, strict=True):
            part.sub_(rates * gradient)


def tracked(weights: Weights) -> Weights:
    """Return copies that gradients are taken of."""
    return [part.detach().clone().requires_grad_() for part in weights]


def minimum(data: Measurements, how: Escape, options: Options) -> Basin:
    """Return the minimum that SGD has reached, made only where it is not kept yet."""
    recipe = {
        "rows": data.name,
        "width": how.width,
        "steps": how.steps,
        "rate": PRETRAINING_RATE,
        "batch": PRETRAINING_BATCH,
        "seed": options.seed,
        "device": options.device.split(":")[0],
    }
    kept = Store(options.out / "store").arrays("minimum", recipe, lambda: _pretrained(data, how, options))
    weights = [torch.from_numpy(kept[f"{place}"]).to(options.device) for place in range(len(kept))]
    order = np.random.default_rng([options.seed, 8]).permutation(len(data.x))[: how.judged]
    judged = torch.from_numpy(np.sort(order)).to(options.device)
    with torch.no_grad():
        loss = float(losses(weights, data.x[judged][None], data.y[judged]))
    return Basin(data, weights, loss, judged, how.rise * data.entropy, how.reach, recipe)


def _pretrained(data: Measurements, how: Escape, options: Options) -> Arrays:
    rng = np.random.default_rng([options.seed, 9])
    sizes = (data.x.shape[1], how.width, how.width, 1)
    weights: Weights = []
    for fan_in, fan_out in pairwise(sizes):
        for shape in ((1, fan_in, fan_out), (1, 1, fan_out)):
            drawn = rng.uniform(-1.0, 1.0, shape) / np.sqrt(fan_in)
            weights.append(torch.tensor(drawn, dtype=torch.float32, device=options.device))
    weights = tracked(weights)
    rate = torch.tensor(PRETRAINING_RATE, device=options.device)
    shown = tqdm(range(how.steps), f"minimum of {data.name}", leave=False, disable=not options.progress)
    for _ in shown:
        rows = torch.from_numpy(rng.integers(len(data.x), size=PRETRAINING_BATCH)).to(options.device)
        step(weights, data.x[rows][None], data.y[rows][None], rate)
    return {f"{place}": part.detach().cpu().numpy() for place, part in enumerate(weights)}


def module_of(basin: Basin) -> nn.Module:
    """Return the network at the minimum as a module, for `collect_sgn`."""
    layers: list[nn.Module] = []
    for matrix, offsets in zip(basin.weights[::2], basin.weights[1::2], strict=True):
        linear = nn.Linear(matrix.shape[1], matrix.shape[2])
        with torch.no_grad():
            linear.weight.copy_(matrix[0].T)
            linear.bias.copy_(offsets[0, 0])
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1], nn.Flatten(0))


def escapes(
    basin: Basin, how: Escape, rates: Sequence[float], batch: int, seeds: range, options: Options
) -> dict[str, NDArray[np.int64]]:
    """Return the step at which each run was first seen outside, by loss and by box.

    Shapes are (rates, seeds). 0 marks runs that were still inside after the longest time. Steps are multiples of
    `how.every`. Runs of all rates and seeds are made at once, and kept.
    """
    recipe = {
        **basin.recipe,
        "rates": list(rates),
        "batch": batch,
        "seeds": [seeds.start, seeds.stop],
        "judged": len(basin.judged),
        "rise": how.rise,
        "reach": how.reach,
        "every": how.every,
        "longest": how.longest,
    }
    kept = Store(options.out / "store").arrays(
        "escapes", recipe, lambda: _escapes(basin, how, np.asarray(rates), batch, seeds, options)
    )
    return {name: kept[name] for name in ("loss", "box")}


def _escapes(
    basin: Basin, how: Escape, rates: NDArray[np.float64], batch: int, seeds: range, options: Options
) -> Arrays:
    data, device = basin.data, options.device
    runs = rates.size * len(seeds)
    per_run = torch.tensor(np.repeat(rates, len(seeds)), dtype=torch.float32, device=device)[:, None, None]
    weights = tracked([part.expand(runs, -1, -1) for part in basin.weights])
    alive = np.arange(runs)
    left = {name: np.zeros(runs, dtype=np.int64) for name in ("loss", "box")}
    streams = np.random.default_rng([options.seed, batch, seeds.start, 10])
    bar = tqdm(total=how.longest, desc=f"{data.name}, batch {batch}", leave=False, disable=not options.progress)
    for now in range(1, how.longest + 1):
        drawn = streams.integers(len(data.x), size=(runs, batch), dtype=np.int32)
        rows = torch.from_numpy(drawn[alive].astype(np.int64)).to(device)
        step(weights, data.x[rows], data.y[rows], per_run)
        bar.update()
        if now % how.every:
            continue
        for name, outside in _outside(basin, weights).items():
            fresh = alive[outside & (left[name][alive] == 0)]
            left[name][fresh] = now
        inside = (left["loss"][alive] == 0) | (left["box"][alive] == 0)
        if not inside.any():
            break
        if not inside.all():
            kept = torch.from_numpy(np.flatnonzero(inside)).to(device)
            weights, per_run, alive = tracked([part[kept] for part in weights]), per_run[kept], alive[inside]
    bar.close()
    return {name: steps.reshape(rates.size, len(seeds)) for name, steps in left.items()}


@torch.no_grad()
def _outside(basin: Basin, weights: Weights) -> dict[str, NDArray[np.bool_]]:
    """Tell which networks are outside the basin; one whose loss is not a number is."""
    x, y = basin.data.x[basin.judged][None], basin.data.y[basin.judged]
    high = ~(losses(weights, x, y) <= basin.loss + basin.rise)
    moved = [(part - start).abs().amax(dim=(1, 2)) for part, start in zip(weights, basin.weights, strict=True)]
    far = ~(torch.stack(moved).amax(dim=0) <= basin.reach)
    return {"loss": high.cpu().numpy(), "box": far.cpu().numpy()}


def noise_at(basin: Basin, batch: int, batches: int, options: Options) -> SGN:
    """Return the noise of every weight at the minimum, over mini-batches of a size."""
    recipe = {**basin.recipe, "noise batch": batch, "batches": batches}
    loader = DataLoader(TensorDataset(basin.data.x, basin.data.y), batch_size=batch)

    def loss(model: nn.Module, rows: Sequence[Tensor]) -> Tensor:
        return functional.binary_cross_entropy_with_logits(model(rows[0]), rows[1])

    def collect() -> SGN:
        model = module_of(basin).to(options.device)
        count = sum(part.numel() for part in model.parameters())
        return collect_sgn(
            model, loader, loss, n_batches=batches, k=count, sketch=False, seed=options.seed, progress=options.progress
        )

    return Store(options.out / "store").noise(recipe, collect)


def predicted_law(fits: BatchFit, basin: Basin, rate: float) -> ExitLaw | None:
    """Return the law of leaving the box by single jumps of the noise; None if none has jumps.

    Weights whose noise could not be fitted, being 0 in most mini-batches, have no part in it.
    """
    usable = fits[np.isfinite(fits.alpha)]
    if not (usable.alpha < 2.0).any():
        return None
    return ExitLaw.from_sgn(usable, -basin.reach, basin.reach, rate)

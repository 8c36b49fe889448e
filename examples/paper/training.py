"""Training, by plain SGD without momentum and weight decay unless said otherwise, that can be taken up again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from images import Labelled
from numpy.typing import NDArray
from options import Options
from store import Arrays, Store, read_arrays
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

Course = tuple[tuple[float, int], ...]
"""Learning rate and batch size of each epoch."""
Optimiser = Literal["sgd", "adam"]
VALIDATION_BATCH = 500


def course(
    epochs: int,
    lr: float,
    batch_size: int,
    drops: Sequence[int] = (),
    *,
    factor: int = 10,
    by: Literal["lr", "batch"] = "lr",
) -> Course:
    """Return a course that divides the learning rate, or multiplies the batch size, at each epoch in `drops`."""
    steps = []
    for epoch in range(epochs):
        times = factor ** sum(epoch >= drop for drop in drops)
        steps.append((lr / times, batch_size) if by == "lr" else (lr, batch_size * times))
    return tuple(steps)


@dataclass(frozen=True)
class Trained:
    """A network after its course.

    Attributes
    ----------
    model : nn.Module
        In eval mode, on the device.
    loss : ndarray
        Mean loss over the mini-batches of each epoch.
    accuracy : ndarray
        Share of the validation set that is classified rightly after each epoch.
    recipe : dict
        What it depends on.
    """

    model: nn.Module
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    recipe: dict[str, Any]


def train(
    build: Callable[[], nn.Module],
    name: str,
    data: Labelled,
    steps: Course,
    options: Options,
    *,
    seed: int | None = None,
    by: Optimiser = "sgd",
    augment: bool = False,
    save_every: int = 20,
) -> Trained:
    """Return the network after the course.

    Epoch e draws its mini-batches from a generator of (seed, e), and plain SGD has no state but the weights: the
    weights after e epochs, kept every `save_every` epochs and at the end, are all that going on needs, and courses that
    begin alike share their beginning. Adam's state is not kept: its courses begin anew.
    """
    seed = options.seed if seed is None else seed
    store = Store(options.out / "store")
    fixed = {"network": name, **data.recipe, "seed": seed, "by": by, "augment": augment}
    fixed["device"] = options.device.split(":")[0]

    def recipe(epochs: int) -> dict[str, Any]:
        return {**fixed, "course": steps[:epochs]}

    torch.manual_seed(seed)
    model = build().to(options.device)
    first = 1 if by == "sgd" else len(steps)
    done = next((e for e in range(len(steps), first - 1, -1) if store.path("network", recipe(e)).exists()), 0)
    optimiser = (torch.optim.SGD if by == "sgd" else torch.optim.Adam)(model.parameters())
    curves: list[tuple[float, float]] = []
    if done:
        kept = read_arrays(store.path("network", recipe(done)))
        load(model, kept)
        curves = [tuple(pair) for pair in kept["curves"].tolist()]
    shown = tqdm(
        range(done, len(steps)),
        f"train {name}",
        initial=done,
        total=len(steps),
        leave=False,
        disable=not options.progress,
    )
    for epoch in shown:
        curves.append(one_epoch(model, optimiser, data, *steps[epoch], np.random.default_rng([seed, epoch]), augment))
        if ((epoch + 1) % save_every == 0 and by == "sgd") or epoch + 1 == len(steps):
            store.arrays("network", recipe(epoch + 1), lambda: weights(model) | {"curves": np.array(curves)})
    loss, accuracy = np.array(curves).T
    return Trained(model.eval(), loss, accuracy, recipe(len(steps)))


def leave_cores_to_others(options: Options) -> None:
    """Use one thread on a host: networks this small gain nothing from more, and lose much where cores are shared."""
    if options.device == "cpu" and options.preset != "full":
        torch.set_num_threads(1)


def one_epoch(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    data: Labelled,
    lr: float,
    batch_size: int,
    rng: np.random.Generator,
    augment: bool,
) -> tuple[float, float]:
    """Train over one random order of the data; return mean loss and validation accuracy."""
    model.train()
    for group in optimiser.param_groups:
        group["lr"] = lr
    order = torch.from_numpy(rng.permutation(len(data.x))).to(data.x.device)
    total = torch.zeros((), device=data.x.device)
    batches = order.split(batch_size)
    for chosen in batches:
        x, y = data.x[chosen], data.y[chosen]
        loss = functional.cross_entropy(model(moved(x, rng) if augment else x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += loss.detach()
    return float(total) / len(batches), accuracy(model, data.x_test, data.y_test)


def moved(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Return the images shifted by up to four pixels, and half of them mirrored: each mini-batch in one way."""
    padded = functional.pad(x, (4, 4, 4, 4))
    top, left = rng.integers(9, size=2).tolist()
    shifted = padded[:, :, top : top + x.shape[2], left : left + x.shape[3]]
    mirrored = torch.from_numpy(rng.random(len(x)) < 0.5).to(x.device)
    return torch.where(mirrored[:, None, None, None], shifted.flip(3), shifted)


@torch.no_grad()
def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the share of inputs that are classified rightly."""
    model.eval()
    right = [
        (model(part).argmax(1) == classes).sum()
        for part, classes in zip(x.split(VALIDATION_BATCH), y.split(VALIDATION_BATCH), strict=True)
    ]
    return float(torch.stack(right).sum()) / len(x)


def weights(model: nn.Module) -> Arrays:
    """Return weights and buffers as arrays."""
    return {f"w.{name}": value.detach().cpu().numpy() for name, value in model.state_dict().items()}


def load(model: nn.Module, kept: Arrays) -> None:
    """Put kept weights and buffers into the model."""
    model.load_state_dict({name[2:]: torch.from_numpy(value) for name, value in kept.items() if name.startswith("w.")})

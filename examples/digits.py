"""Ask of two small networks whether the noise of their gradients has heavier tails than a Gaussian.

Trains a CNN (with batch normalisation) and an MLP on scikit-learn's digits, collects the noise of randomly chosen
parameters at the trained weights, fits a Gaussian and a symmetric alpha-stable law to each parameter, and prints how
well both fit, beside the same figures for Gaussian noise of the same size. Run by ``make demo``.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

import stablefit as sf
from adapters.torch import SGN, collect_sgn
from stablefit.plotting.noise import alpha_by_group

METHODS = {"ecf": "by the characteristic function", "mle": "by maximum likelihood"}


def cnn() -> nn.Module:
    """Two convolutions with batch normalisation, one linear layer."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 8)),
        *(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU()),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
        nn.Flatten(),
        nn.Linear(512, 10),
    )


def mlp() -> nn.Module:
    """Three linear layers."""
    return nn.Sequential(
        *(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU()),
        nn.Linear(64, 10),
    )


NETWORKS: dict[str, Callable[[], nn.Module]] = {"CNN": cnn, "MLP": mlp}


@dataclass(frozen=True)
class Size:
    """How much work to do."""

    epochs: int
    parameters: int
    batches: int
    null: int


FULL = Size(epochs=20, parameters=100, batches=1000, null=1000)
QUICK = Size(epochs=2, parameters=12, batches=100, null=50)


def digits() -> TensorDataset:
    """1797 images of 8 x 8 pixels, grey levels scaled to [0, 1]."""
    images = load_digits()
    return TensorDataset(torch.tensor(images.images / 16.0, dtype=torch.float32), torch.tensor(images.target))


def train(build: Callable[[], nn.Module], loader: DataLoader, epochs: int, name: str) -> nn.Module:
    """Train by plain SGD, without momentum and weight decay, as the paper does."""
    model = build()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in tqdm(range(epochs), f"train {name}", leave=False):
        for x, y in loader:
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimiser.step()
    return model.eval()


def describe(name: str, model: nn.Module, noise: SGN, data: TensorDataset) -> str:
    """Say what was trained and how many of the chosen parameters have a noise that can be fitted."""
    x, y = data.tensors
    with torch.no_grad():
        accuracy = (model(x).argmax(1) == y).float().mean().item()
    size = sum(parameter.numel() for parameter in model.parameters())
    status = noise.fit().status
    unfit = {kind.name: int((status == kind).sum()) for kind in (sf.Status.DEAD, sf.Status.ZERO_INFLATED)}
    n, k = noise.samples.shape
    return (
        f"{name}: {size} parameters, training accuracy {accuracy:.1%}; noise of {k} of them over {n} mini-batches\n"
        f"not fitted: {unfit['DEAD']} dead (never a gradient), "
        f"{unfit['ZERO_INFLATED']} zero-inflated (no gradient in more than 20 % of mini-batches)"
    )


def alpha_by_layer(noise: SGN, method: str, null: NDArray[np.float64]) -> str:
    """Tabulate alpha by layer beside what the method makes of Gaussian noise of the same size."""
    fitted = noise.fit(method=method)
    layers = np.array(noise.layers)
    low, middle, high = np.quantile(null, [0.05, 0.5, 0.95])
    lines = [f"{'layer':<12}{'fitted':>8}{'alpha: 5 %':>13}{'median':>9}{'95 %':>9}{'below the null 5 % point':>27}"]
    for layer in dict.fromkeys(layers):
        alpha = fitted.alpha[layers == layer]
        alpha = alpha[np.isfinite(alpha)]
        if alpha.size:
            lines.append(_row(layer, alpha.size, *np.quantile(alpha, [0.05, 0.5, 0.95]), (alpha < low).mean()))
    lines.append(_row("Gaussian", null.size, low, middle, high, (null < low).mean()))
    return "\n".join(lines)


def _row(layer: str, n: int, low: float, middle: float, high: float, share: float) -> str:
    return f"{layer:<12}{n:>8}{low:>13.3f}{middle:>9.3f}{high:>9.3f}{share:>27.0%}"


def draw_histograms(collected: dict[str, SGN], path: Path) -> None:
    """Draw the noise of three parameters a network with both fits: the heaviest tails, the middle, the lightest."""
    figure = Figure(figsize=(11, 3.4 * len(collected)), layout="constrained")
    rows = figure.subplots(len(collected), 3, squeeze=False)
    for row, (name, noise) in zip(rows, collected.items(), strict=True):
        fitted = noise.fit(method="mle")
        order = np.argsort(fitted.alpha)[: np.isfinite(fitted.alpha).sum()]
        for axes, column in zip(row, (order[0], order[len(order) // 2], order[-1]), strict=True):
            noise.plot("hist", column=int(column), fit=fitted, ax=axes)
            axes.set_title(f"{name}: {axes.get_title()}")
    figure.savefig(path, dpi=90)


def draw_alpha(collected: dict[str, SGN], null: NDArray[np.float64], path: Path) -> None:
    """Draw alpha of every parameter, by network and by layer, over what Gaussian noise gives."""
    fitted = {name: noise.fit(method="ecf").alpha for name, noise in collected.items()}
    networks = [name for name, alpha in fitted.items() for _ in alpha]
    figure = Figure(figsize=(11, 3.8), layout="constrained")
    first, *others = figure.subplots(1, 1 + len(collected), sharey=True)
    alpha_by_group(np.concatenate(list(fitted.values())), networks, null=null, ax=first, title="by network")
    for axes, (name, noise) in zip(others, collected.items(), strict=True):
        alpha_by_group(fitted[name], noise.layers, null=null, ax=axes, title=f"{name} by layer")
        axes.set_ylabel("")
        axes.legend().remove()
    figure.savefig(path, dpi=90)


def main(arguments: list[str] | None = None) -> None:
    """Train, collect, fit, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for the pictures")
    parser.add_argument("--quick", action="store_true", help="little training, few parameters and mini-batches")
    options = parser.parse_args(arguments)
    size = QUICK if options.quick else FULL
    start = time.perf_counter()
    data = digits()
    collected = {}
    rng = np.random.default_rng(0)
    gauss = rng.normal(size=(size.batches, size.null))
    nulls = {method: sf.fit(gauss, method, axis=0).alpha for method in METHODS}
    for name, build in NETWORKS.items():
        torch.manual_seed(0)
        loader = DataLoader(data, batch_size=64, shuffle=True)
        model = train(build, loader, size.epochs, name)
        noise = collect_sgn(model, loader, n_batches=size.batches, k=size.parameters, seed=0)
        collected[name] = noise
        print(describe(name, model, noise, data))
        for method, how in METHODS.items():
            print(f"\n{name}, {how}")
            print(sf.gof.compare_batch(noise.samples, axis=0, method=method, rng=0))
            print(f"\nalpha by layer\n{alpha_by_layer(noise, method, nulls[method])}")
        print()
    options.out.mkdir(parents=True, exist_ok=True)
    draw_histograms(collected, options.out / "noise.png")
    draw_alpha(collected, nulls["ecf"], options.out / "alpha.png")
    print(f"Pictures: {options.out / 'noise.png'}, {options.out / 'alpha.png'}")
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()

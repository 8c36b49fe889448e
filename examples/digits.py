"""Ask of two small networks whether the noise of their gradients has heavier tails than a Gaussian.

Trains a CNN (with batch normalisation) and an MLP on scikit-learn's digits, collects the noise of randomly chosen
parameters at the trained weights, fits a Gaussian and a symmetric alpha-stable law to each parameter, and prints how
well both fit, beside the same figures for Gaussian noise of the same size. Run by ``make demo``.
"""

import argparse
import sys
import time
from collections import OrderedDict
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


@dataclass(frozen=True)
class Size:
    """How much work to do."""

    epochs: int
    parameters: int
    batches: int
    null: int


FULL = Size(epochs=30, parameters=100, batches=1000, null=1000)
QUICK = Size(epochs=2, parameters=12, batches=100, null=50)


@dataclass(frozen=True)
class Study:
    """A trained network, the noise of its gradients, and the fits to it."""

    model: nn.Module
    accuracy: float
    noise: SGN
    fits: dict[str, sf.BatchFit]

    def alpha(self, method: str) -> NDArray[np.float64]:
        """Alpha of each parameter; nan where there is no estimate."""
        fitted = self.fits[method]
        return np.where(fitted.status <= sf.Status.BOUNDARY, fitted.alpha, np.nan)


def cnn() -> nn.Module:
    """Two convolutions with batch normalisation, one linear layer."""
    return nn.Sequential(
        OrderedDict(
            image=nn.Unflatten(1, (1, 8)),
            conv1=nn.Conv2d(1, 16, 3, padding=1),
            norm1=nn.BatchNorm2d(16),
            relu1=nn.ReLU(),
            conv2=nn.Conv2d(16, 32, 3, padding=1),
            norm2=nn.BatchNorm2d(32),
            relu2=nn.ReLU(),
            pool=nn.MaxPool2d(2),
            flat=nn.Flatten(),
            linear=nn.Linear(512, 10),
        )
    )


def mlp() -> nn.Module:
    """Three linear layers."""
    return nn.Sequential(
        OrderedDict(
            flat=nn.Flatten(),
            linear1=nn.Linear(64, 128),
            relu1=nn.ReLU(),
            linear2=nn.Linear(128, 64),
            relu2=nn.ReLU(),
            linear3=nn.Linear(64, 10),
        )
    )


NETWORKS: dict[str, Callable[[], nn.Module]] = {"CNN": cnn, "MLP": mlp}


def digits() -> TensorDataset:
    """1797 images of 8 x 8 pixels, grey levels scaled to [0, 1]."""
    images = load_digits()
    return TensorDataset(torch.tensor(images.images / 16.0, dtype=torch.float32), torch.tensor(images.target))


def study(name: str, data: TensorDataset, size: Size) -> Study:
    """Train a network, collect the noise of its gradients at the trained weights, and fit it."""
    torch.manual_seed(0)
    loader = DataLoader(data, batch_size=64, shuffle=True)
    model = train(NETWORKS[name](), loader, size.epochs, name)
    x, y = data.tensors
    with torch.no_grad():
        accuracy = (model(x).argmax(1) == y).float().mean().item()
    noise = collect_sgn(model, loader, n_batches=size.batches, k=size.parameters, seed=0)
    return Study(model, accuracy, noise, {method: noise.fit(method) for method in METHODS})


def train(model: nn.Module, loader: DataLoader, epochs: int, name: str) -> nn.Module:
    """Train by plain SGD, without momentum and weight decay, as the paper does."""
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in tqdm(range(epochs), f"train {name}", leave=False):
        for x, y in loader:
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimiser.step()
    return model.eval()


def report(name: str, found: Study, nulls: dict[str, NDArray[np.float64]]) -> str:
    """Say what was trained, how many parameters cannot be fitted, how well both laws fit, and alpha by layer."""
    n, k = found.noise.samples.shape
    weights = sum(parameter.numel() for parameter in found.model.parameters())
    dead, inflated = (int((found.fits["mle"].status == s).sum()) for s in (sf.Status.DEAD, sf.Status.ZERO_INFLATED))
    parts = [
        f"=== {name}: {weights:,} parameters, training accuracy {found.accuracy:.1%}\n"
        f"Noise of {k} parameters over {n:,} mini-batches. Not fitted: {dead} dead (no gradient ever), "
        f"{inflated} zero-inflated\n(no gradient in more than 20 % of mini-batches). "
        "SSE and Chi2 in units of each parameter's own scale."
    ]
    for method, how in METHODS.items():
        compared = sf.gof.compare_batch(found.noise.samples, axis=0, method=method, normalise="scale", rng=0)
        parts += [f"--- {name}, {how}\n{compared}", alpha_by_layer(found, method, nulls[method])]
    return "\n\n".join(parts)


def alpha_by_layer(found: Study, method: str, null: NDArray[np.float64]) -> str:
    """Tabulate alpha by layer beside what the method makes of Gaussian noise of the same size."""
    low = np.quantile(null, 0.05)
    layers, alpha = np.array(found.noise.layers), found.alpha(method)
    lines = [f"{'alpha by layer':<16}{'fitted':>8}{'5 %':>9}{'median':>9}{'95 %':>9}{'below the null 5 % point':>27}"]
    for layer, values in [*((layer, alpha[layers == layer]) for layer in dict.fromkeys(layers)), ("Gaussian", null)]:
        fitted = values[np.isfinite(values)]
        if fitted.size:
            quantiles = "".join(f"{q:>9.3f}" for q in np.quantile(fitted, (0.05, 0.5, 0.95)))
            lines.append(f"{layer:<16}{fitted.size:>8}{quantiles}{(fitted < low).mean():>27.0%}")
    return "\n".join(lines)


def summary(studies: dict[str, Study], null: NDArray[np.float64]) -> str:
    """Give the finding in one line a network."""
    low, median = np.quantile(null, (0.05, 0.5))
    lines = [
        f"=== In short: Gaussian noise of this size gives a median alpha of {median:.2f}, 5 % of it below {low:.2f}"
    ]
    for name, found in studies.items():
        alpha = found.alpha("ecf")
        alpha = alpha[np.isfinite(alpha)]
        lines.append(f"{name}: median alpha {np.median(alpha):.2f}, {(alpha < low).mean():.0%} of it below {low:.2f}")
    return "\n".join(lines)


def draw_histograms(studies: dict[str, Study], path: Path) -> None:
    """Draw the noise of three parameters a network with both fits: the heaviest tails, the middle, the lightest."""
    figure = Figure(figsize=(11, 3.4 * len(studies)), layout="constrained")
    for row, (name, found) in zip(figure.subplots(len(studies), 3, squeeze=False), studies.items(), strict=True):
        alpha = found.alpha("mle")
        order = np.argsort(alpha)[: np.isfinite(alpha).sum()]
        for axes, column in zip(row, (order[0], order[len(order) // 2], order[-1]), strict=True):
            found.noise.plot("hist", column=int(column), fit=found.fits["mle"], ax=axes)
            axes.set_title(f"{name}: {axes.get_title()}")
    figure.savefig(path, dpi=90)


def draw_alpha(studies: dict[str, Study], null: NDArray[np.float64], path: Path) -> None:
    """Draw alpha of every parameter, by network and by layer, over what Gaussian noise gives."""
    alpha = {name: found.alpha("ecf") for name, found in studies.items()}
    networks = [name for name, values in alpha.items() for _ in values]
    figure = Figure(figsize=(12, 4.2), layout="constrained")
    first, *others = figure.subplots(1, 1 + len(studies), sharey=True)
    alpha_by_group(np.concatenate(list(alpha.values())), networks, null=null, ax=first, title="by network")
    for axes, (name, found) in zip(others, studies.items(), strict=True):
        alpha_by_group(alpha[name], found.noise.layers, null=null, ax=axes, title=f"{name} by layer")
        axes.set_ylabel("")
    figure.legend(*first.get_legend_handles_labels(), loc="outside lower center", frameon=False)
    for axes in (first, *others):
        axes.get_legend().remove()
    figure.savefig(path, dpi=90)


def main(arguments: list[str] | None = None) -> None:
    """Train, collect, fit, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for the pictures")
    parser.add_argument("--quick", action="store_true", help="little training, few parameters and mini-batches")
    options = parser.parse_args(arguments)
    size = QUICK if options.quick else FULL
    start = time.perf_counter()
    torch.set_num_threads(1)  # networks this small gain nothing from more, and lose much where the cores are shared
    print("Compiling the fits; only the first run waits for it ...", file=sys.stderr)
    gauss = np.random.default_rng(0).normal(size=(size.batches, size.null))
    nulls = {method: sf.fit(gauss, method, axis=0).alpha for method in METHODS}
    data = digits()
    studies = {name: study(name, data, size) for name in NETWORKS}
    for name, found in studies.items():
        print(report(name, found, nulls), end="\n\n")
    print(summary(studies, nulls["ecf"]))
    options.out.mkdir(parents=True, exist_ok=True)
    draw_histograms(studies, options.out / "noise.png")
    draw_alpha(studies, nulls["ecf"], options.out / "alpha.png")
    print(f"\nPictures: {options.out / 'noise.png'}, {options.out / 'alpha.png'}")
    print(f"Done in {time.perf_counter() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()

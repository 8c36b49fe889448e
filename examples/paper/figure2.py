"""Figure 2: gradient noise and training loss of a ResNet-110 before and after its learning rate is divided by ten.

The noise of a step is the learning rate times that of the gradient. It falls with the rate whatever the network does;
the gradient's own noise falls only where the weights have moved to a place with less of it. Both are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from findings import Finding, Verdict, write_findings
from images import Labelled, read_images
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from observed import noise_of
from options import Options, read_options
from resnet import PAPER, REDUCED, TINY, Architecture
from training import Course, Trained, course, leave_cores_to_others, train

from stablefit.plotting import style

FACTOR, LR = 10, 0.1
RESAMPLES = 2000
"""Bootstrap samples of the parameters, for intervals of median ratios."""
STATES = {"before": "before", "divided": "after, rate divided", "held": "after, rate held"}


@dataclass(frozen=True)
class Size:
    """How much work to do.

    Attributes
    ----------
    network : Architecture
    pixels, limit
        Of the images; see `read_images`.
    batch, epochs, tail : int
        Mini-batches of the training, epochs before the rate is divided, and after.
    batches, batch_size, k
        Mini-batches, their size, and parameters whose noise is kept.
    augment : bool
        Whether training images are shifted and mirrored.
    """

    network: Architecture
    pixels: int
    limit: int | None
    batch: int
    epochs: int
    tail: int
    batches: int
    batch_size: int
    k: int
    augment: bool


SIZES = {
    "smoke": Size(TINY["ResNet110"], 8, 400, 64, 4, 2, 60, 32, 8, False),
    "small": Size(REDUCED["ResNet110"], 16, 4000, 32, 14, 4, 500, 32, 100, False),
    "full": Size(PAPER["ResNet110"], 32, None, 128, 280, 20, 1000, 400, 100, True),
}
Noise = dict[str, NDArray[np.float64]]
Label = tuple[str, int]


def courses(size: Size) -> dict[str, Course]:
    """Return the two courses."""
    epochs = size.epochs + size.tail
    return {
        "divided": course(epochs, LR, size.batch, (size.epochs,), factor=FACTOR),
        "held": course(epochs, LR, size.batch),
    }


def trained(steps: Course, data: Labelled, options: Options) -> Trained:
    """Return the network after the given epochs."""
    size = SIZES[options.preset]
    return train(
        lambda: size.network.build(data.classes), size.network.name, data, steps, options, augment=size.augment
    )


def collected(data: Labelled, options: Options) -> Noise:
    """Return the noise before, one epoch after in both ways, and before once more with other mini-batches."""
    size, ways = SIZES[options.preset], courses(SIZES[options.preset])
    states = {
        "before": ways["held"][: size.epochs],
        "divided": ways["divided"][: size.epochs + 1],
        "held": ways["held"][: size.epochs + 1],
    }

    def noise(steps: Course, seed: int, params: list[Label] | None = None) -> tuple[NDArray[np.float64], list[Label]]:
        found = noise_of(
            trained(steps, data, options),
            data,
            options,
            batches=size.batches,
            batch_size=size.batch_size,
            k=size.k,
            params=params,
            seed=seed,
        )
        return found.samples, found.labels

    result: Noise = {}
    for name, steps in states.items():
        result[name], labels = noise(steps, options.seed)
    result["again"], _ = noise(states["before"], options.seed + 1, labels)
    return result


def table_of(noise: Noise) -> pd.DataFrame:
    """Return standard deviation and 99 % quantile of |u| by parameter and state."""
    columns = {f"std_{name}": samples.std(axis=0) for name, samples in noise.items()}
    columns |= {f"q99_{name}": np.quantile(np.abs(samples), 0.99, axis=0) for name, samples in noise.items()}
    return pd.DataFrame(columns)


def median_ratio(over: pd.Series, under: pd.Series, seed: int) -> tuple[float, float, float]:
    """Return the median ratio over parameters with a 95 % bootstrap interval; parameters without noise are left out."""
    alive = (over > 0.0) & (under > 0.0)
    ratio = (over[alive] / under[alive]).to_numpy()
    drawn = np.random.default_rng([seed, 6]).choice(ratio, size=(RESAMPLES, ratio.size))
    low, high = np.quantile(np.median(drawn, axis=1), (0.025, 0.975))
    return float(np.median(ratio)), float(low), float(high)


def noise_findings(table: pd.DataFrame, seed: int) -> list[Finding]:
    """Return the findings on the noise of the step and of the gradient."""
    ratios = {
        name: median_ratio(table[f"{measure}_{over}"], table[f"{measure}_{under}"], seed)
        for name, measure, over, under in (
            ("std", "std", "divided", "held"),
            ("q99", "q99", "divided", "held"),
            ("before", "std", "divided", "before"),
            ("null", "std", "again", "before"),
        )
    }
    findings = []
    for key, unit in (("step", 1.0 / FACTOR), ("gradient", 1.0)):
        shown = {
            name: f"{unit * middle:.3f} [{unit * low:.3f}, {unit * high:.3f}]"
            for name, (middle, low, high) in ratios.items()
        }
        _, low, high = (unit * value for value in ratios["std"])
        verdict = Verdict.HOLDS if high < 1.0 else Verdict.FAILS if low > 1.0 else Verdict.UNDECIDED
        ours = (
            f"standard deviation with the rate divided over that with the rate held, one epoch later: {shown['std']} "
            f"(median over parameters, 95 % interval); 99 % quantile of its size {shown['q99']}; over that before "
            f"{shown['before']}"
        )
        again = "the same weights with other mini-batches: {:.3f} [{:.3f}, {:.3f}]".format(*ratios["null"])
        if key == "step":
            why = f"the factor {FACTOR} of the learning rate is in it by definition"
        else:
            why = f"the interval of the ratio {'lies below 1' if high < 1 else 'does not lie below 1'}"
        findings.append(Finding(f"figure2/{key}", ours, again, verdict, why))
    return findings


def loss_finding(losses: Mapping[str, NDArray[np.float64]], size: Size) -> Finding:
    """Return the finding on the training loss."""
    before = losses["held"][max(0, size.epochs - 5) : size.epochs]
    divided, held = (losses[way][size.epochs] for way in ("divided", "held"))
    changes = np.diff(losses["held"][: size.epochs])[-5:]
    spread = float(np.std(changes)) if changes.size > 1 else np.nan
    fell = held - divided
    verdict = Verdict.HOLDS if fell > 3.0 * spread else Verdict.IN_PART if fell > 0.0 else Verdict.FAILS
    return Finding(
        "figure2/loss",
        f"mean loss of the next epoch {divided:.3f} with the rate divided, {held:.3f} with the rate held; "
        f"{before.mean():.3f} over the epochs before",
        f"from epoch to epoch the loss changes by {spread:.3f} (standard deviation) while the rate is held",
        verdict,
        f"the difference of {fell:.3f} is {fell / spread:.1f} such changes",
    )


def draw(noise: Noise, losses: Mapping[str, NDArray[np.float64]], size: Size) -> Figure:
    """Draw noise of gradient (top) and step (bottom) of one parameter, and the loss."""
    figure = Figure(figsize=(14, 6), layout="constrained")
    grid = figure.subplots(2, 4)
    column = int(np.argsort(noise["before"].std(axis=0))[noise["before"].shape[1] // 2])
    rates = {"before": LR, "divided": LR / FACTOR, "held": LR}
    for row, name in zip(grid, ("gradient", "step"), strict=True):
        parts = {
            state: noise[state][:, column] * (1.0 if name == "gradient" else rate) for state, rate in rates.items()
        }
        reach = 1.05 * max(np.abs(part).max() for part in parts.values())
        for axes, (state, part) in zip(row, parts.items(), strict=False):
            axes.hist(part, np.linspace(-reach, reach, 81), color=style.STABLE)
            axes.set(title=STATES[state], xlabel=f"noise of the {name}")
            axes.ticklabel_format(axis="x", style="sci", scilimits=(-2, 3))
            style.tidy(axes)
        row[0].set_ylabel("mini-batches")
    draw_losses(grid[0, 3], losses, size)
    draw_ratios(grid[1, 3], noise)
    return figure


def draw_losses(axes: Axes, losses: Mapping[str, NDArray[np.float64]], size: Size) -> None:
    """Draw the training loss by epoch."""
    epochs = np.arange(1, losses["held"].size + 1)
    axes.plot(epochs, losses["held"], color=style.NORMAL, linestyle="--", label="rate held")
    axes.plot(epochs, losses["divided"], color=style.STABLE, label="rate divided")
    axes.axvline(size.epochs + 0.5, color=style.REFERENCE, linestyle=":", linewidth=0.8)
    axes.set(xlabel="epoch", ylabel="training loss")
    axes.legend(fontsize="small")
    style.tidy(axes)


def draw_ratios(axes: Axes, noise: Noise) -> None:
    """Draw the ratios of standard deviations over all parameters beside the null's."""
    std = {state: samples.std(axis=0) for state, samples in noise.items()}
    alive = np.all([values > 0.0 for values in std.values()], axis=0)
    parts = [
        np.log2(std[over][alive] / std[under][alive]) for over, under in (("divided", "held"), ("again", "before"))
    ]
    axes.hist(parts[0], 30, color=style.STABLE, alpha=0.7, label="divided over held")
    axes.hist(parts[1], 10, color=style.NULL, alpha=0.7, label="same weights twice")
    axes.set(xlabel="log2 of the ratio of standard deviations\nof the gradient's noise", ylabel="parameters")
    axes.legend(fontsize="small")
    style.tidy(axes)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train in both ways, collect, compare, draw, write."""
    options = read_options(__doc__, SIZES, arguments)
    size = SIZES[options.preset]
    leave_cores_to_others(options)
    which = "CIFAR-100" if options.preset == "full" else "subset"
    data = read_images(
        options.data, which, pixels=size.pixels, limit=size.limit, device=options.device, seed=options.seed
    )
    noise = collected(data, options)
    losses = {way: trained(steps, data, options).loss for way, steps in courses(size).items()}
    table = table_of(noise)
    findings = [*noise_findings(table, options.seed), loss_finding(losses, size)]
    setting = (
        f"{size.network.name} on {data.name}: plain SGD, rate {LR}, mini-batches of {size.batch}, for {size.epochs} "
        f"epochs, then {size.tail} more with the rate divided by {FACTOR} or held. Noise of {size.k} parameters over "
        f"{size.batches:,} mini-batches of {size.batch_size}."
    )
    write_findings(
        "figure2", options, table, draw(noise, losses, size), findings, setting, made_up=options.data is None
    )


if __name__ == "__main__":
    main()

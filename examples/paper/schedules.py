"""Section 5, learning rate decay: a ResNet-20 with its rate divided twice, its batch grown twice, or both held."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from findings import Finding, Verdict, write_findings
from images import Labelled, read_images
from matplotlib.figure import Figure
from options import Options, read_options
from resnet import TINY, Architecture
from scipy.stats import t as student
from training import course, leave_cores_to_others, train

from stablefit.plotting import style

LR = 0.1
ALIKE = 0.03
"""Accuracies that differ by less are alike."""
WAYS = {"divided": "rate divided", "grown": "batch grown", "held": "both held"}


@dataclass(frozen=True)
class Size:
    """How much work to do: network, images, batch, epochs, when and by which factor rate or batch change, seeds."""

    network: Architecture
    pixels: int
    limit: int | None
    batch: int
    epochs: int
    drops: tuple[int, int]
    factor: int
    seeds: int
    augment: bool


SIZES = {
    "smoke": Size(TINY["ResNet110"], 8, 400, 64, 3, (1, 2), 3, 2, False),
    "small": Size(Architecture("thin ResNet-8", (1, 1, 1), 8), 16, 4000, 32, 18, (6, 12), 5, 3, False),
    "full": Size(Architecture("ResNet-20", (3, 3, 3), 16), 32, None, 128, 90, (30, 60), 10, 3, True),
}


def accuracies(data: Labelled, options: Options) -> pd.DataFrame:
    """Return loss and validation accuracy by seed, way and epoch."""
    size, parts = SIZES[options.preset], []
    ways = {
        "divided": course(size.epochs, LR, size.batch, size.drops, factor=size.factor),
        "grown": course(size.epochs, LR, size.batch, size.drops, factor=size.factor, by="batch"),
        "held": course(size.epochs, LR, size.batch),
    }
    for seed in range(options.seed, options.seed + size.seeds):
        for way, steps in ways.items():
            found = train(
                lambda: size.network.build(data.classes),
                size.network.name,
                data,
                steps,
                options,
                seed=seed,
                augment=size.augment,
                save_every=size.drops[0],
            )
            epochs = range(1, size.epochs + 1)
            part = {"seed": seed, "way": way, "epoch": epochs, "loss": found.loss, "accuracy": found.accuracy}
            parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def last(table: pd.DataFrame) -> pd.DataFrame:
    """Return the accuracy after the last epoch, a row a seed and a column a way."""
    final = table[table["epoch"] == table["epoch"].max()]
    return final.pivot_table(index="seed", columns="way", values="accuracy")


def interval(difference: pd.Series) -> tuple[float, float, float]:
    """Return mean and 95 % interval of paired differences, by Student's t."""
    n = difference.size
    reach = student.ppf(0.975, n - 1) * difference.std() / np.sqrt(n)
    return float(difference.mean()), float(difference.mean() - reach), float(difference.mean() + reach)


def findings_of(final: pd.DataFrame) -> list[Finding]:
    """Return the findings on the three ways."""
    told = "; ".join(
        f"{name} {100 * final[way].mean():.1f} ± {100 * final[way].std():.1f}" for way, name in WAYS.items()
    )
    seeds = f"{len(final)} seeds, percent right after the last epoch: {told}"
    above = {way: interval(final[way] - final["held"]) for way in ("divided", "grown")}
    shown = ", ".join(
        "{} {:+.1f} [{:+.1f}, {:+.1f}]".format(WAYS[way], *(100 * np.array(x))) for way, x in above.items()
    )
    better = [way for way, (_, low, _) in above.items() if low > 0.0]
    worse = [way for way, (_, _, high) in above.items() if high < 0.0]
    if len(better) == 2:
        verdict = Verdict.HOLDS
    elif better:
        verdict = Verdict.IN_PART
    else:
        verdict = Verdict.FAILS if worse else Verdict.UNDECIDED
    spread = f"seeds of one way differ by {100 * final.std().mean():.1f} points (standard deviation)"
    constant = Finding(
        "schedules/constant",
        f"{seeds}; above both held (95 % interval): {shown}",
        spread,
        verdict,
        f"{len(better)} of the two intervals lie above 0",
    )
    mean, low, high = interval(final["divided"] - final["grown"])
    if low > -ALIKE and high < ALIKE:
        verdict, why = Verdict.HOLDS, f"the interval lies within {100 * ALIKE:.0f} points of 0"
    elif low > 0.0 or high < 0.0:
        verdict, why = Verdict.FAILS, "the interval does not hold 0"
    else:
        verdict, why = Verdict.UNDECIDED, f"the interval holds 0 and reaches beyond {100 * ALIKE:.0f} points"
    ours = f"rate divided less batch grown: {100 * mean:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"
    return [constant, Finding("schedules/equal", f"{ours}, {len(final)} seeds", spread, verdict, why)]


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw validation accuracy and training loss by epoch, a line a seed."""
    figure = Figure(figsize=(11, 4), layout="constrained")
    looks = {"divided": (style.STABLE, "-"), "grown": (style.NULL, "-."), "held": (style.NORMAL, "--")}
    for axes, (column, name) in zip(
        figure.subplots(1, 2), {"accuracy": "validation accuracy", "loss": "training loss"}.items(), strict=True
    ):
        for way, (colour, dashes) in looks.items():
            curves = table[table["way"] == way].pivot_table(index="epoch", columns="seed", values=column)
            axes.plot(curves.index, curves, color=colour, linestyle=dashes, linewidth=0.6, alpha=0.5)
            axes.plot(curves.index, curves.mean(axis=1), color=colour, linestyle=dashes, label=WAYS[way])
        for drop in size.drops:
            axes.axvline(drop + 0.5, color=style.REFERENCE, linestyle=":", linewidth=0.8)
        axes.set(xlabel="epoch", ylabel=name)
        style.tidy(axes)
    axes.legend(fontsize="small")
    style.tidy(axes)
    return figure


def main(arguments: Sequence[str] | None = None) -> None:
    """Train in three ways with several seeds, compare, draw, write."""
    options = read_options(__doc__, SIZES, arguments)
    size = SIZES[options.preset]
    leave_cores_to_others(options)
    which = "CIFAR-100" if options.preset == "full" else "subset"
    data = read_images(
        options.data, which, pixels=size.pixels, limit=size.limit, device=options.device, seed=options.seed
    )
    table = accuracies(data, options)
    setting = (
        f"{size.network.name} on {data.name}: plain SGD for {size.epochs} epochs from rate {LR} and mini-batches "
        f"of {size.batch}; after {size.drops[0]} and {size.drops[1]} epochs the rate is divided, or the batch "
        f"multiplied, by {size.factor}."
    )
    findings = findings_of(last(table))
    write_findings("schedules", options, table, draw(table, size), findings, setting, made_up=options.data is None)


if __name__ == "__main__":
    main()

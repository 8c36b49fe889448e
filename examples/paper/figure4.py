"""Figure 4: how long SGD stays in a minimum's basin: the law of its escape times, at several batch sizes.

A three-layer network on Cardio and Speech, or on a stand-in for Speech where the data folder does not hold it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from anomalies import read_measurements
from escaping import Basin, Escape, escapes, minimum, noise_at, predicted_law
from exponential import Exponentiality, exponentiality
from findings import Finding, Verdict, write_findings
from matplotlib.figure import Figure
from numpy.typing import NDArray
from options import Options, read_options
from training import leave_cores_to_others

from stablefit.plotting import style

RATES = {"Cardio": 0.04, "Speech": 0.5}
"""Learning rates at which escapes take some ten to some thousand steps."""
CLOSE, FAR = 2.0, 10.0
"""Factors between predicted and measured means up to which theory holds, and holds in part."""
Times = dict[int, NDArray[np.int64]]


@dataclass(frozen=True)
class Size:
    """How much work to do: batch sizes, seeds, seeds in a block that is kept, mini-batches of the noise."""

    batches: tuple[int, ...]
    seeds: int
    block: int
    noise: int
    escape: Escape


SIZES = {
    "smoke": Size((4, 8), 12, 6, 128, Escape(steps=300, judged=200, longest=60)),
    "small": Size((4, 8, 16), 200, 100, 1000, Escape(judged=500, longest=4000)),
    "full": Size((4, 8, 16, 32), 1000, 250, 2000, Escape(longest=100_000)),
}


@dataclass(frozen=True)
class Survival:
    """Escapes from one minimum.

    Attributes
    ----------
    basin : Basin
    loss, box : dict of int to ndarray
        Steps until loss or box was left, by batch size; 0 for runs that stayed.
    tested : dict of int to Exponentiality
        The exponential law tested on the times by loss.
    predicted : dict of int to float
        Mean steps until the box is left by single jumps of the noise at the minimum; nan where none is heavy-tailed.
    largest : dict of int to float
        Largest step of any weight that the noise of any collected mini-batch makes.
    """

    basin: Basin
    loss: Times
    box: Times
    tested: dict[int, Exponentiality]
    predicted: dict[int, float]
    largest: dict[int, float]


def survival(name: str, options: Options) -> Survival:
    """Measure, test, and predict the escapes from the minimum of one set."""
    size, rate = SIZES[options.preset], RATES[name]
    data = read_measurements(options.data, name, device=options.device, seed=options.seed)
    basin = minimum(data, size.escape, options)
    times: dict[str, Times] = {"loss": {}, "box": {}}
    for batch in size.batches:
        starts = range(0, size.seeds, size.block)
        parts = [
            escapes(basin, size.escape, [rate], batch, range(start, min(start + size.block, size.seeds)), options)
            for start in starts
        ]
        for how, by_batch in times.items():
            by_batch[batch] = np.concatenate([part[how][0] for part in parts])
    tested = {
        batch: exponentiality(steps, size.escape.every, size.escape.longest, options.seed)
        for batch, steps in times["loss"].items()
    }
    predicted, largest = {}, {}
    for batch in size.batches:
        noise = noise_at(basin, batch, size.noise, options)
        law = predicted_law(noise.fit(), basin, rate)
        predicted[batch] = np.nan if law is None else law.mean()
        largest[batch] = rate * float(np.abs(noise.samples).max())
    return Survival(basin, times["loss"], times["box"], tested, predicted, largest)


def table_of(found: dict[str, Survival]) -> pd.DataFrame:
    """Return a row a set and batch size."""
    rows = []
    for name, one in found.items():
        for batch, test in one.tested.items():
            box = one.box[batch]
            row = {"set": one.basin.data.name, "rate": RATES[name], "batch": batch, "seeds": box.size}
            row |= {"censored": test.censored, "mean": test.mean, "se": test.se}
            row |= {"shape": test.shape, "shape_low": test.interval[0], "shape_high": test.interval[1]}
            row |= {"ks": test.ks, "ks_pvalue": test.pvalue, "tail_pvalue": test.tail_pvalue}
            row |= {"box_censored": int((box == 0).sum()), "box_mean": box[box > 0].mean() if box.any() else np.nan}
            rows.append({**row, "box_predicted": one.predicted[batch], "largest_step": one.largest[batch]})
    return pd.DataFrame(rows)


def exponential_finding(name: str, one: Survival) -> Finding:
    """Return the finding on the exponential law."""
    told = "; ".join(
        f"batch {batch}: mean {test.mean:.0f} ± {test.se:.0f} steps, Weibull shape {test.shape:.2f} "
        f"[{test.interval[0]:.2f}, {test.interval[1]:.2f}], p = {test.pvalue:.2g}, beyond the first quartile "
        f"{test.tail_pvalue:.2g}"
        for batch, test in one.tested.items()
    )
    known = all(np.isfinite(test.mean) for test in one.tested.values())
    whole = [test.agrees for test in one.tested.values()]
    tails = [test.tail_pvalue > 0.05 for test in one.tested.values()]
    if not known:
        verdict, why = Verdict.UNDECIDED, "too few runs have left the basin at some batch size"
    elif all(whole):
        verdict, why = Verdict.HOLDS, "shape 1 lies in every interval and no test rejects"
    elif any(whole) or all(tails):
        verdict = Verdict.IN_PART
        why = f"{sum(whole)} of {len(whole)} laws are exponential, {sum(tails)} beyond their first quartile"
    else:
        verdict, why = Verdict.FAILS, "no law is exponential, nor are all beyond their first quartile"
    censored = sum(test.censored for test in one.tested.values())
    ours = f"{one.basin.data.name}, {one.loss[min(one.loss)].size} seeds, {censored} censored: {told}"
    return Finding(
        f"figure4/{name}", ours, "exponential times of the same number: shape 1, 5 % rejected by either", verdict, why
    )


def batch_finding(found: dict[str, Survival]) -> Finding:
    """Return the finding on batch sizes."""
    slopes, told = [], []
    for one in found.values():
        tested = {batch: test for batch, test in one.tested.items() if np.isfinite(test.mean)}
        if len(tested) < 2:
            continue
        batches = np.array(list(tested))
        means = np.array([test.mean for test in tested.values()])
        errors = np.array([test.se for test in tested.values()]) / means
        slope, error = line(np.log(batches), np.log(means), errors)
        slopes.append(slope / error)
        told.append(f"{one.basin.data.name} {slope:.2f} ± {error:.2f}")
    if not slopes:
        nothing = "too few runs have left the basins"
        return Finding("figure4/batch", nothing, "0 if the batch size made no difference", Verdict.UNDECIDED, nothing)
    verdict = Verdict.HOLDS if min(slopes) > 3.0 else Verdict.IN_PART if max(slopes) > 3.0 else Verdict.FAILS
    return Finding(
        "figure4/batch",
        f"slope of log mean time over log batch size: {'; '.join(told)}; single jumps would give alpha - 1, at most 1",
        "0 if the batch size made no difference",
        verdict,
        f"the slopes are {min(slopes):.1f} standard errors above 0 at least",
    )


def line(x: NDArray[np.float64], y: NDArray[np.float64], error: NDArray[np.float64]) -> tuple[float, float]:
    """Return the slope of the weighted line through the points, and its standard error."""
    weight = error**-2.0
    away = x - np.average(x, weights=weight)
    spread = float(np.sum(weight * away**2))
    return float(np.sum(weight * away * y) / spread), spread**-0.5


def theory_finding(name: str, one: Survival) -> Finding:
    """Return the finding on the mean time that the noise at the minimum predicts."""
    ratios, told = [], []
    for batch, expected in one.predicted.items():
        steps = one.box[batch]
        stayed = int((steps == 0).sum())
        if not np.isfinite(expected) or stayed > 0.05 * steps.size:
            told.append(f"batch {batch}: predicted {expected:.3g}, {stayed} of {steps.size} runs stayed")
            continue
        ratios.append(expected / steps[steps > 0].mean())
        told.append(f"batch {batch}: predicted {expected:.3g}, measured {steps[steps > 0].mean():.3g}")
    worst = max((max(ratio, 1.0 / ratio) for ratio in ratios), default=np.inf)
    verdict = Verdict.HOLDS if worst <= CLOSE else Verdict.IN_PART if worst <= FAR else Verdict.FAILS
    if not ratios:
        verdict, why = Verdict.UNDECIDED, "there is nothing to compare"
    else:
        why = f"predicted and measured means differ by a factor of {worst:.2g} at most"
    if max(one.largest.values()) < one.basin.reach:
        why += "; no step of the collected noise is as long as the way out"
    span = f"{min(one.largest.values()):.2g} to {max(one.largest.values()):.2g}"
    return Finding(
        f"figure4/theory/{name}",
        f"steps until a weight has moved by {one.basin.reach:g}: {'; '.join(told)}; the largest step of a weight that "
        f"the collected noise makes is {span}",
        "Gaussian noise at the minimum has no large jumps and predicts no escape of this kind",
        verdict,
        why,
    )


def draw(found: dict[str, Survival]) -> Figure:
    """Draw the survival of runs by batch size on a logarithmic axis, with the exponential law of the same mean."""
    figure = Figure(figsize=(5.6 * len(found), 4), layout="constrained")
    colours = (style.STABLE, style.NORMAL, style.NULL, style.LAWS["laplace"][0])
    for axes, one in zip(figure.subplots(1, len(found), squeeze=False)[0], found.values(), strict=True):
        last = 0.0
        for (batch, steps), colour in zip(one.loss.items(), colours, strict=False):
            times = np.sort(steps[steps > 0])
            staying = 1.0 - np.arange(1, times.size + 1) / steps.size
            axes.step(times, staying, where="post", color=colour, label=f"batch {batch}")
            end = float(times.max(initial=0))
            grid = np.linspace(0.0, end, 100)
            axes.plot(grid, np.exp(-grid / one.tested[batch].mean), color=colour, linestyle=":", linewidth=1)
            last = max(last, end)
        axes.set(yscale="log", ylim=(0.5 / steps.size, 1.1), xlim=(0.0, last or None), title=one.basin.data.name)
        axes.set(xlabel="steps", ylabel="share of runs still in the basin")
        axes.legend(fontsize="small", title="dotted: exponential", title_fontsize="small")
        style.tidy(axes)
    return figure


def main(arguments: Sequence[str] | None = None) -> None:
    """Escape, test, draw, write."""
    options = read_options(__doc__, SIZES, arguments)
    size = SIZES[options.preset]
    leave_cores_to_others(options)
    found = {name: survival(name, options) for name in RATES}
    findings = [exponential_finding(name, one) for name, one in found.items()]
    findings += [batch_finding(found), *(theory_finding(name, one) for name, one in found.items())]
    minima = "; ".join(f"{one.basin.data.name} {one.basin.loss:.2g}" for one in found.values())
    how = size.escape
    setting = (
        f"Three linear layers with ReLU between, {how.width} units wide; {how.steps:,} steps with rate .05 and "
        f"mini-batches of 128 to a minimum (loss {minima}); then small mini-batches, drawn with replacement, at rates "
        f"{', '.join(f'{rate:g} ({name})' for name, rate in RATES.items())}, until the loss of the whole set has risen "
        f"by {how.rise:g} of the best constant prediction's, looked at every {how.every} steps."
    )
    made_up = any(one.basin.data.made_up for one in found.values())
    write_findings("figure4", options, table_of(found), draw(found), findings, setting, made_up=made_up)


if __name__ == "__main__":
    main()

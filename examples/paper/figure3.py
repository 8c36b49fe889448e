"""Figure 3: mean escape times of SGD from a minimum by learning rate, and three theories fitted to them.

A three-layer network on Cardio, Ionosphere and Speech, or on a stand-in for Speech where the data folder does not hold
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from anomalies import read_measurements
from escaping import Basin, Escape, escapes, minimum, noise_at, predicted_law
from findings import Finding, Verdict, write_findings
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from options import Options, read_options
from training import leave_cores_to_others

from stablefit.escape import fit_escape_times
from stablefit.escape.escape_fits import EscapeFits
from stablefit.plotting import style

RANGES = {"Cardio": (0.02, 0.1), "Ionosphere": (0.08, 0.25), "Speech": (0.3, 1.2)}
"""Learning rates: at smaller ones runs outlast the patience of a small computer, at larger ones they end at once."""
BATCH = 8
FEWEST = 5
"""Learning rates that all runs must have left at, for three curves to be fitted."""
LEVEL = 0.05


@dataclass(frozen=True)
class Size:
    """How much work to do: learning rates of a set, seeds, mini-batches of the noise."""

    rates: int
    seeds: int
    noise: int
    escape: Escape


SIZES = {
    "smoke": Size(5, 8, 128, Escape(steps=500, judged=100, longest=200)),
    "small": Size(7, 100, 1000, Escape(judged=1000, longest=10_000)),
    "full": Size(8, 100, 2000, Escape(longest=100_000)),
}


@dataclass(frozen=True)
class Times:
    """Escapes from one minimum by learning rate.

    Attributes
    ----------
    basin : Basin
    table : DataFrame
        A row a learning rate: mean steps, their standard error, runs that stayed, and the same by the box.
    fits : EscapeFits or None
        Of learning rates at which all runs left; None where those are too few.
    """

    basin: Basin
    table: pd.DataFrame
    fits: EscapeFits | None


def measured(name: str, options: Options) -> Times:
    """Measure and fit the escapes from the minimum of one set."""
    size = SIZES[options.preset]
    data = read_measurements(options.data, name, device=options.device, seed=options.seed)
    basin = minimum(data, size.escape, options)
    rates = np.geomspace(*RANGES[name], size.rates)
    found = escapes(basin, size.escape, rates.tolist(), BATCH, range(size.seeds), options)
    table = pd.DataFrame({"set": data.name, "rate": rates, "batch": BATCH, "seeds": size.seeds})
    for how, prefix in (("loss", ""), ("box", "box_")):
        stayed = (found[how] == 0).sum(axis=1)
        mean, se = moments(found[how])
        table = table.assign(**{f"{prefix}stayed": stayed, f"{prefix}mean": mean, f"{prefix}se": se})
    fits = noise_at(basin, BATCH, size.noise, options).fit()
    laws = [predicted_law(fits, basin, rate) for rate in rates.tolist()]
    table["box_predicted"] = [np.nan if law is None else law.mean() for law in laws]
    table["smallest_alpha"] = [np.nan if law is None else law.alpha[law.scale > 0.0].min() for law in laws]
    all_left = table[(table["stayed"] == 0) & (table["se"] > 0.0)]
    if len(all_left) < FEWEST:
        return Times(basin, table, None)
    return Times(basin, table, fit_escape_times(all_left["rate"], all_left["mean"], all_left["se"], batch_size=BATCH))


def moments(steps: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard error by row, of rows whose runs have all ended; nan for others."""
    ended = (steps > 0).all(axis=1)
    mean = np.where(ended, steps.mean(axis=1), np.nan)
    return mean, np.where(ended, steps.std(axis=1, ddof=1) / np.sqrt(steps.shape[1]), np.nan)


def finding_of(name: str, one: Times) -> Finding:
    """Return the finding of one set."""
    null = "with their slopes free the theories of Mori and of Xie are the same curve, whatever the times"
    censored = int(one.table["stayed"].sum())
    if one.fits is None:
        ours = f"{one.basin.data.name}: {censored} of {int(one.table['seeds'].sum())} runs had not left"
        why = f"there are fewer than {FEWEST} learning rates at which all runs left, and not all at once"
        return Finding(f"figure3/{name}", ours, null, Verdict.UNDECIDED, why)
    levy, gauss = one.fits["levy"], one.fits["mori"]
    points, seeds = one.fits.eta.size, int(one.table["seeds"].iloc[0])
    weight = one.fits.weights
    alpha = one.table["smallest_alpha"].min()
    ours = (
        f"{one.basin.data.name}, {points} learning rates, {seeds} seeds each, two parameters a theory: stable noise "
        f"chi2 {levy.chi2:.1f} (p = {levy.pvalue:.2g}, exponent {levy.slope:.2f} ± {levy.slope_se:.2f}, weight "
        f"{weight['levy']:.2f}), Mori and Xie chi2 {gauss.chi2:.1f} (p = {gauss.pvalue:.2g}, weight "
        f"{weight['mori']:.2f}). The smallest alpha of the noise at the minimum is {alpha:.2f}. {censored} runs had "
        "not left, and their learning rates are left out"
    )
    fitting = [title for title, fit in (("stable noise", levy), ("Mori and Xie", gauss)) if fit.pvalue > LEVEL]
    spread = {theory: spread_about(one.fits, theory) for theory in ("levy", "mori")}
    shown = f"the curves miss the means by {spread['levy']:.0%} (stable) and {spread['mori']:.0%} (Mori, Xie)"
    if len(fitting) == 2:
        verdict, why = Verdict.HOLDS, f"no fit is rejected at {LEVEL:.0%}; {shown}"
    elif fitting:
        verdict, why = Verdict.IN_PART, f"only the fit of {fitting[0]} is not rejected at {LEVEL:.0%}; {shown}"
    else:
        verdict, why = Verdict.FAILS, f"every fit is rejected at {LEVEL:.0%} by the spread of seeds; {shown}"
    return Finding(f"figure3/{name}", ours, null, verdict, why)


def spread_about(fits: EscapeFits, theory: str) -> float:
    """Return the root mean square of log times about a fitted curve."""
    expected = fits.predict(theory, fits.eta)
    return float(np.sqrt(np.mean(np.log(fits.tau / expected) ** 2)))


def draw(found: dict[str, Times]) -> Figure:
    """Draw mean times by learning rate with the fitted curves, and what single jumps predict for the box."""
    figure = Figure(figsize=(4.8 * len(found), 4), layout="constrained")
    for axes, one in zip(figure.subplots(1, len(found), squeeze=False)[0], found.values(), strict=True):
        draw_set(axes, one)
    return figure


def draw_set(axes: Axes, one: Times) -> None:
    """Draw one set."""
    table = one.table
    known = table[table["mean"].notna()]
    axes.errorbar(known["rate"], known["mean"], 2.0 * known["se"], fmt="o", color=style.POINTS, label="loss has risen")
    axes.plot(table["rate"], table["box_mean"], "s", mfc="none", color=style.POINTS, label="a weight has left its box")
    if one.fits is not None:
        rates = np.geomspace(one.fits.eta.min(), one.fits.eta.max(), 100)
        for theory, look, label in (
            ("levy", (style.STABLE, "-"), "stable noise"),
            ("mori", (style.NORMAL, "--"), "Mori and Xie, one curve"),
        ):
            axes.plot(rates, one.fits.predict(theory, rates), color=look[0], linestyle=look[1], label=label)
    axes.plot(table["rate"], table["box_predicted"], color=style.NULL, linestyle=":", label="box, by single jumps")
    axes.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="mean steps", title=one.basin.data.name)
    axes.legend(fontsize="x-small")
    style.tidy(axes)


def main(arguments: Sequence[str] | None = None) -> None:
    """Escape, fit, draw, write."""
    options = read_options(__doc__, SIZES, arguments)
    size = SIZES[options.preset]
    leave_cores_to_others(options)
    found = {name: measured(name, options) for name in RANGES}
    findings = [finding_of(name, one) for name, one in found.items()]
    minima = "; ".join(f"{one.basin.data.name} {one.basin.loss:.2g}" for one in found.values())
    how = size.escape
    setting = (
        f"Three linear layers with ReLU between, {how.width} units wide; {how.steps:,} steps with rate .05 and "
        f"mini-batches of 128 to a minimum (loss {minima}); then mini-batches of {BATCH}, drawn with replacement, "
        f"until the loss of the whole set has risen by {how.rise:g} of the best constant prediction's, looked at every "
        f"{how.every} steps."
    )
    table = pd.concat([one.table for one in found.values()], ignore_index=True)
    made_up = any(one.basin.data.made_up for one in found.values())
    write_findings("figure3", options, table, draw(found), findings, setting, made_up=made_up)


if __name__ == "__main__":
    main()

"""Figure 5: alpha of a hundred parameters of five networks, beside what Gaussian noise of the same size gives.

The networks and their noise are those of Tables 1 and 2, and are taken from there where they were made already.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import table2
import tables_of_resnets
from findings import Finding, Verdict, write_findings
from goodness import folded
from matplotlib.figure import Figure
from numpy.typing import NDArray
from options import Options, read_options
from training import leave_cores_to_others

import stablefit as sf
from stablefit.gof import EqualAlphaTest
from stablefit.plotting import style

METHODS = ("ecf", "mle", "mohammadi")
SHOWN = "ecf"
"""The estimator of picture and test: it does not gather at 2 as maximum likelihood does."""
BATCH = 8
"""Batch size of the transformer."""
NULL = 1000
LEVEL = 0.01
Noise = dict[str, NDArray[np.float64]]


def collected(options: Options) -> Noise:
    """Return the noise of the five networks by name."""
    size, noise = tables_of_resnets.SIZES[options.preset], {}
    images = tables_of_resnets.images_for("CIFAR-100", size, options)
    for key, network in size.networks.items():
        noise[network.name] = tables_of_resnets.observed_resnet(key, images, size, options)[1].samples
    name, trained, sentences = table2.trained_transformer(options)
    noise[name] = table2.observed_transformer(trained, sentences, BATCH, options).samples
    return noise


def estimates(noise: Noise, seed: int) -> pd.DataFrame:
    """Return alpha by each method, a row a parameter; the Gaussian null is a network of its own."""
    batches = next(iter(noise.values())).shape[0]
    gauss = np.random.default_rng([seed, 5]).standard_normal((batches, NULL))
    parts = []
    for name, samples in [*noise.items(), ("Gaussian null", gauss)]:
        fits = {method: sf.fit(samples, method, axis=0, nan_policy="propagate") for method in METHODS}
        alphas = {f"alpha_{method}": np.where(fit.converged, fit.alpha, np.nan) for method, fit in fits.items()}
        parts.append(pd.DataFrame({"network": name, "parameter": range(samples.shape[1]), **alphas}))
    return pd.concat(parts, ignore_index=True)


def spread_finding(tests: dict[str, EqualAlphaTest], table: pd.DataFrame) -> Finding:
    """Return what the test of one common alpha says."""
    told = {
        name: f"{name} {test.ratio:.1f} (alpha {test.alpha[0]:.2f} to {test.alpha[-1]:.2f}, p = {test.pvalue:.2g})"
        for name, test in tests.items()
    }
    spreads = table.groupby("network", sort=False)["alpha_mohammadi"].std()
    null = spreads.pop("Gaussian null")
    differ = [name for name, test in tests.items() if test.pvalue <= LEVEL]
    verdict = Verdict.HOLDS if len(differ) == len(tests) else Verdict.IN_PART if differ else Verdict.UNDECIDED
    return Finding(
        "figure5/spread",
        f"variance of alpha over its variance under one common alpha: {'; '.join(told.values())}. By block sums, the "
        f"estimator of earlier work, alpha of a network spreads by {spreads.min():.2f} to {spreads.max():.2f}",
        f"1 under one common alpha; Gaussian noise spreads by {null:.2f} by block sums",
        verdict,
        f"one common alpha is rejected at {LEVEL:.0%} for {len(differ)} of {len(tests)} networks",
    )


def heavy_finding(table: pd.DataFrame) -> Finding:
    """Return how far alpha lies below what Gaussian noise gives."""
    column = f"alpha_{SHOWN}"
    null = table.loc[table["network"] == "Gaussian null", column]
    low = null.quantile(0.05)
    networks = table[table["network"] != "Gaussian null"].groupby("network", sort=False)[column]
    medians = networks.median()
    shares = networks.apply(lambda alpha: float((alpha.dropna() < low).mean()))
    told = "; ".join(f"{name} {medians[name]:.2f} ({shares[name]:.0%} below {low:.2f})" for name in medians.index)
    many = int((shares > 0.5).sum())
    verdict = Verdict.HOLDS if many == len(shares) else Verdict.IN_PART if (shares > 0.1).any() else Verdict.UNDECIDED
    return Finding(
        "figure5/heavy",
        f"median alpha {told}",
        f"Gaussian noise of the same size {null.median():.2f} (5% below {low:.2f})",
        verdict,
        f"in {many} of {len(shares)} networks more than half of the parameters lie below the null's 5 % point",
    )


def draw(table: pd.DataFrame) -> Figure:
    """Draw a violin of alpha for each network, and one for Gaussian noise."""
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    axes = figure.subplots()
    groups = [(name, part[f"alpha_{SHOWN}"].dropna().to_numpy()) for name, part in table.groupby("network", sort=False)]
    for place, (name, alpha) in enumerate(groups):
        colour = style.NULL if name == "Gaussian null" else style.STABLE
        if alpha.size > 1:
            for body in axes.violinplot(alpha, [place], widths=0.8, showextrema=False)["bodies"]:
                body.set(facecolor=colour, alpha=0.4)
        if name != "Gaussian null":
            offsets = 0.2 * (np.arange(alpha.size) * 0.618 % 1.0 - 0.5)
            axes.plot(place + offsets, np.sort(alpha), ".", color=style.POINTS, markersize=3)
        axes.hlines(np.median(alpha), place - 0.3, place + 0.3, color="black", linewidth=1.5)
    axes.axhline(2.0, color=style.NORMAL, linestyle="--", linewidth=0.8)
    labels = [f"{folded(name)}\n{alpha.size} fitted" for name, alpha in groups]
    axes.set_xticks(range(len(groups)), labels, fontsize="small")
    axes.set_ylabel(r"$\alpha$")
    style.tidy(axes)
    return figure


def main(arguments: Sequence[str] | None = None) -> None:
    """Collect, estimate, test, draw, write."""
    options = read_options(__doc__, tables_of_resnets.SIZES, arguments)
    leave_cores_to_others(options)
    noise = collected(options)
    table = estimates(noise, options.seed)
    tests = {
        name: sf.gof.test_equal_alpha(samples, axis=0, method=SHOWN, rng=options.seed)
        for name, samples in noise.items()
    }
    findings = [spread_finding(tests, table), heavy_finding(table)]
    batches = next(iter(noise.values())).shape[0]
    setting = (
        f"Alpha of single parameters over {batches:,} mini-batches by the characteristic function; the networks are "
        f"those of Tables 1 and 2, the transformer at batch size {BATCH}. Parameters share their mini-batches, which "
        "the test of one common alpha does not know."
    )
    write_findings("figure5", options, table, draw(table), findings, setting, made_up=options.data is None)


if __name__ == "__main__":
    main()

"""Figure 1: histograms of the gradient noise of single parameters of a ResNet-34, in its first and second stage.

In the small preset the network that stands in for it in Table 1.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from findings import Finding, Verdict, write_findings
from matplotlib.figure import Figure
from numpy.typing import NDArray
from observed import noise_of
from options import read_options
from tables_of_resnets import SIZES, images_for, trained_resnet
from training import leave_cores_to_others

import stablefit as sf
from adapters.torch import SGN
from stablefit.plotting.noise import histogram

NETWORK = "ResNet34"
LAYERS = ("layer1", "layer2")


def parameters_of(noise: SGN) -> tuple[pd.DataFrame, sf.BatchFit]:
    """Return alpha, scale, and the test of alpha = 2 for every parameter, and the fits."""
    fits = noise.fit()
    tested = sf.gof.test_gaussian(fits)
    table = pd.DataFrame(noise.labels, columns=["parameter", "index"])
    table["stage"] = table["parameter"].str.partition(".")[0]
    table["status"] = [sf.Status(code).name for code in fits.status.tolist()]
    return table.assign(
        alpha=fits.alpha, scale=fits.scale, loc=fits.loc, pvalue=tested.pvalue, not_gaussian=tested.rejected
    ), fits


def chosen(table: pd.DataFrame, layer: str) -> tuple[int, int]:
    """Return the columns of a layer's median and smallest alpha."""
    members = table[(table["stage"] == layer) & table["alpha"].notna()].sort_values("alpha", kind="stable")
    return int(members.index[len(members) // 2]), int(members.index[0])


def draw(noise: SGN, table: pd.DataFrame, fits: sf.BatchFit, null: NDArray[np.float64]) -> Figure:
    """Draw for each stage the noise of its median and of its heaviest parameter, and Gaussian noise beside them."""
    figure = Figure(figsize=(12, 3.6 * len(LAYERS)), layout="constrained")
    for row, layer, normal in zip(figure.subplots(len(LAYERS), 3), LAYERS, null.T, strict=True):
        for axes, column, what in zip(row, chosen(table, layer), ("median", "smallest"), strict=False):
            noise.plot("hist", column=column, fit=fits, ax=axes)
            axes.set_title(rf"{layer}, {what} $\alpha$: {axes.get_title().partition('.')[2]}", fontsize="medium")
        middle = noise.samples[:, chosen(table, layer)[0]]
        sample = normal * middle.std()
        histogram(sample, sf.fit(sample), title="Gaussian noise of the same size", ax=row[2])
    return figure


def finding_of(layer: str, table: pd.DataFrame, null_alpha: NDArray[np.float64], null_share: float) -> Finding:
    """Return what the parameters of a stage say."""
    members = table[(table["stage"] == layer) & table["alpha"].notna()]
    share, low = float(members["not_gaussian"].mean()), members["alpha"].min()
    ours = (
        f"{len(members)} parameters of {layer}: alpha {members['alpha'].median():.3f} in the median, {low:.3f} at "
        f"least; not Gaussian at a false discovery rate of 5 %: {share:.0%}"
    )
    beside = (
        f"Gaussian noise of the same size: alpha {np.median(null_alpha):.3f} in the median, {null_alpha.min():.3f} at "
        f"least of {null_alpha.size}; not Gaussian: {null_share:.0%}"
    )
    if share > 0.5:
        verdict, why = Verdict.HOLDS, "the likelihood ratio tells most parameters from a Gaussian"
    elif share > 0.1:
        verdict, why = Verdict.IN_PART, "the likelihood ratio tells some parameters from a Gaussian, not most"
    else:
        verdict, why = Verdict.UNDECIDED, "the likelihood ratio tells hardly any parameter from a Gaussian"
    return Finding(f"figure1/{layer}", ours, beside, verdict, why)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, collect, fit, draw, write."""
    options = read_options(__doc__, SIZES, arguments)
    size = SIZES[options.preset]
    leave_cores_to_others(options)
    data = images_for("CIFAR-100", size, options)
    trained = trained_resnet(NETWORK, data, size, options)
    noise = noise_of(
        trained,
        data,
        options,
        batches=size.batches,
        batch_size=size.batch_size,
        k=size.k,
        params=[f"{layer}.*" for layer in LAYERS],
    )
    table, fits = parameters_of(noise)
    null = np.random.default_rng([options.seed, 3]).standard_normal((size.batches, 2 * size.k))
    null_fits = sf.fit(null, axis=0)
    null_share = float(np.mean(sf.gof.test_gaussian(null_fits).rejected))
    findings = [finding_of(layer, table, null_fits.alpha, null_share) for layer in LAYERS]
    setting = (
        f"{size.networks[NETWORK].name} on {data.name} after {len(size.steps)} epochs "
        f"({trained.accuracy[-1]:.0%} right): noise of {size.k} parameters of its first two stages over "
        f"{size.batches:,} mini-batches of {size.batch_size}. Shown are the parameters of median and of smallest alpha."
    )
    figure = draw(noise, table, fits, null[:, : len(LAYERS)])
    write_findings("figure1", options, table, figure, findings, setting, made_up=options.data is None)


if __name__ == "__main__":
    main()

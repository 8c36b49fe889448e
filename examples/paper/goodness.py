"""How well a Gaussian, a stable law and its rivals fit gradient noise: what Tables 1 to 3 have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from findings import Finding, Verdict
from matplotlib.figure import Figure
from numpy.typing import NDArray
from options import Options
from scipy.stats import mannwhitneyu, wilcoxon
from tqdm import tqdm

import stablefit as sf
from stablefit.gof import BatchComparison
from stablefit.plotting import style

if TYPE_CHECKING:
    import pandas as pd

    from adapters.torch import SGN

LAWS = ("normal", "stable", "t", "laplace")
RIVALS = ("t", "laplace")
MEASURES = {"sse": "SSE", "chi2": "Chi2"}
LEVEL = 0.01
"""Below this a p-value tells noise and null apart."""
SUMMED, BOOT = 20, 99
"""Parameters whose sums are tested at most, and simulated samples of each test."""


@dataclass(frozen=True)
class Row:
    """One row of a table: the noise of a network's parameters, and the laws compared on it.

    Attributes
    ----------
    name : str
        The network, as it is called in the picture.
    about : str
        What was trained and how well it classifies.
    compared : BatchComparison
        With its Gaussian null.
    gaussian : float
        Share of parameters whose noise is not Gaussian, by the likelihood ratio, at a false discovery rate of 5 %.
    sums : tuple of int
        Parameters whose sums were tested for stability, and how many were rejected at 5 %.
    """

    name: str
    about: str
    compared: BatchComparison
    gaussian: float
    sums: tuple[int, int]


def compare_row(name: str, about: str, noise: "SGN", options: Options) -> Row:
    """Fit and compare the laws on each parameter's noise, and on Gaussian noise of the same size."""
    compared = noise.compare(laws=LAWS, rng=options.seed)
    usable = noise.samples[:, compared.usable]
    gaussian = float(np.mean(sf.gof.test_gaussian(usable, axis=0).rejected)) if usable.size else np.nan
    return Row(name, about, compared, gaussian, stable_under_sums(usable, options))


def stable_under_sums(samples: NDArray[np.float64], options: Options) -> tuple[int, int]:
    """Return how many columns were tested for an alpha that sums do not change, and how many failed."""
    longest = 8
    if len(samples) < 64 * longest:
        return 0, 0
    columns = samples[:, :SUMMED].T
    shown = tqdm(columns, "sums", leave=False, disable=not options.progress)
    pvalues = [sf.gof.aggregation_test(column, n_boot=BOOT, rng=options.seed).pvalue for column in shown]
    return len(columns), int(np.sum(np.array(pvalues) <= 0.05))


def table_of(rows: Mapping[str, Row]) -> "pd.DataFrame":
    """Return every paired figure: a line a network, measure, rival law, and source (samples or Gaussian null)."""
    import pandas as pd

    parts = []
    for key, row in rows.items():
        part = row.compared.paired_frame()
        part.insert(0, "row", key)
        part.insert(1, "network", row.name)
        part["not fitted"] = int((~row.compared.usable).sum())
        part["not Gaussian"] = row.gaussian
        part["sums tested"], part["sums not stable"] = row.sums
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def log_ratios(compared: BatchComparison, measure: str, law: str) -> NDArray[np.float64]:
    """Return log of a law's measure over the Gaussian's, a value a parameter; large ones are cut, not left out."""
    values, used = getattr(compared, measure), compared.usable
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.log(values[law][used]) - np.log(values["normal"][used])
    return np.clip(np.nan_to_num(ratio, nan=0.0), -50.0, 50.0)


def judged(row: Row, measure: str) -> tuple[Verdict, str]:
    """Return what the paired figures say of "the stable law fits better than the Gaussian", and by which rule."""
    assert row.compared.null is not None
    ours, null = (log_ratios(part, measure, "stable") for part in (row.compared, row.compared.null))
    if ours.size < 2:
        return Verdict.UNDECIDED, "fewer than two parameters could be fitted"
    p = float(mannwhitneyu(ours, null).pvalue)
    if p > LEVEL:
        return Verdict.UNDECIDED, f"the ratios of noise and null do not differ (Mann-Whitney p = {p:.2g})"
    middle = float(np.median(ours))
    if middle >= 0.0 or np.mean(ours) >= np.mean(null):
        return Verdict.FAILS, f"the stable law is no better in the median (ratio {np.exp(middle):.3g})"
    rivals = {law: log_ratios(row.compared, measure, law) for law in RIVALS}
    better = [f"{law} {np.exp(np.median(rival)):.3g}" for law, rival in rivals.items() if is_lower(rival, ours)]
    if better:
        return (
            Verdict.IN_PART,
            f"better than the Gaussian beyond the null, but another law is better still ({' and '.join(better)})",
        )
    return Verdict.HOLDS, f"the ratios lie below those of the null (Mann-Whitney p = {p:.2g}), no rival's below them"


def is_lower(rival: NDArray[np.float64], ours: NDArray[np.float64]) -> bool:
    """Tell whether a rival's ratios are lower, parameter by parameter, by Wilcoxon's signed ranks."""
    differ = rival != ours
    if np.median(rival - ours) >= 0.0 or not differ.any():
        return False
    return bool(wilcoxon(rival[differ], ours[differ]).pvalue <= LEVEL)


def pair_finding(key: str, row: Row, measure: str) -> Finding:
    """Return the finding of one measure of one row."""
    assert row.compared.null is not None
    pair, null = row.compared.pair(measure, "stable"), row.compared.null.pair(measure, "stable")
    ours = (
        f"{MEASURES[measure]} {pair.baseline_mean:.3g} ± {pair.baseline_std:.3g} (Gauss), "
        f"{pair.rival_mean:.3g} ± {pair.rival_std:.3g} (SαS); SαS/Gauss {pair.median_ratio:.3g} in the median, "
        f"SαS smaller in {pair.lower:.0%} of {pair.columns} parameters"
    )
    beside = f"Gaussian noise of the same size gives {null.median_ratio:.3g} and {null.lower:.0%}"
    verdict, why = judged(row, measure)
    return Finding(f"{key}/{measure}", ours, beside, verdict, why)


def law_finding(key: str, rows: Mapping[str, Row]) -> Finding:
    """Return the finding on "the law is stable": which law has the smallest BIC, and whether sums stay stable."""
    best = np.concatenate([best_laws(row.compared) for row in rows.values()])
    null = np.concatenate([best_laws(row.compared.null) for row in rows.values() if row.compared.null is not None])
    shares, nulls = ({law: float(np.mean(chosen == law)) for law in LAWS} for chosen in (best, null))
    tested, failed = (sum(row.sums[i] for row in rows.values()) for i in (0, 1))
    gaussian = np.mean([row.gaussian for row in rows.values()])
    ours = f"smallest BIC of {best.size} parameters: {listed(shares)}"
    ours += f"; not Gaussian at a false discovery rate of 5 %: {gaussian:.0%}"
    if tested:
        ours += f"; sums of 2, 4 and 8 mini-batches are not stable for {failed} of {tested} parameters"
    beside = f"Gaussian noise: {listed(nulls)}; of stable laws 5 % would be rejected by their sums"
    others = {law: share for law, share in shares.items() if law != "stable"}
    strongest = max(others, key=lambda law: others[law])
    if shares["stable"] > 0.5 and (not tested or failed / tested <= 0.2):
        verdict, why = Verdict.HOLDS, "the stable law is the best of four for most parameters, and sums agree"
    elif shares["stable"] > others[strongest]:
        verdict, why = Verdict.IN_PART, f"the stable law comes first most often, the next is {strongest}"
    else:
        verdict, why = Verdict.FAILS, f"the law that comes first most often is {strongest}"
    return Finding(key, ours, beside, verdict, why)


def listed(shares: Mapping[str, float]) -> str:
    """Return shares as text."""
    return ", ".join(f"{law} {share:.0%}" for law, share in shares.items())


def best_laws(compared: BatchComparison) -> NDArray[np.str_]:
    """Return the law of the smallest BIC for each parameter; a stable fit with alpha = 2 is the normal law."""
    used = compared.usable
    if not used.any():
        return np.array([], dtype="<U7")
    bic = np.stack([compared.bic[law][used] for law in LAWS])
    return np.array(LAWS)[np.argmin(bic, axis=0)]


def folded(name: str) -> str:
    """Return a name over several lines, for a tick."""
    return name.replace(", ", ",\n").replace(" of ", "\nof ")


def shared_setting(rows: Mapping[str, Row]) -> str:
    """Return what holds for every table."""
    left_out = sum(int((~row.compared.usable).sum()) for row in rows.values())
    silent = f" {left_out} parameters are left out: their noise is 0 in more than a fifth of the mini-batches."
    return (
        f"Trained: {'; '.join(dict.fromkeys(row.about for row in rows.values()))}. Laws by maximum likelihood; SSE and "
        "Chi2 of density histograms of 100 bins. Their level depends on the unit of the gradient, and parameters of "
        "the smallest scale dominate the means; ratios do not. Parameters share their mini-batches, so that p-values "
        f"over parameters are too small.{silent if left_out else ''}"
    )


def draw_rows(rows: Mapping[str, Row]) -> Figure:
    """Draw the ratio of each law's measure to the Gaussian's, a box of parameters each, beside the Gaussian null's."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    boxes = [("stable", False), ("stable", True), ("t", False), ("laplace", False)]
    colours = [style.STABLE, style.NULL, style.LAWS["t"][0], style.LAWS["laplace"][0]]
    names = ["SαS", "SαS, Gaussian null", "Student's t", "Laplace"]
    hatched = [False, True, False, False]
    for axes, (measure, title) in zip(figure.subplots(1, 2), MEASURES.items(), strict=True):
        for i, ((law, null), colour, name, hatch) in enumerate(zip(boxes, colours, names, hatched, strict=True)):
            parts = [row.compared.null if null else row.compared for row in rows.values()]
            values = [np.exp(log_ratios(part, measure, law)) for part in parts if part is not None]
            axes.boxplot(
                values,
                positions=np.arange(len(rows)) + (i - 1.5) * 0.2,
                widths=0.16,
                whis=(5, 95),
                showfliers=False,
                patch_artist=True,
                boxprops={"facecolor": "white" if hatch else colour, "edgecolor": colour, "alpha": 0.7},
                medianprops={"color": "black"},
                label=name,
            )
        axes.axhline(1.0, color=style.REFERENCE, linewidth=0.8, linestyle=":")
        axes.set(yscale="log", ylabel=f"{title} over the Gaussian's")
        axes.set_xticks(range(len(rows)), [folded(row.name) for row in rows.values()], fontsize="small")
        style.tidy(axes)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    return figure

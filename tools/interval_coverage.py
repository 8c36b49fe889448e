"""Simulate how often intervals of alpha, loc and scale hold the truth, and write docs/coverage.md.

python tools/interval_coverage.py          # ten minutes
"""

import platform
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

import stablefit as sf
from stablefit._types import BoolArray, FloatArray

TARGET = Path(__file__).parents[1] / "docs" / "coverage.md"
ALPHAS = (0.6, 0.8, 1.0, 1.2, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 1.95, 1.98, 2.0)
SIZES = (1000, 100)
REPLICATIONS = 4000
LOC, SCALE = -3.0, 0.5
Z = 1.959963984540054
INTRODUCTION = f"""# Coverage of intervals

How often 95 % intervals of fits by maximum likelihood hold the parameter that the samples were drawn with, in per cent
of {REPLICATIONS} samples. Written by `tools/interval_coverage.py`; nothing on this page is typed by hand. Samples of n
draws of symmetric laws with location {LOC:g} and scale {SCALE:g}, one seed for each n and alpha.

- *Wald*: estimate plus and minus {Z:.2f} standard errors.
- *profile*: `conf_int(method="profile")`, where the likelihood, maximised over the other parameters, has fallen by half
  the chi-square quantile.
- *default*: `conf_int()`, which is Wald's interval but where alpha lies within three standard errors of 2: there alpha
  gets the profile's.

Each figure is followed by its Monte Carlo error, one standard deviation. At alpha = 2 intervals are one-sided
wherever the estimate is 2, and cover more than they promise.

The last columns are for quantities derived from the fit: `derived(lambda law: law.ppf(0.99))`, and the logarithm of the
probability to exceed the true 99.9 % quantile, `derived(lambda law: law.logsf(q))`. Where the estimate of alpha is 2
they have no interval; the figures are for the samples that have one.
"""


class Covered(NamedTuple):
    """Which intervals hold the truth, by parameter, and how many fits did not converge."""

    wald: dict[str, BoolArray]
    profile: dict[str, BoolArray]
    default: dict[str, BoolArray]
    derived: list[BoolArray]
    failed: int


def simulate(alpha: float, n: int, k: int = REPLICATIONS) -> Covered:
    """Fit k samples of n and compare their intervals with the truth; a fit that did not converge covers nothing."""
    truth = {"alpha": alpha, "loc": LOC, "scale": SCALE}
    x = sf.Stable(alpha, loc=LOC, scale=SCALE).rvs((k, n), rng=round(1000 * alpha) + n)
    batch = sf.fit(x, axis=1)

    def holds(ends: dict[str, FloatArray]) -> dict[str, BoolArray]:
        return {
            name: (ends[name][:, 0] <= value) & (value <= ends[name][:, 1]) & batch.converged
            for name, value in truth.items()
        }

    reach = {name: Z * batch.bse[name] for name in truth}
    wald = {name: np.stack([batch.params[name] - r, batch.params[name] + r], axis=1) for name, r in reach.items()}
    failed = int((~batch.converged).sum())
    profile, default = batch.conf_int(method="profile"), batch.conf_int()
    return Covered(holds(wald), holds(profile), holds(default), derived(batch, alpha), failed)


def derived(batch: sf.BatchFit, alpha: float) -> list[BoolArray]:
    """Which intervals of a quantile and of the log of a tail probability hold the truth, of those that are known."""
    law = sf.Stable(alpha, loc=LOC, scale=SCALE)
    far = float(law.ppf(0.999))
    functions: tuple[Callable[[sf.Stable], FloatArray], ...] = (lambda of: of.ppf(0.99), lambda of: of.logsf(far))
    found = []
    for function in functions:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", sf.StablefitWarning)  # at alpha = 2 there is none
            ends = batch.derived(function).interval
        known = ends[np.isfinite(ends).all(axis=1)]
        found.append((known[:, 0] <= function(law)) & (function(law) <= known[:, 1]))
    return found


def cell(covered: BoolArray) -> str:
    """Per cent and its Monte Carlo error."""
    share = covered.mean()
    return f"{100.0 * share:.1f} ± {100.0 * np.sqrt(share * (1.0 - share) / covered.size):.1f}"


def tabulate(n: int) -> list[str]:
    """Markdown table of the coverages at one sample size."""
    found = {alpha: simulate(alpha, n) for alpha in ALPHAS}
    lines = [
        f"## n = {n}",
        "",
        "| alpha | alpha: profile | alpha: Wald | alpha: default | loc: profile | loc: Wald | scale: profile"
        " | scale: Wald | 99 % quantile | log tail probability | without these | not converged |",
        "|" + "---|" * 12,
    ]
    for alpha, of in found.items():
        cells = [cell(of.profile["alpha"]), cell(of.wald["alpha"]), cell(of.default["alpha"])]
        cells += [cell(which[name]) for name in ("loc", "scale") for which in (of.profile, of.wald)]
        cells += [*(cell(which) for which in of.derived), f"{REPLICATIONS - of.derived[0].size}", f"{of.failed}"]
        lines.append(f"| {alpha:g} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def main() -> None:
    """Simulate, print, write."""
    versions = f"In this run: Python {platform.python_version()}, NumPy {np.__version__}, stablefit {sf.__version__}."
    lines = [INTRODUCTION, versions, ""]
    for n in SIZES:
        lines += tabulate(n)
        print("\n".join(lines[-len(ALPHAS) - 5 :]), flush=True)
    TARGET.write_text("\n".join(lines))


if __name__ == "__main__":
    main()

"""Speed of the laws, in one run with scipy on the same points, and docs/speed.md.

    python benchmarks/laws.py           # two minutes; a quiet machine gives the best figures

Times are the best of several runs.
"""

import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

import stablefit as sf
from stablefit._kernels import density
from stablefit.laws.tabled import tables

TARGET = Path(__file__).parents[1] / "docs" / "speed.md"
POINTS = 1_000_000
ALPHAS = (0.3, 0.7, 1.0, 1.5, 1.9, 1.99, 2.0)


def nanoseconds(work: Callable[[], Any], points: int, runs: int = 7) -> float:
    """Best time of several runs, a point; one run before them compiles and warms up."""
    work()
    best = np.inf
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return 1e9 * best / points


def symmetric_table(oracle: float, normal: float) -> list[str]:
    """Density, gradient and draws at one alpha, against Cauchy's density and normal draws."""
    lines = [
        "## Symmetric laws, a million points at one alpha",
        "",
        "| alpha | logpdf, ns | / cauchy.logpdf | logpdf_grad, ns | / cauchy.logpdf | rvs, ns | / standard_normal |"
        " new alpha, µs |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for alpha in ALPHAS:
        law = sf.Stable(alpha)
        x = law.rvs(POINTS, rng=1)
        pdf = nanoseconds(partial(law.logpdf, x), POINTS)
        grad = nanoseconds(partial(law.logpdf_grad, x), POINTS)
        draw = nanoseconds(partial(law.rvs, POINTS, rng=2), POINTS)
        new = nanoseconds(partial(density.prepare, alpha, *tables()), 1, 200) / 1e3
        cells = f"{pdf:.1f} | {pdf / oracle:.2f} | {grad:.1f} | {grad / oracle:.2f} | {draw:.1f} | {draw / normal:.2f}"
        lines.append(f"| {alpha:g} | {cells} | {new:.0f} |")
    return [*lines, ""]


def point_table() -> list[str]:
    """Functions that are computed point by point, against scipy's general law."""
    x = np.linspace(-20.0, 20.0, 400)
    few = x[::40]
    p = np.linspace(0.001, 0.999, 400)
    lines = [
        "## Point by point, against scipy.stats.levy_stable",
        "",
        "| law | function | µs a point | scipy, µs | scipy / stablefit |",
        "|---|---|---|---|---|",
    ]
    for alpha, beta in ((1.5, 0.0), (1.5, 0.5), (0.8, -0.9), (1.0, 0.5)):
        law = sf.Stable(alpha, beta, param="S1")
        peer = stats.levy_stable(alpha, beta)
        for name in ("pdf", "cdf", "ppf"):
            ours = nanoseconds(partial(getattr(law, name), p if name == "ppf" else x), 400, 5) / 1e3
            theirs = nanoseconds(partial(getattr(peer, name), p[::40] if name == "ppf" else few), 10, 1) / 1e3
            row = f"| alpha {alpha:g}, beta {beta:g} | {name} | {ours:.3g} | {theirs:.3g} | {theirs / ours:.0f} |"
            lines.append(row)
    return [*lines, ""]


def main() -> None:
    """Time, print, write."""
    x = sf.Stable(1.5).rvs(POINTS, rng=1)
    oracle = nanoseconds(lambda: stats.cauchy.logpdf(x), POINTS)
    normal = nanoseconds(lambda: np.random.default_rng(1).standard_normal(POINTS), POINTS)
    lines = [
        "# Speed",
        "",
        "Written by `benchmarks/laws.py`; nothing on this page is typed by hand. One thread,"
        f" {platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}.",
        "",
        f"In the same run: `scipy.stats.cauchy.logpdf` {oracle:.1f} ns a point,"
        f" `Generator.standard_normal` {normal:.1f} ns a draw.",
        "",
        *symmetric_table(oracle, normal),
        *point_table(),
    ]
    text = "\n".join(lines)
    print(text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()

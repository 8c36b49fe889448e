"""Speed of the laws, in one run with other libraries on the same points, their errors, and docs/speed.md.

    python benchmarks/laws.py           # some minutes; a quiet machine gives the best figures

The package levy-stable is compared where it is installed (`pip install stablefit[bench]`). Times are the best of
several runs.
"""

import platform
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from peers import OURS, Peer, error_table, installed
from scipy import stats

import stablefit as sf
from stablefit._kernels import density
from stablefit._types import FloatArray
from stablefit.laws.tabled import tables

TARGET = Path(__file__).parents[1] / "docs" / "speed.md"
POINTS, FEWER = 1_000_000, 20_000
ALPHAS = (0.3, 0.7, 1.0, 1.5, 1.9, 1.99, 2.0)
SKEWED = ((1.5, 0.5), (0.8, -0.9), (1.0, 0.5), (1.9, 1.0))


def nanoseconds(work: Callable[[], Any], points: int, runs: int = 7) -> float:
    """Best time of several runs, a point; one run before them compiles and warms up."""
    work()
    best = np.inf
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return 1e9 * best / points


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    return [*("| " + " | ".join(line) + " |" for line in lines), ""]


def paired(work: Callable[[], Any], baseline: Callable[[], Any], points: int, runs: int = 9) -> str:
    """Nanoseconds a point, and in brackets over the baseline's: the two by turns, so that a slow moment hits both."""
    times = [(nanoseconds(work, points, 1), nanoseconds(baseline, points, 1)) for _ in range(runs)]
    own, other = (min(column) for column in zip(*times, strict=True))
    return f"{own:.1f} ({own / other:.2f})"


def against_cauchy(law: sf.Stable, x: FloatArray, p: FloatArray) -> list[str]:
    """Log density, distribution function and quantiles beside Cauchy's on the same points."""
    cells = [
        paired(partial(getattr(law, n), x), partial(getattr(stats.cauchy, n), x), x.size) for n in ("logpdf", "cdf")
    ]
    return [*cells, paired(partial(law.ppf, p), partial(stats.cauchy.ppf, p), p.size)]


def symmetric_table() -> list[str]:
    """Functions and draws at one alpha, against Cauchy's functions and normal draws."""
    p = np.random.default_rng(3).random(POINTS)
    rows = []
    for alpha in ALPHAS:
        law = sf.Stable(alpha)
        x = law.rvs(POINTS, rng=1)
        grad = paired(partial(law.logpdf_grad, x), partial(stats.cauchy.logpdf, x), POINTS)
        draw = paired(partial(law.rvs, POINTS, rng=2), partial(_normal, POINTS), POINTS)
        new = nanoseconds(partial(density.prepare, alpha, *tables()), 1, 200) / 1e3
        log_f, probability, quantile = against_cauchy(law, x, p)
        rows.append((f"{alpha:g}", log_f, grad, probability, quantile, draw, f"{new:.0f}"))
    return [
        "## Symmetric laws, a million points at one alpha",
        "",
        "Nanoseconds a point, in brackets over `scipy.stats.cauchy`'s logpdf, logpdf, cdf and ppf, and for rvs over"
        " `Generator.standard_normal`.",
        "",
        *table(("alpha", "logpdf", "logpdf_grad", "cdf", "ppf", "rvs", "new alpha, µs"), rows),
    ]


def _normal(size: int) -> FloatArray:
    return np.random.default_rng(1).standard_normal(size)


def skewed_table() -> list[str]:
    """Functions of one skewed law, and the cost of a new one."""
    p = np.random.default_rng(3).random(POINTS)
    rows = []
    for alpha, beta in SKEWED:
        law = sf.Stable(alpha, beta)
        x = law.rvs(POINTS, rng=1)
        score = nanoseconds(partial(law.score, x[:1000]), 1000, 3) / 1e3
        draw = nanoseconds(partial(law.rvs, FEWER, rng=2), FEWER)
        first = nanoseconds(partial(_first, alpha, beta, x[:FEWER], count(1)), 1, 5) / 1e6
        row = (f"{alpha:g}", f"{beta:g}", *against_cauchy(law, x, p), f"{score:.1f}", f"{draw:.0f}", f"{first:.1f}")
        rows.append(row)
    heads = ("alpha", "beta", "logpdf", "cdf", "ppf", "score, µs", "rvs", f"first logpdf of {FEWER} points, ms")
    return [
        "## Skewed laws, a million points at one law",
        "",
        "Nanoseconds a point, in brackets over `scipy.stats.cauchy`'s.",
        "",
        *table(heads, rows),
    ]


def _first(alpha: float, beta: float, x: FloatArray, calls: Iterator[int]) -> None:
    """Log density of a law that was not asked for before."""
    sf.Stable(alpha - 1e-9 * next(calls), beta).logpdf(x)


def array_table(oracle: dict[str, float]) -> list[str]:
    """One law a point."""
    rng = np.random.default_rng(5)
    alpha, x, p = rng.uniform(0.5, 2.0, FEWER), rng.standard_cauchy(FEWER), rng.random(FEWER)
    rows = []
    for title, beta in (("symmetric", np.zeros(FEWER)), ("skewed", rng.uniform(-1.0, 1.0, FEWER))):
        law = sf.Stable(alpha, beta)
        cells = [
            f"{nanoseconds(partial(getattr(law, name), at), FEWER, 2) / 1e3:.2f}"
            for name, at in (("logpdf", x), ("logpdf_grad", x), ("cdf", x), ("ppf", p))
        ]
        rows.append((title, *cells, f"{nanoseconds(partial(law.rvs, rng=2), FEWER, 3) / 1e3:.3f}"))
    return [
        f"## Arrays of laws, {FEWER} laws with one point each",
        "",
        f"Microseconds a point; `scipy.stats.cauchy.logpdf` takes {oracle['logpdf'] / 1e3:.3f}.",
        "",
        *table(("laws", "logpdf", "logpdf_grad", "cdf", "ppf", "rvs"), rows),
    ]


def peer_table(peers: list[Peer]) -> list[str]:
    """Density and distribution function, a library a column, on the same points."""
    x = np.linspace(-20.0, 20.0, 10_000)
    heads = ("law", "function", "stablefit, ns", *(f"{peer.name}, ns (over stablefit)" for peer in peers))
    rows = []
    for alpha, beta in ((1.5, 0.0), *SKEWED[:3]):
        for name in ("pdf", "cdf"):
            ours = nanoseconds(partial(OURS.function, name, x, alpha, beta), x.size, 3)
            cells = [f"{ours:.0f}"]
            for peer in peers:
                slow = "scipy" in peer.name
                at = x[::1000] if slow else x
                own = nanoseconds(partial(peer.function, name, at, alpha, beta), at.size, 1 if slow else 3)
                cells.append(f"{own:.3g} ({own / ours:.2g})")
            rows.append((f"alpha {alpha:g}, beta {beta:g}", name, *cells))
    return ["## Against other libraries, 10000 points at one law", "", *table(heads, rows)]


def main() -> None:
    """Time, compare, print, write."""
    x, p = sf.Stable(1.5).rvs(POINTS, rng=1), np.random.default_rng(3).random(POINTS)
    oracle = {name: nanoseconds(partial(getattr(stats.cauchy, name), x), POINTS) for name in ("logpdf", "cdf")}
    oracle["ppf"] = nanoseconds(partial(stats.cauchy.ppf, p), POINTS)
    normal = nanoseconds(lambda: np.random.default_rng(1).standard_normal(POINTS), POINTS)
    peers, sentence = installed()
    cauchy = ", ".join(f"{name} {value:.1f}" for name, value in oracle.items())
    lines = [
        "# Speed of the laws",
        "",
        "How long densities, probabilities, quantiles and draws take, beside scipy and `levy-stable`.",
        "",
        "Written by `benchmarks/laws.py`; nothing on this page is typed by hand. One thread,"
        f" {platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}.",
        "",
        f"In the same run: `scipy.stats.cauchy` takes, in nanoseconds a point, {cauchy}; `Generator.standard_normal`"
        f" {normal:.1f} a draw. {sentence}",
        "",
        *symmetric_table(),
        *skewed_table(),
        *array_table(oracle),
        *peer_table(peers),
        *error_table(peers),
    ]
    text = "\n".join(lines)
    print(text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()

"""Speed of the estimators, as ratios to what NumPy and scipy take in the same run, and docs/estimators-speed.md.

    python benchmarks/estimators.py           # two minutes; a quiet machine gives the best figures

Times are the best of several runs, on one thread.
"""

import importlib.util
import platform
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

import stablefit as sf
from stablefit._types import FloatArray

TARGET = Path(__file__).parents[1] / "docs" / "estimators-speed.md"
METHODS = ("mle", "ecf", "quantile", "logmoment", "mohammadi")
ALPHAS = (0.8, 1.2, 1.5, 1.8, 1.95, 2.0)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SKEWED = ((0.8, 0.5), (1.2, -0.3), (1.5, 0.0), (1.5, 0.8), (1.8, 0.5), (1.95, 0.0))
FITS = {"mle": 1000, "ecf": 1000, "quantile": 1000, "`levy.fit`": 50, "`levy_stable._fitstart`": 200}  # replications
SHAPES = ((100_000, 100), (10_000, 1000), (1000, 10_000))
INTRODUCTION = f"""# Speed of the estimators

How long fits take by every method, beside fits by scipy and `levy-stable`.

Written by `benchmarks/estimators.py`; nothing on this page is typed by hand. One thread, {platform.machine()}, Python
{platform.python_version()}, NumPy {np.__version__}. The best of several runs; ratios are to times of the same run.
"""


def best(work: Callable[[], Any], runs: int = 5, least: float = 0.05) -> float:
    """Shortest of at least `runs` runs and `least` seconds, in seconds; one before them compiles and warms up."""
    work()
    shortest, spent, done = np.inf, 0.0, 0
    while done < runs or spent < least:
        start = time.perf_counter()
        work()
        took = time.perf_counter() - start
        shortest, spent, done = min(shortest, took), spent + took, done + 1
    return shortest


def table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]], note: str = "") -> list[str]:
    """Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    notes = [note, ""] if note else []
    return [f"## {title}", "", *notes, *("| " + " | ".join(line) + " |" for line in lines), ""]


def one_sample() -> list[str]:
    """Maximum likelihood of one sample against Student's t by scipy."""
    rows = []
    for alpha in ALPHAS:
        cells = [f"{alpha:g}"]
        for n in (1000, 10_000):
            x = sf.Stable(alpha).rvs(n, rng=1)
            ours, theirs = best(partial(sf.fit, x), 30), best(partial(stats.t.fit, x), 3)
            cells += [f"{1e3 * ours:.2f}", f"{1e3 * theirs:.1f}", f"{ours / theirs:.4f}"]
        rows.append(tuple(cells))
    heads = ("alpha", *(f"n = {n}: {what}" for n in (1000, 10_000) for what in ("ms", "t.fit, ms", "ratio")))
    return table("Maximum likelihood of one sample, against `scipy.stats.t.fit`", heads, rows)


def by_levy(x: FloatArray) -> float:
    """The package levy-stable's alpha, by maximum likelihood."""
    import levy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its table's ends
        return float(levy.fit(x).params.alpha)


def by_scipy(x: FloatArray) -> float:
    """Alpha where scipy's own maximisation begins (McCulloch's quantiles); the maximisation takes a minute."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(stats.levy_stable._fitstart(x)[0])


def general() -> list[str]:
    """General laws: one sample against Student's t by scipy, every estimator against the bound."""
    peers = {"`levy.fit`": by_levy, "`levy_stable._fitstart`": by_scipy}
    if importlib.util.find_spec("levy") is None:
        del peers["`levy.fit`"]
    names = [*METHODS[:3], *peers]
    times, errors = [], []
    for alpha, beta in SKEWED:
        law = sf.Stable(alpha, beta)
        bound = np.sqrt(np.linalg.inv(law.fisher_information())[0, 0] / 1000)
        x = law.rvs((max(FITS.values()), 1000), rng=1)
        ours = [partial(lambda m, one: sf.fit(one, m, symmetric=False), method) for method in METHODS[:3]]
        theirs = best(partial(stats.t.fit, x[0]), 3)
        took = [best(partial(work, x[0]), 1) for work in (*ours, *peers.values())]
        law_name = f"{alpha:g}, {beta:g}"
        cells = [*(f"{1e3 * one:.2f}" for one in took), f"{1e3 * theirs:.1f}", f"{took[0] / theirs:.4f}"]
        times.append((law_name, *cells))
        found = [sf.fit(x[: FITS[method]], method, symmetric=False, axis=1).alpha for method in METHODS[:3]]
        found += [np.array([peer(one) for one in x[: FITS[name]]]) for name, peer in peers.items()]
        square = [np.nanmean((one - alpha) ** 2) for one in found]
        noise = [1.0 / np.sqrt(2.0 * FITS[name]) for name in names]
        ratios = [np.sqrt(one) / bound for one in square]
        errors.append((law_name, *(f"{r:.2f} ± {r * e:.2f}" for r, e in zip(ratios, noise, strict=True))))
    return [
        *table(
            "General laws, n = 1000, milliseconds a sample",
            ("alpha, beta", *names, "`t.fit`", "mle / `t.fit`"),
            times,
            "`symmetric=False`: alpha, beta, loc and scale are estimated.",
        ),
        *table(
            "General laws, n = 1000: root mean squared error of alpha over the Cramer-Rao bound",
            ("alpha, beta", *names),
            errors,
            "Samples: " + ", ".join(f"{name} {FITS[name]}" for name in names) + ".",
        ),
    ]


def sizes() -> list[str]:
    """Every method on one sample of several sizes."""
    rows = []
    for n in (100, 1000, 10_000, 100_000, 1_000_000):
        x = sf.Stable(1.5).rvs(n, rng=1)
        rows.append((f"{n}", *(f"{1e6 * best(partial(sf.fit, x, method)):.0f}" for method in METHODS)))
    return table("`sf.fit` of one sample, alpha 1.5, microseconds", ("n", *METHODS), rows)


def cosines(x: FloatArray) -> FloatArray:
    """One pass of NumPy's cosine."""
    return np.asarray(np.cos(x))


def partitions(x: FloatArray) -> FloatArray:
    """NumPy's partition at the order statistics on both sides of five quantiles."""
    places = {int(share * x.shape[1] - 0.5) + more for share in QUANTILES for more in (0, 1)}
    return np.partition(x, sorted(places), axis=1)


def batches() -> list[str]:
    """Batches of ten million values against passes over them."""
    lines = []
    for shape in SHAPES:
        rows = []
        for alpha in (1.2, 1.5, 1.9, 2.0):
            x = sf.Stable(alpha).rvs(shape, rng=1)
            took = {method: best(partial(sf.fit, x, method, axis=1), 2, 0.5) for method in METHODS[:3]}
            cos, partition = best(partial(cosines, x), 3), best(partial(partitions, x), 2)
            cells = [f"{took['mle']:.2f}", f"{took['ecf']:.3f}", f"{cos:.3f}", f"{took['ecf'] / cos:.2f}"]
            cells += [f"{took['quantile']:.3f}", f"{partition:.3f}", f"{took['quantile'] / partition:.2f}"]
            rows.append((f"{alpha:g}", *cells))
        versus = ("ecf", "`np.cos`", "ecf / `np.cos`", "quantile", "`np.partition`", "quantile / `np.partition`")
        heads = ("alpha", "mle", *versus)
        lines += table(f"{shape[0]} samples of {shape[1]}, seconds", heads, rows)
    return lines


def intervals() -> list[str]:
    """Intervals of one sample."""
    rows = []
    for alpha in ALPHAS:
        result = sf.fit(sf.Stable(alpha).rvs(1000, rng=1))
        cells = [best(result.conf_int), best(partial(result.conf_int, method="profile"))]
        if not result.at_boundary:
            cells.append(best(partial(result.derived, lambda law: law.ppf(0.99))))
        times = [f"{1e3 * cell:.2f}" for cell in cells]
        rows.append((f"{alpha:g}", *times, *["none"] * (3 - len(times))))
    heads = ("alpha", "`conf_int()`", '`conf_int(method="profile")`', "`derived` of a quantile")
    return table("Intervals, n = 1000, milliseconds", heads, rows)


def main() -> None:
    """Time, compare, print, write."""
    lines = [INTRODUCTION, *one_sample(), *general(), *sizes(), *batches(), *intervals()]
    text = "\n".join(lines)
    print(text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()

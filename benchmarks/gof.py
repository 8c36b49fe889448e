"""Speed of the measures, tests and rivals of stablefit.gof, beside NumPy and scipy in the same run; docs/gof-speed.md.

    python benchmarks/gof.py           # two minutes; a quiet machine gives the best figures

Processor time of one thread, the best of several runs.
"""

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
from stablefit.estimators.fitting import MethodName
from stablefit.gof.candidates import NAMES, RIVALS
from stablefit.gof.edf import STATISTICS

TARGET = Path(__file__).parents[1] / "docs" / "gof-speed.md"
SCIPYS = {"t": stats.t, "gennorm": stats.gennorm, "nig": stats.norminvgauss, "laplace": stats.laplace}
INTRODUCTION = f"""# Speed of goodness of fit

How long measures, tests and comparisons of fits take, beside scipy where it has the same.

Written by `benchmarks/gof.py`; nothing on this page is typed by hand. Processor time of one thread, the best of several
runs, {platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}. Ratios are to times of the same
run.
"""


def best(work: Callable[[], Any], runs: int = 3) -> float:
    """Shortest processor time of several runs, in seconds; one before them compiles and warms up."""
    work()
    shortest = np.inf
    for _ in range(runs):
        start = time.process_time()
        work()
        shortest = min(shortest, time.process_time() - start)
    return float(shortest)


def table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]], note: str = "") -> list[str]:
    """Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    notes = [note, ""] if note else []
    return [f"## {title}", "", *notes, *("| " + " | ".join(line) + " |" for line in lines), ""]


def histograms(x: FloatArray) -> None:
    """What NumPy takes for the counts alone."""
    for row in x:
        np.histogram(row, 100)


def measures() -> list[str]:
    """SSE and Chi2 of 10,000 columns of 1,000, each with its own fitted law."""
    x = sf.Stable(1.6).rvs((10_000, 1000), rng=1)
    fits = sf.fit(x, "ecf", axis=1)
    law = sf.Stable(fits.alpha, 0.0, fits.loc, fits.scale)
    counts = best(partial(histograms, x), 1)
    works = {
        "`sse`": partial(sf.gof.sse, x, law, axis=1),
        "`chi2`": partial(sf.gof.chi2, x, law, axis=1),
        '`chi2(kind="pearson")`': partial(sf.gof.chi2, x, law, kind="pearson", axis=1),
        "`compare_batch`, both laws, without the null": partial(
            sf.gof.compare_batch, x, axis=1, method="ecf", null=False
        ),
    }
    took = {name: best(work, 2) for name, work in works.items()}
    rows = [(name, f"{value:.2f}", f"{value / counts:.2f}") for name, value in took.items()]
    total = took["`sse`"] + took["`chi2`"]
    rows.insert(2, ("`sse` and `chi2` together", f"{total:.2f}", f"{total / counts:.2f}"))
    note = f"`numpy.histogram` of the same columns, counts alone: {counts:.2f} s."
    return table("10,000 columns of 1,000 samples, seconds", ("", "seconds", "/ `numpy.histogram`"), rows, note)


def tests() -> list[str]:
    """The refitting bootstrap, and scipy's of Student's t."""
    x = sf.Stable(1.6).rvs(1000, rng=1)
    methods: tuple[MethodName, ...] = ("mle", "ecf")
    fits = {method: sf.fit(x, method) for method in methods}
    rows = []
    for name in STATISTICS:
        times = [best(partial(sf.gof.test, x, fits[method], statistic=name, rng=1)) for method in methods]
        rows.append((f"`{name}`", *(f"{value:.2f}" for value in times)))
    theirs = best(partial(_scipys_bootstrap, x[:1000], 9), 1) / 9
    note = (
        f"`scipy.stats.goodness_of_fit` of Student's t by `ad` takes {theirs:.3f} s a refit here:"
        f" {999 * theirs:.0f} s for 999."
    )
    heads = ("statistic", "by mle", "by ecf")
    return table("`sf.gof.test`: 999 refits of 1,000 samples, seconds", heads, rows, note)


def _scipys_bootstrap(x: FloatArray, draws: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stats.goodness_of_fit(stats.t, x, statistic="ad", n_mc_samples=draws, rng=np.random.default_rng(0))


def rivals() -> list[str]:
    """Maximum likelihood of each rival over a batch, against scipy's fit of one sample."""
    x = np.random.default_rng(2).standard_t(4.0, (200, 1000))
    rows = []
    for name, law in SCIPYS.items():
        ours = best(partial(RIVALS[name], x)) / len(x)
        free = {"f1": 0.0} if name == "nig" else {}  # symmetric
        theirs = best(partial(_scipys_fit, law, x[0], free), 1)
        rows.append((f"`{name}`", f"{1e3 * ours:.3f}", f"{1e3 * theirs:.1f}", f"{theirs / ours:.0f}"))
    heads = ("law", "ms a fit", "`scipy.stats` fit, ms", "ratio")
    return table("Maximum likelihood of rivals, samples of 1,000 from t with 4 degrees of freedom", heads, rows)


def _scipys_fit(law: Any, x: FloatArray, free: dict[str, float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        law.fit(x, **free)


def comparisons() -> list[str]:
    """`compare` of one sample."""
    rows = []
    for n in (1000, 10_000):
        x = sf.Stable(1.6).rvs(n, rng=3)
        laws = tuple(name for name in NAMES if name != "stable-skewed")
        works = (
            partial(sf.gof.compare, x),
            partial(sf.gof.compare, x, folds=None),
            partial(sf.gof.compare, x, laws),
            partial(sf.gof.compare, x, (*laws, "stable-skewed")),
        )
        rows.append((f"{n}", *(f"{1e3 * best(work):.0f}" for work in works)))
    heads = ("n", "default", "without cross-validation", "six symmetric laws", "and stable-skewed")
    return table("`sf.gof.compare` of one sample, milliseconds", heads, rows)


def main() -> None:
    """Time, compare, print, write."""
    lines = [INTRODUCTION, *measures(), *tests(), *rivals(), *comparisons()]
    text = "\n".join(lines)
    print(text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()

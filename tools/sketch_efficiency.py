"""Simulate the errors of sketches beside those of maximum likelihood on all values; writes docs/sketch-efficiency.md.

python tools/sketch_efficiency.py          # a minute or two
"""

import platform
from pathlib import Path

import numpy as np

import stablefit as sf
from stablefit._types import FloatArray

TARGET = Path(__file__).parents[1] / "docs" / "sketch-efficiency.md"
ALPHAS = (1.2, 1.5, 1.8, 1.95)
SIZES = (500, 1000, 2000)
STREAMS = 6000
NORMAL = 20_000
LEVEL = 0.05
INTRODUCTION = f"""# Errors of sketches

`stablefit.Sketch` keeps eight sums a stream; maximum likelihood keeps all n values. Root mean squared error of alpha by
both for the same {STREAMS:,} streams a cell, their ratio with its Monte Carlo error, one standard deviation, and the
bias of the sketch. Written by `tools/sketch_efficiency.py`; nothing on this page is typed by hand.
"""


def fitted(rows: FloatArray) -> tuple[sf.Sketch, sf.BatchFit]:
    """A sketch of rows (n, streams) and its fit."""
    sketch = sf.Sketch(rows.shape[1])
    for row in rows:
        sketch.add(row)
    return sketch, sketch.fit()


def ratio(errors: FloatArray, least: FloatArray) -> tuple[float, float]:
    """Ratio of root mean squares and its Monte Carlo error; the errors are of the same samples, and correlated."""
    found = np.sqrt(np.mean(errors**2) / np.mean(least**2))
    terms = errors**2 / np.mean(errors**2) - least**2 / np.mean(least**2)
    return float(found), float(0.5 * found * terms.std() / np.sqrt(terms.size))


def cells() -> list[str]:
    """A row for each alpha and n."""
    lines = ["| n | alpha | sketch | maximum likelihood | ratio | bias of the sketch |", "|" + " --- |" * 6]
    for n in SIZES:
        for alpha in ALPHAS:
            rows = sf.Stable(alpha, loc=3.0, scale=0.02).rvs(
                (n, STREAMS), rng=np.random.default_rng([n, int(100 * alpha)])
            )
            errors, least = fitted(rows)[1].alpha - alpha, sf.fit(rows, axis=0).alpha - alpha
            kept = np.isfinite(errors) & np.isfinite(least)
            value, spread = ratio(errors[kept], least[kept])
            roots = (f"{np.sqrt(np.mean(part[kept] ** 2)):.4f}" for part in (errors, least))
            lines.append(
                f"| {n} | {alpha:g} | {' | '.join(roots)} | {value:.3f} ± {spread:.3f} | {errors[kept].mean():+.4f} |"
            )
    return lines


def alarms() -> list[str]:
    """How often normal noise is called heavy-tailed."""
    lines = [f"| n | p-value at most {LEVEL:g} | alpha below 1.8 | alpha = 2 |", "|" + " --- |" * 4]
    for n in (256, *SIZES):
        rows = np.random.default_rng([n, 200]).standard_normal((n, NORMAL), dtype=np.float32)
        sketch, fit = fitted(rows)
        shares = np.mean(sketch.gaussian_pvalue(fit) <= LEVEL), np.mean(fit.alpha < 1.8), np.mean(fit.alpha == 2.0)
        lines.append(f"| {n} | {shares[0]:.2%} | {shares[1]:.2%} | {shares[2]:.1%} |")
    return lines


def main() -> None:
    """Simulate, print, write."""
    versions = f"In this run: Python {platform.python_version()}, NumPy {np.__version__}, stablefit {sf.__version__}."
    heading = f"## Normal streams\n\nOf {NORMAL:,} normal streams a row, those that would be called heavy-tailed.\n"
    text = "\n".join([INTRODUCTION, versions, "", *cells(), "", heading, *alarms(), ""])
    print(text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()

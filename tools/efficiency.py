"""Simulate the errors of every method against the Cramer-Rao bound, and write docs/efficiency.md.

python tools/efficiency.py          # some minutes
"""

import platform
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

import stablefit as sf
from stablefit._types import FloatArray
from stablefit.estimators.fitting import MethodName

TARGET = Path(__file__).parents[1] / "docs" / "efficiency.md"
ALPHAS = (0.6, 0.8, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 1.95)
REPLICATIONS = {100: 20_000, 1000: 10_000, 10_000: 4000}
LOC, SCALE = 2.0, 0.1
NAMES = ("alpha", "loc", "scale")
METHODS: tuple[MethodName, ...] = ("mle", "ecf", "quantile", "logmoment", "mohammadi")
DRAWN = ", ".join(f"{k} of n = {n}" for n, k in REPLICATIONS.items())
INTRODUCTION = f"""# Efficiency

Root mean squared error and bias of the estimators for symmetric laws, over the Cramer-Rao bound: the least standard
deviation of an unbiased estimator at that alpha and n, alpha, loc and scale being unknown, from
`Stable.fisher_information`. Written by `tools/efficiency.py`; nothing on this page is typed by hand.

Samples with location {LOC:g} and scale {SCALE:g}: {DRAWN}. Each figure is
followed by its Monte Carlo error, one standard deviation. Estimates of alpha end at 2: where the bound is not small
against 2 - alpha, errors can lie below it.

- `mle`: maximum likelihood
- `ecf`: characteristic function
- `quantile`: McCulloch's five quantiles
- `logmoment`, `mohammadi`: log moments and block sums, for comparison with published figures
"""


class Errors(NamedTuple):
    """Errors over the bound, by parameter, of the fits that converged; the number of those that did not."""

    of: dict[str, FloatArray]
    failed: int


def bounds(alpha: float, n: int) -> dict[str, float]:
    """Cramer-Rao standard deviations at the scale of the samples."""
    rows = [0, 2, 3]  # beta is known to be 0
    information = sf.Stable(alpha).fisher_information()[np.ix_(rows, rows)]
    deviations = np.sqrt(np.diag(np.linalg.inv(information)) / n) * np.array([1.0, SCALE, SCALE])
    return dict(zip(NAMES, deviations.tolist(), strict=True))


@cache
def simulate(method: MethodName, alpha: float, n: int) -> Errors:
    """Fit samples, the same for every method, in parts that fit into memory."""
    truth, bound = {"alpha": alpha, "loc": LOC, "scale": SCALE}, bounds(alpha, n)
    rng = np.random.default_rng([n, round(100 * alpha)])
    parts, failed = [], 0
    for _ in range(4):
        x = sf.Stable(alpha, loc=LOC, scale=SCALE).rvs((REPLICATIONS[n] // 4, n), rng=rng)
        batch = sf.fit(x, method, axis=1)
        parts.append({name: (batch.params[name][batch.converged] - truth[name]) / bound[name] for name in NAMES})
        failed += int((~batch.converged).sum())
    return Errors({name: np.concatenate([part[name] for part in parts]) for name in NAMES}, failed)


def rms(errors: FloatArray) -> str:
    """Root mean square and its Monte Carlo error."""
    square = errors**2
    root = np.sqrt(square.mean())
    return f"{root:.3f} ± {square.std() / (2.0 * root * np.sqrt(errors.size)):.3f}"


def bias(errors: FloatArray) -> str:
    """Mean and its Monte Carlo error."""
    return f"{errors.mean():+.3f} ± {errors.std() / np.sqrt(errors.size):.3f}"


def table(title: str, heads: tuple[str, ...], rows: list[list[str]]) -> list[str]:
    """Markdown."""
    lines = [" | ".join(row) for row in [list(heads), ["---"] * len(heads), *rows]]
    return [f"## {title}", "", *(f"| {line} |" for line in lines), ""]


def tables_of(n: int) -> list[str]:
    """Errors of alpha at one sample size, then its bias, then how often a fit did not converge."""
    heads = ("alpha", *METHODS)
    found = {alpha: [simulate(method, alpha, n) for method in METHODS] for alpha in ALPHAS}
    errors = [[f"{alpha:g}", *(rms(one.of["alpha"]) for one in row)] for alpha, row in found.items()]
    biases = [[f"{alpha:g}", *(bias(one.of["alpha"]) for one in row)] for alpha, row in found.items()]
    failed = {name: sum(row[i].failed for row in found.values()) for i, name in enumerate(METHODS)}
    total = REPLICATIONS[n] * len(ALPHAS)
    counts = ", ".join(f"{name} {count}" for name, count in failed.items())
    return [
        *table(f"alpha, n = {n}: root mean squared error over the bound", heads, errors),
        *table(f"alpha, n = {n}: bias over the bound", heads, biases),
        f"Fits that did not converge, of {total}: {counts}.",
        "",
    ]


def others(n: int) -> list[str]:
    """Location and scale."""
    heads = ("alpha", *(f"{name}: {method}" for name in NAMES[1:] for method in METHODS[:3]))
    rows = []
    for alpha in ALPHAS:
        found = {method: simulate(method, alpha, n).of for method in METHODS[:3]}
        rows.append([f"{alpha:g}", *(rms(of[name]) for name in NAMES[1:] for of in found.values())])
    return table(f"loc and scale, n = {n}: root mean squared error over the bound", heads, rows)


def main() -> None:
    """Simulate, print, write."""
    versions = f"In this run: Python {platform.python_version()}, NumPy {np.__version__}, stablefit {sf.__version__}."
    lines = [INTRODUCTION, versions, ""]
    for n in REPLICATIONS:
        lines += tables_of(n)
    lines += others(1000)
    text = "\n".join(lines)
    print(text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()

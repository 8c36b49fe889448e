"""Simulate size and power of the tests of fit, and write docs/power.md.

python tools/power.py          # some minutes
python tools/power.py 20       # one twentieth of the replications
"""

import math
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import stablefit as sf
from stablefit._types import FloatArray
from stablefit.estimators.fitting import MethodName
from stablefit.gof.edf import STATISTICS

TARGET = Path(__file__).parents[1] / "docs" / "power.md"
LEVEL = 0.05
SIZE_REPLICATIONS, POWER_REPLICATIONS = 10_000, 2000
PART = 200  # samples in memory together, at n = 1000
ALPHAS = (1.0, 1.3, 1.6, 1.9)
METHODS: tuple[MethodName, ...] = ("mle", "ecf")

Draw = Callable[[np.random.Generator, tuple[int, ...]], FloatArray]


def _mixture(share: float) -> Draw:
    """A normal law of which a share has thrice the deviation."""
    return lambda rng, size: np.where(rng.random(size) < share, 3.0, 1.0) * rng.standard_normal(size)


def _inverse_gaussian(rng: np.random.Generator, size: tuple[int, ...]) -> FloatArray:
    return np.asarray(np.sqrt(rng.wald(1.0, 1.0, size)) * rng.standard_normal(size))


ALTERNATIVES: dict[str, Draw] = {
    "t, 3 degrees of freedom": lambda rng, size: rng.standard_t(3.0, size),
    "t, 5 degrees of freedom": lambda rng, size: rng.standard_t(5.0, size),
    "Laplace": lambda rng, size: rng.laplace(size=size),
    "normal inverse Gaussian, a = 1": _inverse_gaussian,
    "normal, 10 % with thrice the deviation": _mixture(0.1),
    "normal, 40 % with thrice the deviation": _mixture(0.4),
    "stable, alpha 1.6, beta 0.5": lambda rng, size: sf.Stable(1.6, 0.5).rvs(size, rng=rng),
}
INTRODUCTION = f"""# Size and power of the tests of fit

How often `stablefit.gof.test` rejects at the level of {100 * LEVEL:g} %, in per cent of samples: of stable ones (size)
and of others (power), with parameters estimated by the named method. Each figure is followed by its Monte Carlo error,
one standard deviation. Written by `tools/power.py`; nothing on this page is typed by hand.

Each sample is fitted, one sample is drawn from its fit, and that one is fitted again: the values of a statistic for all
these redrawn samples together are the distribution that p-values come from (the warp-speed bootstrap of Giacomini,
Politis and White, Econometric Theory 29, 2013). The test itself redraws 999 times for one sample.

- `ad`: Anderson and Darling
- `ks`: Kolmogorov and Smirnov
- `cvm`: Cramer and von Mises
- `ecf`: weighted distance of the characteristic functions
"""


def fitted(rows: FloatArray, method: MethodName) -> tuple[sf.Stable, Any]:
    """Fit each row; the laws, and which rows have one."""
    batch = sf.fit(rows, method, axis=1)
    used = batch.converged
    return sf.Stable(batch.alpha[used], 0.0, batch.loc[used], batch.scale[used]), used


def values(rows: FloatArray, law: sf.Stable) -> FloatArray:
    """Every statistic of every row, shape (statistics, rows)."""
    return np.array([statistic(rows, law) for statistic in STATISTICS.values()])


def rejected(draw: Draw, n: int, method: MethodName, replications: int, seed: int) -> list[tuple[float, float]]:
    """Share rejected by each statistic and its error, by the warp-speed bootstrap."""
    rng = np.random.default_rng([seed, n])
    seen, redrawn = [], []
    part = min(replications, PART * 1000 // n)
    for _ in range(math.ceil(replications / part)):
        rows = np.sort(draw(rng, (part, n)), axis=1)
        law, used = fitted(rows, method)
        seen.append(values(rows[used], law))
        again = np.sort(law.rvs((n, int(used.sum())), rng=rng).T, axis=1)
        law, used = fitted(again, method)
        redrawn.append(values(again[used], law))
    pairs = zip(np.concatenate(seen, axis=1), np.concatenate(redrawn, axis=1), strict=True)
    return [_share(own, other) for own, other in pairs]


def _share(own: FloatArray, other: FloatArray) -> tuple[float, float]:
    """Share of own values beyond the quantile of the others, and its error, which the quantile's adds to.

    The quantile's error moves the share by the ratio of the densities there; it is seen by moving the quantile.
    """
    n = other.size
    error = math.sqrt(LEVEL * (1.0 - LEVEL) / n)
    share, lower, higher = (
        float(np.mean(own > np.quantile(other, 1.0 - LEVEL + shift))) for shift in (0.0, error, -error)
    )
    return share, math.hypot(math.sqrt(share * (1.0 - share) / own.size), 0.5 * (higher - lower))


def per_cent(share: float, error: float) -> str:
    """With one decimal."""
    return f"{100 * share:.1f} ± {100 * error:.1f}"


def table(title: str, heads: tuple[str, ...], rows: list[list[str]]) -> list[str]:
    """Markdown."""
    lines = [" | ".join(row) for row in [list(heads), ["---"] * len(heads), *rows]]
    return [f"## {title}", "", *(f"| {line} |" for line in lines), ""]


def size_table(n: int, method: MethodName, shorter: int) -> list[str]:
    """Rejections of stable samples."""
    rows = []
    for alpha in ALPHAS:
        found = rejected(
            lambda rng, size, alpha=alpha: sf.Stable(alpha).rvs(size, rng=rng),  # type: ignore[misc]
            n,
            method,
            SIZE_REPLICATIONS // shorter,
            round(100 * alpha),
        )
        rows.append([f"{alpha:g}", *(per_cent(*cell) for cell in found)])
    return table(f"Size: stable samples of {n}, by {method}", ("alpha", *STATISTICS), rows)


def power_table(n: int, method: MethodName, shorter: int) -> list[str]:
    """Rejections of other samples."""
    rows = []
    for seed, (name, draw) in enumerate(ALTERNATIVES.items()):
        found = rejected(draw, n, method, POWER_REPLICATIONS // shorter, seed)
        rows.append([name, *(per_cent(*cell) for cell in found)])
    return table(f"Power: other samples of {n}, by {method}", ("samples", *STATISTICS), rows)


def main() -> None:
    """Simulate, print, write."""
    shorter = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    counts = f"{SIZE_REPLICATIONS // shorter} samples for each size, {POWER_REPLICATIONS // shorter} for each power."
    versions = f"In this run: Python {platform.python_version()}, NumPy {np.__version__}, stablefit {sf.__version__}."
    lines = [INTRODUCTION, f"{counts} {versions}", ""]
    for method in METHODS:
        lines += size_table(1000, method, shorter)
    for n in (200, 1000):
        for method in METHODS:
            lines += power_table(n, method, shorter)
    text = "\n".join(lines)
    print(text)
    if shorter == 1:
        TARGET.write_text(text)


if __name__ == "__main__":
    main()

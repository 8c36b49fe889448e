"""Simulate how often the true family has the smallest BIC, and write docs/ranking.md.

python tools/ranking.py          # a minute
"""

import math
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import stats

import stablefit as sf
from stablefit._types import FloatArray

TARGET = Path(__file__).parents[1] / "docs" / "ranking.md"
REPLICATIONS = {1000: 1000, 10_000: 400}
DEFAULT = ("normal", "stable", "t", "laplace")
ALL = (*DEFAULT, "gennorm", "nig")
PARTS = 10

Draw = Callable[[np.random.Generator, tuple[int, ...]], FloatArray]

FAMILIES: dict[str, tuple[str, Draw]] = {
    "normal": ("normal", lambda rng, size: rng.standard_normal(size)),
    "t, 3 degrees of freedom": ("t", lambda rng, size: rng.standard_t(3.0, size)),
    "t, 5 degrees of freedom": ("t", lambda rng, size: rng.standard_t(5.0, size)),
    "Laplace": ("laplace", lambda rng, size: rng.laplace(size=size)),
    "stable, alpha 1.5": ("stable", lambda rng, size: sf.Stable(1.5).rvs(size, rng=rng)),
    "stable, alpha 1.9": ("stable", lambda rng, size: sf.Stable(1.9).rvs(size, rng=rng)),
}
WIDER: dict[str, tuple[str, Draw]] = {
    "generalised normal, shape 1.4": (
        "gennorm",
        lambda rng, size: np.asarray(stats.gennorm(1.4).rvs(size, random_state=rng)),
    ),
    "normal inverse Gaussian, a = 1": (
        "nig",
        lambda rng, size: np.sqrt(rng.wald(1.0, 1.0, size)) * rng.standard_normal(size),
    ),
}
INTRODUCTION = """# How often the smallest BIC finds the family

Per cent of samples in which the family that they were drawn from has the smallest BIC. That is the order in which
`stablefit.gof.compare` and `compare_batch` show laws. Each figure is followed by its Monte Carlo error, one standard
deviation. Written by `tools/ranking.py`; nothing on this page is typed by hand.
"""


def first_by_bic(draw: Draw, family: str, laws: tuple[str, ...], n: int, replications: int, seed: int) -> float:
    """Share of samples whose smallest BIC is the family's."""
    rng = np.random.default_rng([seed, n])
    hits, size = 0, replications // PARTS
    for _ in range(PARTS):
        found = sf.gof.compare_batch(draw(rng, (size, n)), axis=1, laws=laws, null=False)
        hits += int(np.sum(np.argmin([found.bic[law] for law in laws], axis=0) == laws.index(family)))
    return hits / (PARTS * size)


def table(laws: tuple[str, ...], families: dict[str, tuple[str, Draw]], shorter: int) -> list[str]:
    """Markdown: a row for each family, a column for each sample size."""
    heads = ["samples of", *(f"n = {n}" for n in REPLICATIONS)]
    rows = [heads, ["---"] * len(heads)]
    for seed, (name, (family, draw)) in enumerate(families.items()):
        cells = []
        for n, replications in REPLICATIONS.items():
            count = max(replications // shorter, PARTS)
            share = first_by_bic(draw, family, laws, n, count, seed)
            cells.append(f"{100 * share:.1f} ± {100 * math.sqrt(max(share * (1 - share), 1 / count) / count):.1f}")
        rows.append([name, *cells])
    return [f"## Among {', '.join(laws)}", "", *(f"| {' | '.join(row)} |" for row in rows), ""]


def main() -> None:
    """Simulate, print, write."""
    shorter = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    drawn = ", ".join(f"{count // shorter} of {n}" for n, count in REPLICATIONS.items())
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, stablefit {sf.__version__}"
    lines = [INTRODUCTION, f"Samples for each figure: {drawn}. In this run: {versions}.", ""]
    lines += table(DEFAULT, FAMILIES, shorter)
    lines += table(ALL, FAMILIES | WIDER, shorter)
    text = "\n".join(lines)
    print(text)
    if shorter == 1:
        TARGET.write_text(text)


if __name__ == "__main__":
    main()

"""Simulate how often the tests of `stablefit.gof` reject, where they should not and where they should.

Writes docs/tests-of-the-claim.md.

    python tools/tests_of_the_claim.py      # fifteen minutes
"""

import platform
from pathlib import Path

import numpy as np
from drawn_series import LAWS, series

import stablefit as sf
from stablefit._types import BoolArray
from stablefit.gof.gaussian_null import table

TARGET = Path(__file__).parents[1] / "docs" / "tests-of-the-claim.md"
N = 1000
SAMPLES = 10_000
"""Samples of each law for the test of alpha = 2."""
AGGREGATED, SHUFFLED = 1000, 200
"""Samples of each law for the aggregation test, of consecutive values and of eight random orders."""
BATCHES, COLUMNS = 200, 20
SERIES = 2000
BOOT, BOOT_BATCHES = 199, 99


def cell(rejected: BoolArray) -> str:
    """Per cent and its Monte Carlo error."""
    share = rejected.mean()
    return f"{100.0 * share:.1f} ± {100.0 * np.sqrt(share * (1.0 - share) / rejected.size):.1f}"


def markdown(header: list[str], rows: list[list[str]]) -> list[str]:
    """Return a table."""
    lines = ["| " + " | ".join(row) + " |" for row in [header, *rows]]
    return ["", lines[0], "|" + "---|" * len(header), *lines[1:], ""]


def gaussian() -> list[str]:
    """How often alpha = 2 is rejected."""
    rows = []
    for n in (20, 50, 200, 1000, 5000, 20_000):
        many = min(4 * SAMPLES, 40_000_000 // n)
        x = np.random.default_rng([1, n]).standard_normal((many, n))
        found = sf.gof.test_gaussian(x, axis=1, correction=None)
        shares = [cell(found.pvalue <= p) for p in (0.05, 0.01, 0.001)]
        rows.append([f"{n}", f"{many}", *shares, f"{100.0 * np.mean(found.statistic == 0.0):.1f}", f"{found.missing}"])
    lines = [
        "## Is alpha 2?",
        "",
        "`test_gaussian`, by p-values from a table that was simulated with other random numbers. How often normal "
        "samples of n values are rejected, in per cent; of these n only 20 and 1000 are in the table.",
        *markdown(["n", "samples", "p <= .05", "p <= .01", "p <= .001", "ratio is 0", "no fit"], rows),
    ]
    rows = []
    for i, (name, draw) in enumerate(LAWS.items()):
        found = sf.gof.test_gaussian(draw(np.random.default_rng([2, i]), (SAMPLES // 5, N)), axis=1, correction=None)
        rows.append([name, *(cell(found.pvalue <= p) for p in (0.05, 0.01, 0.001)), f"{np.median(found.alpha):.3f}"])
    lines += [
        f"{SAMPLES // 5} samples of {N} values of other laws. Heavy tails of any kind are rejected, stable or not:",
        *markdown(["law", "p <= .05", "p <= .01", "p <= .001", "median alpha"], rows),
    ]
    return lines


def null_table() -> list[str]:
    """Monte Carlo errors of the null table."""
    known, rows = table(), []
    for n, drawn, log_share, error in zip(known.nobs, known.drawn, known.log_share, known.error, strict=True):
        places = [int(np.argmin(np.abs(log_share - np.log(p)))) for p in (0.05, 0.01, 0.001)]
        points = [f"{np.interp(-np.log(p), -log_share, known.root) ** 2:.2f}" for p in (0.05, 0.01)]
        atom = f"{100.0 - 100.0 * np.exp(log_share[0]):.1f}"
        errors = [f"{100.0 * error[i]:.1f}" for i in places]
        rows.append([f"{n}", f"{drawn}", atom, *points, *errors, f"{np.exp(log_share[-1]):.0e}"])
    header = ["n", "samples", "ratio is 0", "5 % point", "1 % point", "error at .05", "at .01", "at .001", "smallest p"]
    return [
        "The table, written by `tools/gaussian_null_table.py`: how often the ratio is 0 (per cent), points beyond "
        "which it lies with probability .05 and .01 (chi-square's are 3.84 and 6.63), relative Monte Carlo errors of "
        "p-values in per cent, and the smallest p-value that is told; smaller ones are given as that.",
        *markdown(header, rows),
    ]


def aggregation() -> list[str]:
    """How often stability under summation is rejected."""
    rows = []
    for i, (name, draw) in enumerate(LAWS.items()):
        shown = []
        for n, many, shuffles in ((N, AGGREGATED, 0), (N, SHUFFLED, 8), (4 * N, SHUFFLED, 0)):
            x = draw(np.random.default_rng([3, i, n, shuffles]), (many, n))
            found = [sf.gof.aggregation_test(row, n_boot=BOOT, shuffles=shuffles, rng=j) for j, row in enumerate(x)]
            shown.append(cell(np.array([one.pvalue <= 0.05 for one in found])))
        rows.append([name, *shown])
    header = ["law", f"n = {N}", f"n = {N}, 8 random orders", f"n = {4 * N}"]
    return [
        "## Is it stable?",
        "",
        f"`aggregation_test` of sums of 1, 2, 4 and 8 values, {BOOT} simulated samples: how often p <= .05, in per "
        f"cent of {AGGREGATED} samples ({SHUFFLED} in the last two columns). Of normal and stable laws 5 in a hundred "
        "are to be rejected at most, of the others many.",
        *markdown(header, rows),
    ]


def equal_alpha() -> list[str]:
    """How often one common alpha is rejected."""
    spreads = {
        "2": [2.0],
        "1.95": [1.95],
        "1.9": [1.9],
        "1.5": [1.5],
        "1.2": [1.2],
        "1.45 to 1.55": np.linspace(1.45, 1.55, COLUMNS),
        "1.4 to 1.6": np.linspace(1.4, 1.6, COLUMNS),
        "2, one 1.9": [1.9] + [2.0] * (COLUMNS - 1),
        "1.9, one 1.7": [1.7] + [1.9] * (COLUMNS - 1),
    }
    rows = []
    for i, (name, alphas) in enumerate(spreads.items()):
        shown = []
        for method, many in (("ecf", BATCHES), ("mle", BATCHES // 4)):
            rng, law = np.random.default_rng([4, i]), sf.Stable(np.broadcast_to(alphas, COLUMNS))
            found = [
                sf.gof.test_equal_alpha(
                    law.rvs((N, COLUMNS), rng=rng), axis=0, method=method, n_boot=BOOT_BATCHES, rng=j
                )
                for j in range(many)
            ]
            shown += [cell(np.array([one.pvalue <= 0.05 for one in found])), f"{np.mean([f.ratio for f in found]):.2f}"]
        rows.append([name, *shown])
    return [
        "## Do different parameters differ?",
        "",
        f"`test_equal_alpha` of {COLUMNS} samples of {N} values, {BOOT_BATCHES} simulated batches: how often p <= .05, "
        f"in per cent of {BATCHES} batches (by mle {BATCHES // 4}), and the mean ratio of the variance of the "
        "estimates to that under one common alpha.",
        *markdown(["alpha", "by ecf", "ratio", "by mle", "ratio"], rows),
    ]


def independence() -> list[str]:
    """How often independence is rejected."""
    rows = []
    for i, (name, draw) in enumerate(series().items()):
        many = SERIES // 10 if "rounded" in name else SERIES
        x = draw(np.random.default_rng([5, i]), (many, N))
        found = sf.gof.test_independence(x, axis=1, correction=None, n_perm=9999 if many == SERIES else 199)
        rows.append([name, *(cell(p <= 0.05) for p in (found.pvalue, found.level_pvalue, found.size_pvalue))])
    return [
        "## Does the order mean anything?",
        "",
        f"`test_independence` of {N} values, ten lags: how often p <= .05, in per cent of {SERIES} series "
        f"({SERIES // 10} of rounded values, whose ties need random orders of their own).",
        *markdown(["series", "both together", "ranks of values", "ranks of sizes"], rows),
    ]


def main() -> None:
    """Simulate, print, write."""
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, stablefit {sf.__version__}"
    lines = [
        "# Tests of the claim",
        "",
        "Gradient noise is said to be stable, with another alpha for every parameter. How often the tests of that "
        "claim reject what is true, and what is false. Written by `tools/tests_of_the_claim.py`; nothing on this "
        "page is typed by hand. Each figure is followed by its Monte Carlo error, one standard deviation. In this run: "
        f"{versions}.",
        "",
    ]
    for section in (independence, gaussian, null_table, aggregation, equal_alpha):
        lines += section()
        TARGET.write_text("\n".join(lines).rstrip() + "\n")
        print(f"{section.__name__}: done", flush=True)


if __name__ == "__main__":
    main()

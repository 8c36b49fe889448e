"""Print the largest errors of the laws over the certified tables, by region of alpha, and write docs/accuracy.md.

python tools/certify.py          # half a minute
"""

import csv
from pathlib import Path

import numpy as np

import stablefit as sf
from stablefit._types import AnyArray, FloatArray

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "tests" / "reference"
TARGET = ROOT / "docs" / "accuracy.md"
REGIONS = ((0.1, 0.2), (0.2, 0.5), (0.5, 0.95), (0.95, 1.05), (1.05, 1.5), (1.5, 1.9), (1.9, 2.0), (2.0, 2.0))
UNDERFLOW = 650.0  # below exp(-650) the logarithms are compared instead
INTRODUCTION = """# Accuracy

Largest errors over the certified values in `tests/reference`, which were computed in ball arithmetic to 30 digits.
This page is written by `tools/certify.py`; nothing on it is typed by hand.

Errors of pdf, cdf, sf, quantiles and derivatives are relative; those of logarithms relative to max(1, |log|). The
derivative in alpha vanishes at some x for every alpha: its error is relative to max(|value|, 0.01). Quantiles of skewed
laws are not in the tables; the tests hold them to their cdf.
"""


def read(name: str) -> dict[str, FloatArray]:
    """Columns of a certified table."""
    with (REFERENCE / f"{name}.csv").open() as f:
        rows = list(csv.DictReader(f))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "checks"}


def error(got: FloatArray, want: FloatArray, floor: float) -> FloatArray:
    """Error relative to max(|want|, floor); 0 where both are the same infinity."""
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        return np.where(got == want, 0.0, np.abs(got - want) / np.maximum(np.abs(want), floor))


def symmetric_errors() -> tuple[FloatArray, dict[str, FloatArray]]:
    """Index of every certified symmetric point, and the errors there by function.

    Nan where a function is not compared.
    """
    table = read("sas_reference")
    law, x = sf.Stable(table["alpha"]), table["x"]
    log_f, slope, in_alpha = law.logpdf_grad(x)
    errors = {
        "logpdf": error(log_f, table["logpdf"], 1.0),
        "pdf": np.where(np.abs(table["logpdf"]) < UNDERFLOW, error(law.pdf(x), table["pdf"], 1e-300), np.nan),
        "cdf": error(law.cdf(x), table["cdf"], 1e-300),
        "sf": np.where(np.abs(table["logsf"]) < UNDERFLOW, error(law.sf(x), table["sf"], 1e-300), np.nan),
        "logsf": error(law.logsf(x), table["logsf"], 1.0),
        "d logpdf / dx": np.where(x > 0.0, error(slope, table["dlogpdf_dx"], 1e-300), np.nan),
        "d logpdf / d alpha": np.where(
            np.isfinite(table["dlogpdf_dalpha"]), error(in_alpha, table["dlogpdf_dalpha"], 0.01), np.nan
        ),
    }
    return table["alpha"], errors


def quantile_errors() -> tuple[FloatArray, dict[str, FloatArray]]:
    """The same for quantiles."""
    table = read("sas_quantiles")
    return table["alpha"], {"ppf": error(sf.Stable(table["alpha"]).ppf(table["p"]), table["quantile"], 1e-300)}


def skewed_errors() -> tuple[FloatArray, dict[str, FloatArray]]:
    """The same for laws of every beta, in S0."""
    table = read("stable_reference")
    law = sf.Stable(table["alpha"], table["beta"])
    names = ("logpdf", "logcdf", "logsf")
    return table["alpha"], {name: error(getattr(law, name)(table["x"]), table[name], 1.0) for name in names}


def as_table(title: str, alpha: FloatArray, errors: dict[str, FloatArray]) -> list[str]:
    """Markdown table of the largest errors, a row a region of alpha."""
    lines = [f"## {title}", "", "| alpha | points | " + " | ".join(errors) + " |", "|---" * (2 + len(errors)) + "|"]
    for low, high in REGIONS:
        here: AnyArray = (alpha >= low) & (alpha < high) if low < high else alpha == high
        if here.any():
            name = f"{low:g} to {high:g}" if low < high else f"{high:g}"
            cells = [f"{np.nanmax(values[here]):.1e}" for values in errors.values()]
            lines.append(f"| {name} | {here.sum()} | " + " | ".join(cells) + " |")
    worst = [f"{np.nanmax(values):.1e}" for values in errors.values()]
    return [*lines, f"| **all** | {alpha.size} | " + " | ".join(worst) + " |", ""]


def main() -> None:
    """Compute, print, write."""
    lines = [INTRODUCTION]
    lines += as_table("Symmetric laws", *symmetric_errors())
    lines += as_table("Quantiles of symmetric laws", *quantile_errors())
    lines += as_table("All laws, beta from -1 to 1, S0", *skewed_errors())
    text = "\n".join(lines)
    print(text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()

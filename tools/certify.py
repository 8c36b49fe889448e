"""Print the largest errors of the laws over the certified tables, by region of alpha, and write docs/accuracy.md.

python tools/certify.py          # a minute
"""

import csv
from pathlib import Path

import numpy as np

import stablefit as sf
from stablefit._types import AnyArray, FloatArray
from stablefit.laws.skewed import MANY

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "tests" / "reference"
TARGET = ROOT / "docs" / "accuracy.md"
REGIONS = ((0.1, 0.2), (0.2, 0.5), (0.5, 0.95), (0.95, 1.05), (1.05, 1.5), (1.5, 1.9), (1.9, 2.0), (2.0, 2.0))
UNDERFLOW = 650.0  # below exp(-650) the logarithms are compared instead
INTRODUCTION = """# Accuracy

Largest errors over the certified values in `tests/reference`, which have 30 digits. This page is written by
`tools/certify.py`; nothing on it is typed by hand.

Errors of pdf, cdf, sf, quantiles and derivatives are relative; those of logarithms relative to max(1, |log|), those of
quantiles of skewed laws to max(|x|, 1). The derivatives in alpha and beta vanish at some x for every law: their errors
are relative to max(|value|, 0.01). "Tabulated" is what many points of one law get, where one point would get the
integral itself.
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


def skewed_errors(name: str) -> tuple[FloatArray, dict[str, FloatArray]]:
    """The same for laws of every beta, in S0, one by one and tabulated."""
    table = read(name)
    alpha, beta, x = (table[key] for key in ("alpha", "beta", "x"))
    law = sf.Stable(alpha, beta)
    errors = {}
    for function in ("logpdf", "logcdf", "logsf"):
        many = np.array(
            [getattr(sf.Stable(a, b), function)(np.full(MANY, z))[0] for a, b, z in zip(alpha, beta, x, strict=True)]
        )
        errors[function] = error(getattr(law, function)(x), table[function], 1.0)
        errors[f"{function}, tabulated"] = error(many, table[function], 1.0)
    return alpha, errors


def skewed_quantile_errors() -> tuple[FloatArray, dict[str, FloatArray]]:
    """Quantiles back from certified probabilities, where these tell x: below 1/2, and in no flat place."""
    table = read("skewed_random")
    log_p = np.minimum(table["logcdf"], table["logsf"])
    slope = np.exp(table["logpdf"] - log_p)  # a relative error of p by 1e-16 moves x by 1e-16 / slope
    told = (np.abs(log_p) < UNDERFLOW) & (slope * np.maximum(np.abs(table["x"]), 1.0) > 1e-3)
    alpha, beta, x = (table[key][told] for key in ("alpha", "beta", "x"))
    upper = table["logsf"][told] < table["logcdf"][told]
    p = np.exp(log_p[told])
    law = sf.Stable(alpha, beta)
    one = np.where(upper, law.isf(p), law.ppf(p))
    laws = [sf.Stable(a, b) for a, b in zip(alpha, beta, strict=True)]
    many = [(at.isf if above else at.ppf)(np.full(MANY, q))[0] for at, above, q in zip(laws, upper, p, strict=True)]
    return alpha, {
        "quantile": np.abs(one - x) / np.maximum(np.abs(x), 1.0),
        "quantile, tabulated": np.abs(np.array(many) - x) / np.maximum(np.abs(x), 1.0),
    }


def skewed_gradient_errors() -> tuple[FloatArray, dict[str, FloatArray]]:
    """The score of skewed laws."""
    table = read("skewed_gradient")
    score = sf.Stable(table["alpha"], table["beta"]).score(table["x"])
    floor = 1e-2 / np.maximum(1.0, np.abs(table["x"]))
    errors = {
        "d logpdf / dx": np.abs(-score[:, 2] - table["dlogpdf_dx"]) / np.maximum(np.abs(table["dlogpdf_dx"]), floor),
        "d logpdf / d alpha": error(score[:, 0], table["dlogpdf_dalpha"], 0.01),
        "d logpdf / d beta": error(score[:, 1], table["dlogpdf_dbeta"], 0.01),
    }
    return table["alpha"], {name: np.where(np.isfinite(values), values, np.nan) for name, values in errors.items()}


def _largest(errors: FloatArray) -> str:
    known = errors[~np.isnan(errors)]
    return f"{known.max():.1e}" if known.size else ""


def as_table(title: str, alpha: FloatArray, errors: dict[str, FloatArray]) -> list[str]:
    """Markdown table of the largest errors, a row a region of alpha."""
    lines = [f"## {title}", "", "| alpha | points | " + " | ".join(errors) + " |", "|---" * (2 + len(errors)) + "|"]
    for low, high in REGIONS:
        here: AnyArray = (alpha >= low) & (alpha < high) if low < high else alpha == high
        if here.any():
            name = f"{low:g} to {high:g}" if low < high else f"{high:g}"
            cells = [_largest(values[here]) for values in errors.values()]
            lines.append(f"| {name} | {here.sum()} | " + " | ".join(cells) + " |")
    worst = [_largest(values) for values in errors.values()]
    return [*lines, f"| **all** | {alpha.size} | " + " | ".join(worst) + " |", ""]


def main() -> None:
    """Compute, print, write."""
    lines = [INTRODUCTION]
    lines += as_table("Symmetric laws", *symmetric_errors())
    lines += as_table("Quantiles of symmetric laws", *quantile_errors())
    lines += as_table("All laws, beta from -1 to 1, S0", *skewed_errors("stable_reference"))
    lines += as_table("Random laws and points, S0", *skewed_errors("skewed_random"))
    lines += as_table("Quantiles of random laws", *skewed_quantile_errors())
    lines += as_table("Score of skewed laws, S0", *skewed_gradient_errors())
    text = "\n".join(lines)
    print(text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()

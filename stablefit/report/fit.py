"""The report of one fit: estimates, pictures, tests, rivals, other estimators, and what to look at."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from stablefit._types import FloatArray, RandomState
from stablefit.errors import DataError
from stablefit.estimators import messages
from stablefit.estimators.binned_result import BinnedFit
from stablefit.gof.comparing import compare
from stablefit.gof.methods import compare_methods
from stablefit.report import page
from stablefit.report.answers import Answer, answers
from stablefit.report.pictures import Picture, picture
from stablefit.report.tables import Cell, Table, plain, table

if TYPE_CHECKING:
    from stablefit.estimators.result import FitResult
    from stablefit.gof.comparison import Comparison
    from stablefit.gof.methods import MethodComparison

Kind = Literal["hist", "qq", "pp", "cdf", "tail"]

PICTURES: dict[Kind, str] = {
    "hist": "Histogram of the samples, the fitted density and that of the normal law with the same mean and variance.",
    "tail": "Probability of a larger distance from the location, both axes logarithmic: a stable tail is a straight "
    "line of slope -alpha.",
    "qq": "Samples against quantiles of the fitted law, with a band that holds each with probability 0.95.",
    "pp": "Share of the samples against probability under the fitted law: a diagonal if the law is right.",
}
LEVEL = 0.05
"""P-values below it are remarked on."""
FAR = 10.0
"""A difference in BIC that is remarked on."""
LAWS = ("stable", "normal", "t", "laplace", "nig")


def write_fit(
    result: "FitResult",
    path: str | os.PathLike[str],
    *,
    title: str = "Fit of a stable law",
    laws: Sequence[str] = LAWS,
    n_boot: int = 199,
    rng: RandomState = 0,
) -> None:
    """Write the report of a fit as one HTML file that needs no network and no other file.

    Parameters
    ----------
    result : FitResult
        The fit, with its samples. A fit of counts in bins, and one that failed, get a shorter report.
    path : path
        A file, replaced if it is there.
    title : str
        Stands over the report.
    laws : sequence of str
        Laws to compare: see `stablefit.gof.compare`.
    n_boot : int, default 199
        Simulated samples behind the p-values of the tests of fit.
    rng : numpy.random.Generator, int or None, default 0
        Source of the simulated samples.

    Raises
    ------
    ValueError
        If the result was loaded without its samples, or a law is not known.
    ImportError
        If jinja2 or matplotlib is not installed.
    """
    samples = None if isinstance(result, BinnedFit) or not result.converged else result.kept_samples()
    asked, ranking, methods = [], None, None
    if samples is not None:
        asked = answers(result, samples, n_boot, rng)
        ranking, methods = compare(samples, tuple(laws)), _other_methods(samples)
    page.write(
        path,
        "fit.html",
        title=title,
        lead=_lead(result),
        remarks=_remarks(result, asked, ranking, methods),
        flags=_flags(result),
        facts=_facts(result),
        estimates=_estimates(result),
        pictures=_pictures(result),
        tests=_tests(asked),
        rivals=None if ranking is None else _rivals(ranking),
        methods=None if methods is None else _methods(methods),
        agreement="" if methods is None else methods.verdict,
    )


def _lead(result: "FitResult") -> str:
    if not result.converged:
        return result.message
    low, high = result.conf_int()["alpha"]
    if "alpha" not in result.free:
        return f"alpha held at {result.alpha:g}, {result.nobs:,} samples."
    return f"alpha = {result.alpha:.3f}, with 95 % confidence from {low:.3f} to {high:.3f}; {result.nobs:,} samples."


def _flags(result: "FitResult") -> list[tuple[str, str]]:
    return [
        ("converged" if result.converged else "not converged", "good" if result.converged else "bad"),
        ("at the boundary" if result.at_boundary else "inside the range", "look" if result.at_boundary else "good"),
        (f"status {result.status.name}", "look" if result.at_boundary else "good" if result.converged else "bad"),
    ]


def _facts(result: "FitResult") -> list[tuple[str, str]]:
    facts = [
        ("method", messages.title(result.method)),
        ("samples", f"{result.nobs:,}"),
        ("log-likelihood", f"{result.loglik:.6g}"),
        ("AIC", f"{result.aic:.6g}"),
        ("BIC", f"{result.bic:.6g}"),
    ]
    return [*facts, ("outcome", result.message)]


def _estimates(result: "FitResult") -> Table:
    intervals = result.conf_int()
    rows = [
        (name, value, result.bse[name] if name in result.free else Cell("held", np.nan), *intervals[name])
        for name, value in result.params.items()
    ]
    return table(
        "Estimates with 95 % intervals", ["parameter", "estimate", "standard error", "from", "to"], rows, digits=5
    )


def _pictures(result: "FitResult") -> list[Picture]:
    if not result.converged:
        return []
    kinds = ("hist",) if isinstance(result, BinnedFit) else tuple(PICTURES)
    return [picture(kind, PICTURES[kind], lambda ax, kind=kind: result.plot(kind, ax=ax)) for kind in kinds]  # type: ignore[misc]


def _tests(asked: list[Answer]) -> Table | None:
    if not asked:
        return None
    rows = [(answer.question, answer.test, answer.figure, answer.pvalue, answer.reading) for answer in asked]
    return table("Questions to the samples", ["question", "test", "figure", "p", "reading"], rows, digits=3)


def _rivals(ranking: "Comparison") -> Table:
    header = ["law", "parameters", "log-likelihood", "ΔBIC", "AIC", "SSE", "KS", "AD", "Vuong z"]
    rows = [
        (
            row["law"],
            ", ".join(f"{name} {value:.4g}" for name, value in row["params"].items()),
            *(plain(row[name]) for name in ("loglik", "dbic", "aic")),
            *(row[name] for name in ("sse", "ks", "ad", "vuong")),
        )
        for row in ranking.rows
    ]
    return table("Laws by BIC, the best first", header, rows)


def _other_methods(samples: FloatArray) -> "MethodComparison | None":
    try:
        return compare_methods(samples)
    except DataError:  # a method that cannot use what the first one could
        return None


def _methods(methods: "MethodComparison") -> Table:
    rows = [
        (messages.title(name), fit.alpha, fit.bse["alpha"], fit.loc, fit.scale) for name, fit in methods.fits.items()
    ]
    return table("Symmetric fits by each method", ["method", "alpha", "standard error", "loc", "scale"], rows)


def _remarks(
    result: "FitResult", asked: list[Answer], ranking: "Comparison | None", methods: "MethodComparison | None"
) -> list[str]:
    """Say what a reader should not overlook."""
    remarks = [] if result.converged and not result.at_boundary else [result.message]
    remarks += [answer.remark for answer in asked if answer.pvalue < LEVEL and answer.remark]
    if ranking is not None and not ranking.best.startswith("stable"):
        stable = [row["dbic"] for row in ranking.rows if row["law"].startswith("stable")]
        if stable and min(stable) > FAR:
            remarks.append(
                f"The law {ranking.best} describes the samples better: its BIC is smaller by {min(stable):.0f}."
            )
    if methods is not None and methods.differing():
        remarks.append(methods.verdict)
    if result.samples is not None and result.converged:
        repeated = 1.0 - np.unique(result.samples).size / result.samples.size
        if repeated > 0.1:
            remarks.append(f"{repeated:.0%} of the values repeat others: rounded samples have no density.")
    return remarks

"""The tests of one sample, as questions and their answers in words."""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from stablefit._types import FloatArray, RandomState
from stablefit.errors import StablefitWarning
from stablefit.gof.aggregation import SUMS, aggregation_test
from stablefit.gof.gaussian import test_gaussian
from stablefit.gof.independence import test_independence
from stablefit.gof.testing import test

if TYPE_CHECKING:
    from stablefit.estimators.result import FitResult

LEVEL = 0.05
_BLOCKS = (1, 2, 4, 8)
_LAGS = 10


class Answer(NamedTuple):
    """What was asked, by which test, its figure and p-value, and what that says.

    `remark` is for the top of the report, where p is small.
    """

    question: str
    test: str
    figure: str
    pvalue: float
    reading: str
    remark: str = ""


def answers(result: "FitResult", samples: FloatArray, n_boot: int, rng: RandomState) -> list[Answer]:
    """Return the answers of every test that these samples are enough for."""
    asked: list[Callable[[], Answer]] = [
        lambda: _does_it_fit(result, samples, "ad", n_boot, rng),
        lambda: _does_it_fit(result, samples, "ecf", n_boot, rng),
        lambda: _is_it_gaussian(samples),
    ]
    if samples.size >= SUMS * max(_BLOCKS):
        asked.append(lambda: _is_it_stable_under_sums(samples, n_boot))
    if samples.size > 2 * _LAGS:
        asked.append(lambda: _is_it_independent(samples))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StablefitWarning)  # what they say stands in the table
        return [ask() for ask in asked]


def _does_it_fit(result: "FitResult", samples: FloatArray, statistic: str, n_boot: int, rng: RandomState) -> Answer:
    found = test(samples, result, statistic=statistic, n_boot=n_boot, rng=rng)  # type: ignore[arg-type]
    names = {"ad": "Anderson and Darling", "ecf": "characteristic function"}
    return Answer(
        "Does the law fit?",
        f"{names[statistic]}, {found.n_boot} refits",
        f"{found.value:.3g}",
        found.pvalue,
        "no contradiction" if found.pvalue >= LEVEL else "the samples contradict the law",
        f"The samples contradict the fitted law ({names[statistic]}, p = {found.pvalue:.2g}).",
    )


def _is_it_gaussian(samples: FloatArray) -> Answer:
    found = test_gaussian(samples)
    return Answer(
        "Is alpha = 2?",
        "likelihood ratio, simulated for this size",
        f"{found.statistic:.3g}",
        float(found.pvalue),
        "normal noise of this size may look like this" if found.pvalue >= LEVEL else "heavier tails than normal",
    )


def _is_it_stable_under_sums(samples: FloatArray, n_boot: int) -> Answer:
    found = aggregation_test(samples, blocks=_BLOCKS, n_boot=max(n_boot, 19))
    drift = f"alpha drifts by {found.slope:+.3f} a doubling"
    return Answer(
        "Do sums keep alpha?",
        f"block sums of {', '.join(map(str, _BLOCKS))}",
        drift,
        found.pvalue,
        "as a stable law does" if found.pvalue >= LEVEL else "no stable law",
        f"Sums do not keep alpha ({drift}, p = {found.pvalue:.2g}): the tails are heavy, and the law is not stable.",
    )


def _is_it_independent(samples: FloatArray) -> Answer:
    found = test_independence(samples, lags=_LAGS)
    return Answer(
        "Does the order matter?",
        f"ranks of values and of sizes, {_LAGS} lags",
        f"sizes at lag 1: {float(found.size_correlations[0]):+.3f}",
        float(found.pvalue),
        "as independent values" if found.pvalue >= LEVEL else "the values depend on each other",
        f"The values depend on each other (p = {float(found.pvalue):.2g}): standard errors and p-values suppose that "
        "they do not.",
    )

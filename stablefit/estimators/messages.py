"""What became of a fit, in words."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import AnyArray
from stablefit.estimators.mohammadi import block_lengths
from stablefit.estimators.status import Status

if TYPE_CHECKING:
    from stablefit.estimators.batch import BatchFit
    from stablefit.estimators.result import FitResult

_WORDS = {
    Status.OK: "converged",
    Status.NOT_CONVERGED: "the search did not converge: the values are its last ones, not estimates",
    Status.CONSTANT: "not fitted: all values are equal",
    Status.ZERO_INFLATED: "not fitted: one value makes up more than 20 % of the sample: the likelihood is unbounded",
    Status.DEAD: "not fitted: all values are zero",
    Status.TOO_FEW: "not fitted: fewer than 8 values",
    Status.NONFINITE: "not fitted: the sample holds nan or inf",
}
_WORDS_OF_COUNTS = _WORDS | {
    Status.NOT_CONVERGED: "no maximum was found, or the bins do not identify the parameters: the values are the "
    "search's last ones, not estimates",
    Status.CONSTANT: "not fitted: all counts lie in one bin",
    Status.DEAD: "not fitted: all counts are zero",
    Status.TOO_FEW: "not fitted: the counts sum to less than 8, or lie in no more bins than there are free parameters",
    Status.NONFINITE: "not fitted: a count is negative, nan or inf",
}
_TITLES = {
    "mle": "maximum likelihood",
    "ecf": "characteristic function",
    "quantile": "quantiles (McCulloch)",
    "logmoment": "log moments",
    "mohammadi": "block sums (Mohammadi)",
    "binned": "likelihood of counts",
}


def title(method: str) -> str:
    """Return the name of a method in words."""
    return _TITLES.get(method, method)


def of_fit(result: "FitResult") -> str:
    """Return what became of the fit of one sample."""
    return _sentence(result.status, result.method, result.alpha, result.beta, result.scale, int(result.nobs))


def of_batch(batch: "BatchFit") -> AnyArray:
    """Return what became of each fit, an array of strings."""
    params = (getattr(batch, name).flat for name in ("alpha", "beta", "scale", "nobs"))
    rows = zip(batch.status.ravel().tolist(), *params, strict=True)
    words = [_sentence(Status(s), batch.method, alpha, beta, scale, int(n)) for s, alpha, beta, scale, n in rows]
    return np.array(words, dtype=object).reshape(batch.shape)


def counted(status: Any) -> str:
    """Return how many samples have each status, as in '38 OK, 2 CONSTANT'."""
    codes, counts = np.unique(np.asarray(status, dtype=np.int64), return_counts=True)
    return (
        ", ".join(f"{count} {Status(code).name}" for code, count in zip(codes.tolist(), counts, strict=True)) or "empty"
    )


def _sentence(status: Status, method: str, alpha: float, beta: float, scale: float, n: int) -> str:
    if status is not Status.BOUNDARY:
        words = (_WORDS_OF_COUNTS if method == "binned" else _WORDS)[status]
    elif alpha == 2.0:
        deviation = f"{math.sqrt(2.0) * scale:.6g}"
        words = (
            f"alpha = 2, the end of its range: the law is normal with standard deviation sqrt(2) scale = {deviation}"
        )
    elif abs(beta) == 1.0:
        words = f"beta = {beta:g}, the end of its range: the law is as skewed as stable laws can be"
    else:
        words = f"alpha = {alpha:g} is the smallest that can be fitted"
    if method == "mohammadi" and status.usable:
        length, blocks = block_lengths(n)
        words += f"; blocks of {length}"
        if left_out := n - length * blocks:
            words += f", for which the last {left_out} of {n} samples were left out"
    return words

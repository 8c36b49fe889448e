"""The laws that are compared, by name: each fitted to samples in the same form."""

import difflib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.gof.law import evaluate, log_density
from stablefit.gof.rivals.generalised_normal import fit_generalised_normal
from stablefit.gof.rivals.inverse_gaussian import fit_inverse_gaussian
from stablefit.gof.rivals.laplace import fit_laplace
from stablefit.gof.rivals.normal import fit_normal
from stablefit.gof.rivals.student import fit_student
from stablefit.gof.rivals.symmetric import SymmetricLaw
from stablefit.laws.stable import Stable

RIVALS: dict[str, Callable[[FloatArray], SymmetricLaw]] = {
    "normal": fit_normal,
    "t": fit_student,
    "laplace": fit_laplace,
    "gennorm": fit_generalised_normal,
    "nig": fit_inverse_gaussian,
}
SKEWED = "stable-skewed"
NAMES = ("normal", "stable", SKEWED, "t", "laplace", "gennorm", "nig")
SYMMETRIC = tuple(name for name in NAMES if name != SKEWED)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A law with the parameters that samples of shape (*batch, n) gave it; arrays have the batch's shape.

    Attributes
    ----------
    params : dict of str to float or ndarray
        Parameters by name.
    free : int
        How many of them were estimated.
    loglik : float or ndarray
        Log-likelihood of each sample.
    """

    name: str
    law: Any
    params: dict[str, Any]
    free: int
    loglik: Any
    nobs: int

    @property
    def aic(self) -> Any:
        """Akaike's criterion, 2 free - 2 loglik."""
        return 2.0 * self.free - 2.0 * self.loglik

    @property
    def aicc(self) -> Any:
        """AIC with Hurvich and Tsai's correction for small samples; nan where nobs <= free + 1."""
        rest = self.nobs - self.free - 1
        return self.aic + 2.0 * self.free * (self.free + 1) / rest if rest > 0 else math.nan * self.aic

    @property
    def bic(self) -> Any:
        """Schwarz's criterion, free log(nobs) - 2 loglik."""
        return self.free * np.log(self.nobs) - 2.0 * self.loglik


def checked_names(laws: Sequence[str], known: Sequence[str] = NAMES) -> tuple[str, ...]:
    """Return the names as a tuple; ValueError for an unknown or repeated one, or none."""
    if isinstance(laws, str):
        raise TypeError(f"laws must be a sequence of names, got the string {laws!r}; pass ({laws!r},)")
    for name in laws:
        if name not in known:
            close = difflib.get_close_matches(
                str(name).lower(), [*known, "gaussian", "student", "levy"], n=1, cutoff=0.5
            )
            meant = {"gaussian": "normal", "student": "t", "levy": "stable"}
            hint = f"; did you mean {meant.get(close[0], close[0])!r}?" if close else ""
            raise ValueError(f"laws must be of {', '.join(known)}, got {name!r}{hint}")
    if not laws or len(set(laws)) < len(laws):
        raise ValueError(f"laws must name at least one law, each once, got {tuple(laws)!r}")
    return tuple(laws)


def fit_rival(name: str, samples: FloatArray) -> Candidate:
    """Fit the rival of that name by maximum likelihood along the last axis."""
    law = RIVALS[name](samples)
    loglik = evaluate(lambda x: log_density(law, x), samples).sum(axis=-1)
    return Candidate(name, law, law.params, len(law.params), loglik, samples.shape[-1])


def fit_named(name: str, samples: FloatArray, method: Any = "mle") -> Candidate:
    """Fit the law of that name to one sample, a stable one by `method` and a rival by maximum likelihood."""
    from stablefit.estimators.fitting import fit

    if name in RIVALS:
        return fit_rival(name, samples)
    return replace(stable_candidate(fit(samples, method, symmetric=name != SKEWED), ..., samples.size), name=name)


def stable_candidate(fit: Any, used: Any, nobs: int) -> Candidate:
    """Take the stable fits that `used` picks out of a FitResult (pass ``...``) or a BatchFit, parameters as arrays."""
    every = {name: np.asarray(getattr(fit, name), dtype=np.float64)[used] for name in ("alpha", "beta", "loc", "scale")}
    skewed = "beta" in fit.free or bool(np.any(every["beta"] != 0.0))
    params = every if skewed else {name: value for name, value in every.items() if name != "beta"}
    law = Stable(params["alpha"], params.get("beta", 0.0), params["loc"], params["scale"])
    return Candidate(
        SKEWED if skewed else "stable",
        law,
        params,
        len(fit.free),
        np.asarray(fit.loglik, dtype=np.float64)[used],
        nobs,
    )

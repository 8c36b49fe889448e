"""The estimators by name, as `fit` calls them."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

import numpy as np

from stablefit.estimators import ecf, logmoment, mle, mohammadi, quantile, skewed_ecf, skewed_mle, skewed_quantile
from stablefit.estimators.estimates import Estimates
from stablefit.estimators.standard import Standard
from stablefit.estimators.status import Status


class Method(NamedTuple):
    """An estimator, the sample quantiles it wants, and whether it takes weights."""

    estimate: Callable[[Standard, Mapping[str, float]], Estimates]
    probabilities: tuple[float, ...]
    weighted: bool


def _skewed_maximum_likelihood(samples: Standard, held: Mapping[str, float]) -> Estimates:
    """Maximise the likelihood of general laws; at alpha = 2 and at beta = 0 they are symmetric ones."""
    if held.get("alpha") == 2.0:
        return skewed_mle.at_two(mle.estimate(samples, held), held)
    if held.get("beta") == 0.0:
        return mle.estimate(samples, held)
    start = skewed_ecf.estimate(samples, held)
    lost = np.flatnonzero(start.status > Status.BOUNDARY)
    if lost.size:
        start.alpha[lost], start.beta[lost], start.loc[lost] = held.get("alpha", 1.0), held.get("beta", 0.0), 0.0
        start.scale[lost] = held.get("scale", 0.5 * (samples.quantiles[lost, 1] - samples.quantiles[lost, 0]))
    return skewed_mle.estimate(samples, held, start)


METHODS: dict[str, Method] = {
    "mle": Method(mle.estimate, quantile.PROBABILITIES, True),
    "ecf": Method(ecf.estimate, ecf.PROBABILITIES, True),
    "quantile": Method(quantile.estimate, quantile.PROBABILITIES, True),
    "logmoment": Method(logmoment.estimate, logmoment.PROBABILITIES, False),
    "mohammadi": Method(mohammadi.estimate, mohammadi.PROBABILITIES, False),
}

SKEWED_METHODS: dict[str, Method] = {
    "mle": Method(_skewed_maximum_likelihood, quantile.PROBABILITIES, True),
    "ecf": Method(skewed_ecf.estimate, skewed_ecf.PROBABILITIES, True),
    "quantile": Method(skewed_quantile.estimate, skewed_quantile.PROBABILITIES, True),
}


def find_method(name: str, *, symmetric: bool = True) -> Method:
    """Return a method by name; ValueError, with a suggestion, if there is none."""
    if not symmetric and name in SKEWED_METHODS:
        return SKEWED_METHODS[name]
    if symmetric and name in METHODS:
        return METHODS[name]
    if name in METHODS:
        raise ValueError(
            f"symmetric must be True for method {name!r}, got False; {', '.join(SKEWED_METHODS)} fit skewed laws"
        )
    close = get_close_matches(str(name), METHODS, 1, 0.4)
    remedy = f"; did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"method must be one of {', '.join(METHODS)}, got {name!r}{remedy}")

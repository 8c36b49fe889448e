"""A strategy for stable laws."""

from typing import TypeAlias, TypeVar, cast

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from stablefit.laws.stable import Param, Stable

T = TypeVar("T")
Given: TypeAlias = T | SearchStrategy[T] | None

ALPHAS = st.one_of(
    st.sampled_from([1.0, 2.0, 1.5, 0.5]),
    st.floats(0.1, 2.0),
    st.floats(1e-12, 0.05).map(lambda gap: 2.0 - gap),
    st.floats(-0.01, 0.01).map(lambda gap: 1.0 + gap),
)
"""The whole range from .1 on, the Cauchy and the normal law, and both of their neighbourhoods."""
BETAS = st.one_of(st.just(0.0), st.floats(-1.0, 1.0), st.sampled_from([1.0, -1.0]))
LOCS = st.floats(-1e6, 1e6)
SCALES = st.floats(1e-6, 1e6)
PARAMS = cast("SearchStrategy[Param]", st.sampled_from(["S0", "S1"]))


def stable_laws(
    alpha: Given[float] = None,
    beta: Given[float] = None,
    loc: Given[float] = None,
    scale: Given[float] = None,
    *,
    param: Given[Param] = None,
) -> SearchStrategy[Stable]:
    """Single laws, of parameters that are given or drawn.

    Parameters
    ----------
    alpha, beta, loc, scale : float or strategy for floats, optional
        A value to hold, or where to draw from. By default alpha from .1 to 2, often about 1 and 2; beta from -1 to 1,
        often 0; loc between -1e6 and 1e6; scale between 1e-6 and 1e6.
    param : {"S0", "S1"} or strategy, optional
        By default either.

    Returns
    -------
    SearchStrategy
        It shrinks towards the Cauchy law, alpha 1, beta 0, loc 0, scale 1, in S0.

    Raises
    ------
    ValueError
        When a parameter out of range is drawn: those of `stablefit.Stable`.

    Examples
    --------
    >>> from hypothesis import find, strategies as st
    >>> from stablefit.testing import stable_laws
    >>> find(stable_laws(alpha=st.floats(1.5, 1.9), beta=0.0), lambda law: law.sf(1.0) > 0.1)
    Stable(alpha=1.5, beta=0.0, loc=0.0, scale=1.0, param='S0')
    """
    return st.builds(
        Stable,
        strategy_of(alpha, ALPHAS),
        strategy_of(beta, BETAS),
        strategy_of(loc, LOCS),
        strategy_of(scale, SCALES),
        param=strategy_of(param, PARAMS),
    )


def strategy_of(given: Given[T], otherwise: SearchStrategy[T]) -> SearchStrategy[T]:
    """Return the strategy that was given, that of a single value, or the default."""
    if given is None:
        return otherwise
    return cast("SearchStrategy[T]", given) if isinstance(given, SearchStrategy) else st.just(given)

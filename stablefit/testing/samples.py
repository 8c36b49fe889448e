"""Strategies for samples and batches, good ones and nasty ones."""

from collections.abc import Iterable

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from stablefit._types import AnyArray, FloatArray
from stablefit.laws.stable import Stable
from stablefit.testing.kinds import CORRUPT, KINDS, Kind
from stablefit.testing.laws import stable_laws

SEEDS = st.integers(0, 2**32 - 1)


def stable_samples(
    laws: SearchStrategy[Stable] | None = None, *, min_size: int = 20, max_size: int = 300
) -> SearchStrategy[FloatArray]:
    """Independent draws of a stable law.

    Parameters
    ----------
    laws : strategy, optional
        For the law; `stable_laws()` by default.
    min_size, max_size : int
        Ends of the number of values.

    Returns
    -------
    SearchStrategy
        Of arrays of shape (n,), float64. Draws of laws with a small alpha may overflow to inf.

    Examples
    --------
    >>> from hypothesis import find
    >>> from stablefit.testing import stable_laws, stable_samples
    >>> draws = stable_samples(stable_laws(alpha=1.5, beta=0.0), max_size=50)
    >>> find(draws, lambda x: True).shape
    (20,)
    """
    chosen = stable_laws() if laws is None else laws
    return st.builds(_draws, chosen, st.integers(min_size, max_size), SEEDS)


def nasty_samples(
    kinds: Iterable[str] | None = None, *, min_size: int = 1, max_size: int = 500
) -> SearchStrategy[AnyArray]:
    """Samples that estimators must refuse, flag or get right, and never answer with an unmarked wrong number.

    Parameters
    ----------
    kinds : iterable of str, optional
        Which, out of `stablefit.testing.KINDS` and `CORRUPT`; all by default. They are constant ones and such of two
        values, ties, far values, numbers near both ends of float64, clusters, integers, nan, inf and others.
    min_size, max_size : int
        Ends of the number of values; from 1, as too few are nasty too.

    Returns
    -------
    SearchStrategy
        Of arrays of shape (n,): mostly float64, some float32 or int64.

    Raises
    ------
    ValueError
        If a kind is not known.

    Examples
    --------
    >>> from hypothesis import find
    >>> from stablefit.testing import nasty_samples
    >>> find(nasty_samples(["constant"], min_size=4), lambda x: x[0] > 0.5)
    array([1., 1., 1., 1.])
    """
    return st.builds(_of_kind, st.sampled_from(_known(kinds)), st.integers(min_size, max_size), SEEDS)


@st.composite
def batches(
    draw: st.DrawFn,
    laws: SearchStrategy[Stable] | None = None,
    kinds: Iterable[str] | None = None,
    *,
    min_samples: int = 1,
    max_samples: int = 5,
    min_size: int = 20,
    max_size: int = 300,
    axis: int = 0,
) -> FloatArray:
    """Several samples of equal length in one array, good ones and nasty ones side by side.

    Parameters
    ----------
    laws, kinds
        As for `stable_samples` and `nasty_samples`; an empty list of kinds for good samples only.
    min_samples, max_samples : int
        Ends of the number of samples.
    min_size, max_size : int
        Ends of the number of values of each.
    axis : int, default 0
        Axis along which one sample lies: 0 for shape (n, k), 1 for shape (k, n).

    Returns
    -------
    SearchStrategy
        Of two-dimensional float64 arrays.

    Examples
    --------
    >>> from hypothesis import find
    >>> from stablefit.testing import batches
    >>> find(batches(min_samples=3, min_size=50, max_size=50, axis=1), lambda x: True).shape
    (3, 50)
    """
    n = draw(st.integers(min_size, max_size))
    good = stable_samples(laws, min_size=n, max_size=n)
    chosen = (*KINDS, *CORRUPT) if kinds is None else tuple(kinds)
    row = st.one_of(good, nasty_samples(chosen, min_size=n, max_size=n)) if chosen else good
    rows = draw(st.lists(row, min_size=min_samples, max_size=max_samples))
    return np.stack([np.asarray(values, dtype=np.float64) for values in rows], axis=1 if axis in (0, -2) else 0)


def _draws(law: Stable, n: int, seed: int) -> FloatArray:
    return law.rvs(n, rng=seed)


def _of_kind(kind: Kind, n: int, seed: int) -> AnyArray:
    return kind(np.random.default_rng(seed), n)


def _known(kinds: Iterable[str] | None) -> list[Kind]:
    """Return the kinds by name, all for None."""
    known = KINDS | CORRUPT
    names = list(known if kinds is None else kinds)
    for name in names:
        if name not in known:
            raise ValueError(f"kinds must be names out of {', '.join(known)}, got {name!r}")
    if not names:
        raise ValueError("kinds must name at least one kind, got none")
    return [known[name] for name in names]

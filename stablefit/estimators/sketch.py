"""Millions of samples fitted from a few sums each, while their values stream by."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from stablefit._types import AnyArray, FloatArray, IntArray, RandomState
from stablefit.estimators.batch import BatchFit
from stablefit.estimators.estimates import Estimates, Fits
from stablefit.estimators.status import Status

FEWEST = 8
"""Rows from which alpha is estimated, beside those of the pilot."""
_CHUNK = 2**16  # streams that are fitted together
TOGETHER = 8  # rows that wait for each other: sums go to memory once for all
_INFLATED = 0.2  # share of zeros beyond which a stream has no density
_MOST = np.iinfo(np.uint16).max
_NULL = 20_000  # Gaussian streams that p-values rest on


class Sketch:
    """Sums over rows of values, one value a row for each of many streams, from which every stream is fitted.

    The sums are those of sines and cosines at four octaves of frequency, in units of a pilot scale: eight numbers a
    stream, whatever the number of rows. Their moduli do not know the location, so that rows need not be centred.

    Parameters
    ----------
    size : int
        Number of streams.
    pilot : int, default 32
        First rows that are kept until there are as many, for a centre and a scale of each stream; they are then added
        like the others, and dropped.
    dtype : {float32, float64}
        Of the sums: 40 or 80 bytes a stream, and 32 for rows that are added together. Phases are computed in single
        precision.
    moments : bool, default True
        Keep streaming mean and variance, and count exact zeros: 12 bytes a stream more.
    histogram : bool, default False
        Count each stream's values in sixteen bins about its pilot: 32 bytes a stream more, for up to 65,535 rows. See
        `counts`, `edges`, and `stablefit.gof.measure_sketch`.

    Attributes
    ----------
    n : int
        Number of rows so far.

    Notes
    -----
    Root mean squared error of alpha over that of maximum likelihood on all values: 1.0 to 1.25 for alpha from 1.2 to
    1.95 (tests). Two sketches of the same streams can be merged if one of them had its pilot from the other: see
    `fork`.

    References
    ----------
    .. [1] I. A. Koutrouvelis, "Regression-type estimation of the parameters of stable laws", J. Amer. Statist. Assoc.
       75 (1980).

    Examples
    --------
    >>> import numpy as np, stablefit as sf
    >>> alpha = np.array([1.2, 1.6, 2.0])
    >>> sketch = sf.Sketch(3)
    >>> for row in sf.Stable(alpha).rvs((4000, 3), rng=0):
    ...     sketch.add(row)
    >>> sketch.fit().alpha.round(1), sketch.n
    (array([1.2, 1.6, 2. ]), 4000)
    """

    def __init__(
        self,
        size: int,
        *,
        pilot: int = 32,
        dtype: DTypeLike = np.float32,
        moments: bool = True,
        histogram: bool = False,
    ) -> None:
        from stablefit._kernels.sketch import BLOCK, STATE
        from stablefit._kernels.sketch_bins import BINS

        if size < 1:
            raise ValueError(f"size must be at least 1, got {size}")
        if pilot < FEWEST:
            raise ValueError(f"pilot must be at least {FEWEST}, got {pilot}")
        if np.dtype(dtype) not in (np.dtype(np.float32), np.dtype(np.float64)):
            raise ValueError(f"dtype must be float32 or float64, got {np.dtype(dtype)}")
        self.size, self.pilot, self.n = int(size), int(pilot), 0
        self._state = np.zeros((-(-self.size // BLOCK), STATE, BLOCK), dtype=dtype)
        self._rows: AnyArray | None = None
        self._waiting, self._begun = 0, False
        self._moments: tuple[AnyArray, AnyArray, IntArray] | None = None
        if moments:
            mean, square = np.zeros(self.size, dtype=dtype), np.zeros(self.size, dtype=dtype)
            self._moments = mean, square, np.zeros(self.size, dtype=np.int32)
        self._counts = np.zeros((self.size, BINS), dtype=np.uint16) if histogram else None

    def add(self, row: ArrayLike) -> None:
        """Add one row: a value for each stream, shape (size,)."""
        values = np.asarray(row, dtype=np.float32).reshape(-1)
        if values.size != self.size:
            raise ValueError(f"row must hold {self.size} values, got {values.size}")
        if self._counts is not None and self.n == _MOST:
            raise ValueError(f"rows must be at most {_MOST:,} with histogram=True, got one more; leave it out")
        if self._rows is None:
            blocks, _, width = self._state.shape
            self._rows = np.zeros((TOGETHER if self._begun else self.pilot, blocks * width), dtype=np.float32)
        self._rows[self._waiting, : self.size] = values
        self._waiting += 1
        self.n += 1
        if not self._begun:
            self._add_moments(self._waiting - 1)
        if self._waiting == len(self._rows):
            self.begin()

    def begin(self) -> None:
        """End the pilot, centres and scales of the streams from medians and quartiles of its rows; add what waits."""
        from stablefit._kernels import pilot, sketch, sketch_bins

        waiting, self._waiting = self._waiting, 0
        first, self._begun = not self._begun, True
        if self._rows is None or not waiting:
            return
        blocks, state = self._blocks(0, waiting), self._state.reshape(len(self._state), -1)
        if first:
            pilot.begin(blocks, self._state)
            self._rows = None  # that many are not kept again
        if first or self._moments is None:
            sketch.add_sums(blocks, state)
        else:
            sketch.add(blocks, self._shares(waiting), state, *self._moments)
        if self._counts is not None:
            sketch_bins.count(blocks, self._state, self._counts)

    def _add_moments(self, place: int) -> None:
        """Add a row of the pilot to the moments, which so are there before the sums."""
        from stablefit._kernels import sketch

        if self._moments is not None:
            sketch.add_moments(self._blocks(place, place + 1), self._shares(1), *self._moments)

    def _shares(self, rows: int) -> AnyArray:
        """Return 1 / n of the last rows."""
        return (1.0 / np.arange(self.n - rows + 1, self.n + 1)).astype(self._state.dtype)

    def _blocks(self, first: int, last: int) -> AnyArray:
        """Return rows that wait, (rows, blocks, BLOCK)."""
        assert self._rows is not None
        blocks, _, width = self._state.shape
        return self._rows[first:last].reshape(last - first, blocks, width)

    @property
    def state(self) -> AnyArray:
        """Sums, centres and rates of what was added, (blocks, 10, 512), float32 or float64; zeros during the pilot."""
        if self._begun:
            self.begin()
        return self._state

    @property
    def moments(self) -> tuple[AnyArray, AnyArray, IntArray] | None:
        """Mean, sum of squares about it, and number of zeros of each stream; None where they are not kept."""
        if self._begun:
            self.begin()
        return self._moments

    @property
    def counts(self) -> AnyArray | None:
        """How many values of each stream lie in each bin, (size, 16) of uint16; None without a histogram."""
        if self._begun:
            self.begin()
        return self._counts

    @property
    def edges(self) -> FloatArray:
        """Edges of the bins of each stream, (size, 17): fourteen of one width about the pilot's median, two open."""
        from stablefit._kernels import sketch, sketch_bins

        centre, rate = (self._read(row).astype(np.float64) for row in (sketch.CENTRE, sketch.RATE))
        places = np.arange(sketch_bins.BINS + 1.0) - sketch_bins.BINS // 2
        with np.errstate(divide="ignore", invalid="ignore"):  # a constant stream has no width
            width = sketch_bins.WIDTH * sketch.SHARE / (sketch.TURN * rate)
            edges = centre[:, None] + width[:, None] * places
        edges[:, 0], edges[:, -1] = -np.inf, np.inf
        return edges

    def restore(
        self,
        n: int,
        state: AnyArray,
        moments: tuple[AnyArray, AnyArray, IntArray] | None,
        counts: AnyArray | None = None,
    ) -> None:
        """Put sums of n rows into an empty sketch, as `state`, `moments` and `counts` of another one held them."""
        from stablefit._kernels.sketch_bins import BINS

        if state.shape != self.state.shape or state.dtype != self.state.dtype:
            raise ValueError(
                f"state must be {self.state.dtype} of shape {self.state.shape}, got {state.dtype} of {state.shape}"
            )
        if moments is not None and any(part.shape != (self.size,) for part in moments):
            raise ValueError(f"moments must have shape ({self.size},), got {[part.shape for part in moments]}")
        if counts is not None and (counts.shape, counts.dtype) != ((self.size, BINS), np.dtype(np.uint16)):
            raise ValueError(f"counts must be uint16 of shape ({self.size}, {BINS}), got {counts.dtype} {counts.shape}")
        self.n, self._state, self._moments, self._counts = int(n), state, moments, counts
        self._rows, self._waiting, self._begun = None, 0, True

    def fork(self) -> "Sketch":
        """Return an empty sketch of the same streams with this one's centres and scales, to be merged later."""
        from stablefit._kernels import sketch

        self.begin()
        kept = {"moments": self._moments is not None, "histogram": self._counts is not None}
        other = Sketch(self.size, pilot=self.pilot, dtype=self._state.dtype, **kept)
        other._begun = True
        other.state[:, sketch.CENTRE :] = self.state[:, sketch.CENTRE :]
        return other

    def merge(self, other: "Sketch") -> None:
        """Add the rows of another sketch, which was forked from this one, or this from it, or both from a third.

        Raises
        ------
        ValueError
            If the two have other streams, centres or scales.
        """
        from stablefit._kernels import sketch

        self.begin()
        other.begin()
        same = other.size == self.size and np.array_equal(
            self.state[:, sketch.CENTRE :], other.state[:, sketch.CENTRE :], equal_nan=True
        )
        alike = (self.moments is None) == (other.moments is None) and (self.counts is None) == (other.counts is None)
        if not same or not alike:
            raise ValueError("other must have this sketch's streams, centres and scales, got others; make it by fork()")
        if self._counts is not None and other.counts is not None:
            if self.n + other.n > _MOST:
                raise ValueError(f"rows must be at most {_MOST:,} with histogram=True, got {self.n + other.n:,}")
            self._counts += other.counts
        self.state[:, : sketch.CENTRE] += other.state[:, : sketch.CENTRE]
        if self.moments is not None and other.moments is not None and other.n:
            (mean, square, zeros), (its_mean, its_square, its_zeros) = self.moments, other.moments
            total = self.n + other.n
            gap = its_mean - mean
            square += its_square + gap * gap * (self.n * other.n / total)
            mean += gap * (other.n / total)
            zeros += its_zeros
        self.n += other.n

    @property
    def mean(self) -> FloatArray | None:
        """Mean of each stream; None without moments."""
        return None if self.moments is None else self.moments[0].astype(np.float64)

    @property
    def variance(self) -> FloatArray | None:
        """Variance of each stream, with divisor n - 1; None without moments."""
        if self.moments is None:
            return None
        return self.moments[1].astype(np.float64) / max(self.n - 1, 1)

    @property
    def zeros(self) -> IntArray | None:
        """How many values of each stream are exactly zero; None without moments."""
        return None if self.moments is None else self.moments[2]

    def fit(self, *, n_jobs: int = 1) -> BatchFit:
        """Fit a symmetric stable law to every stream, by generalised least squares on the characteristic function.

        Parameters
        ----------
        n_jobs : int, default 1
            Threads; the bits do not depend on it.

        Returns
        -------
        BatchFit
            Of shape (size,), with standard errors. Streams of which more than a fifth is zero, constant ones and those
            that are not finite have nan and a status; with fewer than 8 rows all have.
        """
        from stablefit._kernels import sketch_fit

        self.begin()
        k = self.size
        if self.n < FEWEST:
            fits = Fits.missing(np.full(k, int(Status.TOO_FEW), dtype=np.int64))
            return BatchFit("sketch", fits, np.full(k, self.n), {"beta": 0.0}, None, shape=(k,))
        state = self.state
        out, cov, status = np.empty((3, k)), np.empty((k, 3, 3)), np.empty(k, dtype=np.int64)

        def fill(first: int) -> None:
            part = slice(first, min(first + _CHUNK, k))
            found = np.empty((3, part.stop - first))
            sketch_fit.fill(state, first, float(self.n), found, cov[part], status[part])
            out[:, part] = found

        with ThreadPoolExecutor(max(n_jobs, 1)) as pool:
            list(pool.map(fill, range(0, k, _CHUNK)))
        self._set_aside(out, cov, status)
        found = Estimates.symmetric(out[0], out[1], out[2], cov, status)
        why = status.copy()
        fits = Fits.in_units(found, np.zeros(k), np.ones(k))
        fits.status[np.isnan(fits.alpha)] = why[np.isnan(fits.alpha)]
        return BatchFit("sketch", fits, np.full(k, self.n), {"beta": 0.0}, None, shape=(k,))

    def _set_aside(self, out: FloatArray, cov: FloatArray, status: IntArray) -> None:
        """Give nan and a status to streams that no law describes."""
        from stablefit._kernels import sketch

        sums = self._read(0)
        reasons = [(Status.CONSTANT, self._read(sketch.RATE) == 0.0), (Status.NONFINITE, ~np.isfinite(sums))]
        if self.moments is not None:
            zeros = self.moments[2]
            reasons += [(Status.ZERO_INFLATED, zeros > _INFLATED * self.n), (Status.DEAD, zeros == self.n)]
        for reason, where in reasons:
            out[:, where], cov[where], status[where] = np.nan, np.nan, int(reason)

    def gaussian_alpha(self, *, rng: RandomState = 0) -> FloatArray:
        """Alpha of 20,000 simulated Gaussian streams of as many rows, through the same pilot and fit, sorted."""
        from stablefit.laws.random import generator

        source = generator(rng)
        null = Sketch(_NULL, pilot=self.pilot, dtype=self._state.dtype, moments=False)
        for _ in range(self.n):
            null.add(source.standard_normal(_NULL, dtype=np.float32))
        return np.sort(null.fit().alpha)

    def gaussian_pvalue(self, fit: BatchFit, *, rng: RandomState = 0) -> FloatArray:
        """Probability of an alpha as small in Gaussian noise of as many rows, by simulation; nan where there is no fit.

        It rests on `gaussian_alpha`: the least p-value is 5e-5.
        """
        ordered = self.gaussian_alpha(rng=rng)
        below = np.searchsorted(ordered, fit.alpha, side="right")
        return np.where(np.isnan(fit.alpha), np.nan, (1.0 + below) / (1.0 + _NULL))

    def _read(self, row: int) -> AnyArray:
        return np.ascontiguousarray(self.state[:, row]).reshape(-1)[: self.size]

    def __repr__(self) -> str:
        return f"Sketch(size={self.size}, n={self.n}, dtype={self.state.dtype})"

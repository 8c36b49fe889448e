"""The stable law as an immutable object."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray, RandomState
from stablefit.laws import moments, parameters, pointwise
from stablefit.laws.random import symmetric_draws

Param = Literal["S0", "S1"]
_NAMES = ("alpha", "beta", "loc", "scale")


class Stable:
    """Alpha-stable law with index `alpha`, skewness `beta`, location `loc` and scale `scale`.

    Its characteristic function at beta = 0 is exp(i loc t - abs(scale t)**alpha): alpha = 2 is the normal law with
    standard deviation sqrt(2) scale, alpha = 1 the Cauchy law. Parameters broadcast against each other and against
    the arguments of the methods.

    Parameters
    ----------
    alpha : array_like
        Index of stability (tail index), in (0, 2].
    beta : array_like, default 0
        Skewness. Only symmetric laws, beta = 0, are available.
    loc : array_like, default 0
        Location, in the units of the samples.
    scale : array_like, default 1
        Scale, positive, in the units of the samples.
    param : {"S0", "S1"}, default "S0"
        Nolan's parametrisation. For beta = 0 the two agree.

    Raises
    ------
    ValueError
        If a parameter lies outside its range; the message names parameter, condition and value.

    References
    ----------
    .. [1] J. P. Nolan, "Univariate Stable Distributions", Springer, 2020, section 1.3.

    Examples
    --------
    >>> import stablefit as sf
    >>> law = sf.Stable(1.0, scale=2.0)
    >>> law
    Stable(alpha=1.0, beta=0.0, loc=0.0, scale=2.0, param='S0')
    >>> round(float(law.pdf(0.0)), 12)  # Cauchy: 1 / (2 pi)
    0.159154943092
    """

    __slots__ = ("_values", "param")

    _values: dict[str, FloatArray]
    param: Param

    def __init__(
        self,
        alpha: ArrayLike,
        beta: ArrayLike = 0.0,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        *,
        param: Param = "S0",
    ) -> None:
        if param not in ("S0", "S1"):
            raise ValueError(f"param must be 'S0' or 'S1', got {param!r}")
        given = dict(zip(_NAMES, (alpha, beta, loc, scale), strict=True))
        values = {name: parameters.checked(name, value) for name, value in given.items()}
        if np.any(values["beta"] != 0.0):
            raise ValueError(f"beta must be 0 (only symmetric laws are available), got {beta!r}")
        try:
            np.broadcast_shapes(*(v.shape for v in values.values()))
        except ValueError:
            shapes = ", ".join(f"{name} {v.shape}" for name, v in values.items())
            raise ValueError(f"parameters must broadcast against each other, got shapes {shapes}") from None
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "param", param)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"Stable is immutable: cannot set {name!r}; make a new law instead")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"Stable is immutable: cannot delete {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (tuple(self._values[name] for name in _NAMES), self.param)

    # -- parameters
    # -----------------------------------------------------------------------------------------------------------------

    def _parameter(self, name: str) -> Any:
        value = self._values[name]
        return value if value.ndim else float(value)

    @property
    def alpha(self) -> Any:
        """Index of stability; float, or array where arrays were given. So are beta, loc and scale."""
        return self._parameter("alpha")

    @property
    def beta(self) -> Any:
        """Skewness."""
        return self._parameter("beta")

    @property
    def loc(self) -> Any:
        """Location."""
        return self._parameter("loc")

    @property
    def scale(self) -> Any:
        """Scale."""
        return self._parameter("scale")

    @property
    def shape(self) -> tuple[int, ...]:
        """Broadcast shape of the parameters; () for a single law."""
        return np.broadcast_shapes(*(v.shape for v in self._values.values()))

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={self._parameter(name)!r}" for name in _NAMES)
        return f"Stable({inner}, param={self.param!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stable):
            return NotImplemented
        return self.param == other.param and all(np.array_equal(self._values[n], other._values[n]) for n in _NAMES)

    def __hash__(self) -> int:
        if self.shape:
            raise TypeError("unhashable law: its parameters are arrays")
        return hash((self.param, *(self._parameter(n) for n in _NAMES)))

    def to(self, param: Param) -> "Stable":
        """Return the same law in the other parametrisation; for beta = 0 only the label changes."""
        return Stable(*(self._values[n] for n in _NAMES), param=param)

    @classmethod
    def from_scipy(
        cls, alpha: ArrayLike, beta: ArrayLike, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, param: Param = "S1"
    ) -> "Stable":
        """Return the law that scipy.stats.levy_stable denotes by these numbers in its parametrisation `param`."""
        return cls(alpha, beta, loc, scale, param=param)

    def to_scipy(self) -> tuple[Any, Any, Any, Any]:
        """Return (alpha, beta, loc, scale) as scipy.stats.levy_stable takes them in its default parametrisation, S1."""
        law = self.to("S1")
        return law.alpha, law.beta, law.loc, law.scale

    # -- functions of x
    # -------------------------------------------------------------------------------------------------------------

    def _standardise(self, x: ArrayLike) -> FloatArray:
        with np.errstate(over="ignore"):
            return np.asarray((np.asarray(x, dtype=np.float64) - self._values["loc"]) / self._values["scale"])

    def _probabilities(self, x: ArrayLike) -> tuple[FloatArray, pointwise.Probabilities]:
        z = self._standardise(x)
        return z, pointwise.probabilities(np.abs(z), self._values["alpha"])

    def pdf(self, x: ArrayLike) -> FloatArray:
        """Density at x, in 1 / units of the samples; nan where x is nan, 0 at infinity."""
        with np.errstate(under="ignore"):
            return np.exp(self.logpdf(x))

    def logpdf(self, x: ArrayLike) -> FloatArray:
        """Log of the density at x; -inf at infinity.

        Examples
        --------
        >>> import stablefit as sf
        >>> round(float(sf.Stable(2.0).logpdf(0.0)), 12)  # -log(2 sqrt(pi))
        -1.265512123485
        """
        z = self._standardise(x)
        return _result(pointwise.log_density(z, self._values["alpha"]) - np.log(self._values["scale"]))

    def cdf(self, x: ArrayLike) -> FloatArray:
        """P(X <= x), in full relative precision in the lower tail."""
        z, v = self._probabilities(x)
        return _probability(z, v)

    def sf(self, x: ArrayLike) -> FloatArray:
        """P(X > x), in full relative precision in the upper tail; never 1 - cdf."""
        z, v = self._probabilities(x)
        return _probability(-z, v)

    def logcdf(self, x: ArrayLike) -> FloatArray:
        """Log of P(X <= x)."""
        z, v = self._probabilities(x)
        return _log_probability(z, v)

    def logsf(self, x: ArrayLike) -> FloatArray:
        """Log of P(X > x)."""
        z, v = self._probabilities(x)
        return _log_probability(-z, v)

    def dlogpdf(self, x: ArrayLike) -> FloatArray:
        """Derivative of logpdf in x, in 1 / units of the samples."""
        return self.logpdf_grad(x)[1]

    def logpdf_grad(self, x: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return (logpdf, its derivative in x, its derivative in alpha) at x, in one pass."""
        scale = self._values["scale"]
        log_f, d_z, d_alpha = pointwise.log_density_gradient(self._standardise(x), self._values["alpha"])
        return _result(log_f - np.log(scale)), _result(d_z / scale), _result(d_alpha)

    # -- functions of a probability
    # -------------------------------------------------------------------------------------------------

    def ppf(self, q: ArrayLike) -> FloatArray:
        """Quantile: the x with cdf(x) = q; -inf at 0, inf at 1, nan outside [0, 1].

        Examples
        --------
        >>> import stablefit as sf
        >>> round(float(sf.Stable(1.0).ppf(0.75)), 12)
        1.0
        """
        return self._quantile(np.asarray(q, dtype=np.float64), -1.0)

    def isf(self, q: ArrayLike) -> FloatArray:
        """Upper quantile: the x with sf(x) = q; inf at 0, in full relative precision down to q = 1e-300."""
        return self._quantile(np.asarray(q, dtype=np.float64), 1.0)

    def _quantile(self, q: FloatArray, side: float) -> FloatArray:
        small = np.where(q <= 0.5, q, 1.0 - q)  # exact for q in [1/2, 1]
        z = pointwise.upper_quantile(small, self._values["alpha"])
        sign = np.where(q <= 0.5, side, -side)
        with np.errstate(over="ignore"):
            return _result(self._values["loc"] + self._values["scale"] * (sign * z))

    # -- draws and transforms
    # -------------------------------------------------------------------------------------------------------

    def rvs(self, size: int | tuple[int, ...] | None = None, rng: RandomState = None) -> FloatArray:
        """Independent draws.

        Parameters
        ----------
        size : int or tuple of int, optional
            Shape of the draws; the parameters broadcast against it. None gives one draw per law.
        rng : numpy.random.Generator, int or None
            Source of randomness; the same seed gives the same bits.

        Returns
        -------
        ndarray of shape `size`, or a float for a single law and size None.

        Examples
        --------
        >>> import stablefit as sf
        >>> x = sf.Stable(1.5).rvs(10_000, rng=1)
        >>> bool(abs((x > 0).mean() - 0.5) < 0.02)
        True
        """
        shape = self.shape if size is None else (size,) if isinstance(size, int | np.integer) else tuple(size)
        fits = len(self.shape) <= len(shape) and all(
            own in (1, asked) for own, asked in zip(reversed(self.shape), reversed(shape), strict=False)
        )
        if not fits:
            raise ValueError(f"size must be a shape that the parameters {self.shape} broadcast to, got {size}")
        x = symmetric_draws(self._values["alpha"], shape, rng)
        with np.errstate(over="ignore"):
            x *= self._values["scale"]
            x += self._values["loc"]
        return _result(x)

    def cf(self, t: ArrayLike) -> Any:
        """Characteristic function E exp(i t X), complex."""
        t = np.asarray(t, dtype=np.float64)
        modulus = np.exp(-(np.abs(self._values["scale"] * t) ** self._values["alpha"]))
        return (modulus * np.exp(1j * self._values["loc"] * t))[()]

    def moment(self, p: float) -> FloatArray:
        """E abs(X - loc)**p, in units of the samples to the p.

        Inf where it does not exist (p >= alpha < 2, p <= -1).
        """
        with np.errstate(over="ignore"):
            return _result(self._values["scale"] ** p * moments.absolute_moment(float(p), self._values["alpha"]))

    @property
    def levy_constant(self) -> Any:
        """c_alpha of the Levy measure c_alpha scale**alpha abs(y)**(-1-alpha) dy; 1/pi at alpha = 1, 0 at alpha = 2."""
        return _result(moments.levy_constant(self._values["alpha"]))

    def levy_tail(self, x: ArrayLike) -> FloatArray:
        """Mass of the Levy measure beyond abs(x), both sides.

        2 c_alpha scale**alpha x**-alpha / alpha, what P(abs(X) > x) tends to.
        """
        alpha = self._values["alpha"]
        x = np.abs(np.asarray(x, dtype=np.float64))
        with np.errstate(divide="ignore"):
            return _result(2.0 * moments.levy_constant(alpha) / alpha * (self._values["scale"] / x) ** alpha)


def _rebuild(values: tuple[FloatArray, ...], param: Param) -> Stable:
    return Stable(*values, param=param)


def _result(x: FloatArray) -> FloatArray:
    """NumPy's own habit: a scalar for scalar input."""
    return x[()]


def _probability(z: FloatArray, v: pointwise.Probabilities) -> FloatArray:
    """P(Z <= z): the small tail itself, never its complement."""
    with np.errstate(under="ignore"):
        return _result(np.where(z < 0.0, np.exp(v.logtail), 0.5 + v.core))


def _log_probability(z: FloatArray, v: pointwise.Probabilities) -> FloatArray:
    with np.errstate(under="ignore", divide="ignore"):
        upper = np.where(v.core < 0.25, np.log(0.5 + v.core), np.log1p(-np.exp(v.logtail)))
        return _result(np.where(z < 0.0, v.logtail, upper))

"""The stable law as an immutable object."""

import sys
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stablefit._hypothesis import register
from stablefit._types import FloatArray, RandomState
from stablefit.laws import information, moments, parameters, parametrisation, pointwise, score, symmetric
from stablefit.laws.points import Points, flatten
from stablefit.laws.random import draws

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
        Skewness, in [-1, 1]; 0 is symmetric, 1 leans to the right. Without effect at alpha = 2.
    loc : array_like, default 0
        Location, in the units of the samples.
    scale : array_like, default 1
        Scale, positive, in the units of the samples.
    param : {"S0", "S1"}, default "S0"
        Nolan's parametrisation: S0 is continuous in all parameters, S1 is scipy's default and loses digits near
        alpha = 1. For beta = 0 the two agree.

    Raises
    ------
    ValueError
        If a parameter lies outside its range; the message names parameter, condition and value.

    See Also
    --------
    stablefit.fit : The law of given samples.
    adapters.torch.Stable : The symmetric law as a distribution of PyTorch.

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
    >>> sf.Stable([1.0, 2.0]).sf(2.0).round(6).tolist()  # 1/2 - arctan(2) / pi, and 1 - Phi(sqrt(2))
    [0.147584, 0.07865]
    """

    __slots__ = ("_loc0", "_values", "param")

    _values: dict[str, FloatArray]
    _loc0: FloatArray
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
        try:
            np.broadcast_shapes(*(v.shape for v in values.values()))
        except ValueError:
            shapes = ", ".join(f"{name} {v.shape}" for name, v in values.items())
            raise ValueError(f"parameters must broadcast against each other, got shapes {shapes}") from None
        loc0 = values["loc"]
        if param == "S1":
            loc0 = loc0 + parametrisation.shift(values["alpha"], values["beta"], values["scale"])
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_loc0", loc0)
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
        """Return the same law in the parametrisation `param`; for beta = 0 only the label changes.

        Examples
        --------
        >>> import stablefit as sf
        >>> round(sf.Stable(0.5, 1.0).to("S1").loc, 12)  # moves by -beta tan(pi alpha/2) = -1
        -1.0
        """
        if param == self.param:
            return self
        alpha, beta, _, scale = (self._values[n] for n in _NAMES)
        loc = self._loc0 if param == "S0" else self._loc0 - parametrisation.shift(alpha, beta, scale)
        return Stable(alpha, beta, loc, scale, param=param)

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

    def _points(self, x: ArrayLike, side: float = 1.0) -> Points:
        """Standardised S0 points; with side = -1 the mirror image, whose lower tail is this law's upper one."""
        v = self._values
        with np.errstate(over="ignore"):
            z = (np.asarray(x, dtype=np.float64) - self._loc0) / v["scale"]
        return flatten(np.asarray(side * z), v["alpha"], side * v["beta"])

    def _one_symmetric_law(self) -> tuple[float, float, float] | None:
        """Alpha, loc and scale of a single symmetric law; None for skewed laws and arrays."""
        v = self._values
        if any(value.ndim for value in v.values()) or (v["beta"] != 0.0 and v["alpha"] != 2.0):
            return None
        return float(v["alpha"]), float(v["loc"]), float(v["scale"])

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
        if (one := self._one_symmetric_law()) is not None:
            return _result(symmetric.one_law_log_density(np.asarray(x, dtype=np.float64), *one))
        return _result(pointwise.log_density(self._points(x)) - np.log(self._values["scale"]))

    def cdf(self, x: ArrayLike) -> FloatArray:
        """P(X <= x), in full relative precision in the lower tail."""
        return _result(pointwise.cdf(self._points(x)))

    def sf(self, x: ArrayLike) -> FloatArray:
        """P(X > x), in full relative precision in the upper tail; never 1 - cdf."""
        return _result(pointwise.cdf(self._points(x, -1.0)))

    def logcdf(self, x: ArrayLike) -> FloatArray:
        """Log of P(X <= x)."""
        return _result(pointwise.logcdf(self._points(x)))

    def logsf(self, x: ArrayLike) -> FloatArray:
        """Log of P(X > x)."""
        return _result(pointwise.logcdf(self._points(x, -1.0)))

    def dlogpdf(self, x: ArrayLike) -> FloatArray:
        """Derivative of logpdf in x, in 1 / units of the samples."""
        return self.logpdf_grad(x)[1]

    def logpdf_grad(self, x: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return (logpdf, its derivative in x, its derivative in alpha) at x, in one pass.

        The derivative in alpha holds beta, scale and the location in S0; `score` has that of the law's own `param`.
        """
        if (one := self._one_symmetric_law()) is not None:
            log_f, d_x, d_alpha = symmetric.one_law_gradient(np.asarray(x, dtype=np.float64), *one)
            return _result(log_f), _result(d_x), _result(d_alpha)
        points, scale = self._points(x), self._values["scale"]
        log_f, d_z, d_alpha = score.log_density_gradient(points).reshape(3, *points.shape)
        return _result(log_f - np.log(scale)), _result(d_z / scale), _result(d_alpha)

    def score(self, x: ArrayLike) -> FloatArray:
        """Derivatives of logpdf in (alpha, beta, loc, scale) of the law's own `param`.

        Returns
        -------
        ndarray of shape (..., 4), where x and the parameters broadcast to (...); nan where the density is 0.

        Notes
        -----
        At beta = 1 or -1 the derivative in beta is the one from inside, of the order of 1 / pdf in a light tail and
        inf or -inf where that overflows. At alpha = 2 the derivative in alpha is the one from below and that in beta
        is 0. In S1 there is no derivative in alpha at alpha = 1 unless beta = 0: nan.

        Examples
        --------
        >>> import stablefit as sf
        >>> sf.Stable(2.0).score(2.0)[2:].round(12).tolist()  # normal of variance 2: x/2 and x**2/2 - 1
        [1.0, 1.0]
        """
        points, v = self._points(x), self._values
        standard = score.standard_score(points)[1].reshape(4, *points.shape)
        return score.own_score(standard, v["alpha"], v["beta"], v["scale"], classical=self.param == "S1")

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
        v = self._values
        small = np.where(q <= 0.5, q, 1.0 - q)  # exact for q in [1/2, 1]
        points = flatten(small, v["alpha"], v["beta"])
        z = pointwise.quantile(points, (q > 0.5) if side < 0.0 else (q <= 0.5))
        with np.errstate(over="ignore"):
            return _result(self._loc0 + v["scale"] * z)

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
        v = self._values
        return _result(draws(v["alpha"], v["beta"], self._loc0, v["scale"], shape, rng))

    def cf(self, t: ArrayLike) -> Any:
        """Characteristic function E exp(i t X), complex."""
        v = self._values
        t = np.asarray(t, dtype=np.float64)
        size = np.abs(v["scale"] * t)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_size = np.log(size)
            # tan(pi alpha/2) (size^(1 - alpha) - 1): (2/pi) log size at alpha = 1
            twist = parametrisation.tangent(v["alpha"]) * np.expm1((1.0 - v["alpha"]) * log_size)
            twist = np.where(v["alpha"] == 1.0, (2.0 / np.pi) * log_size, twist)
            twist = np.where((size == 0.0) | (v["beta"] == 0.0), 0.0, v["beta"] * twist)
        power = size ** v["alpha"]
        return (np.exp(-power) * np.exp(1j * (self._loc0 * t - np.sign(t) * power * twist)))[()]

    def fisher_information(self) -> FloatArray:
        """Fisher information of one observation about (alpha, beta, loc, scale), in the law's own `param`.

        Returns
        -------
        ndarray of shape (..., 4, 4), (...) the shape of the parameters.

        Notes
        -----
        By quadrature, in some tenths of a second a law; relative error below 1e-8. At alpha = 2, the end of its range,
        the entry of alpha is inf, that of alpha and scale -inf, and those of beta are 0. At beta = 1 or -1 the entry
        of beta is inf and the others of its row are nan. In S1 the row of alpha is nan at alpha = 1 unless beta = 0.

        Examples
        --------
        >>> import stablefit as sf
        >>> sf.Stable(1.0).fisher_information()[2:, 2:].round(10).tolist()  # Cauchy: 1/2 each
        [[0.5, 0.0], [0.0, 0.5]]
        """
        classical = self.param == "S1"
        laws = np.broadcast_arrays(*(self._values[name] for name in ("alpha", "beta", "scale")))
        each = [information.fisher_information(*map(float, law), classical=classical) for law in np.nditer(laws)]
        return np.array(each).reshape(*self.shape, 4, 4)

    def moment(self, p: float) -> FloatArray:
        """E abs(X - loc)**p, loc in the law's own `param`, in units of the samples to the p.

        inf where it does not exist: for p >= alpha < 2 and for p <= -1. Closed form where beta = 0 and in S1, else by
        quadrature to 1e-9.

        Examples
        --------
        >>> import stablefit as sf
        >>> round(float(sf.Stable(2.0).moment(2.0)), 12)  # the variance of a normal law of scale 1
        2.0
        """
        alpha, beta, loc, scale = np.broadcast_arrays(*(self._values[n] for n in _NAMES))
        with np.errstate(over="ignore", invalid="ignore"):
            standard = moments.absolute_moment(float(p), alpha, beta)
            open_form = (beta != 0.0) & (alpha < 2.0) & ((alpha == 1.0) | (self.param == "S0"))
            point = (loc - self._loc0) / scale
            for index in np.argwhere(open_form):
                i = tuple(index)
                standard[i] = moments.moment_about(float(p), float(alpha[i]), float(beta[i]), float(point[i]))
            return _result(scale**p * standard)

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


if "hypothesis" in sys.modules:  # imported before this class: its plugins could not register it
    register()

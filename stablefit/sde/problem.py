"""The stochastic differential equation as an object."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.sde.drifts import Quadratic
from stablefit.sde.schedule import Schedule, as_schedule
from stablefit.sde.schedules import Constant

if TYPE_CHECKING:
    from stablefit.sde.amplitudes import AmplitudeName

Clock = Literal["sde", "iteration"]
Drift = Callable[[Any, Any], Any]
Scale = ArrayLike | Callable[[Any, Any], Any]
_CLOCKS = ("sde", "iteration")


class LevySDE:
    """A drift, driven by symmetric stable processes under a learning-rate schedule; immutable.

    On the clock "sde" it is the equation

        dX = drift(t, X) dt + s(t)**((alpha - 1)/alpha) eps scale dL,    eps = eta**((alpha - 1)/alpha),

    with independent processes L of index alpha and scale 1 at time 1, one an axis. On the clock "iteration" it is
    stochastic gradient descent,

        X += eta s(k) (drift(k, X) + scale S),    k = 1, 2, ...,

    S standard stable draws. A time of the first clock is eta times the sum of s over the iterations.

    Parameters
    ----------
    drift : callable, Quadratic or None
        drift(t, x) for all paths at once, x and the result of shape (n_paths, N). A function that `numba.njit` compiled
        is compiled into the loop. None: no drift.
    alpha : array_like, scalar or shape (N,)
        Indices of stability in (0, 2], one an axis; with a matrix `mixing` one a column of it.
    scale : array_like, scalar or shape (N,), or callable
        Amplitude of the noise, not negative; or a function (t, x) that gives it, shape (n_paths, N), evaluated at the
        start of a step (Ito).
    eta : float, optional
        Learning rate, positive. None: eps = 1, and scale is all there is before dL.
    schedule : Schedule or callable, default Constant()
        s, a factor of the learning rate. The process begins at `schedule.start`.
    clock : {"sde", "iteration"}, default "sde"
        Which of the two processes.
    mixing : array_like of shape (N, D), or "isotropic", optional
        A matrix: the noise of the axes is mixing @ (scale * noise of D independent processes). "isotropic": one process
        whose law no rotation changes, with one alpha (sub-Gaussian).

    Raises
    ------
    ValueError
        If a parameter lies outside its range, or the shapes do not fit.
    TypeError
        If drift or schedule is nothing that can be called.

    References
    ----------
    .. [1] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the noise model of stochastic gradient descent", 2023,
       equation (3).

    Examples
    --------
    >>> sde = LevySDE(Quadratic(1.0), alpha=1.5, scale=0.1)
    >>> sde
    LevySDE(Quadratic(hessian=1.0, centre=0.0), alpha=1.5, scale=0.1, eta=None, schedule=Constant(), clock='sde')
    """

    __slots__ = ("alpha", "clock", "drift", "eta", "mixing", "scale", "schedule")

    drift: Drift
    alpha: FloatArray
    scale: FloatArray | Callable[[Any, Any], Any]
    eta: float | None
    schedule: Schedule
    clock: Clock
    mixing: FloatArray | Literal["isotropic"] | None

    def __init__(
        self,
        drift: Drift | None,
        alpha: ArrayLike,
        scale: Scale,
        *,
        eta: float | None = None,
        schedule: Schedule | Callable[[FloatArray], Any] = Constant(),  # noqa: B008  # immutable
        clock: Clock = "sde",
        mixing: ArrayLike | Literal["isotropic"] | None = None,
    ) -> None:
        if drift is not None and not callable(drift):
            raise TypeError(f"drift must be a function of t and x, a Quadratic or None, got {drift!r}")
        if clock not in _CLOCKS:
            raise ValueError(f"clock must be one of {', '.join(_CLOCKS)}, got {clock!r}")
        if eta is not None and not 0.0 < eta < np.inf:
            raise ValueError(f"eta must be positive and finite, got {eta}")
        values: dict[str, Any] = {
            "drift": Quadratic(0.0) if drift is None else drift,
            "alpha": _row("alpha", alpha, lambda x: (x > 0.0) & (x <= 2.0), "lie in (0, 2]"),
            "scale": scale if callable(scale) else _row("scale", scale, _not_negative, "be finite and not negative"),
            "eta": None if eta is None else float(eta),
            "schedule": as_schedule(schedule),
            "clock": clock,
            "mixing": _mixing(mixing),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        if isinstance(self.mixing, str) and self.alpha.size > 1:
            raise ValueError(f"alpha must be one number for isotropic noise, got {self.alpha.size}")
        if clock == "iteration" and self.schedule.start > 1.0:
            raise ValueError(f"schedule must start at 1 or before on the iteration clock, got {self.schedule.start}")

    @classmethod
    def from_sgn(
        cls, fit: Any, hessian: ArrayLike, eta: float, amplitude: "AmplitudeName" = "stable_scale", **options: Any
    ) -> "LevySDE":
        """Return the equation of gradient descent around a minimum, with the gradient noise of a fit.

        Parameters
        ----------
        fit : BatchFit
            Stable fits of the gradient noise, one a parameter; or anything with `alpha` and `scale`. The amplitudes
            "sqrt_var" and "row_sum_paper" need the samples that a fit holds as long as it was not loaded from a file.
        hessian : array_like, shape (N,) or (N, N)
            Second derivatives of the loss at the minimum.
        eta : float
            Learning rate.
        amplitude : {"stable_scale", "sqrt_var", "row_sum_paper"}
            The fitted scale; the standard deviation; or the absolute row sum of the noise's covariance, as equation
            (3) is printed, whose unit is that of a squared gradient, with a warning.
        **options
            `schedule`, `clock`, as above.

        Examples
        --------
        >>> import stablefit as sf
        >>> noise = sf.Stable([1.4, 1.8], scale=[0.1, 0.3]).rvs((2000, 2), rng=0)
        >>> sde = LevySDE.from_sgn(sf.fit(noise, "quantile", axis=0), hessian=[1.0, 4.0], eta=0.01)
        >>> sde.scale.round(2)
        array([0.1, 0.3])
        """
        from stablefit.sde.amplitudes import amplitude_of

        return cls(Quadratic(hessian), fit.alpha, amplitude_of(fit, amplitude), eta=eta, **options)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"LevySDE is immutable: cannot set {name!r}; make a new one instead")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, tuple(getattr(self, name) for name in _FIELDS)

    def __repr__(self) -> str:
        parts = [_shown(self.drift), *(f"{name}={_shown(getattr(self, name))}" for name in _FIELDS[1:])]
        return f"LevySDE({', '.join(part for part in parts if part != 'mixing=None')})"

    @property
    def eps(self) -> FloatArray:
        """eta**((alpha - 1)/alpha), the factor of the noise on the clock "sde"; 1 without eta."""
        return np.asarray((1.0 if self.eta is None else self.eta) ** ((self.alpha - 1.0) / self.alpha))


_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
"""Of an object in memory, which says nothing and is another in every process."""
_FIELDS = ("drift", "alpha", "scale", "eta", "schedule", "clock", "mixing")


def _rebuild(drift: Any, alpha: Any, scale: Any, *rest: Any) -> LevySDE:
    return LevySDE(drift, alpha, scale, **dict(zip(_FIELDS[3:], rest, strict=True)))


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return repr(value.tolist()) if value.size <= 16 else f"<{value.shape}>"
    return getattr(value, "__qualname__", None) or _ADDRESS.sub("", repr(value))


def _row(name: str, given: ArrayLike, valid: Callable[[FloatArray], Any], condition: str) -> FloatArray:
    raw = np.asarray(given)
    if raw.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be a number or a row of them, got {given!r}")
    values = np.array(raw, dtype=np.float64)
    if values.ndim > 1:
        raise ValueError(f"{name} must be a number or a row of them, got shape {values.shape}")
    wrong = np.atleast_1d(values)[~np.atleast_1d(valid(values))]
    if wrong.size:
        raise ValueError(f"{name} must {condition}, got {wrong[0]}")
    values.flags.writeable = False
    return values


def _not_negative(x: FloatArray) -> Any:
    return (x >= 0.0) & (x < np.inf)


def _mixing(given: Any) -> Any:
    if given is None or (isinstance(given, str) and given == "isotropic"):
        return given
    if isinstance(given, str):
        raise ValueError(f"mixing must be a matrix, 'isotropic' or None, got {given!r}")
    matrix = np.array(given, dtype=np.float64)
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise ValueError(f"mixing must be a matrix of finite numbers, got shape {matrix.shape}")
    matrix.flags.writeable = False
    return matrix

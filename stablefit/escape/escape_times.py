"""Fits of measured mean times of exit by three theories, each linear in its parameters in log tau."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.errors import DataError
from stablefit.escape.axes import Clock
from stablefit.escape.escape_fits import EscapeFit, EscapeFits

Theory = Literal["levy", "mori", "xie"]


def fit_escape_times(
    eta: ArrayLike,
    tau: ArrayLike,
    se: ArrayLike | None = None,
    batch_size: ArrayLike | None = None,
    theories: Sequence[Theory] = ("levy", "mori", "xie"),
    *,
    clock: Clock = "iteration",
    alpha: float | None = None,
    curvature: float | None = None,
    saddle_curvature: float | None = None,
    loss: float | None = None,
    barrier: float | None = None,
    split: float = 0.5,
) -> EscapeFits:
    r"""Fit mean times of exit against learning rate and batch size by three theories.

    In iterations, with two free parameters each:

    - "levy", stable noise: :math:`\log \tau = a - \alpha \log \eta + (\alpha - 1) \log B`
    - "mori", noise that grows with the loss: :math:`\log \tau = a + b B / \eta - \log \eta`, where b is
      :math:`\log(L_s / L_*) / h_*`
    - "xie", noise with the Hessian's covariance: the same form, where b is
      :math:`2 \Delta L (s / h_* + (1 - s) / |h_s|)`

    As long as b is free, the last two are the same curve, and no data of eta and B can tell them apart; the result says
    so. They part when curvature, loss and barrier have been measured, which gives b.

    Parameters
    ----------
    eta : array_like, shape (n,)
        Learning rates.
    tau : array_like, shape (n,)
        Mean times of exit, of runs that were not cut off.
    se : array_like, shape (n,), optional
        Their standard errors. Without them all logarithms are taken to have the same unknown error.
    batch_size : array_like, shape (n,) or (), optional
        Examples in a mini-batch, B; 1 by default, which leaves a constant batch size to the parameters.
    theories : sequence of str
        Which ones.
    clock : {"iteration", "sde"}
        What tau counts: iterations, or eta times iterations, where log eta is added to each form.
    alpha : float, optional
        Index of the noise, measured by itself, such as the smallest of the fitted parameters'. It fixes the slope of
        "levy", as the next ones fix those of the others.
    curvature, saddle_curvature : float, optional
        h* at the minimum, such as the Hessian's largest eigenvalue (`adapters.torch.top_curvature`), and the absolute
        value of that at the saddle, the same by default. With `barrier` they fix the slope of "xie".
    loss, barrier : float, optional
        L* at the minimum, and L_s - L*. With `curvature` they fix the slope of "mori".
    split : float, default 0.5
        Share of the way that belongs to the minimum in "xie", in (0, 1).

    Returns
    -------
    EscapeFits
        By AICc, the best first.

    Raises
    ------
    DataError
        If values are not positive and finite, there are too few, or they do not vary enough to fit a slope.
    ValueError
        If a theory is not known, shapes differ, or an argument lies outside its range.

    References
    ----------
    .. [1] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the Noise Model of Stochastic Gradient Descent", 2023,
       figure 3.

    Examples
    --------
    >>> import numpy as np, stablefit as sf
    >>> eta = np.array([0.01, 0.02, 0.04, 0.08, 0.16])
    >>> noise = np.array([1.01, 0.99, 1.02, 0.98, 1.0])
    >>> fits = sf.escape.fit_escape_times(eta, 3.0 * eta**-1.4 * noise, se=0.1 * eta**-1.4)
    >>> fits.best, round(fits["levy"].slope, 2), fits.same_curve
    ('levy', 1.4, [('mori', 'xie')])
    """
    data = _checked(eta, tau, se, batch_size)
    if clock not in get_args(Clock):
        raise ValueError(f"clock must be 'sde' or 'iteration', got {clock!r}")
    unknown = [name for name in theories if name not in get_args(Theory)]
    if unknown or not theories:
        raise ValueError(f"theories must be among 'levy', 'mori' and 'xie', got {list(theories)}")
    for name, value in (
        ("curvature", curvature),
        ("saddle_curvature", saddle_curvature),
        ("loss", loss),
        ("barrier", barrier),
    ):
        if value is not None and not 0.0 < value < np.inf:
            raise ValueError(f"{name} must be positive and finite, got {value}")
    if alpha is not None and not 0.0 < alpha <= 2.0:
        raise ValueError(f"alpha must lie in (0, 2], got {alpha}")
    if not 0.0 < split < 1.0:
        raise ValueError(f"split must lie in (0, 1), got {split}")
    known: dict[str, float | None] = {"levy": alpha, "mori": None, "xie": None}
    if curvature is not None and barrier is not None:
        saddle = curvature if saddle_curvature is None else saddle_curvature
        known["xie"] = 2.0 * barrier * (split / curvature + (1.0 - split) / saddle)
        known["mori"] = None if loss is None else float(np.log1p(barrier / loss)) / curvature
    if batch_size is None and any(known[name] is not None for name in theories if name != "levy"):
        raise ValueError("batch_size must be given where curvature and barrier are, for it is part of the slope")
    fits = [_fit(name, data, clock, known[name]) for name in theories]
    return EscapeFits(data.eta, data.batch_size, data.tau, data.se, sorted(fits, key=lambda fit: fit.aicc), clock)


@dataclass(frozen=True, eq=False)
class _Data:
    eta: FloatArray
    batch_size: FloatArray
    tau: FloatArray
    se: FloatArray | None


def _checked(eta: ArrayLike, tau: ArrayLike, se: ArrayLike | None, batch_size: ArrayLike | None) -> _Data:
    rate = np.asarray(eta, dtype=np.float64)
    n = rate.size
    if rate.ndim != 1:
        raise ValueError(f"eta must have one dimension, got shape {rate.shape}")
    given = {"eta": rate, "tau": tau, "batch_size": 1.0 if batch_size is None else batch_size}
    if se is not None:
        given["se"] = se
    arrays = {}
    for name, value in given.items():
        array = np.asarray(value, dtype=np.float64)
        if array.shape != (n,) and not (array.ndim == 0 and name == "batch_size"):
            raise ValueError(f"{name} must have eta's shape ({n},), got {array.shape}")
        bad = ~((array > 0.0) & (array < np.inf))
        if bad.any():
            raise DataError(f"{name} must be positive and finite, got {array[bad].ravel()[0]}; leave such runs out")
        arrays[name] = np.broadcast_to(array, (n,))
    least = 4 if se is not None else 5
    if n < least:
        raise DataError(f"tau must hold at least {least} values, got {n}")
    return _Data(arrays["eta"], arrays["batch_size"], arrays["tau"], arrays.get("se"))


def offset_and_slope(theory: str, eta: FloatArray, batch_size: FloatArray, clock: str) -> tuple[FloatArray, FloatArray]:
    """Return what is known of log tau, and what its slope is multiplied by."""
    log_eta = np.log(eta)
    time = log_eta if clock == "sde" else np.zeros_like(log_eta)
    if theory == "levy":
        log_size = np.log(batch_size)
        return time - log_size, log_size - log_eta
    return time - log_eta, batch_size / eta


def _fit(theory: str, data: _Data, clock: str, slope: float | None) -> EscapeFit:
    """Least squares of log tau, weighted by the standard errors where there are any."""
    offset, x = offset_and_slope(theory, data.eta, data.batch_size, clock)
    y, n = np.log(data.tau) - offset, data.eta.size
    sd = np.ones(n) if data.se is None else data.se / data.tau
    weights, k = 1.0 / sd**2, 1 if slope is not None else 2
    centre = np.average(x, weights=weights)
    spread = float(np.sum(weights * (x - centre) ** 2))
    if slope is None:
        if not spread > 1e-12 * float(np.sum(weights * x**2)):
            raise DataError(f"eta must take different values to fit a slope of {theory!r}, got {data.eta[0]} only")
        found, slope_error = float(np.sum(weights * (x - centre) * y)) / spread, spread**-0.5
    else:
        found, slope_error = slope, 0.0
    level = float(np.average(y - found * x, weights=weights))
    squares = float(np.sum(weights * (y - level - found * x) ** 2))
    level_error = float(np.sqrt(1.0 / np.sum(weights) + (slope_error * centre) ** 2))
    if data.se is None:  # one more parameter: the common error of the logarithms
        common = float(np.sqrt(squares / (n - k)))
        level_error, slope_error = level_error * common, slope_error * common
        log_likelihood = -0.5 * n * (np.log(2.0 * np.pi * max(squares / n, 1e-300)) + 1.0)
        k += 1
    else:
        log_likelihood = -0.5 * (squares + float(np.sum(np.log(2.0 * np.pi * sd**2))))
    aicc = -2.0 * log_likelihood + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0)
    pvalue = float("nan")
    if data.se is not None:
        from scipy.special import chdtrc

        pvalue = float(chdtrc(n - k, squares))
    return EscapeFit(
        theory=theory,
        level=level,
        level_se=level_error,
        slope=found,
        slope_se=slope_error,
        slope_known=slope is not None,
        chi2=squares,
        pvalue=pvalue,
        loglik=float(log_likelihood),
        aicc=float(aicc),
    )

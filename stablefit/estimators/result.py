"""The fit of one sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np

from stablefit._types import FloatArray, RandomState
from stablefit.errors import DataError
from stablefit.estimators import derived, intervals, labelled, messages, storage, summaries
from stablefit.estimators.fixed import PARAMETERS
from stablefit.estimators.on_host import OnHost
from stablefit.estimators.status import Status
from stablefit.laws.stable import Stable

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

    from stablefit.estimators.batch import BatchFit

IntervalMethod = Literal["wald", "profile", "bootstrap"]


def _counted(n: float) -> int | float:
    """Return a whole number as an integer."""
    return int(n) if float(n).is_integer() else float(n)


@dataclass(frozen=True, eq=False, repr=False)
class FitResult:
    """A stable law fitted to one sample; `stablefit.fit` returns it.

    Attributes
    ----------
    method : str
        Name of the estimator.
    alpha, beta, loc, scale : float
        Estimated or held; loc and scale in the samples' units.
    free : tuple of str
        Names of the parameters that were estimated, in the order alpha, beta, loc, scale.
    bse : dict of str to float
        Standard errors by name, 0 where a parameter was held. At alpha = 2 that of alpha is the length of its one-sided
        95 % interval over 1.96.
    cov : ndarray, shape (len(free), len(free))
        Covariance of the free parameters, in the order of `free`.
    nobs : int
        Number of values that were fitted; the sum of the weights, which may be a float, where there are any.
    loglik : float
        Log-likelihood at the estimates, for every method.
    status : Status
        OK, or what is wrong.
    samples : ndarray, shape (n,), or None
        The values that were fitted, not copied; None after loading a result that was saved without them.
    weights : ndarray, shape (n,), or None
        How often each of them counted; None where each counted once.

    rng : numpy.random.Generator, int or None
        What `fit` was given, for intervals that are simulated.

    See Also
    --------
    stablefit.BatchFit : The same for many samples.
    stablefit.load : Read what `save` wrote.

    Examples
    --------
    >>> import stablefit as sf
    >>> result = sf.fit(sf.Stable(1.7, scale=0.5).rvs(2000, rng=3), fixed={"loc": 0.0})
    >>> result.free, result.bse["loc"], result.status.name
    (('alpha', 'scale'), 0.0, 'OK')
    >>> low, high = result.conf_int()["alpha"]
    >>> print(f"alpha {result.alpha:.3f}, 95 % interval {low:.3f} to {high:.3f}")
    alpha 1.714, 95 % interval 1.648 to 1.779
    >>> print(f"P(X > 5) = {result.law.sf(5.0):.4f}")
    P(X > 5) = 0.0025
    """

    method: str
    alpha: float
    beta: float
    loc: float
    scale: float
    free: tuple[str, ...]
    bse: dict[str, float]
    cov: FloatArray
    nobs: int | float
    loglik: float
    status: Status
    samples: OnHost = OnHost()  # noqa: RUF009
    weights: FloatArray | None = field(default=None, kw_only=True)
    rng: RandomState = field(default=None, kw_only=True)

    DATA: ClassVar[tuple[str, ...]] = ("samples", "weights")
    """Fields that hold the data, the first of them None where there are none."""
    WAYS: ClassVar[intervals.Ways] = intervals.OF_SAMPLES
    """How its intervals look at the data."""

    @classmethod
    def of_row(cls, batch: "BatchFit", i: int) -> Self:
        """Return the fit of the i-th sample of a batch, counted through its shape."""
        found = batch.fits
        return cls(
            batch.method,
            float(found.alpha[i]),
            float(found.beta[i]),
            float(found.loc[i]),
            float(found.scale[i]),
            batch.free,
            batch.errors_of_row(i),
            batch.cov_of_row(i),
            _counted(batch.nobs_of_rows[i]),
            batch.loglik_of_row(i),
            Status(int(found.status[i])),
            rng=batch.rng,
            **({} if batch.data is None else batch.data.fields_of_row(i)),
        )

    @property
    def params(self) -> dict[str, float]:
        """Estimated and held parameters by name."""
        return {"alpha": self.alpha, "beta": self.beta, "loc": self.loc, "scale": self.scale}

    @property
    def fixed(self) -> dict[str, float]:
        """Parameters that were held, by name; beta is among them in a symmetric fit."""
        return {name: value for name, value in self.params.items() if name not in self.free}

    @cached_property
    def law(self) -> Stable:
        """The fitted law; DataError if the sample could not be fitted."""
        if not np.isfinite(self.scale):
            raise DataError(f"no law was fitted: {self.message}")
        return Stable(self.alpha, self.beta, self.loc, self.scale)

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 len(free) - 2 loglik."""
        return 2.0 * len(self.free) - 2.0 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz's criterion, log(nobs) len(free) - 2 loglik."""
        return float(np.log(self.nobs)) * len(self.free) - 2.0 * self.loglik if self.nobs else np.nan

    @property
    def converged(self) -> bool:
        """Whether the estimates are estimates."""
        return self.status.usable

    @property
    def at_boundary(self) -> bool:
        """Whether alpha or beta lies at an end of its range; that of alpha is 2 or the smallest that is tried."""
        return self.status is Status.BOUNDARY

    @property
    def message(self) -> str:
        """What became of the fit, in words."""
        return messages.of_fit(self)

    def conf_int(
        self,
        level: float = 0.95,
        method: IntervalMethod = "wald",
        *,
        n_boot: int = 999,
        rng: RandomState = None,
    ) -> dict[str, tuple[float, float]]:
        """Confidence intervals by name.

        Parameters
        ----------
        level : float, default 0.95
            Coverage, in (0, 1).
        method : {"wald", "profile", "bootstrap"}
            ``"wald"``: estimate and standard error; in a fit by maximum likelihood alpha within three standard errors
            of 2 gets the profile's interval instead, as Wald's covers too little there. ``"profile"``: where the
            likelihood, maximised over the others, has fallen by half the chi-square quantile; maximum likelihood only.
            ``"bootstrap"``: quantiles of refits to samples drawn from the fitted law.
        n_boot : int, default 999
            Number of refits.
        rng : numpy.random.Generator, int or None
            Source of the bootstrap's samples; that given to `fit` by default.

        Returns
        -------
        dict of str to (float, float)
            Lower and upper ends; equal where a parameter was held, nan where there is no fit.

        Raises
        ------
        ValueError
            If `level` or `method` is not one of those above; or if the profile is asked of another method than
            ``"mle"``, or of a result without its samples.
        """
        return intervals.of_fit(self, level, method, n_boot, self.rng if rng is None else rng)

    def derived(self, function: derived.LawFunction, level: float = 0.95) -> derived.Derived:
        """Value, standard error and interval of what a function makes of the fitted law, by the delta method.

        Parameters
        ----------
        function : callable
            Of a `Stable`: of its methods, as in ``lambda law: law.ppf(0.01)``, or of its parameters, as in
            ``lambda law: law.alpha * law.scale``. It returns a number or an array, and should be smooth.
        level : float, default 0.95
            Coverage, in (0, 1).

        Returns
        -------
        Derived
            ``value``, ``bse`` and ``interval``, the value plus and minus normal quantiles of the standard error, which
            is the root of g' `cov` g, g the numerical gradient in the free parameters. All nan where there is no fit.

        Warns
        -----
        StablefitWarning
            If alpha lies at the end of its range and the function depends on it: standard error and interval are nan.

        Notes
        -----
        The delta method takes the function to be linear within some standard errors of the estimate, and estimates to
        be normal. A tail probability that is known to a factor only should be asked for as its logarithm, and its
        interval exponentiated. Where alpha is within some standard errors of 2 intervals cover less than they promise.

        Examples
        --------
        >>> import stablefit as sf
        >>> result = sf.fit(sf.Stable(1.7).rvs(2000, rng=3))
        >>> worst = result.derived(lambda law: law.ppf(0.01))
        >>> f"{worst.value:.2f} ± {worst.bse:.2f}, true value {sf.Stable(1.7).ppf(0.01):.2f}"
        '-4.89 ± 0.30, true value -5.15'
        """
        return derived.of_fit(self, function, level)

    def summary(self) -> str:
        """Return a table of the fit as text."""
        return summaries.of_fit(self)

    def plot(self, kind: Literal["hist", "qq", "pp", "cdf", "tail"] = "hist", ax: "Axes | None" = None) -> "Axes":
        """Draw the samples and the fitted law. Needs the extra `plot`.

        Parameters
        ----------
        kind : {"hist", "qq", "pp", "cdf", "tail"}
            ``"hist"``: density histogram, the fitted density and the normal one. ``"cdf"``: the same for probabilities.
            ``"tail"``: P(abs(X - loc) > t), both axes logarithmic; a stable tail is a straight line of slope -alpha.
            ``"qq"``: samples against quantiles of the law, with a band that holds each of them with probability 0.95 if
            the law is right. ``"pp"``: probabilities against probabilities.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default. Nothing is shown.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError
            If `kind` is none of these, or the result was loaded without its samples.
        """
        axes: Axes = import_module("stablefit.plotting.fits").plot_fit(self, self.kept_samples(), kind, ax)
        return axes

    def report(self, path: str | Path, **options: Any) -> None:
        """Write estimates, pictures, tests and rivals as one HTML file. Needs the extra `report`.

        Parameters
        ----------
        path : path
            A file, replaced if it is there. It needs no network and no other file.
        **options
            ``title``, which stands over the report; ``laws``, those to compare, see `stablefit.gof.compare`;
            ``n_boot=199``, simulated samples behind the p-values; ``rng=0``, their source.

        Raises
        ------
        ValueError
            If the result was loaded without its samples, or a law is not known.
        """
        import_module("stablefit.report.fit").write_fit(self, path, **options)

    def gof(self, **options: Any) -> Any:
        """Test the fit: `stablefit.gof.test` of the samples and this result, with its options.

        Examples
        --------
        >>> import stablefit as sf
        >>> sf.fit(sf.Stable(1.5).rvs(500, rng=0)).gof(statistic="ecf", n_boot=99, rng=0).pvalue
        0.85
        """
        return import_module("stablefit.gof").test(self.kept_samples(), self, **options)

    def kept_samples(self) -> FloatArray:
        """Return the samples, each as often as its weight says.

        Raises
        ------
        ValueError
            If the result was loaded without them, or weights are not whole numbers.
        """
        if self.samples is None:
            raise ValueError("the result must hold its samples, got none; save it with samples=True")
        if self.weights is None:
            return self.samples
        whole = np.round(self.weights)
        if (whole != self.weights).any():
            odd = self.weights[whole != self.weights][0]
            raise ValueError(f"weights must be whole numbers to repeat the samples by, got {odd}")
        return np.repeat(self.samples, whole.astype(np.int64))

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the samples as plain numbers, strings, lists and dicts."""
        return {
            "method": self.method,
            "params": self.params,
            "param": "S0",
            "bse": self.bse,
            "free": list(self.free),
            "cov": self.cov.tolist(),
            "nobs": self.nobs,
            "loglik": self.loglik,
            "aic": self.aic,
            "bic": self.bic,
            "converged": self.converged,
            "at_boundary": self.at_boundary,
            "status": self.status.name,
            "message": self.message,
        }

    def to_xarray(self, *, level: float | None = 0.95) -> "xr.Dataset":
        """Return an xarray Dataset with everything but the samples, single numbers; see `BatchFit.to_xarray`."""
        return labelled.dataset(self, (), level)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], **data: FloatArray | None) -> Self:
        """Return the result that `to_dict` described, with the data of the fields in `DATA`.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is no such description.
        """
        free, params = tuple(name for name in PARAMETERS if name in content["free"]), content["params"]
        if list(free) != content["free"] or not isinstance(content["method"], str):
            raise ValueError(f"free must be parameters in their order, got {content['free']!r}")
        alpha, beta, loc, scale = (float(params[name]) for name in PARAMETERS)
        cov = np.asarray(content["cov"], dtype=np.float64).reshape(len(free), len(free))
        status = Status[content["status"]]
        return cls(
            method=content["method"],
            alpha=alpha,
            beta=beta,
            loc=loc,
            scale=scale,
            free=free,
            bse={name: float(content["bse"][name]) for name in PARAMETERS},
            cov=cov,
            nobs=_counted(content["nobs"]),
            loglik=float(content["loglik"]),
            status=status,
            rng=None,
            **data,
        )

    def save(self, path: str | Path, *, samples: bool = True) -> None:
        """Write the result as JSON; `stablefit.load` reads it.

        Parameters
        ----------
        path : path
            A file, replaced if it is there.
        samples : bool, default True
            Write the samples too, so that plots, profiles and tests work after loading.
        """
        storage.save_fit(self, path, samples)

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={value:.6g}" for name, value in self.params.items())
        inner += f", param='S0', method={self.method!r}, nobs={self.nobs}, status={self.status.name}"
        return f"{type(self).__name__}({inner})"

    def _repr_html_(self) -> str:
        return summaries.html_of_fit(self)

"""How much of the kernels a tour of the public functions runs, without the compiler: ``make coverage``.

With the compiler on, coverage cannot see inside a kernel; without it kernels are plain Python and slow. The tour is
therefore one of few values: every function of a law, every estimator, measure, test and solver, at parameters from
every region that the kernels tell apart. What the numbers should be is for the tests.
"""

import os
import sys

os.environ["NUMBA_DISABLE_JIT"] = "1"

import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coverage
import numpy as np

ROOT = Path(__file__).parents[1]
LEAST = 95.0
"""Per cent of the kernels' lines."""

Q = np.array([1e-310, 1e-30, 1e-7, 1e-3, 0.2, 0.4999999, 0.5, 0.7, 0.999, 1.0])
X = np.array([-np.inf, -1e300, -1e9, -300.0, -20.0, -4.0, -1.0, -1e-9, 0.0, 0.3, 2.0, 7.0, 60.0, 1e5, np.inf, np.nan])


def as_compiled(function: Callable[..., float]) -> Callable[..., float]:
    """Return a function of `math` that gives inf, -inf or nan where Python raises, as it does in compiled code."""

    def quiet(*arguments: float) -> float:
        try:
            return function(*arguments)
        except OverflowError:
            return math.inf
        except ValueError:
            pole = -1.0 if function.__name__ == "log1p" else 0.0
            return -math.inf if function.__name__.startswith("log") and arguments[0] == pole else math.nan

    return quiet


for _name in ("cosh", "exp", "expm1", "gamma", "lgamma", "log", "log1p", "pow", "sinh", "tan"):
    setattr(math, _name, as_compiled(getattr(math, _name)))


def see(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Call a function; say on stderr where plain Python raises and compiled code would go on."""
    try:
        return function(*arguments, **options)
    except (ArithmeticError, ValueError) as error:  # int(nan), 1 / 0, or a solver that the problem does not suit
        print(f"{getattr(function, '__qualname__', function)}: {error!r}", file=sys.stderr)
        return None


class Compiled:
    """A function of a user that takes the way of those numba compiled, but runs as plain Python as the kernels do."""

    __module__ = "numba.disabled"  # by which `stablefit.sde` knows them

    def __init__(self, py_func: Callable[..., Any]) -> None:
        self.py_func = py_func

    def __call__(self, t: Any, x: Any) -> Any:
        """Return what the function gives at time t and places x."""
        return self.py_func(t, x)


def symmetric_laws() -> None:
    """Single points, many points at one alpha, one law for each point; every function."""
    import stablefit as sf

    many = np.concatenate([np.linspace(-60, 60, 300), X])
    for alpha in (0.05, 0.15, 0.35, 0.7, 0.98, 1.0, 1.3, 1.7, 1.93, 1.9999, 2.0):
        law = sf.Stable(alpha, loc=0.1, scale=0.8)
        for x in (X, many):
            for name in ("logpdf_grad", "pdf", "logpdf", "cdf", "sf", "logcdf", "logsf", "dlogpdf"):
                see(getattr(law, name), x)
        for q in (Q, np.linspace(0.001, 0.999, 250)):
            see(law.ppf, q)
        see(law.isf, Q)
        see(law.rvs, 40, rng=0)
        see(law.score, X[3:14])
        see(law.moment, 0.3 * alpha)
    laws = sf.Stable(np.linspace(0.1, 2.0, 30))
    see(laws.logpdf_grad, 1.0)
    see(laws.cdf, np.linspace(-3, 3, 30))
    see(laws.ppf, 0.9)
    see(laws.rvs, (3, 30), rng=1)


def skewed_laws() -> None:
    """Zolotarev's integral in each of its regions, tables of a law, derivatives."""
    import stablefit as sf

    for alpha, beta in ((0.15, 0.9), (0.5, 1.0), (0.8, -0.5), (1.0, 0.5), (1.0 + 1e-9, -0.7), (1.2, 1.0), (1.9, -1.0)):
        for param in ("S0", "S1"):
            law = sf.Stable(alpha, beta, 0.2, 1.5, param=param)
            for name in ("logpdf", "cdf", "logsf"):
                see(getattr(law, name), X)
        see(law.ppf, Q[::3])
        see(law.score, np.array([-3.0, 0.4, 9.0]))
        see(law.rvs, 30, rng=2)
        see(law.moment, 0.4 * alpha)
    law = sf.Stable(1.4, 0.6)
    see(law.logpdf, np.linspace(-9, 9, 250))
    see(law.cdf, np.linspace(-90, 90, 250))
    see(law.ppf, np.linspace(0.01, 0.99, 220))
    see(sf.Stable(1.0 + 1e-7, 1e-5).logpdf, X)
    for alpha, beta in ((1.4, 0.6), (0.7, -0.9), (1.0, 0.3), (1.6, 1.0)):
        see(sf.Stable(alpha, beta).score, np.linspace(-9, 9, 220))
        see(sf.Stable(alpha, beta, param="S1").score, X[3:14])
    for alpha, beta in ((1.5, 1.0), (0.7, -1.0), (1.3, 0.8)):
        law = sf.Stable(alpha, beta)
        for name in ("logpdf", "cdf", "logcdf"):
            see(getattr(law, name), np.concatenate([np.linspace(-40, 40, 210), X]))
        see(law.ppf, np.concatenate([np.geomspace(1e-12, 0.999, 210), Q, [1e-200, np.nan]]))


def fits() -> None:
    """Every estimator, held parameters, weights, intervals, batches and what cannot be fitted."""
    import stablefit as sf

    x = sf.Stable(1.6, scale=0.3).rvs(70, rng=3)
    nasty = np.stack([x[:24], np.zeros(24), np.ones(24), np.round(x[:24]), 1e8 * x[:24] ** 3, np.full(24, np.nan)])
    batch = {"axis": 1, "nan_policy": "propagate"}
    for method in ("mle", "ecf", "quantile", "logmoment", "mohammadi"):
        see(sf.fit, x, method)
        see(sf.fit, nasty, method, **batch)
        for held in ({"loc": 0.0}, {"scale": 0.3}, {"alpha": 1.5}):
            see(sf.fit, x, method, fixed=held)
    for method in ("mle", "ecf", "quantile"):
        see(sf.fit, x, method, symmetric=False)
        see(sf.fit, x, method, weights=np.arange(1, 71))
        see(sf.fit, nasty, method, symmetric=False, **batch)
    for fit in (sf.fit(x), sf.fit(x, symmetric=False), sf.fit(x, fixed={"alpha": 1.5})):
        see(fit.conf_int, method="profile")
    see(sf.fit(np.random.default_rng(0).normal(size=60)).conf_int)
    for alpha, beta in ((1.5, 1.0), (0.8, -0.9), (1.95, 0.5)):
        skewed = sf.Stable(alpha, beta).rvs(50, rng=6)
        for method in ("mle", "ecf", "quantile"):
            see(sf.fit, skewed, method, symmetric=False)
            for held in ({"alpha": alpha}, {"beta": beta}, {"loc": 0.0, "scale": 1.0}):
                see(sf.fit, skewed, method, symmetric=False, fixed=held)
        see(sf.fit(skewed, symmetric=False).conf_int, method="profile")
    counts, edges = np.histogram(x, bins=12, range=(-1, 1))
    see(sf.fit_binned(counts, edges).conf_int, method="profile")
    see(sf.fit_binned, [1, 3, 9, 17, 12, 8, 6, 2, 1], [-np.inf, -4, -2, -1, 0, 0.1, 1, 2, 5, np.inf])
    for dtype in (np.float32, np.float64):
        sketch = sf.Sketch(6, dtype=dtype)
        for row in sf.Stable(np.linspace(1.2, 2.0, 6)).rvs((60, 6), rng=4):
            sketch.add(row)
        sketch.fit()


def goodness_of_fit() -> None:
    """Measures, tests and rivals."""
    import stablefit as sf

    x = sf.Stable(1.6).rvs(64, rng=5)
    fit = sf.fit(x, "ecf")
    for statistic in ("ad", "ks", "cvm", "ecf"):
        see(sf.gof.test, x, fit, statistic=statistic, n_boot=2, rng=0)
    see(sf.gof.compare, x, ("normal", "stable", "t", "laplace", "nig", "gennorm"), folds=None)
    for sample in (x, np.random.default_rng(1).laplace(size=64), np.random.default_rng(2).uniform(size=64)):
        compared = see(sf.gof.compare, sample, ("t", "nig", "gennorm"), folds=None)
        for law in compared.laws.values() if compared is not None else ():
            for name, points in (("pdf", X), ("cdf", X), ("sf", X), ("ppf", Q[1:-1])):
                see(getattr(law, name), points)
    see(sf.gof.compare_batch, x.reshape(16, 4), axis=0)
    see(sf.gof.test_independence, x, n_perm=9)
    see(sf.gof.test_gaussian, x)


def processes() -> None:
    """Increments, every solver, exits."""
    import stablefit as sf

    sf.sde.levy_increments(1.5, 0.1, 0.01, (5, 2), 0)
    hessian = np.array([[1.0, 0.2], [0.2, 2.0]])
    for drift in (sf.sde.Quadratic(np.array([1.0, 2.0])), sf.sde.Quadratic(hessian), lambda t, x: -x):
        problem = sf.sde.LevySDE(drift, np.array([1.3, 1.8]), 0.1, eta=0.05)
        for method in ("euler", "ou", "jump"):
            try:
                sf.sde.simulate(problem, np.zeros(2), 0.2, 0.05, n_paths=2, method=method, rng=0)
                sf.sde.first_exit(
                    problem, sf.sde.Box(-0.3, 0.3), np.zeros(2), t_max=1.0, dt=0.05, n_paths=3, method=method, rng=0
                )
            except ValueError as error:  # a solver that this drift does not suit
                print(f"{method}: {error}", file=sys.stderr)


def isotropic_processes() -> None:
    """One jump in all directions at once, and noise whose size depends on the place."""
    import stablefit as sf

    drift = sf.sde.Quadratic(np.array([1.0, 2.0]))
    problems = [sf.sde.LevySDE(drift, 1.5, 0.1, eta=0.05, mixing="isotropic")]
    problems.append(sf.sde.LevySDE(lambda t, x: -x, np.array([1.4, 2.0]), lambda t, x: 0.1 + 0.0 * x))
    problems.append(sf.sde.LevySDE(lambda t, x: -x, np.array([1.4, 1.8]), 0.1, mixing=np.eye(2)))
    for problem in problems:
        for method in ("euler", "jump", "ou"):
            try:
                see(sf.sde.simulate, problem, np.zeros(2), 0.2, 0.05, n_paths=2, method=method, rng=0)
                ball = sf.sde.Ball(0.3)
                see(sf.sde.first_exit, problem, ball, np.zeros(2), t_max=1.0, dt=0.05, n_paths=3, method=method, rng=0)
            except ValueError as error:
                print(f"{method}: {error}", file=sys.stderr)


def arrays_of_laws() -> None:
    """A law for each point, runs of one law among them, in the centre, on the flank and far out."""
    import stablefit as sf

    alpha = np.repeat([0.12, 0.6, 1.4, 1.95, 2.0], len(X))
    laws = sf.Stable(alpha)
    flanks = np.concatenate([X[::2], [-5.5, -4.5, 4.8, 5.2, 6.0, 9.0, 1e-12, 1e-40]])
    several = sf.Stable(np.array([0.12, 0.3, 1.4, 1.95, 1.97, 1.99, 1.9999, 2.0])[:, None])
    for name in ("logpdf_grad", "cdf", "logsf"):
        see(getattr(several, name), flanks)
        see(getattr(laws, name), np.tile(X, 5))
    runs = sf.Stable(np.repeat([1.3, 0.7], 260))
    for name in ("cdf", "logcdf"):
        see(getattr(runs, name), np.linspace(-5, 5, 520))
    see(runs.ppf, np.linspace(0.01, 0.99, 520))
    see(laws.ppf, 0.3)


def ends_of_skewed_laws() -> None:
    """Light tails and edges of supports, far out and at infinity; tables of a law asked beyond their ends."""
    import stablefit as sf

    for alpha, beta in ((1.5, 1.0), (0.6, -1.0), (1.0, 1.0), (1.0 + 1e-7, 0.5), (0.9, 0.2), (1.9, 0.4)):
        see(sf.Stable(alpha, beta).score, np.concatenate([X, [-1e40, 1e40, -1e200]]))
    see(sf.Stable(0.1, 0.5).ppf, Q)


def compiled_functions() -> None:
    """Drifts and amplitudes that a user compiled; what is not defined, and what explodes."""
    import stablefit as sf

    drift, amplitude = Compiled(lambda t, x: -x), Compiled(lambda t, x: 0.1 + 0.0 * x)
    undefined, repelled = Compiled(lambda t, x: x / (np.abs(x) < 0.01)), Compiled(lambda t, x: 1e30 * x**3 - np.sinh(x))
    cases: list[tuple[Any, Any, Any]] = [(drift, 0.1, None), (drift, amplitude, None), (drift, amplitude, np.eye(2))]
    cases += [(undefined, 0.1, None), (repelled, 10.0, None), (lambda t, x: np.nan * x, 0.1, None)]
    for force, scale, mixing in cases:
        problem = sf.sde.LevySDE(force, np.array([1.4, 1.8]), scale, eta=0.05, mixing=mixing)
        for method in ("euler", "jump"):
            see(sf.sde.simulate, problem, np.zeros(2), 0.3, 0.05, n_paths=2, method=method, rng=0)
            ball = sf.sde.Ball(0.05)
            see(sf.sde.first_exit, problem, ball, np.zeros(2), t_max=1.0, dt=0.05, n_paths=3, method=method, rng=0)


def odd_samples() -> None:
    """Samples with ties, clusters and far values, held parameters at their ends, few bins and many."""
    import stablefit as sf

    x = sf.Stable(1.2, 0.4).rvs(70, rng=8)
    see(sf.fit, x, "ecf", symmetric=False, fixed={"alpha": 0.2})
    for alpha in (1.0, 1.0 + 1e-6):
        see(sf.fit, x, "ecf", symmetric=False, fixed={"alpha": alpha})
    for method in ("ecf", "quantile"):
        for symmetric in (False, True):
            see(sf.fit, x, method, symmetric=symmetric, weights=np.linspace(0.3, 1.7, 70))
            see(sf.fit, x, method, symmetric=symmetric, fixed={"alpha": 0.2})
            see(sf.fit, x, method, symmetric=symmetric, fixed={"alpha": 2.0})
    clusters = np.concatenate([np.linspace(0, 1e-3, 12), 1 + np.linspace(0, 1e-3, 12)])
    far = np.concatenate([x[:18], 1e12 * np.arange(1, 7)])
    spread = np.exp(9 * np.random.default_rng(0).normal(size=24))
    tied = np.concatenate([np.zeros(13), x[:11]])
    steady = np.random.default_rng(3).normal(size=24)
    rows = np.stack([clusters, far, spread, tied, steady, 1e9 + x[:24], 1e300 * x[:24], np.linspace(0, 1, 24)])
    for method in ("mle", "ecf", "quantile"):
        see(sf.fit, rows, method, axis=1)
        see(sf.fit, rows, method, axis=1, fixed={"loc": 0.0})
    for method in ("ecf", "quantile"):
        see(sf.fit, rows, method, axis=1, symmetric=False)
        see(sf.fit, rows, method, axis=1, symmetric=False, fixed={"loc": 0.0})
    see(sf.fit, x[:7], nan_policy="propagate")
    see(sf.fit, np.where(np.arange(24) < 20, np.nan, rows), "ecf", axis=1, nan_policy="omit")
    heavy = sf.Stable(1.1).rvs(900, rng=3)
    counts, edges = np.histogram(heavy, bins=np.array([-1e6, -1e3, -60, -20, -5, -2, 0, 2, 5, 20, 60, 1e3, 1e6]))
    see(sf.fit_binned, counts, edges)
    counts, edges = np.histogram(np.random.default_rng(5).normal(size=40), bins=9, range=(-4, 4))
    see(sf.fit_binned, counts, edges)
    see(sf.fit_binned, [0, 0, 3, 9, 3, 0, 0], [-90, -60, -3, -1, 1, 3, 60, 90], fixed={"alpha": 2.0})
    sketch = sf.Sketch(3)
    for row in np.stack([x, np.where(np.arange(70) == 40, np.nan, x), np.arange(70) % 2], axis=1):
        sketch.add(row)
    see(sketch.fit)


def measures() -> None:
    """Histograms, Pearson's test, and histograms of streams."""
    import stablefit as sf

    law = sf.Stable(1.6)
    x = np.concatenate([law.rvs(40, rng=9), np.linspace(-1, 1, 31)])
    for kind in ("density", "pearson"):
        see(sf.gof.chi2, x, law, bins=[-2, -1, 0, 0.5, 1, 2], kind=kind)
        see(sf.gof.chi2, x, law, bins=30, range=(-1, 1), kind=kind)
        see(sf.gof.chi2, x, sf.Stable(0.5, 1.0, loc=30.0), bins=9, range=(-1, 1), kind=kind)
    see(sf.gof.sse, np.arange(60) * 0.1, law, bins=59, range=(0.0, 5.9))
    see(sf.gof.sse, np.arange(60) * 0.7 - 0.3, law, bins=47, range=(-0.3, 33.2))
    see(sf.gof.chi2, x, law, bins=9, kind="pearson", min_expected=1e3)
    see(sf.gof.chi2, x, sf.Stable(0.5, 1.0, loc=30.0), bins=[-2, -1, 0, 1], kind="pearson", min_expected=0.0)
    sketch = sf.Sketch(3, histogram=True)
    for row in sf.Stable(np.array([1.2, 1.6, 2.0])).rvs((50, 3), rng=4):
        sketch.add(row)
    see(sf.gof.measure_sketch, sketch)


TOUR: tuple[Callable[[], None], ...] = (
    symmetric_laws,
    skewed_laws,
    fits,
    goodness_of_fit,
    processes,
    isotropic_processes,
    arrays_of_laws,
    ends_of_skewed_laws,
    compiled_functions,
    odd_samples,
    measures,
)


def main() -> None:
    """Take the tour, print the share of each kernel file that ran, and fail below `LEAST`."""
    cover = coverage.Coverage(source=["stablefit._kernels"], data_file=None)
    cover.start()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for stage in TOUR:
            see(stage)
            print(f"{stage.__name__} done", file=sys.stderr)
    cover.stop()
    total = cover.report(show_missing=True, skip_covered=True, file=sys.stdout)
    print(f"\n{total:.1f} % of the kernels' lines")
    sys.exit(total < LEAST)


if __name__ == "__main__":
    main()

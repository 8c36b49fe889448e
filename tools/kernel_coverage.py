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
        see(sf.Stable(alpha, beta).logcdf, np.linspace(-40, 40, 210))
        see(sf.Stable(alpha, beta).ppf, np.geomspace(1e-12, 0.999, 210))


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


TOUR: tuple[Callable[[], None], ...] = (
    symmetric_laws,
    skewed_laws,
    fits,
    goodness_of_fit,
    processes,
    isotropic_processes,
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

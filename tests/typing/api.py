"""The public names as users call them, checked by mypy --strict and never run."""

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

import stablefit as sf
from stablefit.testing import batches, nasty_samples, stable_laws

rng = np.random.default_rng(0)

law = sf.Stable(1.5, loc=0.0, scale=2.0)
samples = law.rvs(1000, rng=rng)
density = law.pdf([0.0, 1.0])
tail = law.sf(samples)
quantile = law.ppf(0.99)

result = sf.fit(samples)
error: float = result.bse["alpha"]
text: str = result.summary()
intervals = result.conf_int(level=0.9)
content: dict[str, Any] = result.to_dict()
result.save(Path("fit.json"))
again = sf.load("fit.json")

batch = sf.fit(samples.reshape(100, 10), "ecf", axis=0)

binned = sf.fit_binned([3, 9, 30, 20, 9, 4], range(7))
binned_error: float = binned.bse["alpha"]
sf.fit_binned(np.ones((20, 3)), np.arange(21.0), axis=0).alpha.mean()

held = sf.fit(samples, fixed={"loc": 0.0}, nan_policy="omit")

worst: float = sf.gof.sse(samples, law)
status: sf.Status = sf.Status.OK

try:
    sf.fit([])
except sf.DataError as wrong:
    message: str = str(wrong)

pvalue: float = sf.gof.test(samples, result, statistic="ecf", n_boot=99, rng=0).pvalue
compared = sf.gof.compare(samples, ("normal", "stable", "nig"), folds=10)
best: str = compared.best
score: float = compared["nig"]["cv"]
compared.plot("hill").set_title(best)

law_of_exit = sf.escape.ExitLaw([1.3, 1.7], 0.1, -1.0, [1.0, 2.0], eta=0.01, schedule=sf.sde.Power(0.6))
mean_time: float = law_of_exit.mean()
shares = law_of_exit.exit_probabilities().sum(axis=1)
fitted_exit = sf.escape.ExitLaw.from_sgn(batch, -1.0, 1.0, 0.01, clock="sde").survival([1.0, 2.0])
holds: bool = sf.escape.check_assumptions(law_of_exit, [1.0, 2.0]).hold
theory: str = sf.escape.fit_escape_times([0.1, 0.2, 0.3, 0.4, 0.5], [50.0, 20.0, 12.0, 9.0, 7.0]).best
bound: float = sf.escape.printed.theorem_4_1(1.5, 0.1, -1.0, 1.0, gamma=0.6, rho=0.4, eta=0.01)
noise_factor = sf.escape.decomposition.eps(0.01, 1.5)

data_of_fits = batch.to_xarray(["layer"], level=0.9).alpha.sel(layer=3)
one_fit = result.to_xarray(level=None).attrs["method"]

nasty = nasty_samples(["tied", "with nan"], min_size=8).map(np.median)
laws = stable_laws(alpha=1.5, beta=st.floats(-1.0, 1.0), param="S1")
several = batches(laws, kinds=(), max_samples=4, axis=1)

from_scipy = sf.Stable.from_scipy(1.5, 0.5, 0.0, 2.0).to("S0")
numbers = from_scipy.to_scipy()
log_density, slope, in_alpha = law.logpdf_grad([0.0, 1.0])
curve = law.cf(0.5) * law.dlogpdf(1.0)
gradients = law.score([0.0, 1.0]).sum(axis=-1)
information = law.fisher_information()[2, 2]
moment, constant, far = law.moment(0.5), law.levy_constant, law.levy_tail(100.0)
logs = law.logcdf(0.0) + law.logsf(0.0) + law.isf(0.01)

flags: tuple[bool, bool] = (result.converged, result.at_boundary)
criteria: float = result.aic + result.bic + result.loglik + result.cov[0, 0]
low, high = result.conf_int(method="profile")["alpha"]
risk: float = result.derived(lambda found: found.ppf(0.01)).bse
result.plot("tail").set_title(result.message)
result.report("fit.html", n_boot=99)
first = batch[0]
statuses = [sf.Status(code).name for code in batch.status.tolist()]
table_of_fits = batch.to_frame()["alpha"].median()
ends = batch.conf_int()["alpha"][..., 0]

sketch = sf.Sketch(3)
sketch.add([0.1, 0.2, 0.3])
smallest = sketch.fit().alpha.min()

gaussian: float = sf.gof.test_gaussian(samples).pvalue
drift: float = sf.gof.aggregation_test(samples).slope
equal: float = sf.gof.test_equal_alpha(batch).pvalue
independent: float = sf.gof.test_independence(samples).pvalue
many = sf.gof.compare_batch(samples.reshape(100, 10), axis=0, laws=("normal", "stable"))
row = many.pair("sse", "stable").median_ratio
methods = sf.gof.compare_methods(samples).verdict
chi: float | sf.gof.PearsonChi2 = sf.gof.chi2(samples, law, kind="pearson")

steps = sf.sde.levy_increments(1.5, 0.1, 0.01, (100, 2), rng)
problem = sf.sde.LevySDE(lambda t, x: -x, [1.3, 1.7], 0.1, eta=0.01, schedule=sf.sde.MultiStep([10.0], [0.1]))
paths = sf.sde.simulate(problem, [0.0, 0.0], 1.0, 0.01, n_paths=3, rng=0)
ends_of_paths = paths.x[..., -1, :]
left = sf.sde.first_exit(problem, sf.sde.Box(-1.0, 1.0), [0.0, 0.0], t_max=10.0, dt=0.01, n_paths=9, rng=0)
share = left.survival([1.0]), left.exit_probabilities(), left.mean()

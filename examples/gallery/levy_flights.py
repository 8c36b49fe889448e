"""
Levy flights
============

Steps with heavy tails make paths that are nothing like Brownian motion: clusters of small steps, joined by leaps as
long as the whole path so far. Foraging animals, tracer particles in turbulence and the spread of bank notes have been
described by them.
"""

# %%
# Paths in the plane
# ------------------
# Steps whose coordinates are independent symmetric stable variates. With alpha = 2 this is a Gaussian random walk;
# below 2 the long leaps go along an axis, for rarely are both coordinates large at once. The scale of a sum of n steps
# is :math:`n^{1/\alpha}` times that of one.

import matplotlib.pyplot as plt
import numpy as np

import stablefit as sf

figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
for ax, alpha in zip(axes, (2.0, 1.7, 1.3), strict=True):
    steps = sf.Stable(alpha).rvs((2000, 2), rng=7)
    path = steps.cumsum(axis=0)
    ax.plot(*path.T, lw=0.7, color="#0072B2")
    ax.set(title=rf"$\alpha$ = {alpha:g}", aspect="equal", xticks=[], yticks=[])
    ax.set_adjustable("datalim")

# %%
# How fast they spread
# --------------------
# The width of many paths, by the interquartile range, grows like :math:`n^{1/\alpha}`: for alpha < 2 faster than the
# square root of time, which physicists call superdiffusion. The standard deviation would not do: that of the steps is
# infinite.

n = 2 ** np.arange(11)
figure, ax = plt.subplots(layout="constrained")
for alpha, colour in ((2.0, "#D55E00"), (1.7, "#009E73"), (1.3, "#0072B2")):
    walks = sf.Stable(alpha).rvs((4000, n[-1]), rng=1).cumsum(axis=1)[:, n - 1]
    low, high = np.quantile(walks, (0.25, 0.75), axis=0)
    slope = np.polyfit(np.log(n), np.log(high - low), 1)[0]
    print(f"alpha {alpha:.1f}: width grows like n^{slope:.3f}, in theory n^{1 / alpha:.3f}")
    ax.loglog(n, high - low, "o", color=colour, label=rf"$\alpha$ = {alpha:g}")
    ax.loglog(n, (high - low)[0] * n ** (1 / alpha), color=colour, lw=1)
ax.set(xlabel="steps", ylabel="interquartile range of the place")
ax.legend(frameon=False)

# %%
# Is a measured path a Levy flight?
# ---------------------------------
# Fit the steps, then ask the question that tells a stable law from one that only has heavy tails: sums of its steps
# have the same alpha. Student's t with 2.5 degrees of freedom looks much like a stable law, and its sums drift to
# alpha = 2.

flight = sf.Stable(1.6).rvs(20_000, rng=2)
student = np.random.default_rng(3).standard_t(2.5, 20_000)
for name, sample in (("stable", flight), ("Student's t", student)):
    result = sf.gof.aggregation_test(sample, rng=0)
    print(f"{name}: alpha of sums of {result.blocks} steps {np.round(result.alpha, 2)}, p = {result.pvalue:.3f}")

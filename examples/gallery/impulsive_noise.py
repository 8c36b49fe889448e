"""
Filtering impulsive noise
=========================

A slow signal in noise with spikes. A running mean spreads every spike over its window, and a running median leaves
a part of the information unused. With the law of the noise at hand one step of scoring does better than both.
"""

# %%
# A record
# --------

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import stablefit as sf

t = np.linspace(0.0, 1.0, 4000)
signal = np.sin(2 * np.pi * 3 * t) * np.exp(-t)
record = signal + sf.Stable(1.3, scale=0.3).rvs(t.size, rng=0)

# %%
# The noise is fitted where it is alone: to differences of neighbours the signal contributes next to nothing, and a
# difference of two independent symmetric stable values has their alpha and :math:`2^{1/\alpha}` times their scale.

differences = record[1::2] - record[:-1:2]
fit = sf.fit(differences, fixed={"loc": 0.0})
alpha, scale = fit.alpha, fit.scale / 2 ** (1 / fit.alpha)
print(f"alpha {alpha:.3f} ± {fit.bse['alpha']:.3f}, scale {scale:.3f}; in truth 1.3 and 0.3")

# %%
# Three filters
# -------------
# The third takes the median of each window, and improves it by one step of Fisher's scoring: the mean score of the
# window's values about it, over the information of one of them. That step is as good as maximum likelihood for long
# windows, and needs nothing but ``dlogpdf``.

WINDOW = 61
noise = sf.Stable(alpha, scale=scale)
information = noise.fisher_information()[2, 2]
windows = sliding_window_view(record, WINDOW)
median = np.median(windows, axis=1)
scores = -noise.dlogpdf(windows - median[:, None])
filtered = {
    "mean": windows.mean(axis=1),
    "median": median,
    "score": median + scores.mean(axis=1) / information,
}

half = WINDOW // 2
inside = slice(half, -half)
figure, axes = plt.subplots(4, 1, figsize=(8, 8), sharex=True, layout="constrained")
axes[0].plot(t, record, color="0.6", lw=0.6)
axes[0].set(ylim=(-6, 6), title=f"record; {np.mean(np.abs(record) > 6):.1%} of it lies outside")
for ax, (name, values) in zip(axes[1:], filtered.items(), strict=True):
    ax.plot(t, signal, color="0.3", lw=1)
    ax.plot(t[inside], values, color="#0072B2", lw=1)
    ax.set(ylim=(-1.5, 1.5), title=f"running {name}")
axes[-1].set(xlabel="time")

for name, values in filtered.items():
    error = values - signal[inside]
    print(f"running {name:<7} root mean squared error {np.sqrt(np.mean(error**2)):.4f}")
print(f"the bound    1 / sqrt(n information)  {1 / np.sqrt(WINDOW * information):.4f}")

# %%
# The score of the noise
# ----------------------
# It is linear in the middle and comes down for what can only be a spike; for Gaussian noise it would be a straight
# line, and the filter the running mean.

x = np.linspace(-4, 4, 401)
figure, ax = plt.subplots(layout="constrained")
for a, colour in ((1.1, "#0072B2"), (1.5, "#009E73"), (1.9, "#CC79A7"), (2.0, "#D55E00")):
    ax.plot(x, -sf.Stable(a).dlogpdf(x), color=colour, label=rf"$\alpha$ = {a:g}")
ax.set(xlabel="noise, in scales", ylabel="score")
ax.legend(frameon=False)

# %%
# How much is there to gain?
# --------------------------
# The median's variance is :math:`1 / (4 n f(0)^2)`, the bound one over n times the information. Their ratio is the
# share of the data that the median uses:

for a in (1.1, 1.5, 1.9, 2.0):
    law = sf.Stable(a)
    share = 4 * float(law.pdf(0.0)) ** 2 / law.fisher_information()[2, 2]
    print(f"alpha {a:g}: the median uses {share:.0%}, the mean {'all' if a == 2 else 'none'}")

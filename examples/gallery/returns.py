"""
Value at risk and expected shortfall
====================================

Daily returns of a stock index and of Bitcoin: their tail index, the loss that one day in a hundred exceeds, the mean
of the losses beyond it, and when there is no such mean.
"""

# %%
# Prices
# ------
# Daily closes are read from the folder that the environment variable STABLEFIT_DATA names. Without it two series are
# drawn, of stable laws like those that such returns have, and the page says so.

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import quad

import stablefit as sf
from stablefit.reading import read_samples
from stablefit.returns import price_returns

FILES = {"S&P 500": "arch_sp500.npz", "Bitcoin": "btc_usd_2014_2022.npz"}
DRAWN = {"S&P 500": sf.Stable(1.55, loc=5e-4, scale=6e-3), "Bitcoin": sf.Stable(1.4, loc=2e-3, scale=1.7e-2)}

folder = os.environ.get("STABLEFIT_DATA")
if folder:
    series = Path(folder) / "series"
    returns = {name: price_returns(read_samples(series / file, "close")) for name, file in FILES.items()}
else:
    print("STABLEFIT_DATA names no folder: these returns are drawn, not observed.")
    returns = {name: law.rvs(4000, rng=0) for name, law in DRAWN.items()}

# %%
# The fits
# --------

fits = {name: sf.fit(sample) for name, sample in returns.items()}
for name, fit in fits.items():
    low, high = fit.conf_int()["alpha"]
    print(f"{name}: {fit.nobs} returns, alpha {fit.alpha:.3f} ({low:.3f} to {high:.3f}), scale {fit.scale:.5f}")

figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
for ax, (name, fit) in zip(axes, fits.items(), strict=True):
    fit.plot("tail", ax=ax)
    ax.set_title(name)

# %%
# Value at risk
# -------------
# It is a quantile of the law, and the fit knows its error. A normal law with the same mean and variance promises less
# than either shows, one day in a thousand.

for name, fit in fits.items():
    normal = sf.Stable(2.0, loc=returns[name].mean(), scale=returns[name].std() / np.sqrt(2.0))
    for q in (0.01, 0.001):
        risk = fit.derived(lambda law, q=q: -law.ppf(q))
        beyond = np.mean(returns[name] < -risk.value)
        print(
            f"{name}, {q:.1%}: value at risk {risk.value:.3f} ± {risk.bse:.3f}, normal {-normal.ppf(q):.3f}; "
            f"{beyond:.2%} of the days were worse"
        )

# %%
# Expected shortfall
# ------------------
# The mean of the worst share q of returns is the mean of the quantiles up to q. Towards p = 0 these grow like
# :math:`p^{-1/\alpha}`, which can be integrated for alpha > 1 only: for alpha <= 1 the expected shortfall is infinite,
# at every q.


def expected_shortfall(law: sf.Stable, q: float) -> float:
    """Mean loss on the days that are worse than the quantile q; inf for alpha <= 1."""
    if law.alpha <= 1.0:
        return np.inf
    # with p = q exp(-s) the integrand falls like exp(-(1 - 1/alpha) s); the rest beyond s = 600 is a pure power
    decay = 1.0 - 1.0 / law.alpha
    body = quad(lambda s: -float(law.ppf(q * np.exp(-s))) * np.exp(-s), 0.0, 600.0, limit=200)[0]
    rest = -float(law.ppf(q * np.exp(-600.0))) * np.exp(-600.0) / decay if law.alpha < 2.0 else 0.0
    return body + rest


for name, fit in fits.items():
    shortfall = fit.derived(lambda law: expected_shortfall(law, 0.01))
    worst = returns[name][returns[name] <= np.quantile(returns[name], 0.01)]
    print(f"{name}: expected shortfall {shortfall.value:.3f} ± {shortfall.bse:.3f}, of the sample {-worst.mean():.3f}")
print("alpha = 1:", expected_shortfall(sf.Stable(1.0), 0.01))

# %%
# On observed returns fewer days than promised are worse than the stable value at risk, and the tails in the pictures
# above bend away from the fitted line: alpha is what the middle of the data asks for, and the far tail is lighter.
# The stable figures are then an upper bound, the normal ones a lower bound, and a rival in between does better:

for name, sample in returns.items():
    compared = sf.gof.compare(sample, ("stable", "t", "nig", "normal"))
    print(name, ", ".join(f"{row['law']} {row['dbic']:.0f}" for row in compared.rows), "(BIC above the best)")

# %%
# If returns are stable, the expected shortfall is a large multiple of the value at risk for alpha near 1, and
# infinite at alpha <= 1. There the sample's figure is the mean of what happened to be drawn: it depends on one or two
# returns, and tends to nothing as more are drawn.

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
alpha = np.linspace(1.02, 2.0, 40)
ratio = [expected_shortfall(sf.Stable(a), 0.01) / -float(sf.Stable(a).ppf(0.01)) for a in alpha]
left.semilogy(alpha, ratio, color="#0072B2")
left.semilogy(alpha, alpha / (alpha - 1.0), "--", lw=1, color="0.5", label=r"of a power tail, $\alpha / (\alpha - 1)$")
left.axvline(1.0, color="#D55E00", lw=1)
left.set(xlabel=r"$\alpha$", ylabel="expected shortfall / value at risk", title="q = 1 %", ylim=(1, 100))
left.legend(frameon=False, fontsize="small")

n = np.geomspace(1000, 1_000_000, 31).astype(int)
for a, colour in ((0.9, "#D55E00"), (1.5, "#0072B2")):
    sample = sf.Stable(a).rvs(n[-1], rng=3)
    shown = [-np.sort(sample[:m])[: max(1, m // 100)].mean() for m in n]
    right.loglog(n, shown, color=colour, label=rf"sample, $\alpha$ = {a}")
right.axhline(expected_shortfall(sf.Stable(1.5), 0.01), color="#0072B2", ls="--", lw=1, label=r"law, $\alpha$ = 1.5")
right.set(xlabel="returns", ylabel="mean of the worst 1 %, in scales")
right.legend(frameon=False, fontsize="small")

# %%
# What to remember
# ----------------
# Returns are not independent, for large ones come in clusters, and every error above takes them to be:

for name, sample in returns.items():
    print(f"{name}: independent? p = {sf.gof.test_independence(sample).pvalue:.3f}")

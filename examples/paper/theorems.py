"""Theorems 4.1, 4.3 and 4.5 with their corollaries: as printed, exact to leading order, and simulated.

Two axes of different alpha in a box about the minimum of a quadratic, at constant learning rate and at one that falls
as a power of time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from findings import Finding, Verdict, write_findings
from matplotlib.figure import Figure
from options import Options, read_options
from store import Store

import stablefit as sf
from stablefit.escape import ExitLaw, printed
from stablefit.plotting import style

ALPHA, SCALE, EPS = (1.3, 1.8), (1.0, 1.0), 0.1
LOWER, UPPER = (-1.0, -1.0), (1.0, 1.0)
GAMMAS = (1.0, 0.6)
RHO = 0.4
STEP, PATIENCE = 0.02, 2000.0
TIMES = (0.5, 1.0, 2.0)
"""Times of the survival, in exact means."""
NARROW = {"alpha": (1.5, 1.5), "scale": 0.01, "lower": -1.0, "upper": 1.0}
"""Axes of little noise, for (16)."""
CLOSE = 0.15
"""What leading order may leave out at this size of the noise, relative to a mean or a probability."""


@dataclass(frozen=True)
class Size:
    """How much work to do: paths that are simulated at each schedule."""

    paths: int


SIZES = {"smoke": Size(100), "small": Size(2000), "full": Size(20_000)}
Exits = dict[str, Any]


def exact(gamma: float) -> ExitLaw:
    """Return the exact law; eta = 1 makes the scales the whole coefficients of the noise."""
    scale = EPS * np.array(SCALE)
    return ExitLaw(ALPHA, scale, LOWER, UPPER, eta=1.0, schedule=sf.sde.Power(gamma))


def as_printed(formula: Any, **options: Any) -> Any:
    """Return what one of the paper's formulas gives, in the Levy measure of the simulated noise."""
    return formula(alpha=ALPHA, scale=SCALE, lower=LOWER, upper=UPPER, eps=EPS, rho=RHO, **options)


def simulated(gamma: float, options: Options) -> Exits:
    """Return times, axes and sides of first exits."""
    paths = SIZES[options.preset].paths
    recipe = {"theorems": gamma, "paths": paths, "seed": options.seed, "alpha": ALPHA, "eps": EPS, "step": STEP}

    def simulate() -> Exits:
        process = sf.sde.LevySDE(lambda _, x: -x, ALPHA, EPS * np.array(SCALE), schedule=sf.sde.Power(gamma))
        left = sf.sde.first_exit(
            process,
            sf.sde.Box(LOWER, UPPER),
            np.zeros(2),
            t_max=PATIENCE,
            dt=STEP,
            n_paths=paths,
            rng=options.seed,
            progress=options.progress,
        )
        return {"time": left.time, "axis": left.axis, "side": left.side, "censored": left.censored}

    return Store(options.out / "store").arrays("exits-of-sde", recipe, simulate)


def table_of(options: Options) -> pd.DataFrame:
    """Return every quantity as printed, exact, and simulated with its standard error."""
    rows = []
    for gamma in GAMMAS:
        left, law = simulated(gamma, options), exact(gamma)
        time, paths = left["time"], left["time"].size
        mean = law.mean()
        bound = as_printed(printed.theorem_4_1, gamma=gamma, measure="sas")
        loose = as_printed(printed.theorem_4_1, gamma=gamma, measure="sas", prefactor="one")
        rows.append(("mean", gamma, np.nan, bound, loose, mean, time.mean(), time.std() / np.sqrt(paths)))
        for times in TIMES:
            u = times * mean
            share = float(np.mean(time > u))
            values = [
                as_printed(printed.theorem_4_5, u=u, gamma=gamma, measure="sas", prefactor=prefactor)
                for prefactor in ("printed", "one")
            ]
            rows.append(("survival", gamma, u, *values, float(law.survival(u)), share, binomial(share, paths)))
        probabilities = law.exit_probabilities()
        values = [
            as_printed(printed.theorem_4_3, gamma=gamma, measure="sas", prefactor=prefactor)
            for prefactor in ("printed", "one")
        ]
        for axis in (0, 1):
            share = float(np.mean((left["axis"] == axis) & (left["side"] == 1)))
            pair = [float(value[axis]) for value in values]
            shown = (*pair, float(probabilities[axis, 1]), share, binomial(share, paths))
            rows.append((f"probability of the upper end of axis {axis + 1}", gamma, np.nan, *shown))
    columns = ["quantity", "gamma", "u", "printed", "printed_with_A_1", "exact", "simulated", "se"]
    return pd.DataFrame(rows, columns=columns)


def binomial(share: float, n: int) -> float:
    """Return the standard error of a share."""
    return float(np.sqrt(share * (1.0 - share) / n))


def bound_finding(claim: str, part: pd.DataFrame) -> Finding:
    """Return what became of a bound: whether it is one, and how far from the truth it lies."""
    told = "; ".join(
        f"gamma {row.gamma:g}{'' if np.isnan(row.u) else f', u = {row.u:.3g}'}: printed {row.printed:.3g}, "
        f"exact {row.exact:.3g}, simulated {row.simulated:.3g} ± {row.se:.1g}"
        for row in part.itertuples()
    )
    above = bool((part["printed"] >= part["simulated"] - 3.0 * part["se"]).all())
    off = (part["simulated"] - part["exact"]).abs() - 3.0 * part["se"]
    right = bool((off <= CLOSE * part["exact"]).all())
    ratio = (part["printed"] / part["simulated"]).to_numpy()
    if not above:
        verdict, why = Verdict.FAILS, "the simulation exceeds the bound"
    elif ratio.max() <= 1.0 + CLOSE:
        verdict, why = Verdict.HOLDS, "the bound is kept, and close"
    else:
        verdict = Verdict.IN_PART
        why = f"the bound is kept, and {ratio.min():.2g} to {ratio.max():.2g} times the simulated value"
    agrees = "agrees with" if right else "differs from"
    return Finding(claim, told, f"the exact leading order {agrees} the simulation", verdict, why)


def mean_at_constant_rate() -> Finding:
    """Return what became of (16), for axes of little noise."""
    bound = printed.equation_16(**NARROW, rho=RHO, eps=1.0)
    truth = ExitLaw(**NARROW, eta=1.0, measure="levy").mean()
    verdict = Verdict.HOLDS if bound >= truth else Verdict.FAILS
    return Finding(
        "theorems/4.2",
        f"two equal axes, alpha {NARROW['alpha'][0]:g}, scale {NARROW['scale']:g}: printed {bound:.4g}",
        f"exact leading order {truth:.4g}",
        verdict,
        "the printed bound lies below the mean"
        if verdict is Verdict.FAILS
        else "the printed bound lies above the mean",
    )


def ratio_finding(table: pd.DataFrame) -> Finding:
    """Return what became of the ratio of two axes at constant rate."""
    part = table[(table["gamma"] == 1.0) & table["quantity"].str.startswith("probability")]
    shares, errors = part["simulated"].to_numpy(), part["se"].to_numpy()
    truth = part["exact"].iloc[0] / part["exact"].iloc[1]
    bound = float(as_printed(printed.equation_20, axis=0, other=1))
    ratio = shares[0] / shares[1] if shares[1] > 0.0 else np.inf
    error = ratio * np.hypot(*(errors / np.maximum(shares, 1e-12)))
    if ratio - 3.0 * error > bound:
        verdict, why = Verdict.FAILS, "the simulated ratio exceeds the printed bound"
    elif shares[0] - 3.0 * errors[0] > shares[1]:
        verdict, why = Verdict.HOLDS, "the axis of smaller alpha is left more often, within the bound"
    else:
        verdict, why = Verdict.UNDECIDED, "the shares of the axes do not differ beyond their errors"
    ours = f"ratio of the upper ends: printed (20) {bound:.3g}, exact {truth:.3g}, simulated {ratio:.3g} ± {error:.2g}"
    return Finding("theorems/4.4", ours, "1 if alpha made no difference", verdict, why)


def findings_of(table: pd.DataFrame) -> list[Finding]:
    """Return what became of every theorem."""
    sides = table["quantity"].str.startswith("probability")
    survival, constant = table["quantity"] == "survival", table["gamma"] == 1.0
    return [
        bound_finding("theorems/4.1", table[table["quantity"] == "mean"]),
        mean_at_constant_rate(),
        bound_finding("theorems/4.3", table[sides]),
        ratio_finding(table),
        bound_finding("theorems/4.5", table[survival & ~constant]),
        bound_finding("theorems/4.6", table[survival & constant]),
    ]


def draw(options: Options) -> Figure:
    """Draw the survival at both schedules: simulated, exact, and as printed."""
    figure = Figure(figsize=(10, 3.8), layout="constrained")
    for axes, gamma in zip(figure.subplots(1, 2), GAMMAS, strict=True):
        law, time = exact(gamma), np.sort(simulated(gamma, options)["time"])
        u = np.linspace(0.0, 4.0 * law.mean(), 200)[1:]
        staying = 1.0 - np.arange(1, time.size + 1) / time.size
        axes.step(time, staying, where="post", color=style.POINTS, label="simulated")
        axes.plot(u, law.survival(u), color=style.STABLE, label="exact leading order")
        for prefactor, look in (("printed", ":"), ("one", "--")):
            values = [as_printed(printed.theorem_4_5, u=x, gamma=gamma, measure="sas", prefactor=prefactor) for x in u]
            label = "as printed" if prefactor == "printed" else "as printed, A = 1"
            axes.plot(u, values, color=style.NORMAL, linestyle=look, label=label)
        axes.set(yscale="log", xlim=(0.0, u[-1]), ylim=(5e-3, 20.0), xlabel="time u", ylabel="probability to stay")
        axes.set_title(rf"$s_t = t^{{\gamma - 1}}$, $\gamma = {gamma:g}$")
        style.tidy(axes)
    axes.legend(fontsize="small")
    style.tidy(axes)
    return figure


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, compare, draw, write."""
    options = read_options(__doc__, SIZES, arguments, needs_data=False)
    table = table_of(options)
    left_out = sum(int(simulated(gamma, options)["censored"].sum()) for gamma in GAMMAS)
    setting = (
        f"Two axes with alpha {ALPHA[0]:g} and {ALPHA[1]:g}, noise of {EPS:g}, a quadratic of curvature 1, a box from "
        f"-1 to 1 on each axis; rho = {RHO:g}. {SIZES[options.preset].paths:,} paths at each schedule, in steps of "
        f"{STEP:g}; {left_out} had not left after {PATIENCE:g} and count with that time. Formulas are evaluated with "
        "the Levy measure of the simulated noise."
    )
    write_findings("theorems", options, table, draw(options), findings_of(table), setting)


if __name__ == "__main__":
    main()

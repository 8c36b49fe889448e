"""Set the paper's formulas as printed, what is exact, and simulations side by side.

Writes docs/escape.md and its picture.

python tools/escape_page.py      # ten minutes
"""

import platform
import time
from collections.abc import Iterable
from pathlib import Path

import matplotlib as mpl
import numpy as np

import stablefit as sf
from stablefit._types import FloatArray
from stablefit.escape import ExitLaw, decomposition, printed
from stablefit.plotting import style
from stablefit.sde import Box, Constant, ExitSample, Exponential, LevySDE, MultiStep, Power, Quadratic, Schedule

mpl.use("agg")
ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "escape.md"
PICTURE = ROOT / "docs" / "images" / "escape.png"

N = 2000
"""Paths of a simulation; a standard error of a mean time is 2.2 % of it."""
SEED = 20
RHO = 0.4

INTRODUCTION = r"""# Escape from a basin

When, and along which parameter, does gradient descent with stable noise leave the neighbourhood of a minimum? This page
sets the formulas of Battash, Wolf and Lindenbaum (2023) beside the exact law in the limit of small noise and beside
simulations. In `stablefit.escape` they are `printed`, the formulas as they stand in the paper; `decomposition`, its
parts of the process (a flow, small jumps and large ones) computed exactly; and `ExitLaw`, the law of the exit.

Each simulated figure is followed by one standard error. The page is written by `tools/escape_page.py`; only its words
are typed by hand.

## The law

Axis $l$ has noise of index $\alpha_l$ and amplitude $\lambda_l$, and boundaries $d_l^- < 0 < d_l^+$ around the minimum.
To leading order in small noise the process leaves by one jump, and jumps that leave come at the rate

$$r_l(t) = a_l\, s_t^{\alpha_l - 1}, \qquad
a_l = \frac{c_l}{\alpha_l}\, \eta^{\alpha_l - 1} \lambda_l^{\alpha_l}
\left(|d_l^-|^{-\alpha_l} + (d_l^+)^{-\alpha_l}\right), \qquad
P(\sigma > u) = \exp\Big(-\sum_l \int_{t_0}^u r_l\Big),$$

where $s$ is the schedule of the learning rate, $c_\alpha = \Gamma(1+\alpha) \sin(\pi\alpha/2)/\pi$ for noise that was
fitted (`measure="sas"`), and 1 in the paper's measure (`"levy"`). The threshold between small and large jumps,
$\epsilon^{-\rho}$, cancels: the number of large jumps times the probability that one of them leaves does not depend on
$\rho$. Axes compete, and P(exit along $l$) is $\int r_l P(\sigma > t)\,dt$. In iterations, which last $\eta s_k$ each,
the hazard of step k is $\sum_l \frac{c_l}{\alpha_l} (\eta s_k \lambda_l)^{\alpha_l} (\ldots)$, with the power $\alpha$
in place of $\alpha - 1$; a reading of the formulas in time as if they counted iterations is wrong by orders of
magnitude.

`check_assumptions(law, curvature)` says whether noise is small enough, and whether the process comes back between large
jumps.
"""

VERDICTS = [
    ("(6)", "Lemma 3.1", "right"),
    ("(9)", "Prop. 3.2", "exponent too large by rho (alpha + 1); false where theta > 1 - rho"),
    ("(10)", "Lemma 3.3", "cross terms A are 0 by symmetry; the variance of the noise is missing"),
    ("(11)", "Prop. 3.4", "mixes 1/D with no factor where both need 1/B; the linear term is missing"),
    ("(12)", "", "right in the paper's measure; times c_alpha for fitted noise"),
    ("(13)", "", "lambda needs the power alpha; s in front of the jump needs (alpha - 1) / alpha"),
    ("(14)", "", "right, with an open constant"),
    ("(15)", "", "not the inverse of (12): too long by s^-rho; and beta changes while one waits"),
    ("", "Theorem 4.1", "exp(-t r(t)) in place of exp(-int r); axes mixed, not competing; infinite for one axis"),
    ("(16)", "Cor. 4.2", "lost a factor 2 and the power alpha of lambda; no bound for small lambda"),
    ("(17)", "", "exponents do not follow; with equal alphas no dependence on eta is left"),
    ("(18)", "Theorem 4.3", "far above 1: Phi counted twice, one power of time too many, axes mixed"),
    ("(19)", "", "wrong by the axis' number of large jumps"),
    ("(20)", "Cor. 4.4", "1 - rho in the exponent is wrong: forgets how often each axis jumps; an equality"),
    ("(21)", "", "right for a common eps, and contradicts (20)"),
    ("(22)", "Theorem 4.5", "as Theorem 4.1; above 1 at u = 0"),
    ("(23)", "Cor. 4.6", "a mixture over axes: N equal axes decay N times too slowly"),
]


def main() -> None:
    """Simulate, print, write."""
    lines = [INTRODUCTION.rstrip(), ""]
    for section in (verdicts, one_axis, many_axes, schedules, survivals, directions, iterations, small_jumps):
        began = time.perf_counter()
        lines += [*section(), ""]
        print(f"{section.__name__}: {time.perf_counter() - began:.0f} s", flush=True)
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, stablefit {sf.__version__}"
    lines += [f"In this run: {versions}, {N} paths each."]
    TARGET.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def verdicts() -> list[str]:
    """One line an equation."""
    rows = [[number, name, verdict] for number, name, verdict in VERDICTS]
    return ["## Equation by equation", "", *markdown(["equation", "", "verdict"], rows)]


def simulated(law: ExitLaw, end: float | None = None) -> ExitSample:
    """First exits from a round quadratic basin of curvature 1, by the jump scheme; noise of the law's rates."""
    scale = law.scale * (1.0 if law.measure == "sas" else sf.Stable(law.alpha).levy_constant ** (-1.0 / law.alpha))
    sde = LevySDE(Quadratic(np.ones(law.n_axes)), law.alpha, scale, schedule=law.schedule)
    stop = float(law.isf(1e-5)) if end is None else end
    box, origin = Box(law.lower, law.upper), np.zeros(law.n_axes)
    return sf.sde.first_exit(sde, box, origin, t_max=stop, dt=0.05, n_paths=N, method="jump", rng=SEED)


def one_axis() -> list[str]:
    """Mean times at constant s, and the share of upper exits."""
    rows = []
    for alpha, noises in ((1.2, (0.1, 0.03, 0.01)), (1.5, (0.1, 0.03, 0.01)), (1.8, (0.1, 0.03))):
        for eps in noises:
            law = ExitLaw(alpha, eps, -0.7, 1.0, eta=1.0)
            exits = simulated(law)
            width = sf.escape.check_assumptions(law, 1.0)["width"].value
            upper = shown_share(exits.exit_probabilities()[0, 1], len(exits))
            rows.append(
                [
                    f"{alpha}",
                    f"{eps}",
                    f"{width:.2g}",
                    f"{law.mean():.4g}",
                    shown_mean(exits),
                    f"{mean_of(exits)[0] / law.mean():.3f}",
                    f"{law.exit_probabilities()[0, 1]:.3f}",
                    upper,
                ]
            )
    header = ["alpha", "eps", "width", "exact mean", "simulated", "ratio", "exact P(+)", "simulated"]
    return [
        "## One axis, constant learning rate",
        "",
        "Boundaries -0.7 and 1, amplitude 1, curvature 1. `width` is the noise at rest over the distance: what leading "
        "order leaves out falls with it. As printed the mean is infinite, for A = 0 with one axis.",
        "",
        *markdown(header, rows),
    ]


def many_axes() -> list[str]:
    """Printed and exact mean times for several axes."""
    rows = []
    cases = [("1.5", 1, 0.05), ("1.5", 2, 0.05), ("1.5", 10, 0.05), ("1.5", 10, 0.01), ("1.3, 1.6", 2, 0.01)]
    for name, n, eps in cases:
        alpha = np.full(n, 1.5) if name == "1.5" else np.array([1.3, 1.6])
        axes = {"alpha": alpha, "scale": 1.0, "lower": -1.0, "upper": 1.0}
        options = {"gamma": 1.0, "rho": RHO, "eps": eps}
        law = ExitLaw(alpha, eps, -1.0, 1.0, eta=1.0, measure="levy")
        exits = simulated(law)
        rows.append(
            [
                name,
                f"{n}",
                f"{eps}",
                f"{printed.theorem_4_1(**axes, **options):.4g}",
                f"{printed.theorem_4_1(**axes, **options, prefactor='one'):.4g}",
                f"{printed.equation_16(**axes, rho=RHO, eps=eps):.4g}",
                f"{law.mean():.4g}",
                shown_mean(exits),
            ]
        )
    header = ["alpha", "axes", "eps", "Theorem 4.1", "with A = 1", "(16)", "exact mean", "simulated"]
    return [
        "## Several axes, constant learning rate",
        "",
        f"Boundaries -1 and 1, amplitude 1, curvature 1, the paper's measure, rho = {RHO}. Equal axes leave "
        "N times as fast as one; in the printed theorem they do not. Ten axes with eps = 0.05 leave "
        "before the process has come to rest, which `check_assumptions` notices.",
        "",
        *markdown(header, rows),
    ]


def schedules() -> list[str]:
    """Mean times under schedules."""
    rows = []
    cases: list[tuple[FloatArray, float, Schedule]] = [
        (np.array([1.5]), 0.02, Power(0.6)),
        (np.array([1.5]), 0.02, Power(0.6, start=1.0)),
        (np.array([1.3, 1.8]), 0.02, Power(0.6, start=1.0)),
        (np.array([1.3, 1.8]), 0.02, MultiStep([100.0, 300.0], [0.3, 0.1])),
        (np.array([1.3, 1.8]), 0.02, Exponential(0.01)),
    ]
    for alpha, eps, schedule in cases:
        axes = {"alpha": alpha, "scale": eps, "lower": -1.0, "upper": 1.0}
        law = ExitLaw(**axes, eta=1.0, schedule=schedule)
        trapped = law.trapping_probability()
        exits = simulated(law, end=None if trapped == 0.0 else float(law.isf(trapped + 0.01 * (1 - trapped))))
        theorem = "-"
        if isinstance(schedule, Power) and schedule.start == 0.0:
            options = {"gamma": schedule.gamma, "rho": RHO, "eta": 1.0, "measure": "sas", "prefactor": "one"}
            theorem = f"{printed.theorem_4_1(**axes, **options):.4g}"
        half = float(law.isf(trapped + 0.5 * (1.0 - trapped)))
        rows.append(
            [
                ", ".join(f"{a}" for a in alpha),
                f"`{schedule!r}`",
                theorem,
                f"{law.mean():.4g}",
                shown_mean(exits) if trapped == 0.0 else "-",
                f"{half:.4g}",
                f"{law.survival(half):.3f}",
                shown_share(float(exits.survival(half)), len(exits)),
                f"{trapped:.3f}",
            ]
        )
    header = [
        "alpha",
        "schedule",
        "Theorem 4.1, A = 1",
        "exact mean",
        "simulated",
        "u",
        "exact P(later)",
        "simulated",
        "for ever",
    ]
    return [
        "## Learning-rate schedules",
        "",
        "eps = 0.02, amplitude 1, boundaries -1 and 1, curvature 1. What the paper calls an exponential schedule, "
        "$t^{\\gamma - 1}$, is a power of time, under which the process always leaves; a true "
        "exponential may trap it for ever.",
        "",
        *markdown(header, rows),
    ]


def survivals() -> list[str]:
    """The survival under a power of time, as a table and a picture."""
    axes = {"alpha": 1.5, "scale": 0.02, "lower": -1.0, "upper": 1.0}
    law = ExitLaw(**axes, eta=1.0, schedule=Power(0.6))
    exits = simulated(law)
    options = {"gamma": 0.6, "rho": RHO, "eta": 1.0, "measure": "sas", "prefactor": "one"}
    rows = []
    for part in (0.0, 0.2, 0.5, 1.0, 2.0):
        u = part * law.mean()
        found = shown_share(float(exits.survival(u)), len(exits))
        rows.append([f"{part:g}", f"{printed.equation_22(u, **axes, **options):.3f}", f"{law.survival(u):.3f}", found])
    ax = style.new_axes(None)
    u = np.geomspace(1.0, float(law.isf(1e-3)), 300)
    ax.plot(
        u,
        exits.survival(u),
        color=style.POINTS,
        lw=1.0,
        drawstyle="steps-post",
        label=f"{len(exits):,} simulated paths",
    )
    ax.plot(u, law.survival(u), color=style.STABLE, lw=1.6, label="exact law")
    ax.plot(
        u, printed.equation_22(u, **axes, **options), color=style.NORMAL, ls="--", label="Theorem 4.5 as printed, A = 1"
    )
    ax.set(xscale="log", xlabel="time", ylabel="P(exit later)", ylim=(0.0, 1.3))
    ax.legend(fontsize="small")
    style.tidy(ax)
    ax.figure.savefig(PICTURE, dpi=130)
    return [
        "## Survival",
        "",
        "The first row of the table above, at times in units of the exact mean.",
        "",
        *markdown(["u / mean", "Theorem 4.5 (22), A = 1", "exact", "simulated"], rows),
        "",
        "![P(exit later than u): simulated paths on the exact law, Theorem 4.5 above both](images/escape.png)",
    ]


def directions() -> list[str]:
    """Along which axis."""
    rows = []
    for alpha, schedule in (([1.5, 1.5], Constant()), ([1.3, 1.7], Constant()), ([1.3, 1.7], Power(0.6, start=1.0))):
        eps = 0.02
        axes = {"alpha": alpha, "scale": 1.0, "lower": -1.0, "upper": 1.0}
        law = ExitLaw(alpha, eps, -1.0, 1.0, eta=1.0, schedule=schedule, measure="levy")
        exits = simulated(law)
        gamma = schedule.gamma if isinstance(schedule, Power) else 1.0
        theorem = printed.equation_18(**axes, gamma=gamma, rho=RHO, eps=eps)[0]
        ratio = printed.equation_20(0, 1, **axes, rho=RHO, eps=eps)
        share = exits.exit_probabilities()
        first, second = share.sum(axis=1)
        error = first / second * np.sqrt(1.0 / (first * second * len(exits)))
        rows.append(
            [
                ", ".join(map(str, alpha)),
                f"`{schedule!r}`",
                f"{theorem:.4g}",
                f"{law.exit_probabilities()[0, 1]:.3f}",
                shown_share(share[0, 1], len(exits)),
                f"{ratio:.3g}",
                f"{law.ratio(0, 1):.3g}",
                f"{first / second:.3g} ± {error:.2g}",
            ]
        )
    header = ["alpha", "schedule", "(18)", "exact P(axis 1, +)", "simulated", "ratio (20)", "exact ratio", "simulated"]
    return [
        "## Directions",
        "",
        f"eps = 0.02, amplitude 1, boundaries -1 and 1, curvature 1, the paper's measure, rho = {RHO}. (18) is "
        "said to bound a probability. The exact ratio of the two axes at constant s is that of their rates; a decay "
        "favours the smaller alpha further.",
        "",
        *markdown(header, rows),
    ]


def iterations() -> list[str]:
    """Gradient descent itself."""
    rows = []
    cases: list[tuple[Schedule, Iterable[int]]] = [
        (Power(0.7), (3000,)),
        (Power(0.2), (3000, 20000)),
        (MultiStep([500], [0.1]), (250, 500, 5000, 20000)),
    ]
    axes = {"alpha": 1.5, "scale": 0.03, "lower": -1.0, "upper": 1.0}
    for schedule, counts in cases:
        law = ExitLaw(**axes, eta=1.0, schedule=schedule, clock="iteration")
        sde = LevySDE(Quadratic([1.0]), [1.5], [0.03 / 0.1], eta=0.1, schedule=schedule, clock="iteration")
        last = max(counts)
        exits = sf.sde.first_exit(sde, Box(-1.0, 1.0), [0.0], t_max=last, n_paths=N, rng=SEED)
        for k in counts:
            wrong = f"{ExitLaw(**axes, eta=1.0, schedule=schedule).survival(k):.3f}"
            found = shown_share(float(exits.survival(k)), len(exits))
            rows.append(
                [f"`{schedule!r}`", f"{k}", wrong, f"{law.survival(k):.3f}", found, f"{law.trapping_probability():.3f}"]
            )
    header = ["schedule", "k", "law in time, read with t = k", "exact P(later)", "simulated", "for ever"]
    return [
        "## Iterations",
        "",
        "$w \\leftarrow w - \\eta s_k (w + \\text{noise})$ with eta = 0.1 and eta scale = 0.03, alpha = 1.5, "
        "boundaries -1 and 1. A schedule $k^{-q}$ with $q \\alpha > 1$ may trap for ever, since "
        "the hazard of a step carries $s^\\alpha$. Where exact and simulated differ, leading order is the cause: a "
        "step's noise is 3 % of the distance, and what it adds up to at rest is more.",
        "",
        *markdown(header, rows),
    ]


def small_jumps() -> list[str]:
    """Between large jumps."""
    w, h, t, alpha, eps, rho = np.array([0.5, 0.4]), np.array([1.0, 2.0]), 1.0, 1.5, 0.05, 0.5
    rng, n, steps = np.random.default_rng(SEED), 40_000, 100
    threshold = float(decomposition.jump_threshold(alpha, eps, rho=rho))
    small = decomposition.SmallJumps(alpha, threshold, "levy")
    z, decay = np.tile(w, (n, 1)), np.exp(-h * t / steps)
    for _ in range(steps):  # half a step of the flow on either side of the noise
        z = np.sqrt(decay) * (np.sqrt(decay) * z + eps * small.increments(t / steps, (n, 2), rng))
    pairs = np.einsum("ni,nj->nij", z, z)
    exact = decomposition.small_jump_second_moment(w, h, t, alpha, eps=eps, rho=rho, measure="levy")
    wrong = printed.equation_10(w, h, t, alpha, eps=eps, rho=rho)
    rows = []
    for i, j in ((0, 0), (0, 1), (1, 1)):
        error = pairs[:, i, j].std() / np.sqrt(n)
        found = f"{pairs[:, i, j].mean():.5f} ± {error:.5f}"
        rows.append([f"E[Z{i + 1} Z{j + 1}]", f"{wrong[i, j]:.5f}", f"{exact[i, j]:.5f}", found])
    lines = [
        "## Between large jumps",
        "",
        f"Second moments (10) of the process of small jumps: alpha = {alpha}, eps = {eps}, rho = {rho}, t = {t:g}, "
        "start (0.5, 0.4), curvatures 1 and 2.",
        "",
        *markdown(["", "(10)", "exact", "simulated"], rows),
    ]
    rows = []
    for theta in (0.02, 0.12):
        for noise in (1e-2, 1e-4, 1e-8, 1e-12):
            most = suprema(alpha, noise, 0.95)
            bound = decomposition.small_jump_bound(alpha, eps=noise, rho=0.95, theta=theta)
            wrong_bound = printed.equation_9(alpha, noise, rho=0.95, theta=theta)
            found = shown_share(float(np.mean(most >= noise**theta)), most.size)
            reach = f"{np.median(most) / noise**0.05:.2f}"
            rows.append([f"{theta}", f"{noise:g}", f"{wrong_bound:.2g}", f"{bound:.2g}", found, reach])
    return [
        *lines,
        "",
        "P(sup |Z - Y| >= eps^theta) up to the next large jump, alpha = 1.5, rho = 0.95, and (9) with C = 1. The "
        "supremum is of the size eps^(1 - rho) of the largest small jumps; the last column is its median in units of "
        "that. Where theta > 1 - rho, as the printed range of theta allows, the probability tends to 1 and (9) to 0.",
        "",
        *markdown(["theta", "eps", "(9)", "by Doob", "simulated", "median"], rows),
    ]


def suprema(alpha: float, eps: float, rho: float) -> FloatArray:
    """Largest deviations of the small jumps from the flow, curvature 1, until the next large jump.

    From jump to jump of those beyond a fiftieth of the threshold; smaller ones are a Gaussian Ornstein-Uhlenbeck
    process, in the same steps.
    """
    rng, cut = np.random.default_rng(SEED), 0.02
    threshold = float(decomposition.jump_threshold(alpha, eps, rho=rho))
    large = float(decomposition.jump_intensity(alpha, eps, rho=rho))
    rate = large * (cut**-alpha - 1.0)
    rest = decomposition.SmallJumps(alpha, cut * threshold).variance_rate
    left = rng.exponential(1.0 / large, N)
    z, most = np.zeros(N), np.zeros(N)
    alive = np.arange(N)
    while alive.size:
        wait = rng.exponential(1.0 / rate, alive.size)
        alive, wait = alive[wait < left[alive]], wait[wait < left[alive]]
        left[alive] -= wait
        spread = eps * np.sqrt(0.5 * rest * -np.expm1(-2.0 * wait))
        size = (cut**-alpha - rng.random(alive.size) * (cut**-alpha - 1.0)) ** (-1.0 / alpha)
        sign = np.where(rng.random(alive.size) < 0.5, -1.0, 1.0)
        z[alive] = np.exp(-wait) * z[alive] + spread * rng.standard_normal(alive.size) + eps * threshold * sign * size
        most[alive] = np.maximum(most[alive], np.abs(z[alive]))
    return most


def mean_of(exits: ExitSample) -> tuple[float, float]:
    """Mean time and its standard error; no path may be left inside."""
    left = exits.time[~exits.censored]
    if exits.censored.mean() > 1e-3:
        raise RuntimeError(f"{exits.censored.sum()} of {len(exits)} paths are still inside")
    return float(left.mean()), float(left.std() / np.sqrt(left.size))


def shown_mean(exits: ExitSample) -> str:
    """Mean with its error."""
    value, error = mean_of(exits)
    return f"{value:.4g} ± {error:.2g}"


def shown_share(value: float, n: int) -> str:
    """Share with its error."""
    return f"{value:.3f} ± {np.sqrt(max(value * (1.0 - value), 1.0 / n) / n):.3f}"


def markdown(header: list[str], rows: list[list[str]]) -> list[str]:
    """Lines of a table."""
    return [f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows)]


if __name__ == "__main__":
    main()

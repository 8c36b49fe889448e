"""Speed of the simulator beside raw draws and a NumPy loop with scipy's, and its errors by step; docs/sde-speed.md.

    python benchmarks/sde.py           # some minutes; a quiet machine gives the best figures

Processor time of one thread, the best of several runs, but for the table of mean exit times, which is wall-clock time
of two threads.
"""

import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numba
import numpy as np
from scipy.stats import levy_stable

import stablefit as sf
from stablefit._types import FloatArray
from stablefit.sde import Box, LevySDE, Quadratic, first_exit, simulate
from stablefit.sde.methods import Method

TARGET = Path(__file__).parents[1] / "docs" / "sde-speed.md"
ALPHA, SCALE, DT = 1.5, 0.1, 0.01
STEPS = 1_000_000
"""Path-steps times axes of a measurement."""
INTRODUCTION = f"""# Speed and errors of simulations

How long a step of a simulated path takes, and how large the errors of the solvers are.

Written by `benchmarks/sde.py`; nothing on this page is typed by hand. {platform.machine()}, Python
{platform.python_version()}, NumPy {np.__version__}. Speeds are processor time of one thread, the best of several runs,
and ratios are to times of the same run.
"""


def pull(t: Any, x: FloatArray) -> FloatArray:
    """A linear drift written as a function."""
    return -x


def best(work: Callable[[], Any], runs: int = 5) -> float:
    """Shortest processor time of several runs, in seconds; one before them compiles and warms up."""
    work()
    shortest = np.inf
    for _ in range(runs):
        start = time.process_time()
        work()
        shortest = min(shortest, time.process_time() - start)
    return float(shortest)


def table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]], note: str = "") -> list[str]:
    """Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    notes = [note, ""] if note else []
    return [f"## {title}", "", *notes, *("| " + " | ".join(line) + " |" for line in lines), ""]


def plain_loop(steps: int, n_paths: int) -> FloatArray:
    """What one writes without a library: a loop over steps, scipy's draws, all paths at once."""
    rng, x = np.random.default_rng(0), np.zeros(n_paths)
    for _ in range(steps):
        noise = levy_stable.rvs(ALPHA, 0.0, size=n_paths, random_state=rng)
        x = x - DT * x + SCALE * DT ** (1.0 / ALPHA) * noise
    return x


def speeds() -> list[str]:
    """Path-steps a second by drift, method and number of axes."""
    raw = best(lambda: sf.Stable(ALPHA).rvs(STEPS, rng=1)) / STEPS
    loop = best(partial(plain_loop, 100, 1000), 2) / 1e5
    drifts: dict[str, tuple[Any, Method]] = {
        "`Quadratic`, Euler": (Quadratic(1.0), "euler"),
        "`Quadratic`, exact (`ou`)": (Quadratic(1.0), "ou"),
        "compiled function, Euler": (numba.njit(pull), "euler"),
        "NumPy function, Euler": (pull, "euler"),
        "`Quadratic`, jumps": (Quadratic(1.0), "jump"),
        "NumPy function, jumps": (pull, "jump"),
    }
    rows = []
    for name, (drift, method) in drifts.items():
        cells = []
        for n_axes in (1, 4, 32):
            steps, sde = STEPS // (1000 * n_axes), LevySDE(drift, ALPHA, SCALE)
            work = partial(simulate, sde, np.zeros(n_axes), steps * DT, DT, n_paths=1000, method=method, rng=1)
            took = best(work) / (1000 * n_axes * steps)
            cells += [f"{1e9 * took:.1f}", f"{raw / took:.2f}"]
        rows.append((name, *cells))
    rows.append(("loop over NumPy arrays, scipy's draws", f"{1e9 * loop:.0f}", f"{raw / loop:.3f}", "", "", "", ""))
    heads = ("1,000 paths", *(text for n in (1, 4, 32) for text in (f"N = {n}: ns", "/ raw")))
    note = (
        f"A step of one axis takes so many nanoseconds; a raw draw of `Stable.rvs` takes {1e9 * raw:.1f}, and the"
        " second column of each pair is its speed in draws."
    )
    return table("Path-steps", heads, rows, note)


def exits() -> list[str]:
    """Wall-clock time to the mean exit time of a thousand paths at small noise."""
    rows = []
    rate = 2.0 * float(sf.Stable(ALPHA).levy_constant) / ALPHA
    first_exit(LevySDE(Quadratic(1.0), ALPHA, SCALE), Box(-1.0, 1.0), 0.0, t_max=10.0, dt=0.1, method="jump", rng=1)
    cases: list[tuple[float, Method, float, Any, str]] = [
        (0.03, "euler", 0.02, Quadratic(1.0), "`Quadratic`"),
        (0.03, "jump", 0.2, Quadratic(1.0), "`Quadratic`"),
        (0.01, "euler", 0.02, Quadratic(1.0), "`Quadratic`"),
        (0.01, "jump", 0.2, Quadratic(1.0), "`Quadratic`"),
        (0.01, "jump", 0.5, pull, "NumPy function"),
        (0.003, "jump", 0.5, Quadratic(1.0), "`Quadratic`"),
    ]
    for eps, method, dt, drift, name in cases:
        start = time.perf_counter()
        sample = first_exit(
            LevySDE(drift, ALPHA, eps), Box(-1.0, 1.0), 0.0, t_max=1e7, dt=dt, method=method, rng=1, n_jobs=2
        )
        took, mean = time.perf_counter() - start, sample.mean()
        theory = 1.0 / (rate * eps**ALPHA)
        cells = (
            f"{eps:g}",
            method,
            f"{dt:g}",
            name,
            f"{took:.1f}",
            f"{mean:.0f}",
            f"{mean.low:.0f} to {mean.high:.0f}",
        )
        rows.append((*cells, f"{theory:.0f}"))
    heads = ("noise", "method", "dt", "drift", "seconds", "mean exit time", "95 % interval", "leading order")
    note = f"From (-1, 1) under a drift -x at alpha = {ALPHA:g}; two threads."
    return table("1,000 paths to the mean exit time", heads, rows, note)


def errors() -> list[str]:
    """Weak errors of E cos(u X) for an Ornstein-Uhlenbeck process, whose law is known."""
    n, end, u, rows = 400_000, 2.0, 1.5, []
    for alpha in (1.0, 1.5, 1.8):
        sde = LevySDE(Quadratic(1.0), alpha, 0.5)
        law = sf.Stable(alpha, scale=0.5 * (-np.expm1(-alpha * end) / alpha) ** (1.0 / alpha))
        exact = (np.exp(1j * u * np.exp(-end)) * law.cf(u)).real
        methods: tuple[Method, ...] = ("euler", "jump", "ou")
        for method in methods:
            found = []
            for dt in (1.0, 0.5, 0.25, 0.125):
                waves = np.cos(u * simulate(sde, 1.0, end, dt, n_paths=n, method=method, rng=5).final)
                found.append(float(waves.mean() - exact))
            error = waves.std() / np.sqrt(n)
            rows.append((f"{alpha:g}", method, *(f"{value:.4f}" for value in found), f"{error:.4f}"))
    heads = ("alpha", "method", "dt = 1", "0.5", "0.25", "0.125", "standard error")
    note = f"Of E cos({u:g} X) at t = {end:g} for dX = -X dt + 0.5 dL from 1, by {n:,} paths, against the closed form."
    return table("Weak errors", heads, rows, note)


def main() -> None:
    """Time, compare, print, write."""
    text = "\n".join([INTRODUCTION, *speeds(), *exits(), *errors()])
    print(text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()

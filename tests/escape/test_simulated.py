"""The exact law against simulations, at alphas, widths and schedules of their own."""

import numpy as np
import pytest

import stablefit as sf
from stablefit.escape import ExitLaw
from stablefit.sde import Box, Constant, Exponential, LevySDE, MultiStep, Power, Quadratic, first_exit

SCHEDULES = [Constant(), Power(0.45, 1.0), MultiStep([300.0], [0.3]), Exponential(0.004)]
BASIN = {
    "alpha": [1.15, 1.45, 1.85],
    "scale": [0.004, 0.01, 0.06],
    "lower": [-1.0, -0.7, -2.0],
    "upper": [0.8, 1.3, 0.9],
}


def close(found: float, expected: float, error: float, bias: float = 0.0) -> bool:
    """Within 4 standard errors (6e-5 by chance) and a relative bias."""
    return abs(found - expected) <= 4.0 * error + bias * abs(expected)


def thinned(law: ExitLaw, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First exits by single jumps: candidates at s = 1 (the largest), Pareto sizes, kept where they leave.

    A jump J of axis l moves the weights by s^((alpha - 1) / alpha) scale J.
    """
    time, where, side = np.full(n, np.inf), np.full(n, -1), np.zeros(n)
    for axis in range(law.n_axes):
        alpha, scale = law.alpha[axis], law.scale[axis]
        least = min(-law.lower[axis], law.upper[axis]) / scale
        rate = float(sf.Stable(alpha).levy_tail(least))
        last = float(law.isf(1e-6)) if law.trapping_probability() == 0.0 else 5000.0
        for path in range(n):
            t = law.schedule.start + np.cumsum(rng.exponential(1.0 / rate, int(3.0 * rate * last) + 30))
            size = least * rng.random(t.size) ** (-1.0 / alpha) * np.where(rng.random(t.size) < 0.5, -1.0, 1.0)
            move = np.asarray(law.schedule.s(t)) ** ((alpha - 1.0) / alpha) * scale * size
            out = np.flatnonzero((move <= law.lower[axis]) | (move >= law.upper[axis]))
            if out.size and t[out[0]] < time[path]:
                time[path], where[path], side[path] = t[out[0]], axis, np.sign(move[out[0]])
    return time, where, side


@pytest.mark.statistical
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_thinned_jumps(schedule: object) -> None:
    n = 1500
    law = ExitLaw(**BASIN, eta=1.0, schedule=schedule)
    time, axis, side = thinned(law, n, np.random.default_rng(5))
    for u in np.asarray(law.ppf([0.1, 0.35, 0.6])):
        if np.isfinite(u):
            p = law.survival(u)
            assert close((time > u).mean(), p, np.sqrt(p * (1 - p) / n))
    shares = law.exit_probabilities()
    for i in range(3):
        for j, sign in enumerate((-1, 1)):
            p = shares[i, j]
            assert close(((axis == i) & (side == sign)).mean(), p, np.sqrt(p * (1 - p) / n) + 1e-4)
    if law.trapping_probability() == 0.0:
        assert close(time.mean(), law.mean(), time.std() / np.sqrt(n))


@pytest.mark.statistical
@pytest.mark.parametrize("schedule", [Power(0.8), MultiStep([400], [0.5])], ids=["power", "steps"])
def test_iterations_of_gradient_descent(schedule: object) -> None:
    """w -= eta s (h w + noise), in two dimensions with different alphas; 10 % for what leading order leaves out."""
    eta, h, n, last = 0.1, 1.0, 1500, 2500
    alpha, scale, lower, upper = np.array([1.25, 1.65]), np.array([0.06, 0.14]), [-1.0, -0.8], [1.2, 1.0]
    law = ExitLaw(alpha, scale, lower, upper, eta=eta, schedule=schedule, clock="iteration")
    noise, rng = sf.Stable(alpha, scale=scale), np.random.default_rng(0)
    w, left = np.zeros((n, 2)), np.full(n, np.inf)
    axis = np.full(n, -1)
    for k in range(1, last + 1):
        alive = np.flatnonzero(np.isinf(left))
        s = float(schedule.s(k))
        w[alive] -= eta * s * (h * w[alive] + noise.rvs((alive.size, 2), rng=rng))
        out = (w[alive] < lower) | (w[alive] > upper)
        gone = out.any(axis=1)
        left[alive[gone]], axis[alive[gone]] = k, np.argmax(out[gone], axis=1)
    for k in (100, 400, 1000, 2500):
        p = law.survival(k)
        assert close((left > k).mean(), p, np.sqrt(p * (1 - p) / n), 0.1)
    shares = law.exit_probabilities().sum(axis=1)
    share = (axis == 0).sum() / (axis >= 0).sum()
    assert close(share, shares[0] / shares.sum(), np.sqrt(0.25 / n), 0.03)


@pytest.mark.statistical
def test_exits_of_the_simulator() -> None:
    """Steps of the exact Ornstein-Uhlenbeck process; 7 % for what leading order leaves out, and for the step."""
    law = ExitLaw([1.25, 1.7], [0.05, 0.07], [-1.0, -0.6], [1.2, 1.0], eta=1.0)
    sde = LevySDE(Quadratic([1.0, 1.0]), law.alpha, law.scale)
    exits = first_exit(
        sde, Box(law.lower, law.upper), [0.0, 0.0], t_max=500.0, dt=0.02, n_paths=500, method="ou", rng=0
    )
    left = exits.time[~exits.censored]
    assert left.size >= 495
    assert close(left.mean(), law.mean(), left.std() / np.sqrt(left.size), 0.07)
    shares = exits.exit_probabilities().sum(axis=1)
    assert close(shares[0], law.exit_probabilities()[0].sum(), np.sqrt(0.25 / 500), 0.03)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("schedule", [Constant(), Power(0.7, 1.0), Exponential(0.001)], ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("eps", [0.01, 0.003])
def test_rare_exits_by_the_jump_scheme(schedule: object, eps: float) -> None:
    """Small noise, 4,000 paths; leading order is 4 % off at .01 and less at .003."""
    n = 4000
    law = ExitLaw([1.35, 1.75], [eps, 2.0 * eps], [-1.0, -0.6], [1.2, 1.0], eta=1.0, schedule=schedule)
    sde = LevySDE(Quadratic([1.0, 2.0]), law.alpha, law.scale, schedule=schedule)
    end = float(law.isf(max(0.05, law.trapping_probability() + 0.02)))
    exits = first_exit(sde, Box(law.lower, law.upper), [0.0, 0.0], t_max=end, dt=0.05, n_paths=n, method="jump", rng=0)
    for u in np.array([0.1, 0.4, 1.0]) * end:
        p = law.survival(u)
        assert close(float(exits.survival(u)), p, np.sqrt(p * (1 - p) / n), 0.04)
    found = exits.exit_probabilities() / exits.exit_probabilities().sum()
    assert np.abs(found - law.exit_probabilities() / law.exit_probabilities().sum()).max() < 0.04

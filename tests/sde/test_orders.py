"""Weak errors of one Ornstein-Uhlenbeck process against its law, by step: the orders that docs/sde.md states."""

import numpy as np
import pytest

import stablefit as sf
from stablefit.sde import LevySDE, Quadratic, simulate
from stablefit.sde.methods import Method

pytestmark = [pytest.mark.unit, pytest.mark.statistical]

N, END, U = 200_000, 2.0, 1.5


def errors(alpha: float, method: Method, steps: tuple[float, ...], sde: LevySDE) -> tuple[np.ndarray, float]:
    """Errors of E cos(U X) at END for each length of a step, and the standard error of the last."""
    law = sf.Stable(alpha, scale=0.5 * (-np.expm1(-alpha * END) / alpha) ** (1.0 / alpha))
    exact = (np.exp(1j * U * np.exp(-END)) * law.cf(U)).real
    waves = [np.cos(U * simulate(sde, 1.0, END, dt, n_paths=N, method=method, rng=5).final) for dt in steps]
    return np.array([wave.mean() - exact for wave in waves]), float(waves[-1].std() / np.sqrt(N))


@pytest.mark.parametrize("alpha", [1.2, 1.8])
def test_eulers_weak_order_is_one(alpha: float) -> None:
    """Half a step, half the error: within four standard errors of the smaller, and 0.6 for the next order."""
    found, error = errors(alpha, "euler", (0.5, 0.25), LevySDE(Quadratic(1.0), alpha, 0.5))
    slack = 4.0 * error / abs(found[1])
    assert 2.0 - 2.0 * slack < found[0] / found[1] < 2.6 + 2.0 * slack
    assert abs(found[1]) > 4.0 * error


@pytest.mark.parametrize("alpha", [1.2, 1.8])
def test_the_jump_schemes_weak_order_is_two(alpha: float) -> None:
    """Half a step, a quarter of the error or less; Euler's with a quarter of the step is larger than either."""
    sde = LevySDE(Quadratic(1.0), alpha, 0.5)
    found, error = errors(alpha, "jump", (1.0, 0.5), sde)
    assert abs(found[0]) > 10.0 * error
    assert abs(found[1]) < abs(found[0]) / 3.4 + 4.0 * error
    euler, _ = errors(alpha, "euler", (0.25,), sde)
    assert abs(found[1]) < abs(euler[0])


@pytest.mark.parametrize("alpha", [1.2, 1.8])
def test_the_ornstein_uhlenbeck_step_has_no_error(alpha: float) -> None:
    """Four standard errors, a false-alarm rate of 6e-5 each."""
    found, error = errors(alpha, "ou", (2.0, 0.5), LevySDE(Quadratic(1.0), alpha, 0.5))
    assert (np.abs(found) < 4.0 * error).all()


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("jump", 4)])
def test_the_flow_alone_has_its_order(method: Method, order: int) -> None:
    """Without noise: dX = X - X^3 from 0.5, X^2 = 1 / (1 + 3 exp(-2 t))."""
    sde = LevySDE(lambda t, x: x - x**3, 1.5, 0.0)
    exact = (1.0 + 3.0 * np.exp(-2.0)) ** -0.5
    steps = (0.1, 0.05)
    found = [abs(simulate(sde, 0.5, 1.0, dt, method=method, rng=1).final[0, 0] - exact) for dt in steps]
    assert np.log2(found[0] / found[1]) == pytest.approx(order, abs=0.2)

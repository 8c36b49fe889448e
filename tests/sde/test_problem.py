"""The equation as an object: what it says of itself, and equations from fits of gradient noise."""

import numba
import numpy as np
import pytest

import stablefit as sf
from stablefit.sde import Ball, Box, LevySDE, Quadratic, Sublevel

pytestmark = pytest.mark.unit


def pull(t: object, x: np.ndarray) -> np.ndarray:
    return -x


def test_what_is_shown_is_the_same_in_every_process() -> None:
    """Files of finished paths are known by it: no addresses."""
    shown = repr(LevySDE(numba.njit(pull), [1.5, 1.6], 0.1, schedule=lambda t: 1.0 / (1.0 + t)))
    assert shown.startswith("LevySDE(pull, alpha=[1.5, 1.6], scale=0.1, eta=None, schedule=Function(function=<function")
    assert "0x" not in shown
    assert repr(Box(-1.0, [1.0, 2.0])) == "Box(lower=[-1.0, -1.0], upper=[1.0, 2.0])"
    assert repr(Ball(2.0)) == "Ball(radius=2.0, centre=0.0)"
    assert repr(Sublevel(pull, 1.0)) == "Sublevel(pull, level=1.0)"


def test_equations_are_immutable() -> None:
    sde = LevySDE(pull, 1.5, 0.1)
    with pytest.raises(AttributeError, match="LevySDE is immutable: cannot set 'eta'; make a new one instead"):
        sde.eta = 0.1
    with pytest.raises(AttributeError, match="Quadratic is immutable"):
        Quadratic(1.0).centre = np.zeros(1)
    with pytest.raises(ValueError, match="read-only"):
        sde.alpha[...] = 1.0


def test_eps_is_that_of_the_learning_rate() -> None:
    np.testing.assert_allclose(LevySDE(pull, [1.0, 1.5, 2.0], 1.0, eta=0.01).eps, [1.0, 0.01 ** (1 / 3), 0.1])
    np.testing.assert_array_equal(LevySDE(pull, [1.0, 1.5], 1.0).eps, 1.0)


def test_amplitudes_of_gradient_noise() -> None:
    noise = sf.Stable([1.4, 1.8], scale=[0.1, 0.3]).rvs((500, 2), rng=0)
    fit = sf.fit(noise, "quantile", axis=0)
    scale, spread = (LevySDE.from_sgn(fit, [1.0, 4.0], 0.01, name).scale for name in ("stable_scale", "sqrt_var"))
    np.testing.assert_array_equal(scale, fit.scale)
    np.testing.assert_allclose(spread, noise.std(axis=0), rtol=1e-12)
    with pytest.warns(sf.StablefitWarning, match="unit of a squared gradient"):
        row_sum = LevySDE.from_sgn(fit, [1.0, 4.0], 0.01, "row_sum_paper", clock="iteration")
    np.testing.assert_allclose(row_sum.scale, np.abs(np.cov(noise.T, bias=True).sum(axis=0)), rtol=1e-10)
    assert (row_sum.clock, row_sum.eta) == ("iteration", 0.01)
    with pytest.raises(ValueError, match="amplitude must be one of stable_scale, sqrt_var, row_sum_paper, got 'sd'"):
        LevySDE.from_sgn(fit, 1.0, 0.01, "sd")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="fit must hold its samples for this amplitude"):
        LevySDE.from_sgn(sf.Stable(1.5), 1.0, 0.01, "sqrt_var")


def test_increments_have_the_scale_of_their_time() -> None:
    one = sf.sde.levy_increments([1.2, 2.0], 0.5, 1.0, (50, 2), rng=3)
    short = sf.sde.levy_increments([1.2, 2.0], 0.5, 0.25, (50, 2), rng=3)
    np.testing.assert_allclose(short, one * 0.25 ** (1.0 / np.array([1.2, 2.0])), rtol=1e-12)
    with pytest.raises(ValueError, match="dt must be positive and finite, got 0"):
        sf.sde.levy_increments(1.5, 1.0, 0.0, 3)
    with pytest.raises(ValueError, match=r"alpha must lie in \(0, 2\], got 2.1"):
        sf.sde.levy_increments(2.1, 1.0, 1.0, 3)

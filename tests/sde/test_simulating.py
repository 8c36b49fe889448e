"""Paths: what they are in law, and that a path is a function of its number and the seed."""

import numpy as np
import pytest

import stablefit as sf
from stablefit.sde import Box, LevySDE, Quadratic, first_exit, simulate

pytestmark = pytest.mark.unit


def well(t: float, x: np.ndarray) -> np.ndarray:
    return x - x**3


@pytest.mark.statistical
@pytest.mark.parametrize(("alpha", "curvature", "scale"), [(1.2, 0.5, 2.0), (1.7, 3.0, 0.1), (2.0, 1.0, 1.0)])
def test_the_stationary_scale_of_ornstein_and_uhlenbeck(alpha: float, curvature: float, scale: float) -> None:
    """scale (alpha curvature)^(-1/alpha), in steps as long as the relaxation time; characteristic function at three
    points, a false-alarm rate of 6e-5 each."""
    sde = LevySDE(Quadratic(curvature), alpha, scale)
    paths = simulate(sde, 0.0, 20.0 / curvature, 1.0 / curvature, n_paths=4000, method="ou", rng=3)
    law = sf.Stable(alpha, scale=scale * (alpha * curvature) ** (-1.0 / alpha))
    for u in np.array([0.3, 1.0, 2.0]) / law.scale:
        waves = np.cos(u * paths.final[:, 0])
        assert abs(waves.mean() - law.cf(u).real) < 4.0 * waves.std() / np.sqrt(waves.size)


@pytest.mark.parametrize(
    "drift", [Quadratic([1.0, 2.0]), Quadratic([[2.0, 1.0], [1.0, 3.0]]), well], ids=["axes", "matrix", "function"]
)
@pytest.mark.parametrize("mixing", [None, "isotropic", [[1.0, 0.5], [0.0, 1.0]]], ids=repr)
def test_a_path_is_the_same_in_any_company(drift: object, mixing: object) -> None:
    sde = LevySDE(drift, 1.5, 0.1, mixing=mixing)  # type: ignore[arg-type]
    many = simulate(sde, [0.5, -0.5], 1.0, 0.01, n_paths=60, save=7, rng=4)
    few = simulate(sde, [0.5, -0.5], 1.0, 0.01, n_paths=3, save=7, rng=4)
    threads = simulate(sde, [0.5, -0.5], 1.0, 0.01, n_paths=60, save=7, rng=4, n_jobs=7)
    np.testing.assert_array_equal(few.x, many.x[:3])
    np.testing.assert_array_equal(threads.x, many.x)
    assert len(np.unique(many.x[:, -1, 0])) == 60


def test_an_exit_is_on_the_path_that_is_simulated() -> None:
    sde, box = LevySDE(well, 1.4, 0.2), Box(-1.5, 1.2)
    exits = first_exit(sde, box, 0.5, t_max=2.0, dt=0.02, n_paths=40, rng=5)
    paths = simulate(sde, 0.5, 2.0, 0.02, n_paths=40, save=1, rng=5)
    inside = (paths.x[:, :, 0] > -1.5) & (paths.x[:, :, 0] < 1.2)
    first = np.where(inside.all(axis=1), len(paths.t) - 1, np.argmin(inside, axis=1))
    np.testing.assert_array_equal(exits.time, paths.t[first])
    np.testing.assert_array_equal(exits.position, paths.x[np.arange(40), first])
    np.testing.assert_array_equal(exits.censored, inside.all(axis=1))
    assert 0 < exits.censored.sum() < 40


def test_what_is_saved() -> None:
    sde = LevySDE(Quadratic(1.0), 2.0, 0.1)
    ends = simulate(sde, [1.0, 2.0], 1.05, 0.1, n_paths=2, rng=1)
    assert ends.x.shape == (2, 2, 2)
    np.testing.assert_array_equal(ends.t, [0.0, 1.05])
    np.testing.assert_array_equal(ends.x[:, 0], [[1.0, 2.0]] * 2)
    every = simulate(sde, [1.0, 2.0], 1.05, 0.1, n_paths=2, save=1, rng=1)
    np.testing.assert_allclose(every.t, [*np.arange(11) / 10, 1.05], rtol=1e-15)
    np.testing.assert_array_equal(every.x[:, -1], ends.x[:, -1])
    some = simulate(sde, [1.0, 2.0], 1.05, 0.1, n_paths=2, save=[0.31, 0.52], rng=1)
    np.testing.assert_array_equal(some.x, every.x[:, [0, 3, 5, 11]])
    np.testing.assert_allclose(some.t, [0.0, 0.3, 0.5, 1.05], rtol=1e-15)


def test_iterations_are_gradient_descent() -> None:
    """Without noise the arithmetic is that of the update itself; the schedule counts iterations from 1."""
    sde = LevySDE(Quadratic(2.0), 1.5, 0.0, eta=0.1, schedule=sf.sde.MultiStep([2], [0.5]), clock="iteration")
    paths = simulate(sde, 1.0, 3, save=1)
    np.testing.assert_allclose(paths.x[0, :, 0], [1.0, 0.8, 0.64, 0.64 * 0.9], rtol=1e-15)
    np.testing.assert_array_equal(paths.t, [0, 1, 2, 3])


def test_two_clocks_agree_where_they_must() -> None:
    """At a constant rate an Euler step of length eta is an iteration, noise included: eps eta^(1/alpha) = eta."""
    options = {"alpha": 1.3, "scale": 0.7, "eta": 0.05}
    euler = simulate(LevySDE(well, **options), 0.5, 1.0, 0.05, n_paths=5, rng=2)  # type: ignore[arg-type]
    steps = simulate(LevySDE(well, clock="iteration", **options), 0.5, 20, n_paths=5, rng=2)  # type: ignore[arg-type]
    np.testing.assert_allclose(steps.x, euler.x, rtol=1e-12)


def test_a_singular_schedule_is_integrated_over_its_first_step() -> None:
    """s = t^(-1/2): the noise of the first step of length 1 has scale (1/(1 - 0.25))^(1/1.5), in every method."""
    sde = LevySDE(None, 1.5, 1.0, schedule=sf.sde.Power(0.5))
    constant = simulate(LevySDE(None, 1.5, 1.0), 0.0, 1.0, 1.0, n_paths=3, rng=2)
    for method in ("euler", "ou"):
        paths = simulate(sde, 0.0, 1.0, 1.0, n_paths=3, method=method, rng=2)  # type: ignore[arg-type]
        np.testing.assert_allclose(paths.final, constant.final * (1.0 / 0.75) ** (1.0 / 1.5), rtol=1e-9)


def test_an_amplitude_may_depend_on_the_state() -> None:
    fixed = simulate(LevySDE(well, 1.5, 0.3), [0.1, 0.2], 0.5, 0.05, n_paths=4, rng=1)
    same = simulate(LevySDE(well, 1.5, lambda t, x: np.full(x.shape, 0.3)), [0.1, 0.2], 0.5, 0.05, n_paths=4, rng=1)
    np.testing.assert_allclose(same.x, fixed.x, rtol=1e-13)
    still = simulate(LevySDE(None, 1.5, lambda t, x: x), [0.0, 1.0], 0.5, 0.05, n_paths=4, rng=1)
    np.testing.assert_array_equal(still.final[:, 0], 0.0)
    assert (still.final[:, 1] != 1.0).all()


def test_exploding_paths_are_counted_and_nan() -> None:
    sde = LevySDE(lambda t, x: -(x**3), 0.8, 3.0)
    with pytest.warns(sf.StablefitWarning, match=r"\d+ of 50 paths exploded.*smaller dt"):
        paths = simulate(sde, 0.0, 5.0, 0.1, n_paths=50, save=10, rng=1)
    assert 0 < paths.exploded.sum() < 50
    assert np.isnan(paths.x[paths.exploded, -1]).all()
    assert np.isfinite(paths.x[~paths.exploded]).all()
    assert np.isfinite(paths.x[:, 0]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drift": lambda t, x: x[:, 0]}, r"drift must return the shape of x, \(n_paths, N\) = \(1, 2\), got \(1,\)"),
        ({"drift": lambda t, x: np.full(x.shape, np.nan)}, r"got nan at t = 0, x = \[1.0, 2.0\]"),
        ({"drift": lambda t, x: np.where(t > 0.5, np.nan, -x)}, "got nan before t = 0.6, x ="),
        ({"alpha": 2.5}, r"alpha must lie in \(0, 2\], got 2.5"),
        ({"alpha": [1.5, 0.0]}, r"alpha must lie in \(0, 2\], got 0.0"),
        ({"alpha": [1.5, 1.6, 1.7]}, "alpha must be one number or one for each of the 2 axes of x0, got 3"),
        ({"scale": -1.0}, "scale must be finite and not negative, got -1.0"),
        ({"scale": lambda t, x: np.ones(3)}, r"scale must return shape \(n_paths, 2\)"),
        ({"eta": 0.0}, "eta must be positive and finite, got 0.0"),
        ({"clock": "wall"}, "clock must be one of sde, iteration, got 'wall'"),
        ({"mixing": [[1.0, 2.0]]}, "mixing must have a row for each of the 2 axes of x0, got 1"),
        ({"mixing": "round"}, "mixing must be a matrix, 'isotropic' or None, got 'round'"),
        ({"mixing": "isotropic", "alpha": [1.5, 1.6]}, "alpha must be one number for isotropic noise, got 2"),
        ({"dt": 0.0}, "dt must be positive and finite, got 0.0"),
        ({"dt": None}, "dt must be positive and finite, got None"),
        ({"t_end": 0.0}, "t_end must be finite and beyond the schedule's start 0.0, got 0.0"),
        ({"x0": [1.0, np.inf]}, "x0 must be finite, got inf"),
        ({"x0": np.ones((3, 2))}, r"x0 must be of shape \(N,\) or \(n_paths, N\) with n_paths = 1, got \(3, 2\)"),
        ({"n_paths": 0}, "n_paths must be a whole number from 1"),
        ({"n_jobs": 0}, "n_jobs must be a positive integer or -1, got 0"),
        ({"save": 0}, "save must be a positive number of steps, or times, got 0"),
        ({"save": [2.0]}, "save must hold times from 0 to 1, got"),
        ({"method": "milstein"}, "method must be one of euler, ou, jump, got 'milstein'"),
        ({"method": "ou"}, "drift must be a Quadratic.*for method 'ou'"),
        ({"clock": "iteration", "t_end": 1.5}, "t_end must be a positive whole number of iterations, got 1.5"),
        ({"clock": "iteration", "t_end": 3, "method": "ou"}, "method must be 'euler' on the iteration clock"),
    ],
)
def test_bad_input(options: dict[str, object], message: str) -> None:
    given = {"drift": well, "alpha": 1.5, "scale": 0.1, "x0": [1.0, 2.0], "t_end": 1.0, "dt": 0.05} | options
    with pytest.raises(ValueError, match=message):
        simulated(**given)


def simulated(**given: object) -> None:
    names = ("drift", "alpha", "scale", "eta", "clock", "mixing")
    sde = LevySDE(**{name: given.pop(name) for name in names if name in given})  # type: ignore[arg-type]
    simulate(sde, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [{"drift": 3.0}, {"alpha": "1"}, {"schedule": 0.1}])
def test_bad_types(options: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=f"{next(iter(options))} must be"):
        LevySDE(**{"drift": well, "alpha": 1.5, "scale": 0.1, **options})  # type: ignore[arg-type]

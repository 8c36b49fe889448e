"""First exits: closed forms, the leading order of small noise, and paths that depend on nothing but their number.

Simulations agree within three standard errors and 5 %, a false-alarm rate of 0.3 % each before the 5 %.
"""

import math

import numba
import numpy as np
import pytest

import stablefit as sf
from stablefit.sde import Ball, Box, LevySDE, Quadratic, Sublevel, first_exit

pytestmark = pytest.mark.unit

METHODS = ("euler", "ou", "jump")


def rate(alpha: float, scale: float, lower: float, upper: float) -> float:
    """Of exits by one large jump: c_alpha scale^alpha (|lower|^-alpha + upper^-alpha) / alpha."""
    constant = float(sf.Stable(alpha).levy_constant)
    return constant * scale**alpha / alpha * (abs(lower) ** -alpha + upper**-alpha)


def assert_near(found: sf.sde.Estimate, want: float) -> None:
    error = (found.high - found.low) / (2.0 * 1.96)
    assert abs(found - want) < 3.0 * error + 0.05 * want


@pytest.mark.statistical
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("alpha", "x"), [(0.8, 0.5), (1.5, 0.0)])
def test_exits_from_an_interval_are_getoors(alpha: float, x: float, method: str) -> None:
    """(1 - x^2)^(alpha/2) / Gamma(1 + alpha), R. K. Getoor, Trans. Amer. Math. Soc. 101, 1961."""
    sde = LevySDE(None, alpha, 1.0)
    exits = first_exit(sde, Box(-1.0, 1.0), x, t_max=50.0, dt=0.004, n_paths=1500, method=method, rng=1)  # type: ignore[arg-type]
    assert_near(exits.mean(), (1.0 - x**2) ** (0.5 * alpha) / math.gamma(1.0 + alpha))
    assert not exits.censored.any()


@pytest.mark.statistical
@pytest.mark.parametrize("method", ["euler", "jump"])
@pytest.mark.parametrize("alpha", [1.0, 1.6])
def test_isotropic_exits_from_a_ball_are_getoors(alpha: float, method: str) -> None:
    sde = LevySDE(None, alpha, 1.0, mixing="isotropic")
    exits = first_exit(sde, Ball(1.0), [0.6, 0.0, 0.0], t_max=50.0, dt=0.002, n_paths=1500, method=method, rng=1)  # type: ignore[arg-type]
    constant = math.gamma(1.5) / (2.0**alpha * math.gamma(1.0 + 0.5 * alpha) * math.gamma(0.5 * (3.0 + alpha)))
    assert_near(exits.mean(), constant * (1.0 - 0.36) ** (0.5 * alpha))
    assert (exits.axis == -1).all()
    assert (np.linalg.norm(exits.position, axis=1) >= 1.0).all()


@pytest.mark.statistical
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("alpha", [1.2, 1.5, 1.8])
def test_exits_from_a_well_are_those_of_one_large_jump(alpha: float, method: str) -> None:
    """Exponential of the leading order's rate; eps is small, 0.05, so that the next order is below 5 %."""
    dt = 0.2 if method == "jump" else 0.02
    sde, box = LevySDE(Quadratic(1.0), alpha, 0.05), Box(-0.7, 1.0)
    exits = first_exit(sde, box, 0.0, t_max=1e5, dt=dt, n_paths=400, method=method, rng=2)  # type: ignore[arg-type]
    assert_near(exits.mean(), 1.0 / rate(alpha, 0.05, -0.7, 1.0))
    upper = 1.0 / (1.0 + 0.7**-alpha)
    low, high = exits.exit_intervals(0.997)[0, 1]
    assert low - 0.05 * upper < upper < high + 0.05 * upper


@pytest.mark.statistical
def test_axes_compete() -> None:
    alpha, scale, upper = np.array([1.3, 1.6]), 0.03 * np.array([1.0, 1.5]), np.array([1.0, 0.8])
    sde, box = LevySDE(Quadratic(1.0), alpha, scale), Box(-1.0, upper)
    exits = first_exit(sde, box, [0.0, 0.0], t_max=1e5, dt=0.2, n_paths=800, method="jump", rng=3)
    rates = np.array([rate(*values) for values in zip(alpha, scale, (-1.0, -1.0), upper, strict=True)])
    assert_near(exits.mean(), 1.0 / rates.sum())
    shares, ends = exits.exit_probabilities(), exits.exit_intervals(0.997)
    assert shares.sum() == pytest.approx(1.0)
    want = rates[0] / rates.sum()
    assert abs(shares[0].sum() - want) < 3.0 * math.sqrt(want * (1.0 - want) / 800) + 0.05 * want
    assert (ends[..., 0] < shares).all()
    assert (shares < ends[..., 1]).all()


@pytest.mark.statistical
@pytest.mark.parametrize("method", ["ou", "jump"])
def test_a_decaying_rate_makes_exits_weibull(method: str) -> None:
    """s = t^(gamma - 1): survival exp(-a u^g / g), g = 1 + (gamma - 1)(alpha - 1)."""
    sde = LevySDE(Quadratic(1.0), 1.5, 0.1, schedule=sf.sde.Power(0.6))
    exits = first_exit(sde, Box(-1.0, 1.0), 0.0, t_max=1e5, dt=0.1, n_paths=600, method=method, rng=4)  # type: ignore[arg-type]
    g, a = 0.8, rate(1.5, 0.1, -1.0, 1.0)
    assert_near(exits.mean(), (g / a) ** (1.0 / g) * math.gamma(1.0 + 1.0 / g))
    for u in (30.0, 100.0, 300.0):
        want = math.exp(-a * u**g / g)
        low, high = exits.survival_interval(u, 0.997)
        assert low - 0.05 * want < want < high + 0.05 * want


@pytest.mark.statistical
def test_iterations_count_their_own_hazard() -> None:
    """s_k = k^(gamma - 1): hazard c / alpha (eta s_k scale)^alpha Phi an iteration; survival after 3,000 of them.

    eta times curvature is 1: at small ones the noise of many iterations adds up before it is forgotten.
    """
    well = LevySDE(Quadratic(100.0), 1.5, 3.0, eta=0.01, schedule=sf.sde.Power(0.7), clock="iteration")
    exits = first_exit(well, Box(-1.0, 1.0), 0.0, t_max=3000, n_paths=400, rng=5)
    hazard = rate(1.5, 0.03, -1.0, 1.0) * np.sum(np.arange(1, 3001) ** (-0.3 * 1.5))
    want = math.exp(-hazard)
    assert abs(exits.survival(2999.0) - want) < 3.0 * math.sqrt(want * (1.0 - want) / 400) + 0.05 * want
    assert exits.censored.sum() == exits.survival(3000.0) * 400
    assert (exits.time == np.rint(exits.time)).all()


def pull(t: object, x: np.ndarray) -> np.ndarray:
    return -x


def wide(t: object, x: np.ndarray) -> np.ndarray:
    return 0.1 + 0.05 * np.abs(x)


def assert_the_same(found: sf.sde.ExitSample, want: sf.sde.ExitSample) -> None:
    np.testing.assert_allclose(found.time, want.time, rtol=1e-12)
    np.testing.assert_allclose(found.position, want.position, rtol=1e-9)
    assert 0 < want.censored.sum() < len(want)


@pytest.mark.parametrize(("method", "dt"), [("euler", 0.02), ("jump", 0.1)])
def test_every_way_to_write_a_drift_gives_the_same_paths(method: str, dt: float) -> None:
    box, options = Box(-0.5, 0.4), {"t_max": 20.0, "dt": dt, "n_paths": 40, "method": method, "rng": 6}
    want = first_exit(LevySDE(pull, 1.4, 0.1), box, 0.1, **options)  # type: ignore[arg-type]
    for drift in (Quadratic(1.0), Quadratic([[1.0]]), *([numba.njit(pull)] if method == "euler" else [])):
        assert_the_same(first_exit(LevySDE(drift, 1.4, 0.1), box, 0.1, **options), want)  # type: ignore[arg-type]
    assert_the_same(first_exit(LevySDE(pull, 1.4, 0.1), lambda x: box.contains(x), 0.1, **options), want)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("mixing", [None, [[1.0, 0.5], [0.0, 1.0]]], ids=repr)
@pytest.mark.parametrize("scale", [0.1, wide], ids=["fixed", "amplitude"])
@pytest.mark.parametrize(("method", "dt"), [("euler", 0.02), ("jump", 0.1)])
def test_compiled_functions_give_the_same_paths(method: str, dt: float, scale: object, mixing: object) -> None:
    options = {"t_max": 10.0, "dt": dt, "n_paths": 40, "method": method, "rng": 6}
    compiled = numba.njit(scale) if callable(scale) else scale
    want = first_exit(LevySDE(pull, 1.4, scale, mixing=mixing), Ball(0.6), [0.1, 0.0], **options)  # type: ignore[arg-type]
    sde = LevySDE(numba.njit(pull), 1.4, compiled, mixing=mixing)  # type: ignore[arg-type]
    assert_the_same(first_exit(sde, Ball(0.6), [0.1, 0.0], **options), want)  # type: ignore[arg-type]


@pytest.mark.parametrize("mixing", [None, "isotropic", [[1.0, 0.5], [0.0, 1.0]]], ids=repr)
def test_a_path_that_jumps_is_the_same_in_any_company(mixing: object) -> None:
    sde, schedule = {"alpha": 1.3, "scale": 0.1, "mixing": mixing}, sf.sde.Cosine(30.0, floor=0.1)
    problem = LevySDE(Quadratic([1.0, 2.0]), schedule=schedule, **sde)  # type: ignore[arg-type]
    options = {"t_max": 50.0, "dt": 0.1, "method": "jump", "rng": 7}
    many = first_exit(problem, Ball(0.8), [0.1, 0.2], n_paths=60, **options)  # type: ignore[arg-type]
    few = first_exit(problem, Ball(0.8), [0.1, 0.2], n_paths=7, n_jobs=3, **options)  # type: ignore[arg-type]
    np.testing.assert_array_equal(few.time, many.time[:7])
    np.testing.assert_array_equal(few.position, many.position[:7])
    assert 0 < many.censored.sum() < 60
    assert len(np.unique(many.time)) > 10


def test_a_sublevel_set_is_the_ball_that_it_is() -> None:
    sde = LevySDE(lambda t, x: -x, 1.3, 0.2)
    options = {"t_max": 30.0, "dt": 0.05, "n_paths": 30, "rng": 8}
    ball = first_exit(sde, Ball(0.9), [0.1, 0.2], **options)  # type: ignore[arg-type]
    level = first_exit(sde, Sublevel(lambda x: (x**2).sum(axis=1), 0.81), [0.1, 0.2], **options)  # type: ignore[arg-type]
    np.testing.assert_array_equal(level.time, ball.time)
    with pytest.raises(ValueError, match="the domain must be a Box for exit probabilities"):
        ball.exit_probabilities()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"x0": 2.0}, "x0 must lie inside the domain, got a place outside"),
        ({"domain": Box([-1.0, -1.0], 1.0)}, "the domain's lower must have 1 axes as x0 has, got 2"),
        ({"t_max": math.inf}, "t_max must be finite and beyond the schedule's start 0.0, got inf"),
        ({"dt": -0.1}, "dt must be positive and finite, got -0.1"),
        ({"domain": lambda x: x[:, 0]}, r"domain must return one bool a position, shape \(1,\), got float64"),
        ({"domain": Sublevel(lambda x: x, 1.0)}, r"f must return one number a position, shape \(1,\), got \(1, 1\)"),
        ({"domain": Sublevel(lambda x: x[:, 0], 1.0), "method": "ou"}, "the domain a Box or a Ball for method 'ou'"),
    ],
)
def test_bad_input(options: dict[str, object], message: str) -> None:
    given = {"domain": Box(-1.0, 1.0), "x0": 0.0, "t_max": 1.0, "dt": 0.1, "n_paths": 3} | options
    sde = LevySDE(Quadratic(1.0), 1.5, 0.1)
    with pytest.raises(ValueError, match=message):
        first_exit(sde, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Box([0.0, 1.0], [1.0, 1.0]), "lower must be below upper on every axis, got 1.0 and 1.0"),
        (lambda: Box(math.nan, 1.0), "lower must be below upper on every axis, got nan and 1.0"),
        (lambda: Ball(0.0), "radius must be positive and finite, got 0.0"),
        (lambda: Ball(1.0, [0.0, math.inf]), "centre must be a finite number or a row of them"),
        (lambda: Quadratic(np.ones((2, 3))), r"hessian must be a number, a row or a square matrix, got shape \(2, 3\)"),
        (lambda: Quadratic(1.0, math.nan), "centre must be finite, got nan"),
    ],
)
def test_bad_parts(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]


def test_a_domain_is_a_domain_or_a_function() -> None:
    with pytest.raises(TypeError, match="domain must be a Box, Ball, Sublevel or a function"):
        first_exit(LevySDE(None, 1.5, 1.0), 3.0, 0.0, t_max=1.0, dt=0.1)  # type: ignore[arg-type]

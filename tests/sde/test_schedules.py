"""Schedules: factors, integrals in closed form against quadrature, and what is wrong with bad ones."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

import stablefit as sf
from stablefit.sde.schedule import as_schedule

SCHEDULES = [
    sf.sde.Constant(),
    sf.sde.Power(0.6),
    sf.sde.Power(-1.5, start=1.0),
    sf.sde.Power(1.7),
    sf.sde.MultiStep([2.0, 5.0], [0.3, 0.05]),
    sf.sde.Exponential(0.4),
    sf.sde.Cosine(6.0),
    sf.sde.Cosine(6.0, floor=0.1),
    sf.sde.Function(lambda t: 1.0 / (1.0 + t)),
]
IDS = [repr(schedule)[:30] for schedule in SCHEDULES]
pytestmark = pytest.mark.unit


@pytest.mark.parametrize("schedule", SCHEDULES, ids=IDS)
@given(p=st.floats(0.0, 2.0), a=st.floats(0.0, 9.0), length=st.floats(0.01, 9.0))
@settings(max_examples=10)
@pytest.mark.properties
def test_integrals_are_those_of_quadrature(schedule: sf.sde.Schedule, p: float, a: float, length: float) -> None:
    t0 = schedule.start + a
    t = t0 + length
    inner = [point for point in (2.0, 5.0, 6.0) if t0 < point < t]
    want = quad(lambda u: float(schedule.s(u)) ** p, t0, t, points=inner or None, epsabs=1e-13, limit=400)[0]
    # Power(0.6) from 0 to the power 2: t**-0.8, of which QUADPACK finds nine digits
    assert schedule.integral_power(p, t0, t) == pytest.approx(want, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=IDS)
def test_integrals_add_up_over_short_steps(schedule: sf.sde.Schedule) -> None:
    """A step is 1e-6 of its time: a difference of two antiderivatives would keep ten digits of it."""
    grid = 100.0 + 1e-4 * np.arange(11)
    steps = schedule.integral_power(0.5, grid[:-1], grid[1:])
    rates = np.sqrt(schedule.s(0.5 * (grid[:-1] + grid[1:])))
    np.testing.assert_allclose(steps, rates * np.diff(grid), rtol=1e-9, atol=0.0)
    assert steps.sum() == pytest.approx(schedule.integral_power(0.5, grid[0], grid[-1]), rel=1e-12)


@pytest.mark.parametrize(
    ("schedule", "p", "want"),
    [
        (sf.sde.Constant(), 1.0, math.inf),
        (sf.sde.Power(0.6), 0.5, math.inf),
        (sf.sde.Power(0.5, start=1.0), 2.0, math.inf),  # the harmonic series' own: a logarithm
        (sf.sde.Power(-1.0, start=1.0), 1.0, 1.0),
        (sf.sde.MultiStep([2.0], [0.0]), 0.5, 2.0),
        (sf.sde.MultiStep([2.0], [0.1]), 0.5, math.inf),
        (sf.sde.Exponential(0.5), 0.5, 4.0),
        (sf.sde.Cosine(3.0), 1.0, 1.5),
        (sf.sde.Cosine(3.0, floor=0.01), 1.0, math.inf),
        (sf.sde.Function(lambda t: (1.0 + t) ** -3.0), 1.0, 0.5),
        (sf.sde.Function(lambda t: (1.0 + t) ** -1.0), 1.0, math.inf),
        (sf.sde.Function(lambda t: np.exp(-t)), 2.0, 0.5),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_integrals_to_infinity(schedule: sf.sde.Schedule, p: float, want: float) -> None:
    assert schedule.integral_power(p, schedule.start, math.inf) == pytest.approx(want, rel=1e-9)


def test_a_singular_start_is_integrated_and_a_divergent_one_is_infinite() -> None:
    schedule = sf.sde.Power(0.25)
    assert schedule.s(0.0) == math.inf
    np.testing.assert_allclose(schedule.integral_power([0.5, 1.0], 0.0, 16.0), [16.0**0.625 / 0.625, 8.0], rtol=1e-14)
    assert schedule.integral_power(4.0 / 3.0, 0.0, 1.0) == math.inf
    same = sf.sde.Function(lambda t: t**-0.75)
    np.testing.assert_allclose(same.integral_power([0.5, 1.0], 0.0, 16.0), [16.0**0.625 / 0.625, 8.0], rtol=1e-9)


def test_a_milestone_belongs_to_the_piece_that_it_ends() -> None:
    schedule = sf.sde.MultiStep([500], [0.1])
    np.testing.assert_array_equal(schedule.s([1, 500, 501]), [1.0, 1.0, 0.1])
    assert isinstance(schedule.s(3.0), float)


def test_arguments_broadcast() -> None:
    schedule = sf.sde.Exponential(1.0)
    found = schedule.integral_power(np.array([[0.5], [1.0]]), 0.0, np.array([1.0, 2.0, 3.0]))
    assert found.shape == (2, 3)
    assert found[1, 2] == pytest.approx(1.0 - math.exp(-3.0), rel=1e-14)
    assert schedule.integral_power(1.0, 2.0, 2.0) == 0.0
    assert isinstance(schedule.integral_power(1.0, 0.0, 1.0), float)


def test_functions_become_schedules_and_schedules_stay() -> None:
    constant = sf.sde.Constant()
    assert as_schedule(constant) is constant
    assert as_schedule(lambda t: 0.5).integral_power(2.0, 0.0, 4.0) == pytest.approx(1.0, rel=1e-12)
    for wrong in (0.1, None, sf.sde.Constant):
        with pytest.raises(TypeError, match="schedule must be one of"):
            as_schedule(wrong)


def test_schedules_are_values() -> None:
    assert repr(sf.sde.Power(0.6)) == "Power(gamma=0.6, start=0.0)"
    assert sf.sde.MultiStep([1, 2], [0.5, 0.1]) == sf.sde.MultiStep((1.0, 2.0), (0.5, 0.1))
    assert len({sf.sde.Constant(), sf.sde.Constant()}) == 1
    with pytest.raises(AttributeError):
        sf.sde.Power(0.6).gamma = 0.5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sf.sde.Power(math.nan), "gamma must be finite, got nan"),
        (lambda: sf.sde.Power(0.5, start=-1.0), "start must be finite and not negative, got -1"),
        (lambda: sf.sde.MultiStep([1.0], [0.1, 0.01]), "factors must be as many as milestones, got 2 for 1"),
        (lambda: sf.sde.MultiStep([2.0, 1.0], [0.1, 0.01]), "milestones must increase from above 0"),
        (lambda: sf.sde.MultiStep([1.0], [-0.1]), "factors must not be negative, got -0.1"),
        (lambda: sf.sde.MultiStep([math.inf], [0.1]), "milestones must be finite numbers in one row"),
        (lambda: sf.sde.Exponential(math.inf), "k must be finite, got inf"),
        (lambda: sf.sde.Cosine(0.0), "length must be positive and finite, got 0"),
        (lambda: sf.sde.Cosine(1.0, floor=1.5), r"floor must lie in \[0, 1\], got 1.5"),
        (lambda: sf.sde.Power(0.5, start=1.0).s([2.0, 0.5]), "t must be at least the schedule's start 1.0, got 0.5"),
        (lambda: sf.sde.Constant().s(math.nan), "t must be at least the schedule's start"),
        (lambda: sf.sde.Constant().integral_power(1.0, 2.0, 1.0), "t must be at least t0, got 1.0 and 2.0"),
        (lambda: sf.sde.Constant().integral_power(math.nan, 0.0, 1.0), "p must be finite, got nan"),
        (lambda: sf.sde.Function(lambda t: -t).s(2.0), "must not be negative or nan, got -2.0 at t = 2.0"),
        (lambda: sf.sde.Function(lambda t: t[:1]).s([1.0, 2.0]), r"must return the shape of its times, \(2,\), got"),
    ],
)
def test_bad_input(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]


def test_a_function_that_cannot_be_integrated_warns() -> None:
    wild = sf.sde.Function(lambda t: 1.0 + np.sin(1.0 / np.maximum(t, 1e-300)) / np.maximum(t, 1e-300))
    with pytest.raises((sf.StablefitWarning, ValueError)):
        wild.integral_power(1.0, 0.0, 1.0)


def test_functions_must_be_callable() -> None:
    with pytest.raises(TypeError, match="function must be callable, got 3"):
        sf.sde.Function(3)  # type: ignore[arg-type]

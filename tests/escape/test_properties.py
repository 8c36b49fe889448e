"""What holds for every exit law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stablefit.escape import ExitLaw, decomposition
from stablefit.sde import Constant, Cosine, Exponential, MultiStep, Power, Schedule

pytestmark = pytest.mark.properties

schedules = st.one_of(
    st.just(Constant()),
    st.builds(Power, st.floats(0.1, 1.5), st.sampled_from([0.0, 0.5, 3.0])),
    st.builds(lambda t, f: MultiStep([t, 5.0 * t], [f, 0.3 * f]), st.floats(0.5, 1e4), st.floats(0.01, 2.0)),
    st.builds(Exponential, st.floats(-0.1, 0.1)),
    st.builds(Cosine, st.floats(1.0, 1e4), st.floats(0.001, 1.0)),
)
axis = st.tuples(
    st.floats(1.0, 1.999), st.floats(0.001, 0.5), st.floats(-3.0, -0.2), st.one_of(st.floats(0.2, 3.0), st.just(np.inf))
)


@st.composite
def laws(draw: st.DrawFn, plans: st.SearchStrategy[Schedule] = schedules) -> ExitLaw:
    alpha, scale, lower, upper = zip(*draw(st.lists(axis, min_size=1, max_size=4)), strict=True)
    clock, eta = draw(st.sampled_from(["sde", "iteration"])), draw(st.floats(0.001, 1.0))
    return ExitLaw(alpha, scale, lower, upper, eta=eta, schedule=draw(plans), clock=clock)


@given(laws())
def test_exits_and_trapping_are_all_there_is(law: ExitLaw) -> None:
    shares = law.exit_probabilities()
    assert (shares >= 0.0).all()
    assert shares.sum() + law.trapping_probability() == pytest.approx(1.0, abs=1e-10)
    assert (law.mean() == np.inf) == (law.trapping_probability() > 0.0) or law.trapping_probability() < 1e-300


@given(laws(), st.lists(st.floats(0.0, 1e8), min_size=2, max_size=6))
def test_survival_falls(law: ExitLaw, times: list[float]) -> None:
    survival = law.survival(np.sort(times))
    assert ((survival >= 0.0) & (survival <= 1.0)).all()
    assert (np.diff(survival) <= 1e-15).all()
    np.testing.assert_array_equal(law.survival(-1.0), 1.0)


@given(laws(), st.floats(1e-12, 0.999))
def test_quantiles_invert_the_survival(law: ExitLaw, q: float) -> None:
    u = law.ppf(q)
    if np.isinf(u):
        assert 1.0 - law.trapping_probability() <= q * (1.0 + 1e-12)
    elif law.clock == "sde":
        assert law.cdf(u) == pytest.approx(q, rel=1e-9)
    else:
        assert law.cdf(u) >= q * (1.0 - 1e-12)
        assert law.cdf(u - 1.0) < q * (1.0 + 1e-12)


@given(laws(), st.floats(0.1, 10.0))
def test_units_of_the_weights_make_no_difference(law: ExitLaw, unit: float) -> None:
    """Scale and distances times the same factor."""
    other = ExitLaw(
        law.alpha,
        unit * law.scale,
        unit * law.lower,
        unit * law.upper,
        eta=law.eta,
        schedule=law.schedule,
        clock=law.clock,
    )
    assert other.cumulative_hazard(50.0) == pytest.approx(law.cumulative_hazard(50.0), rel=1e-10)
    np.testing.assert_allclose(other.exit_probabilities(), law.exit_probabilities(), rtol=1e-8, atol=1e-14)


@given(laws(st.just(Constant())), st.floats(0.1, 10.0))
def test_scaling_of_one_alpha(law: ExitLaw, factor: float) -> None:
    """The rate goes with scale^alpha, and with eta^(alpha - 1) in time, eta^alpha in iterations."""
    alpha = float(law.alpha[0])
    one = {"alpha": alpha, "lower": law.lower[0], "upper": law.upper[0], "clock": law.clock}
    rate = ExitLaw(**one, scale=0.1, eta=0.01).rate(1.0)
    assert ExitLaw(**one, scale=0.1 * factor, eta=0.01).rate(1.0) == pytest.approx(rate * factor**alpha, rel=1e-10)
    power = alpha - (law.clock == "sde")
    assert ExitLaw(**one, scale=0.1, eta=0.01 * factor).rate(1.0) == pytest.approx(rate * factor**power, rel=1e-10)


@given(laws(), st.data())
def test_axes_may_come_in_any_order(law: ExitLaw, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(law.n_axes)))
    moved = ExitLaw(
        *(getattr(law, name)[list(order)] for name in ("alpha", "scale", "lower", "upper")),
        eta=law.eta,
        schedule=law.schedule,
        clock=law.clock,
    )
    np.testing.assert_allclose(moved.exit_probabilities(), law.exit_probabilities()[list(order)], rtol=1e-9, atol=1e-15)
    assert moved.mean() == pytest.approx(law.mean(), rel=1e-10)


@given(laws(), st.integers(2, 5))
def test_copies_of_all_axes_leave_as_many_times_as_often(law: ExitLaw, n: int) -> None:
    many = ExitLaw(
        *(np.tile(getattr(law, name), n) for name in ("alpha", "scale", "lower", "upper")),
        eta=law.eta,
        schedule=law.schedule,
        clock=law.clock,
    )
    assert many.cumulative_hazard(30.0) == pytest.approx(n * law.cumulative_hazard(30.0), rel=1e-12)
    assert many.survival(30.0) == pytest.approx(law.survival(30.0) ** n, rel=1e-10)


@given(st.floats(1.01, 1.99), st.floats(0.001, 0.2), st.floats(0.01, 0.9), st.floats(0.01, 0.9), st.floats(0.05, 1.0))
def test_the_threshold_cancels(alpha: float, noise: float, rho: float, other: float, s: float) -> None:
    """Large jumps times their probability to leave, for two thresholds."""
    rates = []
    for exponent in (rho, other):
        least = decomposition.jump_threshold(alpha, noise, rho=exponent, s=s)
        leaves = (1.0 / (noise * s ** ((alpha - 1.0) / alpha)) / least) ** -alpha
        rates.append(decomposition.jump_intensity(alpha, noise, rho=exponent, s=s) * leaves)
    assert rates[0] == pytest.approx(rates[1], rel=1e-10)
    law = ExitLaw(alpha, noise, -1.0, 1.0, eta=1.0, schedule=MultiStep([1.0], [s]))
    assert rates[0] == pytest.approx(law.rate(2.0), rel=1e-10)

import csv
import pickle
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest

import stablefit as sf
from stablefit.escape import ExitLaw, exponents
from stablefit.sde import Box, Constant, Cosine, Exponential, LevySDE, MultiStep, Power, Quadratic, Schedule

mpl.use("agg")

V4 = ExitLaw(1.5, 0.02, -1.0, 1.0, eta=1.0, schedule=Power(0.6))
SCHEDULES = [
    Constant(),
    Power(0.6),
    Power(1.3, start=2.0),
    MultiStep([20.0, 90.5], [0.5, 0.1]),
    Exponential(0.01),
    Exponential(-0.01),
    Cosine(80.0),
    Cosine(80.0, 0.1),
    lambda t: 1.0 / (1.0 + t / 50.0),
]
NAMES = ["constant", "power", "later-power", "steps", "decay", "growth", "cosine", "cosine-floor", "function"]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("alpha", "scale", "upper", "mean", "upper_share"),
    [
        (1.2, 0.1, 1.0, None, 0.395),
        (1.5, 0.03, 1.0, None, 0.369),
        (1.8, 0.01, 1.0, None, 0.345),
    ],
)
def test_one_axis_at_constant_rate(alpha: float, scale: float, upper: float, mean: None, upper_share: float) -> None:
    """P(+) = 1 / (1 + (d+ / d-)^alpha) with d- = .7, whatever the noise."""
    law = ExitLaw(alpha, scale, -0.7, upper, eta=1.0)
    assert law.exit_probabilities()[0, 1] == pytest.approx(upper_share, abs=5e-4)
    tail = sf.Stable(alpha, scale=scale).levy_tail([0.7, upper]) / 2.0
    assert law.mean() == pytest.approx(1.0 / tail.sum(), rel=1e-14)


@pytest.mark.unit
@pytest.mark.parametrize(("eps", "mean", "first"), [(0.1, 22.2, 0.567), (0.03, 122.3, 0.652), (0.01, 565.0, 0.723)])
def test_two_axes_of_different_alpha(eps: float, mean: float, first: float) -> None:
    law = ExitLaw([1.3, 1.6], [eps, 1.5 * eps], -1.0, [1.0, 0.8], eta=1.0)
    assert law.mean() == pytest.approx(mean, rel=2e-3)
    assert law.exit_probabilities()[0].sum() == pytest.approx(first, abs=6e-4)


@pytest.mark.unit
def test_power_schedule_of_one_axis() -> None:
    assert V4.mean() == pytest.approx(4145.0, abs=0.5)
    at = V4.survival(np.array([0.2, 0.5, 1.0, 2.0]) * V4.mean())
    np.testing.assert_allclose(at, [0.737, 0.530, 0.331, 0.146], atol=5e-4)


@pytest.mark.unit
def test_power_schedule_of_two_axes() -> None:
    law = ExitLaw([1.3, 1.8], 0.1, -1.0, 1.0, eta=1.0, schedule=Power(0.6))
    assert law.mean() == pytest.approx(55.7, abs=0.05)
    assert law.exit_probabilities()[0].sum() == pytest.approx(0.942, abs=5e-4)
    constant = ExitLaw([1.3, 1.8], 0.1, -1.0, 1.0, eta=1.0)
    assert constant.exit_probabilities()[0].sum() == pytest.approx(0.898, abs=5e-4)


@pytest.mark.unit
def test_iterations() -> None:
    step = {"alpha": 1.5, "scale": 0.03, "lower": -1.0, "upper": 1.0, "eta": 1.0, "clock": "iteration"}
    assert ExitLaw(**step, schedule=Power(0.7)).survival(3000) == pytest.approx(0.737, abs=5e-4)
    fading = ExitLaw(**step, schedule=Power(0.2))
    assert fading.survival(1e5) == pytest.approx(0.990, abs=6e-4)
    assert fading.trapping_probability() == pytest.approx(0.988, abs=6e-4)
    assert fading.mean() == np.inf
    dropped = ExitLaw(**step, schedule=MultiStep([500], [0.1]))
    np.testing.assert_allclose(dropped.survival([250, 500, 5000, 20000]), [0.596, 0.355, 0.264, 0.099], atol=5e-4)


@pytest.mark.unit
def test_learning_rate_is_the_power_of_each_clock() -> None:
    one = {"alpha": [1.4], "scale": 0.3, "lower": -1.0, "upper": 2.0}
    assert ExitLaw(**one, eta=0.01).mean() == pytest.approx(ExitLaw(**one, eta=1.0).mean() * 0.01**-0.4, rel=1e-13)
    rates = [ExitLaw(**one, eta=eta, clock="iteration").rate(1) for eta in (0.01, 1.0)]
    assert rates[0] / rates[1] == pytest.approx(0.01**1.4, rel=1e-13)


@pytest.mark.unit
def test_levy_measure_is_the_law_divided_by_its_constant() -> None:
    own, paper = (ExitLaw(1.7, 0.1, -1.0, 1.0, eta=0.1, measure=m) for m in ("sas", "levy"))
    assert paper.mean() == pytest.approx(own.mean() * sf.Stable(1.7).levy_constant, rel=1e-14)
    assert ExitLaw(2.0, 0.1, -1.0, 1.0, eta=1.0, measure="levy").mean() == pytest.approx(100.0, rel=1e-14)


@pytest.mark.unit
@pytest.mark.parametrize("schedule", SCHEDULES, ids=NAMES)
def test_mean_and_exits_are_the_integrals_that_they_should_be(schedule: object) -> None:
    """Trapezoids over forty thousand points."""
    law = ExitLaw(
        [1.2, 1.6, 1.0 if schedule == Cosine(80.0) else 0.9],
        [0.1, 0.2, 0.02],
        -1.0,
        [1.0, 2.0, 1.5],
        eta=1.0,
        schedule=schedule,
    )
    start = law.schedule.start
    t = start + np.concatenate([[0.0], np.geomspace(1e-9, law.isf(1e-13) - start, 40_001)])
    late = t[1:]
    survival, s = law.survival(t), np.asarray(law.schedule.s(late))
    assert law.mean() == pytest.approx(start + np.trapezoid(survival, t), rel=1e-5)
    shares = law.exit_probabilities()
    for axis in range(3):
        alone = s ** (law.alpha[axis] - 1.0)
        early = (late[0] - start) * alone[0]
        scale = shares[axis].sum() / (np.trapezoid(alone * survival[1:], late) + early)
        single = ExitLaw(*(getattr(law, n)[axis] for n in ("alpha", "scale", "lower", "upper")), eta=1.0)
        assert scale == pytest.approx(single.rate(0.0), rel=5e-5)  # a jump of s costs half a spacing
    assert shares.sum() + law.trapping_probability() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.unit
@pytest.mark.parametrize("schedule", SCHEDULES, ids=NAMES)
@pytest.mark.parametrize("scale", [0.05, 1.0])
def test_iterations_are_sums(schedule: object, scale: float) -> None:
    law = ExitLaw([1.2, 1.6], [scale, 2.0 * scale], -1.0, [1.0, 2.0], eta=0.3, schedule=schedule, clock="iteration")
    first = max(int(np.ceil(law.schedule.start)), 1)
    k = np.arange(first, 200_000.0)
    a = np.array(
        [
            [
                (0.3 * s * sf.Stable(alpha).levy_constant ** (1.0 / alpha)) ** alpha / alpha
                for alpha, s in zip(law.alpha, law.scale, strict=True)
            ]
        ]
    )
    both = a * np.array([[2.0, 1.0 + 2.0**-1.6]])
    with np.errstate(over="ignore"):
        each = both * np.asarray(law.schedule.s(k))[:, None] ** law.alpha
        hazard = np.cumsum(each.sum(axis=1))
        survival = np.exp(-hazard)
    some = np.array([first, first + 7, 100, 1000, 100_000])
    np.testing.assert_allclose(law.cumulative_hazard(some + 0.5), hazard[some - first], rtol=1e-11)
    np.testing.assert_allclose(law.rate(some[:4]), each.sum(axis=1)[some[:4] - first], rtol=1e-13)
    before = np.concatenate([[1.0], survival[:-1]])
    with np.errstate(invalid="ignore"):
        shares = np.nansum(each / each.sum(axis=1, keepdims=True) * (before - survival)[:, None], axis=0)
    if survival[-1] < 1e-16:
        assert law.mean() == pytest.approx(first + survival.sum(), rel=1e-11)
    np.testing.assert_allclose(law.exit_probabilities().sum(axis=1), shares, atol=survival[-1] + 1e-11)
    assert law.exit_probabilities().sum() + law.trapping_probability() == pytest.approx(1.0, abs=1e-11)
    u = law.ppf([0.01, 0.3, 0.6])
    late = u[np.isfinite(u)]
    assert (law.cdf(late) >= np.array([0.01, 0.3, 0.6])[: late.size]).all()
    assert (law.cdf(late - 1) < np.array([0.01, 0.3, 0.6])[: late.size]).all()
    np.testing.assert_allclose(law.pdf(some[:3]), (before - survival)[some[:3] - first], rtol=1e-8, atol=1e-300)


@pytest.mark.unit
def test_density_is_the_slope_of_the_survival() -> None:
    u = np.array([10.0, 1000.0, 6000.0])
    slope = (V4.cdf(u * (1 + 1e-6)) - V4.cdf(u * (1 - 1e-6))) / (2e-6 * u)
    np.testing.assert_allclose(V4.pdf(u), slope, rtol=1e-7)


@pytest.mark.unit
def test_far_ends() -> None:
    law = ExitLaw([1.2, 1.8], 1e-8, -1.0, 1.0, eta=1.0, schedule=Power(0.9))
    np.testing.assert_allclose(law.cdf(law.ppf([1e-300, 1e-20])), [1e-300, 1e-20], rtol=1e-10)
    np.testing.assert_allclose(law.survival(law.isf([1e-300, 1e-20])), [1e-300, 1e-20], rtol=1e-10)
    assert law.ppf([0.0, 1.0]).tolist() == [0.0, np.inf]
    assert np.isnan(law.ppf([-0.1, 1.1, np.nan])).all()
    assert law.survival([-1.0, 0.0, np.inf]).tolist() == [1.0, 1.0, 0.0]
    assert np.isnan(law.survival(np.nan))
    assert np.isnan(law.rate(np.nan))
    assert np.isnan(law.pdf(np.nan))
    assert law.pdf(np.inf) == 0.0
    assert law.median() == law.ppf(0.5) == law.isf(0.5)
    assert ExitLaw(1.5, 1e-200, -1.0, 1.0, eta=1.0, schedule=Power(0.6)).mean() == np.inf


@pytest.mark.unit
@pytest.mark.parametrize("clock", ["sde", "iteration"])
def test_noise_that_ends(clock: str) -> None:
    """Up to the last milestone the axes compete at constant rates; then nobody leaves."""
    law = ExitLaw([1.2, 1.8], 0.1, -1.0, 1.0, eta=1.0, clock=clock, schedule=MultiStep([5.0], [0.0]))  # type: ignore[arg-type]
    rates = np.array([2.0 * sf.Stable(alpha, scale=0.1).levy_tail(1.0) / 2.0 for alpha in law.alpha])
    left = -np.expm1(-5.0 * rates.sum())
    np.testing.assert_allclose(law.exit_probabilities().sum(axis=1), rates / rates.sum() * left, rtol=1e-13)
    assert law.trapping_probability() == pytest.approx(1.0 - left, rel=1e-13)
    assert law.mean() == np.inf


@pytest.mark.unit
@pytest.mark.parametrize("schedule", [Cosine(10.0), Exponential(1.0), MultiStep([5.0], [0.0])], ids=repr)
@pytest.mark.parametrize("clock", ["sde", "iteration"])
def test_hazards_of_next_to_nothing(clock: str, schedule: Schedule) -> None:
    """Each probability is a hazard, and goes like scale^alpha."""
    few, fewer = (
        ExitLaw([1.2, 1.8], scale, -1.0, 2.0, eta=1.0, clock=clock, schedule=schedule).exit_probabilities()  # type: ignore[arg-type]
        for scale in (1e-11, 1e-19)
    )
    np.testing.assert_allclose(fewer / few, [[1e-8**1.2] * 2, [1e-8**1.8] * 2], rtol=1e-11)


@pytest.mark.unit
def test_a_schedule_without_noise_traps() -> None:
    """The first iteration has s = 0."""
    law = ExitLaw([1.2, 1.8], 0.1, -1.0, 1.0, eta=1.0, clock="iteration", schedule=Cosine(1.0))
    np.testing.assert_array_equal(law.exit_probabilities(), 0.0)
    assert law.trapping_probability() == 1.0
    assert law.ppf([0.0, 0.1]).tolist() == [0.0, np.inf]


@pytest.mark.unit
@pytest.mark.timeout(60)
@pytest.mark.parametrize(("gamma", "room"), [(1e4, 1e-10), (1e6, 1e-9), (1e8, 1e-6), (1e300, np.inf)])
def test_a_schedule_like_a_wall(gamma: float, room: float) -> None:
    """Rounding of t^gamma hides what the quadrature looks for: fewer digits, but an end; none are nan."""
    law = ExitLaw([1.2, 1.8], 0.1, -1.0, 1.0, eta=1.0, schedule=Power(gamma))
    assert law.ppf(1e-15) <= law.mean() <= law.isf(1e-15)
    total = law.exit_probabilities().sum()
    assert np.isnan(total) if room == np.inf else total == pytest.approx(1.0, abs=room)


@pytest.mark.unit
def test_very_many_axes() -> None:
    """Different alphas: the mean is that of the sum of all rates, by trapezoids over a few hundred points."""
    n = 300_000
    alpha = np.linspace(1.1, 1.9, n)
    law = ExitLaw(alpha, 0.001, -1.0, 1.0, eta=1.0, schedule=Power(0.5))
    single = sf.Stable(alpha, scale=0.001).levy_tail(1.0)
    some = np.array([0.1, 30.0]) * law.median()
    g = 1.0 - 0.5 * (alpha - 1.0)
    exact = [np.sum(single * u**g / g) for u in some]
    np.testing.assert_allclose(law.cumulative_hazard(some), exact, rtol=1e-12)
    few = np.linspace(0, n - 1, 400).astype(int)
    coarse = ExitLaw(alpha[few], 0.001 * (n / 400) ** (1.0 / alpha[few]), -1.0, 1.0, eta=1.0, schedule=Power(0.5))
    assert law.mean() == pytest.approx(coarse.mean(), rel=1e-2)
    shares = law.exit_probabilities()
    assert shares.shape == (n, 2)
    assert shares.sum() == pytest.approx(1.0, abs=1e-11)
    constant = ExitLaw(alpha, 0.001, -1.0, 1.0, eta=1.0)
    np.testing.assert_allclose(constant.exit_probabilities().sum(axis=1), single / single.sum(), rtol=1e-12)
    assert law.rvs(100, rng=0).shape == (100,)


@pytest.mark.unit
@pytest.mark.parametrize("clock", ["sde", "iteration"])
@pytest.mark.parametrize("schedule", [Power(0.3), Exponential(1e-4), MultiStep([50.0], [1e-3])])
def test_nodes_stand_for_all_exponents(monkeypatch: pytest.MonkeyPatch, schedule: Schedule, clock: str) -> None:
    """600 different alphas by Chebyshev's nodes and one by one."""
    rng = np.random.default_rng(0)
    alpha, scale = rng.uniform(1.01, 1.99, 600), 10.0 ** rng.uniform(-4.0, -2.0, 600)
    few = ExitLaw(alpha, scale, -1.0, 1.0, eta=0.5, schedule=schedule, clock=clock)
    assert few._exponents.nodes
    shares = few.exit_probabilities()
    monkeypatch.setattr(exponents, "MANY", 1000)
    all_of_them = ExitLaw(alpha, scale, -1.0, 1.0, eta=0.5, schedule=schedule, clock=clock)
    assert not all_of_them._exponents.nodes
    np.testing.assert_allclose(shares, all_of_them.exit_probabilities(), rtol=1e-11)
    assert few.mean() == pytest.approx(all_of_them.mean(), rel=1e-12)
    assert few.trapping_probability() == pytest.approx(all_of_them.trapping_probability(), rel=1e-12)
    u = np.geomspace(1e-3, 1e9, 9)
    np.testing.assert_allclose(few.cumulative_hazard(u), all_of_them.cumulative_hazard(u), rtol=1e-12)


@pytest.mark.unit
def test_ratio_of_two_axes() -> None:
    law = ExitLaw([1.3, 1.7], [0.1, 0.2], [-1.0, -2.0], [1.5, 0.5], eta=0.01)
    c = sf.Stable(law.alpha).levy_constant
    rates = c / law.alpha * 0.01 ** (law.alpha - 1.0) * law.scale**law.alpha
    assert law.ratio(0, 1) == pytest.approx((rates * law.upper**-law.alpha)[0] / (rates * law.upper**-law.alpha)[1])
    below = rates * (-law.lower) ** -law.alpha
    assert law.ratio(0, 1, side=-1) == pytest.approx(below[0] / below[1], rel=1e-13)
    with pytest.raises(ValueError, match="axis must be one of the 2 axes, got 2"):
        law.ratio(2, 0)


@pytest.mark.unit
def test_an_axis_without_noise_or_boundary() -> None:
    quiet = ExitLaw([1.5, 2.0], [0.1, 0.0], -1.0, 1.0, eta=1.0)
    assert quiet.exit_probabilities().tolist() == [[0.5, 0.5], [0.0, 0.0]]
    half = ExitLaw(1.5, 0.1, -np.inf, 1.0, eta=1.0)
    assert half.exit_probabilities().tolist() == [[0.0, 1.0]]


@pytest.mark.unit
def test_it_is_a_value() -> None:
    again = ExitLaw(1.5, 0.02, -1.0, 1.0, eta=1.0, schedule=Power(0.6))
    assert again == V4
    assert hash(again) == hash(V4)
    assert pickle.loads(pickle.dumps(V4)) == V4
    assert ExitLaw(1.5, 0.02, -1.0, 1.0, eta=1.0) != V4
    assert V4 != 3
    assert eval(repr(V4), {"ExitLaw": ExitLaw, "Power": Power}) == V4
    assert "0.1, 0.1, 0.1, ..., 0.1" in repr(ExitLaw(np.full(50, 1.5), 0.1, -1.0, 1.0, eta=1.0))
    with pytest.raises(AttributeError, match="immutable"):
        V4.eta = 2.0
    with pytest.raises(ValueError, match="read-only"):
        V4.alpha[0] = 1.0


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"alpha": 2.0}, "alpha must lie below 2 where there is noise, got 2.0; Gaussian noise .*kramers_time"),
        ({"alpha": [1.5, 2.0]}, "got 2.0 on axis 1"),
        ({"alpha": 2.5}, r"alpha must lie in \(0, 2\], got 2.5"),
        ({"alpha": np.nan}, "alpha must lie in .* got nan"),
        ({"scale": 0.0}, "scale must be positive on one axis"),
        ({"scale": -1.0}, "scale must be finite and not negative, got -1.0"),
        ({"lower": 1.0}, "lower must be negative"),
        ({"upper": [1.0, 0.0]}, "upper must be positive, .* got 0.0 on axis 1"),
        ({"upper": [1.0, 2.0], "alpha": [1.1, 1.2, 1.3]}, "shapes alpha"),
        ({"alpha": [[1.5]]}, "one dimension"),
        ({"lower": -np.inf, "upper": np.inf}, "rate of 0"),
        ({"eta": 0.0}, "eta must be positive and finite, got 0.0"),
        ({"clock": "time"}, "clock must be 'sde' or 'iteration', got 'time'"),
        ({"measure": "own"}, "measure must be"),
        ({"alpha": 0.5, "schedule": Cosine(9.0)}, "schedule must stay above 0 where alpha < 1"),
        ({"alpha": 0.5, "schedule": Power(4.0)}, "schedule must have a finite hazard"),
    ],
)
def test_errors(changed: dict[str, object], message: str) -> None:
    given = {"alpha": 1.5, "scale": 0.1, "lower": -1.0, "upper": 1.0, "eta": 1.0} | changed
    with pytest.raises(ValueError, match=message):
        ExitLaw(**given)


@pytest.mark.unit
def test_wrong_types() -> None:
    with pytest.raises(TypeError, match="alpha must be a real number"):
        ExitLaw("1.5", 0.1, -1.0, 1.0, eta=1.0)
    with pytest.raises(TypeError, match="schedule must be"):
        ExitLaw(1.5, 0.1, -1.0, 1.0, eta=1.0, schedule=3.0)


def fits(*, alpha: list[float], scale: list[float], status: list[sf.Status], rows: object = None) -> SimpleNamespace:
    """What a fit of gradient noise tells, without the fitting."""
    data = None if rows is None else SimpleNamespace(rows=rows)
    return SimpleNamespace(alpha=np.array(alpha), scale=np.array(scale), status=np.array(status), data=data)


@pytest.mark.unit
def test_from_gradient_noise() -> None:
    """A dead parameter and a Gaussian one have no part in it; one that could not be fitted is an error."""
    quiet = [sf.Status.OK, sf.Status.DEAD, sf.Status.BOUNDARY, sf.Status.CONSTANT]
    nan = np.nan
    fit = fits(alpha=[1.4, nan, 2.0, nan], scale=[2.0, nan, 1.0, nan], status=quiet)
    law = ExitLaw.from_sgn(fit, -1.0, [1.0, 2.0, 1.0, 1.0], 0.01)
    assert law.clock == "iteration"
    assert not law.exit_probabilities()[1:].any()
    same = ExitLaw(1.4, 2.0, -1.0, 1.0, eta=0.01, clock="iteration")
    assert law.mean() == pytest.approx(same.mean(), rel=1e-14)
    one = SimpleNamespace(alpha=1.4, scale=2.0, status=sf.Status.OK)
    assert ExitLaw.from_sgn(one, -1.0, 1.0, 0.01) == same
    with pytest.raises(sf.DataError, match="alpha below 2 for one parameter at least, got none of 2"):
        ExitLaw.from_sgn(fits(alpha=[nan, 2.0], scale=[nan, 1.0], status=quiet[1:3]), -1.0, 1.0, 0.01)
    lost = fits(alpha=[1.4, nan], scale=[1.0, nan], status=[sf.Status.OK, sf.Status.TOO_FEW])
    with pytest.raises(sf.DataError, match=r"1 of 2 parameters without \(the first: 1, TOO_FEW\); leave them out"):
        ExitLaw.from_sgn(lost, -1.0, 1.0, 0.01)
    with pytest.raises(sf.DataError, match="fit must be of one row"):
        ExitLaw.from_sgn(SimpleNamespace(alpha=np.ones((2, 2)), scale=np.ones((2, 2)), status=0), -1.0, 1.0, 0.01)
    with pytest.raises(TypeError, match="fit must be"):
        ExitLaw.from_sgn(np.ones(3), -1.0, 1.0, 0.01)


@pytest.mark.unit
def test_amplitudes_of_gradient_noise() -> None:
    """The paper's row sums have another unit; the standard deviation exists in a sample, if not in the law."""
    x = np.random.default_rng(0).standard_t(1.5, (2, 500))
    fit = fits(alpha=[1.4, 1.7], scale=[1.0, 1.0], status=[sf.Status.OK] * 2, rows=x)
    law = ExitLaw.from_sgn(fit, -1.0, 1.0, 0.01, "sqrt_var", schedule=Power(0.8))
    np.testing.assert_allclose(law.scale, x.std(axis=1), rtol=1e-12)
    assert law.schedule == Power(0.8)
    with pytest.warns(sf.StablefitWarning, match="unit of a squared gradient"):
        paper = ExitLaw.from_sgn(fit, -1.0, 1.0, 0.01, "row_sum_paper")
    np.testing.assert_allclose(paper.scale, np.abs(np.cov(x, bias=True).sum(axis=1)), rtol=1e-10)


@pytest.mark.unit
def test_from_a_process_and_a_box() -> None:
    sde = LevySDE(Quadratic([1.0, 2.0]), [1.3, 1.6], [0.1, 0.2], eta=0.1, schedule=Power(0.7, 1.0), clock="iteration")
    law = ExitLaw.from_sde(sde, Box([-1.0, -2.0], 1.0))
    same = ExitLaw([1.3, 1.6], [0.1, 0.2], [-1.0, -2.0], 1.0, eta=0.1, schedule=Power(0.7, 1.0), clock="iteration")
    assert law == same
    assert ExitLaw.from_sde(LevySDE(None, 1.5, 0.1), Box(-1.0, 1.0)).eta == 1.0
    with pytest.raises(ValueError, match="independent axes and a constant amplitude, got mixed noise"):
        ExitLaw.from_sde(LevySDE(None, [1.5, 1.5], 0.1, mixing=np.eye(2)), Box(-1.0, 1.0))
    with pytest.raises(ValueError, match="an amplitude that is a function"):
        ExitLaw.from_sde(LevySDE(None, 1.5, lambda t, x: 0.1), Box(-1.0, 1.0))
    with pytest.raises(ValueError, match="lower must be negative"):
        ExitLaw.from_sde(sde, Box(1.0, 2.0))


@pytest.mark.reference
def test_certified(root: Path) -> None:
    """By mpmath from the definition: tiny noise, alpha next to 2, 1e12 iterations; relative errors below 1e-11."""
    with (root / "tests" / "reference" / "exit_law.csv").open() as f:
        rows = list(csv.DictReader(f))
    assert len(rows) == 10
    for row in rows:
        law = ExitLaw(
            [float(row["alpha1"]), float(row["alpha2"])],
            float(row["scale"]),
            -1.0,
            [1.0, 2.0],
            eta=1.0,
            schedule=Power(float(row["gamma"])),
            clock=row["clock"],
        )
        assert law.cumulative_hazard(float(row["u"])) == pytest.approx(float(row["hazard"]), rel=1e-13)
        if row["mean"]:
            assert law.mean() == pytest.approx(float(row["mean"]), rel=1e-12)
            upper = [float(row["upper1"]), float(row["upper2"])]
            np.testing.assert_allclose(law.exit_probabilities()[:, 1], upper, rtol=1e-11)


@pytest.mark.unit
def test_pictures() -> None:
    ax = V4.plot()
    (line,) = ax.get_lines()
    u, survival = line.get_data()
    np.testing.assert_allclose(survival, V4.survival(u))
    assert survival[0] == pytest.approx(0.999, abs=1e-4)
    assert survival[-1] == pytest.approx(0.001, abs=1e-4)
    fading = ExitLaw(1.5, 0.03, -1.0, 1.0, eta=1.0, schedule=Power(0.2), clock="iteration")
    labels = [text.get_text() for text in fading.plot().get_legend().get_texts()]
    assert labels == ["exact law", "never leaves: 0.988"]


@pytest.mark.unit
def test_a_schedule_may_leave_the_range_of_numbers_where_its_powers_do_not() -> None:
    """s = exp(t / 10) is beyond 1e308 long before an axis of alpha next to 1 leaves."""
    law = ExitLaw([1.0, 1.0 + 1e-6], [1e-6, 1e-6], -1.0, 1.0, eta=1.0, schedule=Exponential(-0.1))
    assert np.isfinite(law.mean())
    assert law.exit_probabilities().sum() == pytest.approx(1.0, abs=1e-11)
    assert 0.1 * law.mean() > 1000.0
    assert law.pdf(law.median()) > 0.0

"""What a sample of exits says: by hand for a few paths, coverage of its intervals for many samples."""

import math
import pickle

import numpy as np
import pytest

import stablefit as sf
from stablefit.sde import Box, ExitSample
from stablefit.sde.exit_sample import Estimate
from stablefit.sde.stepper import EXITED, EXPLODED, RUNNING

pytestmark = pytest.mark.unit


def sample(times: list[float], censored: int = 0, t_max: float = 10.0, start: float = 0.0) -> ExitSample:
    """Paths that leave (-1, 1) through either end in turn, and some that do not."""
    n = len(times)
    status = np.array([EXITED] * n + [RUNNING] * censored)
    position = np.array([[1.5], [-2.0]] * n)[:n].tolist() + [[0.0]] * censored
    time = np.array([*times, *[t_max] * censored])
    return ExitSample.of(time, status, np.array(position), Box(-1.0, 1.0), start, t_max)


def test_a_whole_sample_is_averaged() -> None:
    exits = sample([1.0, 2.0, 6.0])
    mean = exits.mean()
    assert mean == 3.0
    assert mean.method == "mean"
    half = 1.959963985 * math.sqrt(7.0) / math.sqrt(3.0)
    assert mean.interval == pytest.approx((3.0 - half, 3.0 + half), rel=1e-6)
    np.testing.assert_array_equal(exits.axis, [0, 0, 0])
    np.testing.assert_array_equal(exits.side, [1, -1, 1])


def test_censored_paths_are_never_averaged() -> None:
    exits = sample([1.0, 2.0, 6.0], censored=2)
    with pytest.raises(ValueError, match="method must not be 'mean' where paths are censored, got 2 of them"):
        exits.mean(method="mean")
    rate = exits.mean()
    assert rate == pytest.approx(29.0 / 3.0)
    assert rate.method == "rate"
    # chi-square quantiles of 8 and 6 degrees of freedom
    assert rate.interval == pytest.approx((58.0 / 17.534546, 58.0 / 1.237344), rel=1e-6)
    assert exits.mean(method="km") == pytest.approx((1.0 + 2.0 + 6.0 + 20.0) / 5.0)
    np.testing.assert_array_equal(exits.axis, [0, 0, 0, -1, -1])
    np.testing.assert_array_equal(exits.side, [1, -1, 1, 0, 0])
    np.testing.assert_allclose(exits.exit_probabilities(), [[0.2, 0.4]])


def test_survival_is_the_share_inside_and_unknown_beyond_the_end() -> None:
    exits = sample([1.0, 2.0, 2.0], censored=1)
    found = exits.survival([0.0, 1.0, 1.5, 2.0, 10.0, 10.1])
    np.testing.assert_array_equal(found, [1.0, 0.75, 0.75, 0.25, 0.25, np.nan])
    assert np.isnan(exits.survival_interval(11.0)).all()
    assert sample([1.0, 2.0]).survival(99.0) == 0.0
    low, high = exits.survival_interval(0.5)
    assert (low, high) == (pytest.approx(0.025**0.25), 1.0)


def test_times_are_absolute() -> None:
    exits = sample([6.0, 8.0], censored=1, start=5.0)
    assert exits.mean() == pytest.approx(5.0 + (1.0 + 3.0 + 5.0) / 2.0)
    assert sample([6.0, 8.0], start=5.0).mean() == 7.0


def test_nothing_left() -> None:
    exits = sample([], censored=3)
    mean = exits.mean()
    assert mean == math.inf
    assert mean.interval == (pytest.approx(60.0 / 7.377759), math.inf)
    assert (exits.exit_probabilities() == 0.0).all()
    assert "3 inside at 10" in str(exits)


def test_exploded_paths_are_counted_and_left_out() -> None:
    status, time = np.array([EXITED, EXPLODED, RUNNING]), np.array([1.0, 2.0, 10.0])
    with pytest.warns(sf.StablefitWarning, match="1 of 3 paths exploded"):
        exits = ExitSample.of(time, status, np.array([[2.0], [np.nan], [0.0]]), Box(-1.0, 1.0), 0.0, 10.0)
    assert np.isnan(exits.time[1])
    assert exits.mean() == 11.0
    assert exits.survival(1.0) == 0.5
    assert repr(exits) == "ExitSample(n_paths=3, exits=1, censored=1, exploded=1)"
    assert "1 exploded" in str(exits)


@pytest.mark.statistical
def test_intervals_cover() -> None:
    """Of a constant rate, from 300 samples of 40 with a third censored: 95 % within four binomial standard errors."""
    rng, t_max = np.random.default_rng(1), 1.1
    covered = []
    for times in rng.exponential(size=(300, 40)):
        exits = sample(times[times < t_max].tolist(), censored=int((times >= t_max).sum()), t_max=t_max)
        mean, (low, high) = exits.mean(), exits.survival_interval(0.7)
        covered.append((mean.low < 1.0 < mean.high, low < math.exp(-0.7) < high))
    shares = np.mean(covered, axis=0)
    assert 0.95 - 4.0 * math.sqrt(0.95 * 0.05 / 300) < shares[0] < 0.95 + 4.0 * math.sqrt(0.95 * 0.05 / 300)
    assert shares[1] > 0.95 - 4.0 * math.sqrt(0.95 * 0.05 / 300)  # Clopper and Pearson's are wide


def test_a_summary_and_a_frame() -> None:
    exits = sample([1.0, 2.0, 6.0], censored=1)
    assert str(exits).splitlines() == [
        "First exits of 4 paths: 3 left, 1 inside at 10",
        f"mean exit time  {exits.mean()!r}, by rate",
        "axis 0, lower  0.2500 (95 %: 0.0063 to 0.8059)",
        "axis 0, upper  0.5000 (95 %: 0.0676 to 0.9324)",
    ]
    frame = exits.to_frame()
    assert list(frame.columns) == ["time", "axis", "side", "censored", "exploded"]
    assert frame.censored.tolist() == [False, False, False, True]


def test_an_estimate_is_a_number() -> None:
    value = Estimate(2.0, 1.0, 4.0, 0.9, "mean")
    again = pickle.loads(pickle.dumps(value))
    assert (again, again.interval, again.level, again.method) == (2.0, (1.0, 4.0), 0.9, "mean")
    assert value + 1 == 3.0
    assert f"{value:.1f}" == "2.0"
    assert repr(value) == "2 (90 %: 1 to 4)"


def test_bad_options() -> None:
    exits = sample([1.0, 2.0])
    for call in (exits.mean, exits.exit_intervals):
        with pytest.raises(ValueError, match=r"level must lie in \(0, 1\), got 95"):
            call(95.0)
    with pytest.raises(ValueError, match="method must be one of mean, rate, km, got 'median'"):
        exits.mean(method="median")  # type: ignore[arg-type]

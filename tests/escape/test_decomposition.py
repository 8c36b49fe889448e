import numpy as np
import pytest

import stablefit as sf
from stablefit.escape import ExitLaw, decomposition
from stablefit.escape.decomposition import (
    LargeJumps,
    SmallJumps,
    deterministic_flow,
    relaxation_bound,
    relaxation_time,
    row_sum_covariance,
    small_jump_bound,
    small_jump_mean,
    small_jump_second_moment,
)
from stablefit.sde import Cosine, Exponential, MultiStep, Power


@pytest.mark.unit
def test_noise_factor() -> None:
    """One step of length eta in time adds the noise of one iteration: eps eta^(1/alpha) = eta."""
    for alpha in (0.7, 1.0, 1.5, 2.0):
        assert decomposition.eps(0.01, alpha) * 0.01 ** (1 / alpha) == pytest.approx(0.01, rel=1e-13)
    with pytest.raises(ValueError, match="eta must be positive"):
        decomposition.eps(0.0, 1.5)
    with pytest.raises(ValueError, match="alpha must lie in"):
        decomposition.eps(0.1, 2.5)


@pytest.mark.unit
@pytest.mark.parametrize("rho", [0.2, 0.5, 0.8])
def test_the_threshold_has_no_part_in_the_rate_of_exits(rho: float) -> None:
    """Intensity times the probability that a large jump leaves is the rate of exits, whatever rho."""
    alpha, noise, scale, s = 1.4, 0.05, 0.7, 0.3
    law = ExitLaw(alpha, noise * scale, -1.0, 2.0, eta=1.0, schedule=MultiStep([1.0], [s]))
    threshold = decomposition.jump_threshold(alpha, noise, rho=rho, s=s)
    reach = noise * s ** ((alpha - 1) / alpha) * scale
    leaves = 0.5 * sum((d / reach / threshold) ** -alpha for d in (1.0, 2.0))
    rate = decomposition.jump_intensity(alpha, noise, rho=rho, s=s) * leaves
    assert rate == pytest.approx(law.rate(2.0), rel=1e-13)


@pytest.mark.unit
@pytest.mark.parametrize("schedule", [None, Power(0.5), Exponential(0.2), MultiStep([2.0], [0.1]), Cosine(30.0, 0.1)])
def test_waiting_times(schedule: object) -> None:
    jumps = LargeJumps([1.2, 1.7], 0.1, 0.4, schedule)
    u = np.array([0.0, 0.7, 3.0])
    begin = 1.5
    grid = begin + np.linspace(0.0, 3.0, 20_001)
    intensity = jumps.intensity(grid).sum(axis=1)
    expected = [np.exp(-np.trapezoid(intensity[: i + 1], grid[: i + 1])) for i in np.searchsorted(grid - begin, u)]
    np.testing.assert_allclose(jumps.wait_survival(u, begin), expected, rtol=1e-3)
    assert jumps.intensity(begin)[0] == pytest.approx(sf.Stable(1.2).levy_tail(jumps.threshold(begin)[0]), rel=1e-12)
    if schedule is None:
        assert jumps.mean_wait() == pytest.approx(1.0 / jumps.intensity(0.0).sum(), rel=1e-13)
        assert jumps.mean_wait(7.0) == pytest.approx(jumps.mean_wait(), rel=1e-9)


@pytest.mark.statistical
def test_drawn_jumps() -> None:
    """Rare means and shares beyond 5 standard errors by chance: 6e-7 each, the seed is fixed."""
    jumps = LargeJumps([1.2, 1.7], 0.1, 0.4, Power(0.5))
    n = 4_000
    drawn = jumps.rvs(3, n, rng=0)
    first = drawn.time[:, 0]
    assert abs(first.mean() - jumps.mean_wait()) < 5 * first.std() / np.sqrt(n)
    u = np.quantile(first, [0.1, 0.5, 0.9])
    survival = jumps.wait_survival(u)
    assert (np.abs(survival - [0.9, 0.5, 0.1]) < 5 * np.sqrt(survival * (1 - survival) / n)).all()
    assert (np.diff(drawn.time) > 0).all()
    late = drawn.time[:, 2]
    shares = jumps.intensity(late)
    expected = (shares[:, 0] / shares.sum(axis=1)).mean()
    assert abs((drawn.axis[:, 2] == 0).mean() - expected) < 5 * 0.5 / np.sqrt(n)
    ones = drawn.axis == 1
    size = np.abs(drawn.size[ones]) / jumps.threshold(drawn.time[ones])[:, 1]
    assert size.min() >= 1.0
    assert abs(np.log(size).mean() - 1 / 1.7) < 5 / 1.7 / np.sqrt(size.size)  # Pareto: log is exponential
    assert abs((drawn.size > 0).mean() - 0.5) < 5 * 0.5 / np.sqrt(drawn.size.size)
    np.testing.assert_array_equal(jumps.rvs(3, n, rng=0).size, drawn.size)


@pytest.mark.unit
def test_jumps_may_end() -> None:
    drawn = LargeJumps(1.5, 0.01, 0.5, Exponential(1.0)).rvs(50, 3, rng=0)
    gone = np.isinf(drawn.time)
    assert gone[:, -1].all()
    assert np.isnan(drawn.size[gone]).all()
    assert (drawn.axis[gone] == -1).all()


@pytest.mark.unit
def test_flow_relaxes_as_the_bound_says() -> None:
    """Equality for U = mu |y|^2 / 2, and below it where another curvature is larger."""
    t = np.linspace(0.0, 2.0, 9)
    round_basin = deterministic_flow(lambda y: 0.7 * y, [1.0, -2.0], t)
    np.testing.assert_allclose((round_basin**2).sum(axis=1), relaxation_bound(0.7, 0.35 * 5.0, t), rtol=1e-8)
    long = deterministic_flow(lambda y: np.array([0.7, 3.0]) * y, [1.0, -2.0], t)
    assert ((long**2).sum(axis=1) <= relaxation_bound(0.7, 0.35 + 6.0, t)).all()
    quartic = deterministic_flow(lambda y: y + y**3, [2.0], t)
    np.testing.assert_allclose(quartic[:, 0], (np.exp(2 * t) * 1.25 - 1) ** -0.5, rtol=1e-8)


@pytest.mark.unit
def test_relaxation_times() -> None:
    assert relaxation_time(2.0, -3.0, 1.0, 0.01) == pytest.approx(np.log(300.0) / 2)
    assert relaxation_time(lambda y: 2.0 * y, -3.0, 1.0, 0.01) == pytest.approx(np.log(300.0) / 2, rel=1e-10)
    assert relaxation_time(2.0, -np.inf, 1.0, 2.0) == 0.0
    with pytest.raises(ValueError, match="derivative must lead to the minimum everywhere"):
        relaxation_time(lambda y: y - y**3, -2.0, 2.0, 0.1)
    with pytest.raises(ValueError, match="delta must be positive"):
        relaxation_time(2.0, -1.0, 1.0, 0.0)
    with pytest.raises(ValueError, match="either side of 0"):
        relaxation_time(2.0, 1.0, 2.0, 0.1)
    with pytest.raises(ValueError, match="positive curvature or a function"):
        relaxation_time(-2.0, -1.0, 2.0, 0.1)
    with pytest.raises(ValueError, match="t must increase"):
        deterministic_flow(lambda y: y, [1.0], [1.0, 0.5])
    with pytest.raises(ValueError, match="mu must be positive"):
        relaxation_bound(0.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="excess must not be negative"):
        relaxation_bound(1.0, -1.0, 1.0)


@pytest.mark.statistical
def test_increments_of_small_jumps() -> None:
    """Variance and fourth moment of 40,000 increments within 5 standard errors: by chance 6e-7 each."""
    small, dt, n = SmallJumps(1.5, 2.0), 0.3, 40_000
    x = small.increments(dt, n, rng=0)
    variance = small.variance_rate * dt
    c = sf.Stable(1.5).levy_constant
    fourth = 2 * c * 2.0**2.5 / 2.5 * dt + 3 * variance**2
    assert abs(x.mean()) < 5 * np.sqrt(variance / n)
    assert abs(x.var() - variance) < 5 * np.sqrt((fourth - variance**2) / n)
    assert abs((x**4).mean() - fourth) < 5 * (x**4).std() / np.sqrt(n)
    np.testing.assert_array_equal(small.increments(dt, (4, 5), rng=1), small.increments(dt, 20, rng=1).reshape(4, 5))


@pytest.mark.statistical
def test_second_moments_against_simulated_small_jumps() -> None:
    """Coupled axes, Euler steps of .01 over 20,000 paths: within 5 standard errors and the step's 1 %."""
    alpha, scale, noise, rho, t, n, steps = np.array([1.3, 1.7]), np.array([1.0, 2.0]), 0.05, 0.5, 0.5, 20_000, 50
    h, start = np.array([[1.0, 0.4], [0.4, 2.0]]), np.array([0.3, -0.2])
    rng = np.random.default_rng(0)
    threshold = decomposition.jump_threshold(alpha, noise, rho=rho)
    z = np.tile(start, (n, 1))
    for _ in range(steps):
        jumps = [SmallJumps(a, o).increments(t / steps, n, rng) for a, o in zip(alpha, threshold, strict=True)]
        z = z - t / steps * z @ h + noise * scale * np.stack(jumps, axis=1)
    exact = small_jump_second_moment(start, h, t, alpha, scale, eps=noise, rho=rho)
    pairs = np.einsum("ni,nj->nij", z, z)
    error = 5 * pairs.std(axis=0) / np.sqrt(n) + 0.01 * np.abs(exact) + 1e-4
    assert (np.abs(pairs.mean(axis=0) - exact) < error).all()
    assert (np.abs(z.mean(axis=0) - small_jump_mean(start, h, t)) < 5 * z.std(axis=0) / np.sqrt(n) + 1e-3).all()


@pytest.mark.unit
def test_second_moments_under_a_schedule() -> None:
    given = {
        "w": [0.5, 0.4],
        "hessian": [[1.0, 0.3], [0.3, 2.0]],
        "t": 1.0,
        "alpha": [1.4, 1.7],
        "eps": 0.05,
        "rho": 0.5,
    }
    plain = small_jump_second_moment(**given)
    same = small_jump_second_moment(**given, schedule=Power(1.0), begin=3.0)
    np.testing.assert_allclose(same, plain, rtol=1e-10)
    halved = small_jump_second_moment(**given, schedule=MultiStep([1.0], [0.5]), begin=2.0)
    reduced = small_jump_second_moment(**(given | {"eps": 0.05 * 0.5 ** (np.array([0.4, 0.7]) / [1.4, 1.7])}))
    np.testing.assert_allclose(halved, reduced, rtol=1e-10)
    one = {"w": [0.0], "hessian": [2.0], "t": 1.0, "alpha": 1.5, "eps": 0.1, "rho": 0.5, "measure": "levy"}
    p = np.linspace(0.0, 1.0, 100_001)[1:]
    power = (0.5 / 1.5) * (2.0 - 0.5 * 0.5)
    q = 4.0 * 0.1**1.75 * p ** (-0.5 * power)
    direct = np.trapezoid(np.exp(-4.0 * (1.0 - p)) * q, p)
    assert small_jump_second_moment(**one, schedule=Power(0.5))[0, 0] == pytest.approx(direct, rel=1e-3)


@pytest.mark.statistical
@pytest.mark.parametrize("noise", [0.1, 0.01])
def test_supremum_is_of_the_order_of_the_threshold(noise: float) -> None:
    """sup |Z - Y| / eps^(1 - rho) up to the next large jump: median .7 to 1.1; Doob's bound holds."""
    alpha, rho, n = 1.5, 0.5, 400
    rng = np.random.default_rng(1)
    threshold = float(decomposition.jump_threshold(alpha, noise, rho=rho))
    until = rng.exponential(1.0 / decomposition.jump_intensity(alpha, noise, rho=rho), n)
    dt = 0.05
    steps = int(until.max() / dt) + 1
    small, z, most = SmallJumps(alpha, threshold), np.zeros(n), np.zeros(n)
    for i in range(steps):
        alive = until > i * dt
        if not alive.any():
            break
        z = np.exp(-dt) * z + noise * small.increments(dt, n, rng, cut=0.05)
        most = np.where(alive, np.maximum(most, np.abs(z)), most)
    ratio = most / noise ** (1 - rho)
    assert 0.5 < np.median(ratio) < 1.3
    for theta in (0.1, 0.3):
        bound = small_jump_bound(alpha, eps=noise, rho=rho, theta=theta)
        assert (most >= noise**theta).mean() <= bound + 3 * np.sqrt(0.25 / n)


@pytest.mark.unit
@pytest.mark.parametrize("replacement", [True, False])
def test_row_sums_of_least_squares(replacement: bool) -> None:
    """Quadratic losses exactly: the covariance at w* + x averaged over many x with the given moments."""
    rng = np.random.default_rng(0)
    features, noise = rng.standard_normal((40, 3)), rng.standard_normal(40)
    hessians = np.einsum("di,dj->dij", features, features)
    gradients = features * noise[:, None]
    gradients -= gradients.mean(axis=0)
    points = rng.standard_normal((5, 3))
    expected = []
    for x in points:
        each = gradients + hessians @ x
        factor = 1.0 if replacement else (40 - 8) / 39
        expected.append(factor / 8 * np.cov(each.T, bias=True).sum(axis=1))
    found = row_sum_covariance(
        gradients, hessians, points.mean(axis=0), points.T @ points / 5, batch_size=8, replacement=replacement
    )
    np.testing.assert_allclose(found, np.mean(expected, axis=0), rtol=1e-11)


@pytest.mark.unit
def test_errors() -> None:
    with pytest.raises(ValueError, match="batch_size must lie between 1 and 2, got 3"):
        row_sum_covariance([[1.0], [2.0]], np.ones((2, 1, 1)), [0.0], [[0.0]], batch_size=3, replacement=False)
    with pytest.raises(ValueError, match="gradients, hessians and moments must be"):
        row_sum_covariance([1.0], [1.0], [0.0], [[0.0]], batch_size=3)
    with pytest.raises(ValueError, match="alpha must lie below 2"):
        LargeJumps([1.5, 2.0], 0.1, 0.5)
    with pytest.raises(ValueError, match="rho must lie in"):
        LargeJumps(1.5, 0.1, 1.5)
    with pytest.raises(ValueError, match="eps must be positive"):
        LargeJumps(1.5, -0.1, 0.5)
    with pytest.raises(ValueError, match="s must not be negative"):
        decomposition.jump_threshold(1.5, 0.1, rho=0.5, s=-1.0)
    with pytest.raises(ValueError, match="alpha must lie in"):
        SmallJumps(2.0, 1.0)
    with pytest.raises(ValueError, match="threshold must be positive"):
        SmallJumps(1.5, 0.0)
    with pytest.raises(ValueError, match="dt must be positive"):
        SmallJumps(1.5, 1.0).increments(0.0, 3)
    with pytest.raises(ValueError, match="cut must lie in"):
        SmallJumps(1.5, 1.0).increments(1.0, 3, cut=1.0)
    with pytest.raises(ValueError, match="hessian must be a symmetric matrix"):
        small_jump_mean([1.0, 1.0], [[1.0, 0.0], [1.0, 1.0]], 1.0)
    with pytest.raises(ValueError, match="alpha must lie below 2"):
        small_jump_second_moment([1.0], [1.0], 1.0, 2.0, eps=0.1, rho=0.5)
    with pytest.raises(ValueError, match="alpha must lie below 2"):
        small_jump_bound(2.0, eps=0.1, rho=0.5, theta=0.1)

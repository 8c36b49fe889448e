"""Fits of torch tensors where they are, against those of arrays; on the host that way is asked for."""

import numpy as np
import pytest
import torch

import stablefit as sf
from stablefit._kernels import scoring
from stablefit.estimators import fitting
from stablefit.estimators.device import curvature, information, likelihood, moments, samples, standard, sweeps
from stablefit.estimators.information import information_table
from stablefit.testing import KINDS

pytestmark = pytest.mark.unit

DEVICES = ["cpu"] + ["cuda"] * torch.cuda.is_available()
METHODS = ("quantile", "logmoment", "ecf", "mle")
ALPHAS = np.array([0.5, 0.8, 1.0, 1.2, 1.5, 1.8, 1.95, 2.0, 2.0])


@pytest.fixture(params=DEVICES)
def device(request, monkeypatch):
    monkeypatch.setattr(fitting, "on_device", lambda x: isinstance(x, torch.Tensor))
    return request.param


def columns(n, seed=0):
    """A sample of every alpha, each in units of its own."""
    rng = np.random.default_rng(seed)
    law = sf.Stable(ALPHAS, loc=100.0 * rng.normal(size=ALPHAS.size), scale=10.0 ** rng.uniform(-3, 3, ALPHAS.size))
    return law.rvs((n, ALPHAS.size), rng=rng)


def assert_same(found, wanted, rtol=1e-10):
    """The same fits; estimates of the order of rounding aside, as the standard errors measure it."""
    np.testing.assert_array_equal(found.status, wanted.status)
    np.testing.assert_array_equal(found.nobs, wanted.nobs)
    for name in ("alpha", "loc", "scale"):
        error = np.nan_to_num(wanted.bse[name]).max(initial=0.0)
        np.testing.assert_allclose(found.params[name], wanted.params[name], rtol=rtol, atol=rtol * error)
        np.testing.assert_allclose(found.bse[name], wanted.bse[name], rtol=rtol)
    spread = np.nan_to_num(np.abs(wanted.cov)).max(axis=(-1, -2), keepdims=True, initial=0.0)
    np.testing.assert_allclose(found.cov / (spread + 1e-300), wanted.cov / (spread + 1e-300), atol=rtol)
    np.testing.assert_allclose(found.loglik, wanted.loglik, rtol=1e-11)


@pytest.mark.parametrize("method", METHODS)
def test_batches_agree_with_those_of_arrays(device, method):
    x = columns(250)
    wanted = sf.fit(x, method, axis=0)
    found = sf.fit(torch.tensor(x, device=device), method, axis=0)
    assert_same(found, wanted)
    assert isinstance(found.alpha, np.ndarray)
    assert isinstance(found.data, samples.DeviceSamples)


@pytest.mark.parametrize("method", METHODS)
def test_float32_is_fitted_as_exactly(device, method):
    """Both ways compute in float64."""
    x = columns(150, seed=1)[:, 2:7].astype(np.float32)
    assert_same(sf.fit(torch.tensor(x, device=device), method, axis=0), sf.fit(x, method, axis=0))


def test_small_samples_are_searched_from_the_same_starts(device):
    x = columns(25, seed=2)
    assert_same(sf.fit(torch.tensor(x, device=device), axis=0), sf.fit(x, axis=0), rtol=1e-9)


@pytest.mark.parametrize("held", [{"alpha": 1.5}, {"loc": 0.0}, {"scale": 1.0}, {"loc": 0.1, "scale": 0.9}], ids=str)
def test_small_samples_with_held_parameters(device, held):
    x = sf.Stable(ALPHAS[:8]).rvs((25, 8), rng=4)
    assert_same(sf.fit(torch.tensor(x, device=device), axis=0, fixed=held), sf.fit(x, axis=0, fixed=held), rtol=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_samples_of_every_kind(device, method):
    """Second looks, second starts and limits that lie far out: what goes another way on the host does so here."""
    rng = np.random.default_rng(3)
    x = np.stack([np.asarray(draw(rng, 40), dtype=np.float64) for draw in KINDS.values()])
    wanted = sf.fit(x, method, axis=1, nan_policy="propagate")
    found = sf.fit(torch.tensor(x, device=device), method, axis=1, nan_policy="propagate")
    np.testing.assert_array_equal(found.status, wanted.status)
    converged = np.flatnonzero(wanted.converged)
    assert converged.size > 10
    assert_same(found[converged], wanted[converged], rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "fixed", [{"loc": 0.0}, {"scale": 1.0}, {"alpha": 1.5}, {"alpha": 1.2, "loc": 0.1, "scale": 0.9}], ids=str
)
def test_held_parameters(device, method, fixed):
    x = sf.Stable(np.array([1.2, 1.6, 2.0])).rvs((120, 3), rng=3)
    found = sf.fit(torch.tensor(x, device=device), method, axis=0, fixed=fixed)
    assert_same(found, sf.fit(x, method, axis=0, fixed=fixed))
    assert found.fixed == {"beta": 0.0} | fixed


@pytest.mark.parametrize("method", METHODS)
def test_normal_laws_are_fitted_to_what_is_not_normal(device, method):
    """The steps towards a location do not end as sharply there."""
    x = sf.Stable(np.array([1.2, 1.6, 2.0])).rvs((120, 3), rng=3)
    found = sf.fit(torch.tensor(x, device=device), method, axis=0, fixed={"alpha": 2.0})
    assert_same(found, sf.fit(x, method, axis=0, fixed={"alpha": 2.0}), rtol=1e-8)


def bad_rows():
    """Rows that cannot be fitted, and one that can."""
    good = sf.Stable(1.5).rvs(40, rng=4)
    inflated, constant, dead, infinite, missing = good.copy(), np.full(40, 3.0), np.zeros(40), good.copy(), good.copy()
    inflated[:9], infinite[5], missing[[0, 7]] = 0.25, np.inf, np.nan
    return np.array([good, inflated, constant, dead, infinite, missing])


@pytest.mark.parametrize("method", ["ecf", "quantile"])
@pytest.mark.parametrize("policy", ["propagate", "omit"])
def test_bad_samples_have_a_status(device, method, policy):
    x = bad_rows()
    found = sf.fit(torch.tensor(x, device=device), method, axis=1, nan_policy=policy)
    assert_same(found, sf.fit(x, method, axis=1, nan_policy=policy))
    last = sf.Status.OK if policy == "omit" else sf.Status.NONFINITE
    S = sf.Status  # noqa: N806
    assert found.status.tolist() == [S.OK, S.ZERO_INFLATED, S.CONSTANT, S.DEAD, S.NONFINITE, last]


def test_short_and_empty_batches(device):
    assert sf.fit(torch.ones(3, 7, device=device), axis=1).status.tolist() == [sf.Status.TOO_FEW] * 3
    assert sf.fit(torch.ones(3, 0, device=device), axis=1).status.tolist() == [sf.Status.TOO_FEW] * 3
    assert sf.fit(torch.ones(0, 50, device=device), axis=1).alpha.shape == (0,)


def message_of(x, **options):
    with pytest.raises((sf.DataError, ValueError, TypeError)) as caught:
        sf.fit(x, **options)
    return f"{caught.type.__name__}: {caught.value}"


def test_errors_are_those_of_arrays(device):
    cases = [(row, {}) for row in bad_rows()[1:]] + [(np.ones(5), {})]
    cases += [
        (bad_rows(), {"axis": 1}),
        (bad_rows(), {}),
        (bad_rows(), {"axis": 2}),
        (np.ones((2, 3, 4)), {"axis": -4}),
        (np.ones(9), {"axis": 1}),
    ]
    for x, options in cases:
        assert message_of(torch.tensor(x, device=device), **options) == message_of(x, **options)
    assert "TypeError: samples must be real numbers" in message_of(torch.ones(9, dtype=torch.bool, device=device))
    assert "single number 3" in message_of(torch.tensor(3, device=device))


def test_any_axis_and_any_number_type(device):
    x = np.moveaxis(columns(60)[:, :6].reshape(60, 2, 3), 0, 1)
    found = sf.fit(torch.tensor(x, device=device), "ecf", axis=1)
    assert found.shape == (2, 3)
    assert_same(found, sf.fit(x, "ecf", axis=1))
    for dtype in (torch.bfloat16, torch.float16, torch.int32):
        t = (100.0 * torch.tensor(sf.Stable(1.8).rvs((200, 2), rng=5), device=device)).to(dtype)
        assert_same(sf.fit(t, "quantile", axis=0), sf.fit(t.double().cpu().numpy(), "quantile", axis=0))


def test_blocks_do_not_change_the_fits(device, monkeypatch):
    x = torch.tensor(columns(100), device=device)
    whole = sf.fit(x, axis=0)
    monkeypatch.setattr(samples, "BLOCK", 400)
    monkeypatch.setattr(sweeps, "PART", 200)
    assert_same(sf.fit(x, axis=0), whole, rtol=1e-11)


def test_a_single_sample_gives_a_result(device):
    x = columns(200)[:, 4]
    t = torch.tensor(x, device=device, requires_grad=True)
    found, wanted = sf.fit(t), sf.fit(x)
    assert type(found) is sf.FitResult
    assert found.status is wanted.status
    assert found.alpha == pytest.approx(wanted.alpha, rel=1e-10)
    assert found.loglik == pytest.approx(wanted.loglik, rel=1e-12)
    assert isinstance(vars(found)["_samples"], torch.Tensor)
    np.testing.assert_array_equal(found.samples, x)  # copied now
    assert found.summary() == wanted.summary()
    assert found.conf_int(method="profile")["alpha"] == pytest.approx(wanted.conf_int(method="profile")["alpha"])


def test_parts_of_a_batch_and_what_needs_the_samples(device):
    x = columns(80)
    found, wanted = sf.fit(torch.tensor(x, device=device), "ecf", axis=0), sf.fit(x, "ecf", axis=0)
    np.testing.assert_allclose(found[2:4].loglik, wanted[2:4].loglik, rtol=1e-12)
    assert found[3].loglik == pytest.approx(wanted[3].loglik, rel=1e-12)
    np.testing.assert_array_equal(found[3].samples, x[:, 3])
    np.testing.assert_array_equal(found.data.rows, x.T)


def test_what_the_device_does_not_do_is_done_on_the_host(device):
    x = sf.Stable(1.5).rvs((90, 2), rng=6)
    t, weights = torch.tensor(x, device=device), np.ones(90)
    assert_same(sf.fit(t, "ecf", axis=0, weights=weights), sf.fit(x, "ecf", axis=0, weights=weights))
    assert_same(sf.fit(t, "mohammadi", axis=0), sf.fit(x, "mohammadi", axis=0))


@pytest.mark.parametrize("method", METHODS)
def test_the_samples_are_not_copied_to_the_host(device, method, monkeypatch):
    """Nothing that comes over is as large as ten numbers a sample, where samples have 100."""
    sizes = []
    for name in ("cpu", "numpy", "tolist", "item"):
        original = getattr(torch.Tensor, name)
        monkeypatch.setattr(torch.Tensor, name, watched(original, sizes))
    found = sf.fit(torch.tensor(columns(100), device=device), method, axis=0)
    assert found.status.max() <= sf.Status.BOUNDARY
    assert sizes
    assert max(sizes) <= 10 * ALPHAS.size


def watched(original, sizes):
    def call(tensor, *args, **options):
        sizes.append(tensor.numel())
        return original(tensor, *args, **options)

    return call


def test_checking_and_moments_wait_for_nothing():
    """On the meta device there are no numbers to wait for."""
    rows = torch.empty(4, 50, device="meta")
    found = standard.standardise(rows, (0.25, 0.75), {})
    assert found.rows.shape == (4, 50)
    everyone = torch.empty(4, dtype=torch.int64, device="meta")
    assert moments.octaves(found.rows, everyone, found.width).shape == (2, 4, moments.OCTAVES)


def test_information_is_the_tables():
    alpha = np.concatenate([np.linspace(0.1, 1.99, 60), 2.0 - np.geomspace(1e-2, 1e-12, 15)])
    wanted = np.array([scoring.information(a, *information_table()) for a in alpha]).T
    for found, want in zip(information.fisher(torch.tensor(alpha)), wanted, strict=True):
        np.testing.assert_allclose(found, want, rtol=1e-13)


def test_steps_solve_the_equations_of_what_may_move():
    rng = np.random.default_rng(0)
    root, vector = rng.standard_normal((40, 3, 3)), rng.standard_normal((40, 3))
    matrix, movable = root @ root.transpose(0, 2, 1), rng.random((40, 3)) < 0.7
    step, gain = curvature.solve(*(torch.tensor(part) for part in (matrix, vector, movable)))
    for a, v, moves, found, promised in zip(matrix, vector, movable, step.numpy(), gain, strict=True):
        want = np.linalg.solve(a[np.ix_(moves, moves)], v[moves])
        np.testing.assert_allclose(found[moves], want, rtol=1e-8)
        assert not found[~moves].any()
        assert promised.item() == pytest.approx(v[moves] @ want, rel=1e-9)
    everything = torch.ones(3, 3, dtype=torch.bool)
    bent = torch.stack([torch.diag(torch.tensor(d)) for d in ([-1.0, 1, 1], [1.0, -1, 1], [1.0, 1, -1])])
    assert curvature.solve(bent, torch.ones(3, 3), everything)[1].tolist() == [-1.0] * 3


def test_curvature_learns_what_a_step_has_shown():
    rng = np.random.default_rng(1)
    root, move = (torch.tensor(rng.standard_normal(shape)) for shape in ((9, 3, 3), (9, 3)))
    matrix = root @ root.transpose(1, 2)
    drop = (2.5 * matrix @ move[:, :, None])[:, :, 0]
    new = curvature.updated(matrix, move, drop)
    torch.testing.assert_close((new @ move[:, :, None])[:, :, 0], drop)
    torch.testing.assert_close(curvature.updated(matrix, move, -drop), matrix)  # not convex: it stays


def test_log_likelihood_leaves_nan_out():
    rows = torch.tensor([[0.1, np.nan, 3.0], *[[1.0, 2.0, 1e9]] * 3], dtype=torch.float64)
    alpha = torch.tensor([1.5, 1.9, 1.9, 1.9], dtype=torch.float64)
    loc = torch.tensor([0.2, 0.0, 0.0, 0.0], dtype=torch.float64)
    scale = torch.tensor([2.0, np.nan, 0.0, np.inf], dtype=torch.float64)
    found = likelihood.log_likelihood(rows, alpha, loc, scale)
    assert found[0].item() == pytest.approx(sf.Stable(1.5, loc=0.2, scale=2.0).logpdf([0.1, 3.0]).sum(), rel=1e-13)
    assert torch.isnan(found[1:]).all()


def test_tensors_on_the_host_are_not_copied():
    x = torch.tensor(columns(50), dtype=torch.float32)
    data = sf.fit(x, "quantile", axis=0).data
    assert not isinstance(data, samples.DeviceSamples)
    assert np.shares_memory(data.rows, x.numpy())

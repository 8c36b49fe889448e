"""The tensor operations for a device against the compiled kernels, on the host and wherever there is a device."""

import numpy as np
import pytest
import torch

import stablefit as sf
from stablefit._kernels import odds_slopes
from stablefit.laws.device import ALPHA_MIN, density, odds, pieces, quantile
from stablefit.laws.tabled import tables

pytestmark = pytest.mark.unit

DEVICES = ["cpu"] + ["cuda"] * torch.cuda.is_available()
ALPHAS = [0.1, 0.13, 0.25, 0.4, 0.7, 0.95, 1.0, 1.2, 1.5, 1.8, 1.9, 1.95, 1.96, 1.999999, 2.0]


def points(n=30):
    """Points from the centre to far out in the tail of every law; shape (laws, n)."""
    p = 10.0 ** np.random.default_rng(0).uniform(-14.0, -0.31, (len(ALPHAS), n))
    return sf.Stable(np.array(ALPHAS)[:, None]).isf(p)


def tensors(z, device):
    return torch.tensor(z, device=device), torch.tensor(ALPHAS, dtype=torch.float64, device=device)


def each_alone(function, z, alpha):
    """The same where every point has an alpha of its own."""
    found = function(z.reshape(-1, 1), alpha.repeat_interleave(z.shape[1]))
    return [part.reshape(z.shape) for part in found]


@pytest.mark.parametrize("device", DEVICES)
def test_density_and_its_slopes(device):
    z = points()
    want = sf.Stable(np.array(ALPHAS)[:, None]).logpdf_grad(z)
    together = density.log_density(*tensors(z, device), 1)
    alone = each_alone(lambda z, alpha: density.log_density(z, alpha, 1), *tensors(z, device))
    for found in (together, alone):
        for got, expected in zip(found, want, strict=True):
            np.testing.assert_allclose(got.cpu(), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("device", DEVICES)
def test_log_odds_and_tails(device):
    z = points()
    want = np.array([[odds_slopes.at(x, law) for x in row] for row, law in zip(z, laws(), strict=True)])
    log_tail = sf.Stable(np.array(ALPHAS)[:, None]).logsf(z)
    together = odds.at(*tensors(z, device), 1)
    alone = odds.Odds(*each_alone(lambda z, alpha: odds.at(z, alpha, 1), *tensors(z, device)))
    for found in (together, alone):
        np.testing.assert_allclose(found.m.cpu(), want[..., 0], rtol=1e-12)
        np.testing.assert_allclose(found.log_tail.cpu(), log_tail, rtol=1e-12)
        below = np.array(ALPHAS) < 2.0  # at 2 the kernel gives no slope in alpha beyond the wing
        np.testing.assert_allclose(found.in_z.cpu(), want[..., 1], rtol=1e-11)
        np.testing.assert_allclose(found.in_alpha.cpu()[below], want[below, :, 2], rtol=1e-11, atol=1e-13)


def test_the_least_alpha_is_that_of_the_tables():
    assert tables("density").bulk[0, 0] == tables("odds").bulk[0, 0] == ALPHA_MIN


def laws():
    return [odds_slopes.prepare(alpha, *tables("odds")) for alpha in ALPHAS]


@pytest.mark.parametrize("device", DEVICES)
def test_many_laws_are_summed_a_piece_at_a_time(device, monkeypatch):
    z, alpha = tensors(points(), device)
    few = [density.log_density(z, alpha, 2), odds.at(z, alpha, 1)]
    monkeypatch.setattr(pieces, "_MANY", 4)
    many = [density.log_density(z, alpha, 2), odds.at(z, alpha, 1)]
    for one, other in zip(few, many, strict=True):
        for got, want in zip(other, one, strict=True):
            torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-12)


def test_values_alone_are_those_beside_slopes():
    z, alpha = tensors(points(), "cpu")
    assert torch.equal(density.log_density(z, alpha)[0], density.log_density(z, alpha, 2)[0])
    alone, beside = odds.at(z, alpha), odds.at(z, alpha, 1)
    torch.testing.assert_close(alone.m, beside.m, rtol=1e-14, atol=0.0)
    torch.testing.assert_close(alone.log_tail, beside.log_tail, rtol=1e-14, atol=0.0)


@pytest.mark.parametrize("device", DEVICES)
def test_quantiles(device):
    p = 10.0 ** np.random.default_rng(1).uniform(-200.0, -0.31, (len(ALPHAS), 10))
    p = np.column_stack([p, np.tile([0.5, 0.5 - 1e-12, 0.25, 0.3, 1e-300], (len(ALPHAS), 1))])
    want = sf.Stable(np.array(ALPHAS)[:, None]).isf(p)
    got = quantile.upper(*tensors(p, device)).cpu()
    np.testing.assert_allclose(got, want, rtol=1e-11)
    edges = quantile.upper(*tensors(np.tile([0.0, -0.1, 0.6, np.nan], (len(ALPHAS), 1)), device)).cpu()
    assert torch.isinf(edges[:, 0]).all()
    assert torch.isnan(edges[:, 1:]).all()


def test_quantiles_take_few_steps(monkeypatch):
    steps, at = [], odds.at
    monkeypatch.setattr(odds, "at", lambda *arguments: steps.append(1) or at(*arguments))
    quantile.upper(*tensors(np.tile([1e-9, 0.01, 0.2, 0.4999], (len(ALPHAS), 1)), "cpu"))
    assert len(steps) <= 12


@pytest.mark.parametrize("alpha", [0.3, 1.0, 1.6, 1.97])
def test_second_derivatives_are_those_of_the_kernels_slopes(alpha):
    """Five-point differences: what they cannot resolve is 1e-8 of the largest."""
    law, h, k = sf.Stable(alpha), 1e-4, 1e-4
    z = law.isf(10.0 ** np.random.default_rng(2).uniform(-6.0, -0.31, 40))
    found = density.log_density(torch.tensor(z)[None], torch.tensor([alpha], dtype=torch.float64), 2)
    steps, shares = (-2, -1, 1, 2), np.array([1.0, -8.0, 8.0, -1.0]) / 12.0
    in_z = [np.array(law.logpdf_grad(z * (1.0 + h * i))[1:]) for i in steps]
    in_alpha = [np.array(sf.Stable(alpha + k * i).logpdf_grad(z)[1:]) for i in steps]
    zz, za = np.tensordot(shares, in_z, 1) / (h * z)
    _, aa = np.tensordot(shares, in_alpha, 1) / k
    for got, want in zip(found[3:], (zz, za, aa), strict=True):
        np.testing.assert_allclose(got[0], want, rtol=1e-6, atol=1e-7 * np.abs(want).max())


def test_the_ends_of_the_line():
    z = torch.tensor([[np.inf, np.nan]] * 2, dtype=torch.float64)
    alpha = torch.tensor([1.5, 2.0], dtype=torch.float64)
    log_f, in_z, in_alpha = density.log_density(z, alpha, 1)
    assert log_f[:, 0].tolist() == in_alpha[:, 0].tolist() == [-np.inf, -np.inf]
    assert in_z[:, 0].tolist() == [0.0, -np.inf]
    assert all(torch.isnan(part[:, 1]).all() for part in (log_f, in_z, in_alpha))
    found = odds.at(z, alpha, 1)
    assert found.m[:, 0].tolist() == [np.inf, np.inf]
    assert found.log_tail[:, 0].tolist() == [-np.inf, -np.inf]
    assert torch.isnan(found.m[:, 1]).all()


@pytest.mark.parametrize("n", [3, 40])
def test_no_step_waits_for_a_number(n):
    """On the meta device there are shapes only: a copy to the host, or a shape that depends on the data, raises."""
    z, alpha = torch.empty(4, n, dtype=torch.float64, device="meta"), torch.empty(4, dtype=torch.float64, device="meta")
    assert [part.shape for part in density.log_density(z, alpha, 2)] == [(4, n)] * 6
    assert [part.shape for part in odds.at(z, alpha, 1)] == [(4, n)] * 4
    assert quantile.upper(z, alpha).shape == (4, n)

"""The stable law as a torch distribution, by the compiled kernels and by tensor operations."""

import math

import numpy as np
import pytest
import torch
from torch import distributions, func
from torch.autograd import grad, gradcheck, gradgradcheck

import stablefit as sf
from adapters.torch import Stable, law_functions

pytestmark = pytest.mark.adapters

DEVICES = ["cpu"] + ["cuda"] * torch.cuda.is_available()
PATHS = ["kernels", "tensors"]
F64 = torch.float64
FORWARD = pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")
"""Torch's own forward-mode differentiation warns of itself."""


@pytest.fixture(params=PATHS)
def path(request, monkeypatch):
    """Both ways to compute on the host; on a device there is one."""
    if request.param == "tensors":
        monkeypatch.setattr(law_functions, "on_host", lambda x: False)
    return request.param


@pytest.fixture(params=DEVICES)
def device(request):
    return request.param


def parameters(device="cpu"):
    """Six laws, alpha = 1 and laws near 2 among them, as leaves."""
    rng = np.random.default_rng(0)
    alpha = [0.45, 1.0, 1.3, 1.6, 1.92, 1.97]
    values = alpha, rng.normal(size=6), rng.uniform(0.5, 2.0, 6)
    return [torch.tensor(v, dtype=F64, device=device, requires_grad=True) for v in values]


def values(device="cpu"):
    """Two values for each law."""
    x = 3.0 * np.random.default_rng(1).normal(size=(2, 6))
    return torch.tensor(x, device=device, requires_grad=True)


def probabilities(device="cpu"):
    return torch.tensor(np.random.default_rng(2).uniform(0.01, 0.99, (2, 6)), device=device, requires_grad=True)


def numpy_law(alpha, loc, scale):
    alpha, loc, scale = (part.detach().cpu().numpy() for part in (alpha, loc, scale))
    return sf.Stable(alpha, loc=loc, scale=scale)


def log_prob(x, alpha, loc, scale):
    return Stable(alpha, loc, scale).log_prob(x)


def test_agrees_with_the_numpy_law(path, device):
    leaves, x, p = parameters(device), values(device), probabilities(device)
    law, want = Stable(*leaves), numpy_law(*leaves)
    x_host, p_host = x.detach().cpu().numpy(), p.detach().cpu().numpy()
    np.testing.assert_allclose(law.log_prob(x).detach().cpu(), want.logpdf(x_host), rtol=1e-12)
    np.testing.assert_allclose(law.cdf(x).detach().cpu(), want.cdf(x_host), rtol=1e-12)
    np.testing.assert_allclose(law.icdf(p).detach().cpu(), want.ppf(p_host), rtol=1e-11)


def test_tails_keep_their_digits(path):
    law, want = Stable(torch.tensor(1.5, dtype=F64)), sf.Stable(1.5)
    x = torch.tensor([-1e8, -1e3, 1e3, 1e200], dtype=F64)
    np.testing.assert_allclose(law.cdf(x), want.cdf(x.numpy()), rtol=1e-12)
    np.testing.assert_allclose(law.log_prob(x), want.logpdf(x.numpy()), rtol=1e-12)
    np.testing.assert_allclose(law.icdf(torch.tensor([1e-100, 1e-9], dtype=F64)), want.ppf([1e-100, 1e-9]), rtol=1e-11)


def test_float32_loses_nothing_but_the_rounding_of_what_it_is_given(path, device):
    """Computed in float64: half a unit in the last place."""
    x = values(device).detach().float()
    leaves = [leaf.detach().float() for leaf in parameters(device)]
    law, want = Stable(*leaves), numpy_law(*leaves)
    assert law.log_prob(x).dtype == law.cdf(x).dtype == law.rsample().dtype == torch.float32
    np.testing.assert_allclose(law.log_prob(x).cpu(), want.logpdf(x.cpu().numpy()), rtol=6e-8)
    np.testing.assert_allclose(law.cdf(x).cpu(), want.cdf(x.cpu().numpy()), rtol=6e-8)


@FORWARD
def test_gradients(path, device):
    leaves, options = parameters(device), {"check_forward_ad": True, "fast_mode": path == "tensors"}
    assert gradcheck(log_prob, (values(device), *leaves), **options)
    assert gradcheck(lambda x, *rest: Stable(*rest).cdf(x), (values(device), *leaves), **options)
    assert gradcheck(lambda p, *rest: Stable(*rest).icdf(p), (probabilities(device), *leaves), **options)


def test_second_derivatives_of_log_prob(path, device):
    assert gradgradcheck(log_prob, (values(device), *parameters(device)), fast_mode=True)


def test_derivatives_that_are_not_there_are_refused(path):
    x = torch.tensor([0.3], dtype=F64, requires_grad=True)
    law = Stable(torch.tensor(1.5, dtype=F64))
    for function, orders in ((law.log_prob, 3), (law.cdf, 2)):
        found = function(x)
        for _ in range(orders - 1):
            (found,) = grad(found.sum(), x, create_graph=True)
        with pytest.raises(NotImplementedError, match="at most twice"):
            grad(found.sum(), x)


def test_at_two_the_law_is_normal_and_its_slope_in_alpha_that_from_below(path):
    alpha = torch.tensor(2.0, dtype=F64, requires_grad=True)
    x = torch.linspace(-30.0, 30.0, 61, dtype=F64)
    found = Stable(alpha, 1.0, 3.0).log_prob(x)
    want = distributions.Normal(torch.tensor(1.0, dtype=F64), 3.0 * math.sqrt(2.0))
    torch.testing.assert_close(found, want.log_prob(x), rtol=1e-13, atol=1e-13)
    slopes = [grad(part, alpha, retain_graph=True)[0].item() for part in found]
    np.testing.assert_allclose(slopes, sf.Stable(2.0, loc=1.0, scale=3.0).logpdf_grad(x.numpy())[2], rtol=1e-12)


def test_at_one_the_law_is_cauchys(path):
    x = torch.linspace(-50.0, 50.0, 41, dtype=F64)
    law, want = Stable(torch.tensor(1.0, dtype=F64), 1.0, 2.0), distributions.Cauchy(torch.tensor(1.0, dtype=F64), 2.0)
    for name in ("log_prob", "cdf"):
        torch.testing.assert_close(getattr(law, name)(x), getattr(want, name)(x), rtol=1e-12, atol=1e-14)
    p = torch.linspace(0.01, 0.99, 21, dtype=F64)
    torch.testing.assert_close(law.icdf(p), want.icdf(p), rtol=1e-11, atol=1e-12)


def test_draws_have_gradients(device):
    """Against differences of the same draws, for alpha on both sides of 1, at 1 and just below 2."""

    def drawn(alpha, loc, scale):
        torch.manual_seed(0)
        return Stable(alpha, loc, scale).rsample((5,))

    leaves = parameters(device)
    assert drawn(*leaves).shape == (5, 6)
    assert gradcheck(drawn, leaves)


@pytest.mark.statistical
def test_draws_follow_the_law(device):
    """Kolmogorov's distance of 20,000 draws at five alpha; false-alarm rate 1e-4 each."""
    torch.manual_seed(1)
    alpha = torch.tensor([0.3, 1.0, 1.4, 1.95, 2.0], dtype=F64, device=device)
    law = Stable(alpha, -1.0, 2.0)
    with torch.no_grad():
        u = law.cdf(law.rsample((20_000,))).sort(dim=0).values
    steps = torch.arange(1, 20_001, dtype=F64, device=device)[:, None] / 20_000
    distance = torch.maximum((steps - u).abs(), (u - steps + 1.0 / 20_000).abs()).amax(dim=0)
    assert (distance < 2.226 / math.sqrt(20_000)).all()


@pytest.mark.statistical
def test_gradients_of_draws_are_those_of_expectations(device):
    """d/dalpha E cos X = -|t|^alpha log|t| exp(-|t|^alpha) at scale t; four standard errors of 100,000 draws: 6e-5."""
    torch.manual_seed(2)
    scale = 2.0
    for start in (0.7, 1.0, 1.8):
        alpha = torch.full((100_000,), start, dtype=F64, device=device, requires_grad=True)
        (slopes,) = grad(torch.cos(Stable(alpha, 0.0, scale).rsample()).sum(), alpha)
        want = -(scale**start) * math.log(scale) * math.exp(-(scale**start))
        assert abs(slopes.mean().item() - want) < 4.0 * slopes.std().item() / math.sqrt(100_000)


def test_what_torch_expects_of_a_distribution(device):
    alpha = torch.tensor([0.8, 1.5, 2.0], device=device)
    law = Stable(alpha, torch.zeros(2, 1, device=device), 3.0)
    assert (law.batch_shape, law.event_shape, law.has_rsample) == ((2, 3), (), True)
    assert law.sample((4,)).shape == (4, 2, 3)
    assert not law.sample().requires_grad
    assert law.expand((5, 2, 3)).log_prob(torch.zeros(3, device=device)).shape == (5, 2, 3)
    assert law.support.check(torch.tensor(-1.0))
    assert "Stable(alpha" in repr(law)
    np.testing.assert_array_equal(law.mean[0].cpu(), [np.nan, 0.0, 0.0])
    np.testing.assert_array_equal(law.variance[0].cpu(), [np.inf, np.inf, 18.0])
    np.testing.assert_array_equal(law.stddev[0, :2].cpu(), [np.inf, np.inf])
    assert (law.mode == 0.0).all()


def test_transforms_and_independent_take_it():
    law = Stable(torch.tensor([1.2, 1.7], dtype=F64), 0.5, 2.0)
    x = torch.tensor([[0.3, 4.0], [-2.0, 1.0]], dtype=F64)
    joint = distributions.Independent(law, 1)
    torch.testing.assert_close(joint.log_prob(x), law.log_prob(x).sum(dim=-1))
    moved = distributions.TransformedDistribution(law, distributions.AffineTransform(1.0, -3.0))
    direct = Stable(law.alpha, 1.0 - 3.0 * 0.5, 6.0)
    torch.testing.assert_close(moved.log_prob(x), direct.log_prob(x))
    torch.testing.assert_close(moved.cdf(x), direct.cdf(x))
    logs = distributions.TransformedDistribution(law, distributions.ExpTransform())
    torch.testing.assert_close(logs.log_prob(x.exp()), law.log_prob(x) - x)
    assert logs.rsample((3,)).shape == (3, 2)
    to_alpha = distributions.transform_to(Stable.arg_constraints["alpha"])
    assert 0.1 < to_alpha(torch.tensor(0.3)).item() < 2.0


def test_arguments_are_validated():
    for bad in ({"alpha": 2.1}, {"alpha": 0.05}, {"alpha": math.nan}, {"alpha": 1.5, "scale": 0.0}):
        with pytest.raises(ValueError, match="constraint"):
            Stable(**bad, validate_args=True)
    with pytest.raises(ValueError, match="support"):
        Stable(1.5, validate_args=True).log_prob(torch.tensor(math.nan))
    unchecked = Stable(torch.tensor([0.05, 2.5]), validate_args=False)
    assert torch.isnan(unchecked.log_prob(torch.tensor(0.3))).all()
    assert torch.isnan(unchecked.cdf(torch.tensor(0.3))).all()
    assert torch.isnan(unchecked.icdf(torch.tensor(0.3))).all()


def test_shapes_and_types_of_what_is_given(path):
    law = Stable(torch.tensor(1.5))
    assert law.log_prob(torch.zeros(0)).shape == (0,)
    assert law.log_prob(torch.tensor(3)).dtype == torch.float32
    assert Stable(torch.tensor([1.5], dtype=F64), 0.0, torch.tensor([1.0])).rsample().dtype == F64
    own = Stable(torch.full((3, 4), 1.5, dtype=F64)).log_prob(torch.full((3, 4), 0.3, dtype=F64))
    shared = Stable(torch.tensor([[1.5]], dtype=F64)).log_prob(torch.full((3, 4), 0.3, dtype=F64))
    torch.testing.assert_close(own, shared, rtol=1e-14, atol=0.0)
    assert law.icdf(torch.tensor([0.0, 0.5, 1.0, 1.5])).tolist()[:3] == [-math.inf, 0.0, math.inf]


@FORWARD
def test_vmap_and_hessian(path):
    leaves, x = [leaf.detach() for leaf in parameters()], values().detach()
    apart = func.vmap(lambda a, x: Stable(a, 0.0, 1.0, validate_args=False).log_prob(x), in_dims=(0, 1))(leaves[0], x)
    torch.testing.assert_close(apart, Stable(leaves[0], 0.0, 1.0).log_prob(x).T, rtol=1e-13, atol=1e-13)

    def total(theta):
        return Stable(theta[0], theta[1], theta[2], validate_args=False).log_prob(x).sum()

    theta = torch.tensor([1.5, 0.1, 1.2], dtype=F64)
    bends = func.hessian(total)(theta)
    torch.testing.assert_close(bends, bends.T)
    torch.testing.assert_close(bends, torch.autograd.functional.hessian(total, theta))


def test_on_a_device_nothing_is_copied():
    """The meta device has no numbers: whatever looked at one would raise."""
    with torch.device("meta"):
        alpha, x = torch.empty(5, requires_grad=True), torch.empty(7, 5, requires_grad=True)
        law = Stable(alpha, torch.zeros(5), torch.ones(5), validate_args=False)
        for found in (law.log_prob(x), law.cdf(x), law.icdf(x), law.rsample((7,))):
            assert (found.shape, found.device.type) == ((7, 5), "meta")
            (slope,) = grad(found.sum(), alpha)
            assert slope.shape == (5,)

"""Ensembles on a torch device, here the CPU: the paths of the other solvers up to rounding; torch potentials."""

import numpy as np
import pytest
import torch

import stablefit as sf
from stablefit.sde import Ball, Box, Gradient, LevySDE, Quadratic, first_exit, simulate

pytestmark = pytest.mark.unit

HESSIAN = np.array([[2.0, 1.0], [1.0, 3.0]])


@pytest.mark.parametrize(
    "options",
    [
        {"drift": Quadratic([1.0, 2.0]), "alpha": [0.7, 1.5]},
        {"drift": Quadratic(HESSIAN), "alpha": [1.0, 2.0], "mixing": [[1.0, 0.5], [0.0, 1.0]]},
        {"drift": Quadratic(1.0), "alpha": 1.3, "mixing": "isotropic", "schedule": sf.sde.Power(0.5)},
    ],
    ids=repr,
)
def test_paths_are_those_of_the_host(options: dict[str, object]) -> None:
    sde = LevySDE(scale=0.1, eta=0.3, **options)  # type: ignore[arg-type]
    device, host = (simulate(sde, [0.2, 0.1], 1.0, 0.02, n_paths=30, save=9, rng=1, device=d) for d in ("cpu", None))
    np.testing.assert_allclose(device.x, host.x, rtol=1e-9, atol=1e-12)


def test_exits_are_those_of_the_host() -> None:
    sde = LevySDE(lambda t, x: -x - x**3, 1.4, 0.3)
    for domain in (Box(-0.8, [1.0, 0.7]), Ball(0.9)):
        options = {"t_max": 5.0, "dt": 0.02, "n_paths": 60, "rng": 2}
        device, host = (first_exit(sde, domain, [0.1, 0.0], device=d, **options) for d in ("cpu", None))  # type: ignore[arg-type]
        np.testing.assert_array_equal(device.time, host.time)
        np.testing.assert_array_equal(device.axis, host.axis)
        np.testing.assert_allclose(device.position, host.position, rtol=1e-9)
        assert 0 < host.censored.sum() < 60


def test_a_potential_of_torch_is_a_drift() -> None:
    torch.manual_seed(0)
    curved = Gradient(lambda x: 0.5 * (x * (x @ torch.tensor(HESSIAN))).sum(dim=1))
    want = simulate(LevySDE(Quadratic(HESSIAN), 1.5, 0.1), [1.0, 0.0], 1.0, 0.02, n_paths=5, rng=1)
    for device in (None, "cpu"):
        found = simulate(LevySDE(curved, 1.5, 0.1), [1.0, 0.0], 1.0, 0.02, n_paths=5, rng=1, device=device)
        np.testing.assert_allclose(found.x, want.x, rtol=1e-9)
    module = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    paths = simulate(LevySDE(Gradient(module), 1.5, 0.0), [1.0, 0.0], 0.2, 0.1, rng=1)
    heights = [float(module(torch.tensor(x, dtype=torch.float32)).detach()) for x in paths.x[0]]
    assert heights[1] < heights[0]
    assert all(p.grad is None for p in module.parameters())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drift": lambda t, x: x[:, 0]}, r"drift must return a tensor of the shape of x, \(3, 1\), got \(3,\)"),
        ({"drift": lambda t, x: x * float("nan")}, "got nan before t = 0.1"),
        ({"method": "jump"}, "method must be 'euler' on a device, got 'jump'"),
        ({"domain": lambda x: x[:, 0] < 1.0}, "domain must be a Box or a Ball on a device"),
        ({"drift": Gradient(lambda x: x.sum())}, r"potential must return shape \(3,\), one a path, got \(\)"),
    ],
)
def test_bad_input(options: dict[str, object], message: str) -> None:
    given = {"domain": Box(-1.0, 1.0), "t_max": 1.0, "dt": 0.1, "n_paths": 3, "device": "cpu"} | options
    sde = LevySDE(given.pop("drift", Quadratic(1.0)), 1.5, 0.1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        first_exit(sde, x0=0.0, **given)  # type: ignore[arg-type]

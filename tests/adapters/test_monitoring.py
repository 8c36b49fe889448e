"""When the noise is collected during a training, and what is logged; the real trainers are in test_callbacks.py."""

import sys

import numpy as np
import pytest
import torch

import stablefit as sf
from adapters.torch import callbacks, lightning_callback, trainer_callback
from adapters.torch.monitoring import NoiseMonitor

pytestmark = pytest.mark.adapters


def test_steps():
    period, listed = NoiseMonitor(3, None, {}), NoiseMonitor([1, 7], None, {})
    seen = [0, 1, 2, 3, 3, 4, 6, 7, 7]  # with accumulated gradients a step shows more than once
    assert [step for step in seen if period.due(step)] == [3, 6]
    assert [step for step in seen if listed.due(step)] == [1, 7]


def test_what_is_logged(make_case):
    case = make_case("unused", torch.float32)
    monitor = NoiseMonitor(1, None, {"n_batches": 64, "seed": 5})
    logged = monitor.measure(case.model, case.loader, 12)
    assert set(logged) == {"sgn/alpha/first", "sgn/alpha/last", "sgn/alpha", "sgn/heavy"}  # no layer without noise
    table = monitor.history[12].set_index("layer")
    assert table.loc["unused", "dead"] == 12
    assert logged["sgn/alpha/last"] == table.loc["last", "alpha_median"]
    assert 1.5 < logged["sgn/alpha"] <= 2.0
    assert 0.0 <= logged["sgn/heavy"] <= 1.0
    assert monitor.measure(case.model, case.loader, 13) == logged  # the same mini-batches every time


def test_a_training_that_has_gone_wrong_goes_on(make_case):
    case = make_case("mlp", torch.float32)
    with torch.no_grad():
        case.model[0].weight.fill_(np.nan)
    with pytest.warns(sf.StablefitWarning, match="no gradient noise at step 4: the loss of the first batch must be"):
        assert NoiseMonitor(4, None, {}).measure(case.model, case.loader, 4) == {}


@pytest.mark.parametrize(
    ("package", "make"),
    [("lightning", lambda: lightning_callback(5)), ("transformers", lambda: trainer_callback(None, 5))],
)
def test_a_package_that_is_missing_is_named(monkeypatch, package, make):
    for name in (package, f"{package}.pytorch"):
        monkeypatch.setitem(sys.modules, name, None)
    callbacks._lightning_class.cache_clear(), callbacks._trainer_class.cache_clear()
    with pytest.raises(ImportError, match=rf'{package} is not installed; .* "stablefit\[callbacks\]"'):
        make()


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="every must hold steps of at least 1, got 0"):
        lightning_callback(0)
    with pytest.raises(ValueError, match=r"every must hold steps of at least 1, got \[\]"):
        NoiseMonitor([], None, {})
    with pytest.raises(TypeError, match=r"every must be a number of steps or a list of steps, got 0\.5"):
        NoiseMonitor(0.5, None, {})
    with pytest.raises(ValueError, match="sketch must be True, got False"):
        NoiseMonitor(5, None, {"sketch": False})

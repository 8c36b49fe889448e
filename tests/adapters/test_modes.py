"""BatchNorm, dropout and recurrent layers in eval and train mode."""

import copy

import numpy as np
import pytest
import scipy.stats
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import collect_sgn
from adapters.torch.modes import in_mode

pytestmark = pytest.mark.adapters


def test_eval_is_the_default_and_ignores_the_flags(make_case, name):
    case = make_case(name)
    found = []
    for training in (True, False):
        case.model.train(training)
        found.append(collect_sgn(case.model, case.loader, case.loss_fn, n_batches=3, progress=False))
    np.testing.assert_array_equal(found[0].samples, found[1].samples)
    assert found[0].metadata["mode"] == "eval"
    assert found[0].metadata["centre"] == "full gradient"


def test_train_uses_batch_statistics_and_dropout(make_case):
    case = make_case("cnn")
    options = {"n_batches": 40, "k": 10**6, "progress": False}
    evaluated = collect_sgn(case.model, case.loader, **options)
    trained = collect_sgn(case.model, case.loader, mode="train", **options)
    assert trained.metadata["centre"] == "mean of mini-batch gradients"
    np.testing.assert_allclose(trained.samples.mean(axis=0), 0.0, atol=1e-14)  # rounding: it is centred there
    assert np.linalg.norm(trained.centre - evaluated.centre) > 0.05 * np.linalg.norm(evaluated.centre)


@pytest.mark.statistical
def test_dropout_is_part_of_the_noise_in_train_mode_only():
    """Each input is off in each of 200 mini-batches with probability 1/2: its weight then has gradient exactly 0."""
    model = nn.Sequential(nn.Dropout(0.5), nn.Linear(50, 1))
    loader = DataLoader(TensorDataset(torch.ones(10, 50), torch.arange(10.0)), batch_size=1)
    options = {"n_batches": 200, "params": "1.weight", "progress": False}
    assert collect_sgn(model, loader, **options).zeros.sum() == 0
    off = collect_sgn(model, loader, mode="train", **options).zeros.sum()
    assert scipy.stats.binomtest(int(off), 50 * 200, 0.5).pvalue > 1e-6  # the false-alarm rate


def test_train_mode_rows_are_those_of_the_model_in_train_mode(make_case):
    """With BatchNorm but no dropout the gradient of a batch follows from the batch alone, in any order."""
    case = make_case("cnn")
    case.model[4].p = 0.0
    batches = [batch for batch in case.loader if len(batch[0]) == 8]
    sgn = collect_sgn(case.model, batches, n_batches=6, k=10**6, mode="train", sampling="loader", progress=False)
    for batch, u in zip(batches, sgn.samples, strict=True):
        model = copy.deepcopy(case.model).train()
        case.loss(model, batch).backward()
        expected = torch.cat([parameter.grad.reshape(-1) for parameter in model.parameters()]).numpy()
        np.testing.assert_allclose(sgn.centre - u, expected, rtol=1e-9, atol=1e-13)


def test_recurrent_layers_lose_their_dropout_only(make_case, device):
    case = make_case("recurrent", device=device)
    lstm, x = case.model.lstm, torch.randn(3, 5, 4, dtype=torch.float64, device=device)
    case.model.eval()
    expected = case.model(x)
    with in_mode(case.model, "eval"):
        assert (lstm.training, lstm.dropout, case.model.head.training) == (True, 0.0, False)
        found = case.model(x)
        found.sum().backward()  # cuDNN refuses this in eval mode
    torch.testing.assert_close(found, expected)
    assert (lstm.training, lstm.dropout) == (False, 0.5)


def test_a_model_with_its_own_train_method_is_respected():
    class Frozen(nn.Module):
        """Keeps its BatchNorm in eval mode, as detectors do."""

        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(2)

        def train(self, mode=True):
            super().train(mode)
            self.norm.eval()
            return self

    model = Frozen()
    with in_mode(model, "train"):
        assert (model.training, model.norm.training) == (True, False)
    with in_mode(model, "eval"):
        assert not model.training
    assert model.training

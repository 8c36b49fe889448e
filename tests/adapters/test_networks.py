"""Whole networks of the kinds that people train: every entry's noise, and the model as it was."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

import stablefit as sf
from adapters.torch import collect_sgn

pytestmark = pytest.mark.adapters
CLASSES, WORDS = 3, 13


class Block(nn.Module):
    """Two convolutions, each with a norm, and what went in added to what comes out."""

    def __init__(self, width, out, stride, norm):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(width, out, 3, stride, 1, bias=False), norm(out)
        self.conv2, self.norm2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), norm(out)
        self.short = nn.Conv2d(width, out, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x):
        inner = self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x)))))
        return torch.relu(inner + self.short(x))


def resnet20(norm, width=4):
    """Three stages of three blocks: with the first convolution and the linear layer, twenty layers."""
    layers = [nn.Conv2d(1, width, 3, 1, 1, bias=False), norm(width), nn.ReLU()]
    before = width
    for stage in range(3):
        for place in range(3):
            out = width * 2**stage
            layers.append(Block(before, out, 2 if stage and not place else 1, norm))
            before = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, CLASSES))


class Transformer(nn.Module):
    """Embeddings of words and places, two layers with dropout, and the words' embedding once more at the end."""

    def __init__(self, width=8):
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, width), nn.Embedding(6, width)
        layer = nn.TransformerEncoderLayer(width, 2, 16, dropout=0.1, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(width, WORDS, bias=False)
        self.head.weight = self.words.weight

    def forward(self, x):
        return self.head(self.layers(self.words(x) + self.places(torch.arange(x.shape[1], device=x.device))))


class Language(nn.Module):
    """Words through an LSTM of two layers with dropout; the embedding's gradient is sparse where it is asked to be."""

    def __init__(self, *, sparse):
        super().__init__()
        self.words = nn.Embedding(WORDS, 5, sparse=sparse)
        self.lstm = nn.LSTM(5, 6, num_layers=2, batch_first=True, dropout=0.3)
        self.head = nn.Linear(6, WORDS)

    def forward(self, x):
        return self.head(self.lstm(self.words(x))[0])


NETWORKS = {
    "resnet20-batchnorm": lambda: resnet20(nn.BatchNorm2d),
    "resnet20-groupnorm": lambda: resnet20(lambda width: nn.GroupNorm(2, width)),
    "transformer-tied": Transformer,
    "lstm": lambda: Language(sparse=False),
    "lstm-sparse": lambda: Language(sparse=True),
}


@pytest.fixture(params=NETWORKS)
def network(request):
    """A network in float64 and its loader of 20 examples, the last batch ragged."""
    state = torch.get_rng_state()
    torch.manual_seed(1)
    model = NETWORKS[request.param]().double().train()
    if "resnet" in request.param:
        dataset = TensorDataset(torch.randn(20, 1, 8, 8, dtype=torch.float64), torch.randint(CLASSES, (20,)))
    else:
        dataset = TensorDataset(torch.randint(WORDS, (20, 6)), torch.randint(WORDS, (20, 6)))
    torch.set_rng_state(state)
    return model, DataLoader(dataset, batch_size=6)


def direct(model, batch):
    """The gradient of every entry by a plain backward pass of a copy in eval mode."""
    model = copy.deepcopy(model).eval()
    output = model(batch[0])
    functional.cross_entropy(output.flatten(0, -2), batch[1].flatten()).backward()
    return torch.cat([parameter.grad.to_dense().reshape(-1) for parameter in model.parameters()]).numpy()


def test_noise_of_every_entry(network):
    model, loader = network
    before = copy.deepcopy(model.state_dict())
    sgn = collect_sgn(model, loader, n_batches=3, keep="all", sampling="loader", progress=False)
    batches = list(loader)
    full = direct(model, [torch.cat(parts) for parts in zip(*batches, strict=True)])
    expected = np.array([full - direct(model, batch) for batch in batches[:3]])
    assert len(sgn.labels) == sum(parameter.numel() for parameter in model.parameters())
    # Sums of 20 gradients in float64, in another order.
    np.testing.assert_allclose(sgn.samples, expected, rtol=1e-9, atol=1e-12)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize("network", ["resnet20-batchnorm", "lstm-sparse"], indirect=True)
def test_sketch_in_train_mode(network):
    """Batch statistics and masks are part of the noise; the buffers that it moves come back."""
    model, loader = network
    before = copy.deepcopy(model.state_dict())
    sgn = collect_sgn(model, loader, n_batches=40, keep=None, mode="train", progress=False)
    assert sgn.sketch.names == [name for name, _ in model.named_parameters()]
    fit = sgn.fit("sketch")
    assert np.mean(fit.converged) > 0.3  # of 40 mini-batches of 6: many entries have too many zeros
    assert set(fit.status) <= {int(status) for status in sf.Status}
    assert np.isnan(fit.alpha[fit.status > sf.Status.NOT_CONVERGED]).all()
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    table = sgn.to_frame("layer", fit=fit)
    assert table["parameters"].sum() == sgn.sketch.size

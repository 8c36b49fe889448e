"""Small networks of every kind that collection has to cope with, each with its data."""

from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, default_collate

DEVICES = ["cpu"] + ["cuda"] * torch.cuda.is_available()
Pair = namedtuple("Pair", ["x", "y"])


class UnusedAndFrozen(nn.Module):
    """One layer that is frozen, and one that the output does not depend on."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.unused, self.last = nn.Linear(4, 5), nn.Linear(3, 3), nn.Linear(5, 3)
        self.first.bias.requires_grad_(False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(torch.relu(self.first(x)))


class Tied(nn.Module):
    """A bag-of-words model whose output weights are its embedding."""

    def __init__(self, *, sparse: bool, tied: bool) -> None:
        super().__init__()
        self.embed = nn.Embedding(11, 3, sparse=sparse)
        self.out = nn.Linear(3, 11, bias=False)
        if tied:
            self.out.weight = self.embed.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.embed(x).mean(dim=1))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, 5, num_layers=2, batch_first=True, dropout=0.5)
        self.head = nn.Linear(5, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(x)[0][:, -1])


class OwnLoss(nn.Module):
    """Takes a mapping by keyword and returns an object with `.loss`, as language models do."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(4, 3)

    def forward(self, features: torch.Tensor, labels: torch.Tensor) -> SimpleNamespace:
        logits = self.head(features)
        return SimpleNamespace(loss=nn.functional.cross_entropy(logits, labels), logits=logits)


def pair_collate(examples: list[Any]) -> Pair:
    return Pair(*default_collate(examples))


def mapping_collate(examples: list[Any]) -> dict[str, torch.Tensor]:
    x, y = default_collate(examples)
    return {"features": x, "labels": y}


def pair_loss(model: nn.Module, batch: Pair) -> torch.Tensor:
    return nn.functional.cross_entropy(model(batch.x), batch.y)


@dataclass
class Case:
    model: nn.Module
    loader: DataLoader[Any]
    loss_fn: Callable[..., torch.Tensor] | None
    loss: Callable[..., torch.Tensor]  # what the loss is, written out


def plain_loss(model: nn.Module, batch: Any) -> torch.Tensor:
    return nn.functional.cross_entropy(model(batch[0]), batch[1])


def own_loss(model: nn.Module, batch: Any) -> torch.Tensor:
    return model(**batch).loss


def _mlp() -> Case:
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    return Case(model, _loader(torch.randn(50, 4)), None, plain_loss)


def _cnn() -> Case:
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(4 * 16, 3)
    )
    model[1].running_mean.normal_()
    model[1].running_var.uniform_(0.5, 2.0)
    return Case(model, _loader(torch.randn(50, 1, 6, 6)), None, plain_loss)


def _embedding(*, sparse: bool, tied: bool) -> Case:
    return Case(Tied(sparse=sparse, tied=tied), _loader(torch.randint(11, (50, 6)), classes=11), None, plain_loss)


def _recurrent() -> Case:
    return Case(Recurrent(), _loader(torch.randn(50, 5, 4)), None, plain_loss)


def _unused_and_frozen() -> Case:
    return Case(UnusedAndFrozen(), _loader(torch.randn(50, 4)), None, plain_loss)


def _own_loss() -> Case:
    return Case(OwnLoss(), _loader(torch.randn(50, 4), collate_fn=mapping_collate), None, own_loss)


def _named_pair() -> Case:
    loader = _loader(torch.randn(50, 4), collate_fn=pair_collate)
    return Case(nn.Sequential(nn.Linear(4, 3)), loader, pair_loss, pair_loss)


def _loader(x: torch.Tensor, classes: int = 3, **options: Any) -> DataLoader[Any]:
    return DataLoader(TensorDataset(x, torch.randint(classes, (len(x),))), batch_size=8, shuffle=True, **options)


CASES: dict[str, Callable[[], Case]] = {
    "mlp": _mlp,
    "cnn": _cnn,
    "tied": lambda: _embedding(sparse=False, tied=True),
    "sparse": lambda: _embedding(sparse=True, tied=False),
    "recurrent": _recurrent,
    "unused": _unused_and_frozen,
    "own_loss": _own_loss,
    "named_pair": _named_pair,
}


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small only lose by threads, and much where test processes share the cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def make_case() -> Callable[..., Case]:
    """Make the named case, the same each time, in float64 unless told otherwise."""

    def make(name: str, dtype: torch.dtype = torch.float64, device: str = "cpu") -> Case:
        state = torch.get_rng_state()
        torch.manual_seed(20230307)
        case = CASES[name]()
        torch.set_rng_state(state)
        case.model.to(device=device, dtype=dtype).train()
        dataset = case.loader.dataset
        dataset.tensors = tuple(t.to(dtype) if t.is_floating_point() else t for t in dataset.tensors)
        return case

    return make


@pytest.fixture(params=CASES)
def name(request: pytest.FixtureRequest) -> str:
    """Every case in turn."""
    return request.param


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest) -> str:
    """Every device that is here."""
    return request.param

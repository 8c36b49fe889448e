"""Batches keep their structure, and the user's own are not changed."""

from collections import OrderedDict, UserDict, namedtuple
from dataclasses import dataclass

import pytest
import torch
from torch.nn.utils.rnn import pack_sequence

from adapters.torch.batches import doubled, map_leaves, move, size_of, tensors_of

pytestmark = pytest.mark.adapters
Pair = namedtuple("Pair", ["x", "y"])
X = torch.arange(6.0).reshape(3, 2)


class Encoding(UserDict):
    """As tokenizers give: a mapping that moves in place."""

    def to(self, device):
        raise AssertionError("a mapping is moved item by item")


class Graph:
    """An object that moves in place and returns itself."""

    def __init__(self, x):
        self.x = x

    def to(self, device):
        self.x = self.x.to(device) + 1
        return self


@dataclass
class Record:
    x: torch.Tensor
    name: str


BATCHES = [
    X,
    (X, X),
    [X, "text", None, 3],
    Pair(X, {"deep": [X]}),
    {"x": X, "n": 3},
    OrderedDict(b=X, a=X),
    Encoding(x=X),
    Record(X, "a"),
    pack_sequence([X[0], X[1]]),
]


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: type(batch).__name__)
def test_structure_is_kept(batch, device):
    moved = move(batch, torch.device(device))
    assert type(moved) is type(batch)
    assert all(tensor.device.type == device for tensor in tensors_of(moved))
    if isinstance(batch, dict | UserDict):
        assert list(moved) == list(batch)
        assert moved is not batch


def test_leaves_are_mapped_in_order_and_nothing_else_changes():
    batch = Pair({"a": X, "b": [X + 1, "text"]}, (X + 2, None))
    found = map_leaves(lambda leaf: leaf.sum().item() if isinstance(leaf, torch.Tensor) else leaf, batch)
    assert found == Pair({"a": 15.0, "b": [21.0, "text"]}, (27.0, None))
    assert torch.equal(batch.x["a"], X)
    assert [int(tensor.sum()) for tensor in tensors_of(batch)] == [15, 21, 27]


def test_what_moves_in_place_is_copied_first():
    graph = Graph(X)
    moved = move({"graph": graph}, torch.device("cpu"))["graph"]
    assert torch.equal(graph.x, X)
    assert torch.equal(moved.x, X + 1)


def test_size_is_the_first_leading_dimension():
    assert size_of({"scalar": torch.tensor(1.0), "x": X}) == 3
    with pytest.raises(ValueError, match="a tensor with a leading dimension, got list"):
        size_of([torch.tensor(1.0), "text"])


def test_doubled_repeats_the_first_half_of_what_has_the_batch_dimension():
    batch = (torch.arange(5), torch.ones(2), "text")
    once, twice = doubled(batch, 5)
    assert once[0].tolist() == [0, 1]
    assert twice[0].tolist() == [0, 1, 0, 1]
    assert once[1] is twice[1] is batch[1]
    once, twice = doubled(torch.arange(1), 1)
    assert (once.tolist(), twice.tolist()) == ([0], [0, 0])

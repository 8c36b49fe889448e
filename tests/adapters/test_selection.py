"""Which entries are observed."""

from collections import Counter

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from adapters.torch import collect_sgn
from adapters.torch.selection import choose

pytestmark = pytest.mark.adapters


def labels(model, params=None, k=100, seed=0):
    return choose(model, params, k, np.random.default_rng(seed))


def entries(model, *names):
    named = dict(model.named_parameters())
    return [(name, index) for name in names for index in range(named[name].numel())]


def test_whole_network_by_default(make_case):
    model = make_case("mlp").model
    assert labels(model, k=10**6) == entries(model, "0.weight", "0.bias", "2.weight", "2.bias")
    few = labels(model, k=20)
    assert len(set(few)) == 20
    assert few == sorted(few, key=entries(model, "0.weight", "0.bias", "2.weight", "2.bias").index)
    assert labels(model, k=20, seed=1) != few


@pytest.mark.statistical
def test_every_entry_is_as_likely_as_every_other(make_case):
    """Chi-square of how often each of 67 entries is among 10; false-alarm rate 1e-6, were the seed not fixed."""
    model, rng = make_case("mlp").model, np.random.default_rng(0)
    counts = Counter(label for _ in range(600) for label in choose(model, None, 10, rng))
    observed = np.array([counts[label] for label in labels(model, k=10**6)])
    assert observed.sum() == 6000
    # Drawn without repetition the counts vary less, by (67 - 10) / (67 - 1): the statistic is scaled back.
    statistic = np.sum((observed - 6000 / 67) ** 2 / (6000 / 67)) * 66 / 57
    assert scipy.stats.chi2.sf(statistic, 66) > 1e-6


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ("0.*", ["0.weight", "0.bias"]),
        ("*bias", ["0.bias", "2.bias"]),
        ("2.weight", ["2.weight"]),
        (["2.bias", "0.w*"], ["0.weight", "2.bias"]),
        (("0.bias", "*bias"), ["0.bias", "2.bias"]),
    ],
)
def test_names_and_globs(make_case, params, names):
    model = make_case("mlp").model
    assert labels(model, params, k=10**6) == entries(model, *names)


def test_layers_and_functions(make_case):
    model = make_case("recurrent").model
    lstm = [name for name, _ in model.named_parameters() if name.startswith("lstm.")]
    assert labels(model, "lstm", k=10**6) == entries(model, *lstm)
    assert labels(model, ["head", "lstm.bias_hh_l1"], k=10**6) == entries(
        model, "lstm.bias_hh_l1", "head.weight", "head.bias"
    )
    matrices = [name for name, parameter in model.named_parameters() if parameter.ndim == 2]
    assert labels(model, lambda name, parameter: parameter.ndim == 2, k=10**6) == entries(model, *matrices)
    assert len(labels(model, "lstm", k=7)) == 7
    with pytest.raises(ValueError, match="at least one trainable parameter, got a function that chooses none"):
        labels(model, lambda name, parameter: False)
    with pytest.raises(ValueError, match=r"got 'lst'; did you mean"):
        labels(model, "lst")


def test_labels_are_taken_as_they_are(make_case):
    model = make_case("mlp").model
    wanted = [("2.bias", 2), ("0.weight", 31), ("2.bias", np.int64(0))]
    assert labels(model, wanted, k=1) == [("2.bias", 2), ("0.weight", 31), ("2.bias", 0)]
    assert labels(model, [["2.bias", 2]]) == [("2.bias", 2)]


def test_tied_weights_have_one_name(make_case):
    model = make_case("tied").model
    assert {name for name, _ in labels(model)} == {"embed.weight"}
    assert labels(model, "out.weight") == labels(model, "embed.weight")
    assert labels(model, [("out.weight", 4)]) == [("embed.weight", 4)]


def test_frozen_and_empty_parameters_are_never_drawn(make_case):
    model = make_case("unused").model
    model.nothing = nn.Parameter(torch.empty(0))
    assert {name for name, _ in labels(model, k=10**6)}.isdisjoint({"first.bias", "nothing"})
    with pytest.raises(ValueError, match=r"'first.bias' must be trainable, got a frozen or empty one"):
        labels(model, "first.bias")
    with pytest.raises(ValueError, match=r"'nothing' must be trainable"):
        labels(model, [("nothing", 0)])
    assert {name for name, _ in labels(model, "first.*")} == {"first.weight"}


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ("0.wieght", ValueError, r"params must match a trainable parameter, got '0.wieght'; did you mean '0.weight'\?"),
        (["decoder.*"], ValueError, r"got 'decoder.\*'; the first name is '0.weight'"),
        ([], ValueError, "params must name at least one parameter, got an empty list"),
        ([("0.bias", 8)], ValueError, r"flat index of '0.bias' must be an integer in \[0, 8\), got 8"),
        ([("0.bias", -1)], ValueError, r"must be an integer in \[0, 8\), got -1"),
        ([("0.bias", 1.5)], ValueError, r"must be an integer in \[0, 8\), got 1.5"),
        ([("1.bias", 0)], ValueError, r"got '1.bias'; did you mean '[02].bias'"),
        ([("0.bias", 1), ("0.bias", 1)], ValueError, r"must not repeat an entry, got \('0.bias', 1\) more than once"),
        ([("0.bias", 1), "0.weight"], TypeError, "only names or only .* pairs, got both"),
        ([3], TypeError, r"must be names or \(name, flat index\) pairs, got 3"),
    ],
)
def test_what_cannot_be_chosen(make_case, params, error, message):
    with pytest.raises(error, match=message):
        labels(make_case("mlp").model, params)


def test_models_without_anything_to_observe(make_case):
    with pytest.raises(ValueError, match="at least one parameter that requires grad, got none"):
        labels(nn.ReLU())
    with pytest.raises(ValueError, match="at least one parameter that requires grad, got none"):
        labels(nn.Linear(2, 2).requires_grad_(False))
    with pytest.raises(ValueError, match=r"lazy parameter 'weight'; run one forward pass first"):
        labels(nn.LazyLinear(3))
    model = nn.Linear(2, 2)
    model.wave = nn.Parameter(torch.zeros(3, dtype=torch.complex64))
    with pytest.raises(ValueError, match=r"'wave' must be real, got torch.complex64; freeze it"):
        labels(model)


@given(
    shapes=st.lists(st.lists(st.integers(1, 4), max_size=3), min_size=1, max_size=5),
    k=st.integers(1, 60),
    seed=st.integers(0, 99),
)
@pytest.mark.properties
def test_labels_are_distinct_and_within_their_parameters(shapes, k, seed):
    model = nn.ParameterList(nn.Parameter(torch.zeros(shape)) for shape in shapes)
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    found = labels(model, k=k, seed=seed)
    assert len(set(found)) == len(found) == min(k, sum(sizes.values()))
    assert all(0 <= index < sizes[name] for name, index in found)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_batches": 0}, ValueError, "n_batches must be an integer of at least 1, got 0"),
        ({"n_batches": 1, "mode": "train"}, ValueError, "n_batches must be an integer of at least 2, got 1"),
        ({"n_batches": 1.5}, TypeError, "n_batches must be an integer, got 1.5"),
        ({"n_batches": True}, ValueError, "n_batches must be an integer of at least 1, got True"),
        ({"batch_size": 0}, ValueError, "batch_size must be an integer of at least 1, got 0"),
        ({"k": 0}, ValueError, "k must be an integer of at least 1, got 0"),
        ({"seed": -1}, ValueError, "seed must be an integer of at least 0, got -1"),
        ({"seed": None}, TypeError, "seed must be an integer, got None"),
        ({"accumulate": 0}, ValueError, "accumulate must be an integer of at least 1, got 0"),
        ({"sampling": "replacment"}, ValueError, r"got 'replacment'; did you mean 'replacement'\?"),
        ({"mode": "test"}, ValueError, "mode must be one of 'eval', 'train', got 'test'"),
        (
            {"keep": None, "sketch": False},
            ValueError,
            "keep must be 'sampled' or 'all' where sketch is False, got None",
        ),
        ({"store": "x.zarr"}, ValueError, "keep must be 'all' with a store, got 'sampled'"),
        ({"autocast": "bfloat16"}, TypeError, "autocast must be a torch.dtype, a bool or None, got 'bfloat16'"),
    ],
)
def test_arguments_out_of_their_domain(make_case, options, error, message):
    case = make_case("mlp")
    with pytest.raises(error, match=message):
        collect_sgn(case.model, case.loader, progress=False, **options)


def test_what_is_no_model_raises(make_case):
    case = make_case("mlp")
    with pytest.raises(TypeError, match=r"model must be a torch.nn.Module, got function"):
        collect_sgn(lambda x: x, case.loader, progress=False)

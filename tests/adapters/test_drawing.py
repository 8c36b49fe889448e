"""Mini-batches drawn with replacement: uniform, independent, and the same whatever reads them."""

import random
from collections import Counter

import numpy as np
import pytest
import scipy.stats
import torch
from torch import nn
from torch.utils.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
)

from adapters.torch import collect_sgn, noise_covariance
from adapters.torch.examples import ExampleReader
from stablefit import StablefitWarning

pytestmark = pytest.mark.adapters


def drawn_counts(n_examples=20, batch_size=6, n_batches=500, **options):
    """How often each example is in each mini-batch: the loss is the mean of one-hot inputs times weights."""
    model = nn.Linear(n_examples, 1, bias=False, dtype=torch.float64)
    loader = DataLoader(TensorDataset(torch.eye(n_examples, dtype=torch.float64)), batch_size=batch_size)
    sgn = collect_sgn(
        model, loader, lambda m, b: m(b[0]).mean(), n_batches=n_batches, k=n_examples, progress=False, **options
    )
    return np.rint((sgn.centre - sgn.samples) * batch_size).astype(int)


@pytest.mark.statistical
def test_examples_are_uniform_and_independent_within_a_batch():
    """Counts of a mini-batch are multinomial. False-alarm rate 1e-6 a check, were the seed not fixed."""
    counts = drawn_counts()
    np.testing.assert_array_equal(counts.sum(axis=1), 6)
    assert scipy.stats.chisquare(counts.sum(axis=0)).pvalue > 1e-6
    distinct = np.count_nonzero((counts <= 1).all(axis=1))
    p = np.prod(1 - np.arange(6) / 20)  # no example twice; without replacement it would be 1
    assert scipy.stats.binomtest(distinct, len(counts), p).pvalue > 1e-6


@pytest.mark.statistical
def test_mini_batches_are_independent_of_each_other():
    """Neighbouring counts are uncorrelated; under a partition of an epoch they would be anticorrelated."""
    counts = drawn_counts(n_batches=2000).astype(float)
    deviations = counts - 6 / 20
    # Each of the 1999 products sum_j d_ij d_(i+1)j has mean 0; their standard error follows from their spread.
    products = (deviations[:-1] * deviations[1:]).sum(axis=1)
    assert abs(products.mean()) < 5 * products.std() / np.sqrt(len(products))


@pytest.mark.statistical
def test_mean_and_covariance_are_those_of_sampling_with_replacement(make_case):
    """False-alarm rate 1e-6 over all: each of 27 means and 27 variances at 1e-6 / 54, two-sided (5.5 sigma)."""
    case = make_case("mlp")
    n = 2000
    sgn = collect_sgn(case.model, case.loader, n_batches=n, params="2.*", progress=False)
    covariance = noise_covariance(case.model, case.loader, params=sgn.labels, progress=False)
    variance = np.diag(covariance)
    assert sgn.samples.shape[1] == 27
    limit = scipy.stats.norm.isf(1e-6 / 54 / 2)
    assert np.abs(sgn.samples.mean(axis=0) / np.sqrt(variance / n)).max() < limit
    squares = sgn.samples**2
    assert np.abs((squares.mean(axis=0) - variance) / (squares.std(axis=0) / np.sqrt(n))).max() < limit
    # A whole matrix: the relative error of its norm is about sqrt(effective rank / n) < .2.
    found = np.cov(sgn.samples.T, bias=True)
    assert np.linalg.norm(found - covariance) < 0.2 * np.linalg.norm(covariance)


def test_same_seed_same_bits_whatever_the_global_state(make_case, name):
    case = make_case(name)
    options = {"n_batches": 5, "mode": "train", "progress": False}
    first = collect_sgn(case.model, case.loader, case.loss_fn, seed=3, **options)
    torch.manual_seed(99), random.seed(98), np.random.seed(97)  # noqa: NPY002
    again = collect_sgn(case.model, case.loader, case.loss_fn, seed=3, **options)
    other = collect_sgn(case.model, case.loader, case.loss_fn, seed=4, params=first.labels, **options)
    assert again.labels == first.labels
    np.testing.assert_array_equal(again.samples, first.samples)
    np.testing.assert_array_equal(again.centre, first.centre)
    assert again.metadata == first.metadata
    assert not np.array_equal(other.samples, first.samples)


def test_first_rows_do_not_depend_on_their_number(make_case):
    case = make_case("mlp")
    few = collect_sgn(case.model, case.loader, n_batches=4, progress=False)
    many = collect_sgn(case.model, case.loader, n_batches=9, progress=False)
    np.testing.assert_array_equal(many.samples[:4], few.samples)


class Listed(Dataset):
    """A data set that is read example by example, or in lists where `together` says so."""

    def __init__(self, dataset, noisy=False):
        self.dataset, self.noisy, self.reads = dataset, noisy, Counter()

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        self.reads["one"] += 1
        x, y = self.dataset[index]
        noise = torch.rand(()) + random.random() + np.random.random() if self.noisy else 0.0  # noqa: NPY002
        return x + noise, y


class ListedTogether(Listed):
    def __getitems__(self, indices):
        self.reads["together"] += 1
        return [self.dataset[index] for index in indices]


@pytest.mark.parametrize("kind", ["plain", "together", "workers", "subset"])
def test_every_way_of_reading_gives_the_same_bits(make_case, kind):
    case = make_case("mlp")
    tensors = case.loader.dataset
    expected = collect_sgn(case.model, case.loader, n_batches=5, progress=False).samples
    backwards = TensorDataset(*(tensor.flip(0) for tensor in tensors.tensors))
    dataset = {
        "plain": Listed(tensors),
        "together": ListedTogether(tensors),
        "workers": Listed(tensors),
        "subset": Subset(Subset(backwards, range(49, -1, -1)), list(range(50))),
    }[kind]
    loader = DataLoader(dataset, batch_size=8, num_workers=2 * (kind == "workers"))
    found = collect_sgn(case.model, loader, n_batches=5, progress=False).samples
    np.testing.assert_array_equal(found, expected)
    if kind in ("plain", "together"):
        assert set(dataset.reads) == {{"plain": "one"}.get(kind, kind)}


@pytest.mark.parametrize("workers", [0, 1])
def test_augmentation_is_seeded_and_told(make_case, workers):
    case = make_case("mlp")
    loader = DataLoader(Listed(case.loader.dataset, noisy=True), batch_size=8, num_workers=workers)
    first = collect_sgn(case.model, loader, n_batches=5, progress=False)
    torch.manual_seed(1), random.seed(1), np.random.seed(1)  # noqa: NPY002
    again = collect_sgn(case.model, loader, n_batches=5, progress=False)
    np.testing.assert_array_equal(first.samples, again.samples)
    assert first.metadata["deterministic"] is False
    assert first.metadata["mean_loss"] == "not checked: the loss of one batch varies"
    assert collect_sgn(case.model, case.loader, n_batches=1, progress=False).metadata["deterministic"] is True


def test_fast_reading_gives_what_the_loader_gives(make_case):
    loader = make_case("mlp").loader
    fast = next(ExampleReader(loader).batches([np.array([3, 3, 9])], seed=0))
    slow = next(iter(DataLoader(loader.dataset, batch_sampler=[[3, 3, 9]])))
    assert type(fast) is type(slow)
    assert all(torch.equal(a, b) for a, b in zip(fast, slow, strict=True))


class Endless(IterableDataset):
    def __iter__(self):
        while True:
            yield torch.ones(4), torch.tensor(1)


@pytest.mark.parametrize(
    ("loader", "got"),
    [
        (DataLoader(Endless(), batch_size=4), "Endless"),
        ([(torch.ones(2, 4), torch.ones(2).long())], "no data set"),
    ],
)
def test_a_loader_without_random_access_names_the_remedy(make_case, loader, got):
    with pytest.raises(ValueError, match=rf"map-style data set .* got {got}; pass sampling='loader'"):
        collect_sgn(make_case("mlp").model, loader, progress=False)


def test_an_empty_data_set_raises(make_case):
    loader = DataLoader(TensorDataset(torch.ones(0, 4), torch.ones(0).long()), batch_size=4)
    with pytest.raises(ValueError, match=r"loader\.dataset must hold at least one example, got 0"):
        collect_sgn(make_case("mlp").model, loader, progress=False)


def test_batch_size_is_the_loaders_or_asked_for(make_case):
    case = make_case("mlp")
    dataset = case.loader.dataset
    assert collect_sgn(case.model, case.loader, n_batches=1, progress=False).metadata["batch_size"] == 8
    assert collect_sgn(case.model, case.loader, n_batches=1, batch_size=3, progress=False).metadata["batch_size"] == 3
    parts = DataLoader(dataset, batch_sampler=torch.utils.data.BatchSampler(range(50), 5, drop_last=False))
    assert collect_sgn(case.model, parts, n_batches=1, progress=False).metadata["batch_size"] == 5
    with pytest.raises(ValueError, match="batch_size must be given where the loader has none"):
        collect_sgn(case.model, DataLoader(dataset, batch_size=None), n_batches=1, progress=False)


def test_batches_that_are_listed_are_not_followed_either(make_case):
    case = make_case("mlp")
    loader = DataLoader(case.loader.dataset, batch_sampler=[[0, 1], [2, 3]])
    with pytest.warns(StablefitWarning, match="does not follow its list"):
        collect_sgn(case.model, loader, n_batches=1, batch_size=2, progress=False)


@pytest.mark.parametrize("sampler", [SubsetRandomSampler(range(5)), WeightedRandomSampler([1.0] * 50, 50)])
def test_a_sampler_that_is_not_followed_warns(make_case, sampler):
    case = make_case("mlp")
    loader = DataLoader(case.loader.dataset, batch_size=4, sampler=sampler)
    with pytest.warns(StablefitWarning, match=f"does not follow its {type(sampler).__name__}") as caught:
        collect_sgn(case.model, loader, n_batches=1, progress=False)
    assert caught[0].filename == __file__

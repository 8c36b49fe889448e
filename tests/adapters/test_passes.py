"""The loader's own batches, in passes over it."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset, RandomSampler, TensorDataset

from adapters.torch import collect_sgn, noise_covariance

pytestmark = pytest.mark.adapters
FROM_LOADER = {"sampling": "loader", "progress": False}


def loader_of(case, **options):
    return DataLoader(case.loader.dataset, **options)


@pytest.mark.parametrize("mode", ["eval", "train"])
def test_the_noise_of_a_whole_pass_sums_to_zero(make_case, mode):
    case = make_case("cnn")
    loader = loader_of(case, batch_size=10, shuffle=True)
    sgn = collect_sgn(case.model, loader, n_batches=5, mode=mode, **FROM_LOADER)
    # Rounding of float64 sums of 5 terms.
    np.testing.assert_allclose(sgn.samples.sum(axis=0), 0.0, atol=1e-14)
    assert sgn.metadata["centre"] == "mean of 1 whole passes"
    assert sgn.metadata["passes"] == 1
    assert sgn.metadata["n_examples"] == 50


def test_ragged_batches_count_for_the_centre_and_are_left_out(make_case):
    case = make_case("mlp")
    full = collect_sgn(case.model, case.loader, n_batches=1, progress=False).centre
    sgn = collect_sgn(case.model, case.loader, n_batches=13, **FROM_LOADER)  # passes of 6 full batches and one of 2
    np.testing.assert_allclose(sgn.centre, full, rtol=1e-9, atol=1e-13)
    assert sgn.samples.shape[0] == 13
    assert sgn.metadata["passes"] == 3
    assert sgn.metadata["dropped_batches"] == 2  # the third pass stopped after its first batch
    assert sgn.metadata["batch_size"] == 8
    # Without the ragged batches a pass does not sum to zero.
    assert np.abs(sgn.samples[:6].sum(axis=0)).max() > 1e-3


def test_the_first_pass_goes_to_its_end(make_case):
    case = make_case("mlp")
    full = collect_sgn(case.model, case.loader, n_batches=1, progress=False).centre
    sgn = collect_sgn(case.model, case.loader, n_batches=2, **FROM_LOADER)
    np.testing.assert_allclose(sgn.centre, full, rtol=1e-9, atol=1e-13)
    assert sgn.samples.shape[0] == 2


def test_variance_factor_is_that_of_drawing_without_replacement(make_case):
    """Var over all partitions is (D - B) / (D - 1) of that with replacement; with B = D there is no noise at all."""
    case = make_case("mlp")
    whole = collect_sgn(case.model, loader_of(case, batch_size=50), n_batches=3, **FROM_LOADER)
    assert whole.metadata["variance_factor"] == 0.0
    np.testing.assert_allclose(whole.samples, 0.0, atol=1e-14)
    half = loader_of(case, batch_size=25, shuffle=True)
    sgn = collect_sgn(case.model, half, n_batches=600, params="2.*", **FROM_LOADER)
    assert sgn.metadata["variance_factor"] == 25 / 49
    exact = np.diag(noise_covariance(case.model, half, params=sgn.labels, replacement=False, progress=False))
    # The two halves of a pass are each other's negative: 300 independent values. Five standard errors of a variance.
    squares = sgn.samples[::2] ** 2
    assert np.all(np.abs(squares.mean(axis=0) - exact) < 5 * squares.std(axis=0) / np.sqrt(300))


@pytest.mark.parametrize(
    "options",
    [{"sampler": RandomSampler(range(50), replacement=True)}, {"drop_last": True, "shuffle": True}],
)
def test_variance_factor_is_none_where_it_is_not_known(make_case, options):
    case = make_case("mlp")
    sgn = collect_sgn(case.model, loader_of(case, batch_size=8, **options), n_batches=2, **FROM_LOADER)
    assert sgn.metadata["variance_factor"] is None


def test_seed_sets_the_order_of_a_shuffled_loader(make_case):
    case = make_case("mlp")
    first, again, other = (collect_sgn(case.model, case.loader, n_batches=4, seed=s, **FROM_LOADER) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.samples, again.samples)
    assert not np.array_equal(first.samples, other.samples)


def test_accumulate_takes_consecutive_batches_of_one_pass(make_case):
    case = make_case("mlp")
    batches = [(x, y) for x, y in case.loader][:5]  # two pairs a pass, one batch left over
    options = {"params": "0.weight", **FROM_LOADER}
    single = collect_sgn(case.model, batches, n_batches=10, **options)
    pairs = collect_sgn(case.model, batches, n_batches=4, accumulate=2, **options)
    expected = np.concatenate([single.samples[:4], single.samples[5:9]]).reshape(4, 2, 32).mean(axis=1)
    np.testing.assert_allclose(pairs.samples, expected, rtol=1e-9, atol=1e-14)


class Stream(IterableDataset):
    """Examples one by one, `n` of them or without end."""

    def __init__(self, dataset, n=None):
        self.dataset, self.n = dataset, n

    def __iter__(self):
        i = 0
        while self.n is None or i < self.n:
            yield self.dataset[i % len(self.dataset)]
            i += 1


def test_a_stream_without_end_stops_when_there_is_enough(make_case):
    case = make_case("mlp")
    loader = DataLoader(Stream(case.loader.dataset), batch_size=5)
    sgn = collect_sgn(case.model, loader, n_batches=7, **FROM_LOADER)
    assert sgn.samples.shape[0] == 7
    assert sgn.metadata["centre"] == "mean of the batches seen"
    np.testing.assert_allclose(sgn.samples.sum(axis=0), 0.0, atol=1e-14)


def test_a_stream_with_an_end_is_read_again(make_case):
    case = make_case("mlp")
    sgn = collect_sgn(case.model, DataLoader(Stream(case.loader.dataset, 20), batch_size=5), n_batches=7, **FROM_LOADER)
    assert sgn.metadata["passes"] == 2
    np.testing.assert_array_equal(sgn.samples[:3], sgn.samples[4:7])


def test_a_used_up_iterator_names_the_remedy(make_case):
    case = make_case("mlp")
    with pytest.raises(ValueError, match=r"got 0 in pass 2; an iterator is used up after one pass: pass the loader"):
        collect_sgn(case.model, iter(list(case.loader)), n_batches=20, **FROM_LOADER)


def test_batches_that_are_too_small_raise(make_case):
    case = make_case("mlp")
    with pytest.raises(ValueError, match=r"at least 1 batch of 64 examples in every pass, got 0 in pass 1"):
        collect_sgn(case.model, loader_of(case, batch_size=64), n_batches=2, **FROM_LOADER)
    with pytest.raises(ValueError, match=r"at least 9 batches of 8 examples in every pass, got 6"):
        collect_sgn(case.model, case.loader, n_batches=2, accumulate=9, **FROM_LOADER)
    with pytest.raises(ValueError, match=r"at least 1 batch in every pass, got 0 in pass 1"):
        collect_sgn(case.model, [], n_batches=2, **FROM_LOADER)
    with pytest.raises(ValueError, match="batches that hold a tensor with a leading dimension, got str"):
        collect_sgn(case.model, ["text"], n_batches=2, **FROM_LOADER)


def test_batch_size_is_left_to_the_loader(make_case):
    case = make_case("mlp")
    collect_sgn(case.model, case.loader, n_batches=1, batch_size=8, **FROM_LOADER)
    with pytest.raises(ValueError, match=r"batch_size must be left to the loader with sampling='loader', got 4"):
        collect_sgn(case.model, case.loader, n_batches=1, batch_size=4, **FROM_LOADER)


def test_batches_of_the_user_are_not_changed(make_case):
    case = make_case("own_loss")
    batches = list(case.loader)
    before = [{key: value.clone() for key, value in batch.items()} for batch in batches]
    collect_sgn(case.model, batches, n_batches=2, **FROM_LOADER)
    assert all(torch.equal(a[key], b[key]) for a, b in zip(before, batches, strict=True) for key in a)


def test_sampling_is_recorded(make_case):
    case = make_case("mlp")
    assert collect_sgn(case.model, case.loader, n_batches=1, **FROM_LOADER).metadata["sampling"] == "loader"
    loader = DataLoader(TensorDataset(*case.loader.dataset.tensors), batch_size=5)
    assert collect_sgn(case.model, loader, n_batches=1, progress=False).metadata["sampling"] == "replacement"

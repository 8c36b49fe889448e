"""What processes collect together is what one would collect; a program that torch.distributed.run starts on each.

Every check runs in one launch: a process takes seconds to start.
"""

import faulthandler
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed as dist
from torch import nn
from torch.distributed.fsdp import fully_shard
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from adapters.torch import SGN, collect_sgn
from stablefit import Sketch

QUIET = {"progress": False, "sketch": "histogram"}
ROUNDING = {"rtol": 1e-12, "atol": 1e-14}  # sums of float64 in another order


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Dropout(0.2), nn.Linear(5, 3)).double()


def data() -> TensorDataset:
    torch.manual_seed(1)
    return TensorDataset(torch.randn(75, 6, dtype=torch.float64), torch.randint(3, (75,)))


def loader(**options: object) -> DataLoader:
    return DataLoader(data(), batch_size=8, **options)


def streams(part: Sketch) -> np.ndarray:
    """Sums, centres and rates, without the streams that fill up a block."""
    return part.state.swapaxes(0, 1).reshape(part.state.shape[1], -1)[:, : part.size]


def assert_same(together: SGN, alone: SGN) -> None:
    assert together.labels == alone.labels
    np.testing.assert_allclose(together.samples, alone.samples, **ROUNDING)
    np.testing.assert_allclose(together.centre, alone.centre, **ROUNDING)
    np.testing.assert_array_equal(together.zeros, alone.zeros)
    assert together.sketch.n == alone.sketch.n
    assert together.sketch.names == alone.sketch.names
    for mine, its in zip(together.sketch.parts, alone.sketch.parts, strict=True):
        its.begin()  # of fewer mini-batches than the pilot has
        np.testing.assert_allclose(streams(mine), streams(its), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(mine.mean, its.mean, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(mine.variance, its.variance, rtol=1e-11, atol=1e-20)
        np.testing.assert_array_equal(mine.zeros, its.zeros)
        if its.counts is not None:
            np.testing.assert_array_equal(mine.counts, its.counts)


def assert_told_to_all(sgn: SGN) -> None:
    """Every process returns the same bits."""
    mine = torch.from_numpy(np.concatenate([sgn.samples.ravel(), sgn.centre, sgn.sketch.parts[0].state.ravel()]))
    first = mine.clone()
    dist.broadcast(first, 0)
    assert torch.equal(first, mine)


def check_own_mini_batches(model: nn.Module) -> None:
    for mode in ("eval", "train"):
        for n_batches, accumulate in ((70, 1), (40, 2), (9, 1)):
            options = {"n_batches": n_batches, "accumulate": accumulate, "mode": mode, **QUIET}
            together = collect_sgn(model, loader(), process_group=dist.group.WORLD, **options)
            assert_same(together, collect_sgn(network(), loader(), **options))
            assert_told_to_all(together)
            assert together.metadata["n_batches"] == n_batches
            assert together.samples.shape[0] == n_batches


def check_global_mini_batches(model: nn.Module) -> None:
    options = {"n_batches": 40, "k": 30, **QUIET}
    together = collect_sgn(model, loader(), process_group=dist.group.WORLD, batch="global", **options)
    assert_same(together, collect_sgn(network(), loader(), batch_size=8 * dist.get_world_size(), **options))
    assert_told_to_all(together)
    assert together.metadata["batch_size"] == 8 * dist.get_world_size()


def check_loaders_of_each(model: nn.Module) -> None:
    """Each process has its part of the data: a mini-batch of all is what training would take."""
    sampler = DistributedSampler(data(), shuffle=True, seed=3)
    own = loader(sampler=sampler)
    options = {"sampling": "loader", "n_batches": 20, "process_group": dist.group.WORLD, **QUIET}
    ranks = collect_sgn(model, own, **options)
    assert_told_to_all(ranks)
    assert ranks.samples.shape[0] == ranks.sketch.n == 20
    assert ranks.metadata["n_examples"] == len(sampler) * dist.get_world_size()
    assert len(np.unique(ranks.samples, axis=0)) == 20
    assert sampler.epoch == 0
    common = collect_sgn(model, own, batch="global", **options)
    assert_told_to_all(common)
    assert common.metadata["batch_size"] == 8 * dist.get_world_size()
    assert common.metadata["dropped_batches"] > 0
    # The common mini-batches are the means of the processes' own.
    halves = collect_sgn(model, own, **{**options, "process_group": None, "params": common.labels, "n_batches": 4})
    gradients = torch.from_numpy(halves.centre - halves.samples)
    dist.all_reduce(gradients)
    np.testing.assert_allclose(common.centre - common.samples[:4], gradients / dist.get_world_size(), **ROUNDING)


def check_shards() -> None:
    model = network()
    for layer in (model[0], model[4]):
        fully_shard(layer)
    fully_shard(model)
    before = [parameter.to_local().clone() for parameter in model.parameters()]
    options = {"n_batches": 40, "k": 30, **QUIET}
    together = collect_sgn(model, loader(), process_group=dist.group.WORLD, batch="global", **options)
    assert_same(together, collect_sgn(network(), loader(), batch_size=8 * dist.get_world_size(), **options))
    assert_told_to_all(together)
    assert all(torch.equal(a, b.to_local()) for a, b in zip(before, model.parameters(), strict=True))
    assert all(parameter.grad is None for parameter in model.parameters())
    for group, message in ((dist.group.WORLD, "batch must be 'global'"), (None, "process_group must be given")):
        with pytest.raises(ValueError, match=message):
            collect_sgn(model, loader(), process_group=group, **QUIET)


def check_refusals() -> None:
    norm = nn.Sequential(nn.Linear(6, 3), nn.SyncBatchNorm(3))
    options = {"process_group": dist.group.WORLD, **QUIET}
    with pytest.raises(ValueError, match="batch must be 'global' for SyncBatchN"):
        collect_sgn(norm, loader(), mode="train", **options)
    with tempfile.TemporaryDirectory() as folder:
        store = {"store": Path(folder, "s"), "keep": "all"}
        with pytest.raises(ValueError, match="store must be None with a process"):
            collect_sgn(network(), loader(), **store, **options)


def main() -> None:
    torch.set_num_threads(1)
    faulthandler.dump_traceback_later(240, exit=True)
    dist.init_process_group("gloo")
    thorough = "--thorough" in sys.argv
    wrapped = nn.parallel.DistributedDataParallel(network())
    check_own_mini_batches(wrapped)
    if thorough:
        check_own_mini_batches(network())
        check_global_mini_batches(network())
    check_global_mini_batches(wrapped)
    check_loaders_of_each(wrapped)
    check_shards()
    check_refusals()
    dist.barrier()
    if dist.get_rank() == 0:
        sys.stdout.write(f"{dist.get_world_size()} processes agree\n")
    dist.destroy_process_group()


if __name__ == "__main__":
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    main()

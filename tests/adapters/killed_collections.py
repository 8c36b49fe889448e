"""Collections into a store that are killed in many places, each resumed to its end; a program of its own.

The process forks: a child collects and is killed by SIGKILL, at a random moment or at one of its file operations in
turn. Prints how many were killed, or fails. Torch is imported once for all of them.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import SGN, collect_sgn
from stablefit import StoreError

MEMORY = Path("/dev/shm")  # a killed process needs no disk to leave its files on, and flushing to one takes long
WAYS = [
    {"sampling": "replacement", "mode": "eval"},
    {"sampling": "loader", "mode": "train", "accumulate": 2},
]


def collect(store: Path, way: dict[str, object]) -> SGN:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.Dropout(0.2), nn.Linear(5, 3))
    data = TensorDataset(torch.randn(90, 6), torch.randint(3, (90,)))
    loader = DataLoader(data, batch_size=8, shuffle=True)
    return collect_sgn(model, loader, n_batches=80, keep="all", store=store, seed=4, progress=False, **way)


def kill_at_operation(number: int) -> None:
    """Kill this process just before its `number`-th rename or flush of a file."""
    left = [number]
    for owner, name in ((Path, "replace"), (os, "fsync")):
        original = getattr(owner, name)

        def operation(*arguments: object, original: object = original) -> object:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments)

        setattr(owner, name, operation)


def run_killed(store: Path, way: dict[str, object], *, operation: int | None, after: float) -> bool:
    """Collect in a child that is killed; return whether it was."""
    child = os.fork()
    if child == 0:
        if operation is not None:
            kill_at_operation(operation)
        collect(store, way)
        os._exit(0)
    if operation is None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"the child failed with {status}"
    return os.WIFSIGNALED(status)


def acknowledged(store: Path) -> int:
    """How many mini-batches the store says that it holds."""
    try:
        return SGN.load(store).metadata["n_batches"]
    except (StoreError, FileNotFoundError):
        return 0


def check_rows(store: Path, whole: SGN, at_least: int) -> int:
    """Whatever is acknowledged is there, is right, and nothing else is to be seen."""
    import zarr

    n = acknowledged(store)
    assert n >= at_least, f"{at_least} mini-batches were acknowledged, {n} are there"
    if n:
        gradients = zarr.open_group(store, mode="r")["gradients"]
        assert gradients.shape[0] == n
        np.testing.assert_array_equal(gradients[:], (whole.centre - np.asarray(whole.samples)[:n]).astype(np.float32))
    return n


def assert_same(one: SGN, other: SGN) -> None:
    np.testing.assert_array_equal(np.asarray(one.samples), np.asarray(other.samples))
    np.testing.assert_array_equal(one.centre, other.centre)
    np.testing.assert_array_equal(one.zeros, other.zeros)
    assert one.metadata == other.metadata
    for mine, its in zip(one.sketch.parts, other.sketch.parts, strict=True):
        np.testing.assert_array_equal(mine.state, its.state)
        for part, its_part in zip(mine.moments, its.moments, strict=True):
            np.testing.assert_array_equal(part, its_part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=4, help="kills at random moments, for each way of collecting")
    parser.add_argument("--every", type=int, default=5, help="kill at every so many file operations")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rng, killed = np.random.default_rng(0), 0
    for way in WAYS:
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
            start = time.perf_counter()
            whole = collect(Path(folder, "whole"), way)
            seconds = time.perf_counter() - start
            store, there = Path(folder, "killed at random"), 0
            for _ in range(options.random):
                killed += run_killed(store, way, operation=None, after=rng.uniform(0.0, 1.2 * seconds))
                there = check_rows(store, whole, there)
            assert_same(collect(store, way), whole)
            operation, alive = 0, True
            while alive:
                store = Path(folder, f"killed at {operation}")
                alive = run_killed(store, way, operation=operation, after=0.0)
                killed += alive
                there = check_rows(store, whole, 0)
                alive and run_killed(store, way, operation=operation // 2, after=0.0)
                check_rows(store, whole, there)
                assert_same(collect(store, way), whole)
                operation += options.every
    sys.stdout.write(f"{killed} killed, all resumed\n")


if __name__ == "__main__":
    main()

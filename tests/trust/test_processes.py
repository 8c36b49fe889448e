"""Threads, forks and cold caches: the same bits from all of them, and nobody waits or dies."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import stablefit as sf

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
SYMMETRIC, SKEWED = sf.Stable(1.6, scale=0.3), sf.Stable(1.3, 0.7)
X = SYMMETRIC.rvs((400, 20), rng=0)


def piece(i: int) -> bytes:
    """One of eight kinds of work, with a seed of its own; its bits."""
    row = X[:, i % 20]
    match i % 8:
        case 0:
            found = SYMMETRIC.rvs(500, rng=i)
        case 1:
            found = np.stack(SYMMETRIC.logpdf_grad(row))
        case 2:
            found = SYMMETRIC.ppf(np.linspace(0.001, 0.999, 300))
        case 3:
            found = np.array(list(sf.fit(row).params.values()))
        case 4:
            found = sf.fit(X + i, "ecf", axis=0).alpha
        case 5:
            found = np.array(list(sf.fit(row, "quantile").bse.values()))
        case 6:
            found = SKEWED.logpdf(row[:50])
        case _:
            found = np.array([sf.gof.test(row, sf.fit(row, "ecf"), n_boot=19, rng=i).pvalue])
    return hashlib.sha256(np.ascontiguousarray(found).tobytes()).digest()


def test_thirty_two_threads_give_the_bits_of_one() -> None:
    serial = [piece(i) for i in range(64)]
    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(piece, range(64))) == serial


def test_first_use_by_many_threads_at_once_compiles_once_and_right(tmp_path: Path) -> None:
    """A process whose first calls come from eight threads, all to the same kernels."""
    code = """
from concurrent.futures import ThreadPoolExecutor
import stablefit as sf
x = sf.Stable(1.5).rvs(100, rng=0)
with ThreadPoolExecutor(8) as pool:
    found = set(pool.map(lambda _: sf.fit(x, "quantile").alpha, range(16)))
print(len(found))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_after_use_works() -> None:
    """The child of a process that has used kernels and threads, as a DataLoader's worker is."""
    with ThreadPoolExecutor(4) as pool:
        expected = list(pool.map(piece, range(8)))
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        try:
            os.write(writable, b"".join(piece(i) for i in range(8)))
        finally:
            os._exit(0)
    os.close(writable)
    with os.fdopen(readable, "rb") as stream:
        assert stream.read() == b"".join(expected)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.adapters
def test_workers_of_a_loader_after_use() -> None:
    torch = pytest.importorskip("torch")
    from torch.utils.data import DataLoader, Dataset

    class Fits(Dataset):  # type: ignore[type-arg]
        """Fits a sample where an item is asked for."""

        def __len__(self) -> int:
            return 8

        def __getitem__(self, i: int) -> float:
            return float(sf.fit(X[:, i]).alpha)

    expected = [sf.fit(X[:, i]).alpha for i in range(8)]
    loader = DataLoader(Fits(), batch_size=2, num_workers=2, multiprocessing_context="fork")
    assert torch.cat(list(loader)).tolist() == expected


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_eight_processes_fill_one_cold_cache(tmp_path: Path) -> None:
    """All of them begin with no compiled kernel and write to one folder; all finish, and find the same."""
    code = """
import stablefit as sf
x = sf.Stable(1.5).rvs(300, rng=0)
print(repr(sf.fit(x)), sf.fit(x, "quantile").alpha)
"""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    for _ in range(2):  # cold, then warm
        started = [
            subprocess.Popen(
                [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            for _ in range(8)
        ]
        ended = [(process.communicate(), process.returncode) for process in started]
        assert [error.decode() for (_, error), status in ended if status] == []
        assert len({output for (output, _), _ in ended}) == 1


FIRST_FIT = """
import sys, time
import numpy as np
import stablefit as sf
rng = np.random.default_rng(0)
sf.fit({"heavy": rng.standard_t(2, 1000), "normal": rng.standard_normal(1000)}[sys.argv[1]])
print(time.process_time())
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sample", ["heavy", "normal"])
def test_the_first_fit_takes_fifteen_seconds_in_a_fresh_environment_and_two_in_a_new_process(
    sample: str, tmp_path: Path
) -> None:
    """Of processor time, for others share the machine; the import is counted."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", FIRST_FIT, sample]
    cold, warm = (
        float(subprocess.run(command, env=environment, check=True, capture_output=True).stdout) for _ in range(2)
    )
    assert cold < 15.0
    assert warm < 2.0

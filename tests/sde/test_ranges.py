"""Runs that are cut off, resumed, extended, or computed on a cluster."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stablefit as sf
from stablefit.sde import Ball, LevySDE, Quadratic, first_exit, simulate
from stablefit.sde.exits import ExitTask

pytestmark = pytest.mark.unit

SDE = LevySDE(Quadratic([1.0, 2.0]), 1.4, 0.2)
OPTIONS: dict[str, Any] = {"t_max": 20.0, "dt": 0.05, "rng": 3}


def exits(n_paths: int, sde: LevySDE = SDE, **options: Any) -> sf.sde.ExitSample:
    return first_exit(sde, Ball(1.0), [0.1, 0.2], n_paths=n_paths, **(OPTIONS | options))


class CutError(Exception):
    """The machine goes down."""


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, whole = tmp_path / "run.npz", exits(100)
    computed: list[int] = []
    task = ExitTask.__call__

    def failing(self: ExitTask, begin: int, end: int, finished: Any) -> Any:
        if len(computed) == 5:
            raise CutError
        computed.append(end - begin)
        return task(self, begin, end, finished)

    monkeypatch.setattr(ExitTask, "__call__", failing)
    with pytest.raises(CutError):
        exits(100, checkpoint=file)
    done = sum(computed)
    assert 0 < done < 100
    counted: list[int] = []

    def counting(self: ExitTask, begin: int, end: int, finished: Any) -> Any:
        counted.append(end - begin)
        return task(self, begin, end, finished)

    monkeypatch.setattr(ExitTask, "__call__", counting)
    resumed = exits(100, checkpoint=file)
    assert sum(counted) == 100 - done
    np.testing.assert_array_equal(resumed.time, whole.time)
    np.testing.assert_array_equal(resumed.position, whole.position)
    exits(100, checkpoint=file)
    assert sum(counted) == 100 - done
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


def test_a_run_may_grow_or_shrink(tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    exits(30, checkpoint=file)
    np.testing.assert_array_equal(exits(70, checkpoint=file).time, exits(70).time)
    np.testing.assert_array_equal(exits(10, checkpoint=file).time, exits(10).time)


def test_paths_are_kept_too(tmp_path: Path) -> None:
    options: dict[str, Any] = {"n_paths": 9, "save": 10, "rng": 1}
    first = simulate(SDE, [0.1, 0.2], 2.0, 0.05, checkpoint=tmp_path / "paths.npz", **options)
    again = simulate(SDE, [0.1, 0.2], 2.0, 0.05, checkpoint=tmp_path / "paths.npz", **options)
    np.testing.assert_array_equal(again.x, first.x)
    np.testing.assert_array_equal(first.x, simulate(SDE, [0.1, 0.2], 2.0, 0.05, **options).x)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"rng": 4}, "rng"),
        ({"t_max": 21.0}, "grid"),
        ({"method": "jump"}, "method"),
        ({"sde": LevySDE(Quadratic([1.0, 2.0]), 1.4, 0.3)}, "sde"),
    ],
)
def test_a_file_of_another_run_is_refused(tmp_path: Path, change: dict[str, Any], name: str) -> None:
    exits(5, checkpoint=tmp_path / "run.npz")
    with pytest.raises(sf.StoreError, match=f"run.npz must hold paths of this very run, got another {name}"):
        exits(5, checkpoint=tmp_path / "run.npz", **change)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    exits(5, checkpoint=file)
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(sf.StoreError, match=r"run.npz must be a whole file of finished paths"):
        exits(5, checkpoint=file)
    np.savez(file, x=np.zeros(3))
    with pytest.raises(sf.StoreError, match=r"run.npz must be a whole file of finished paths"):
        exits(5, checkpoint=file)


def test_a_run_without_a_seed_cannot_be_resumed(tmp_path: Path) -> None:
    for rng in (None, np.random.default_rng(1)):
        with pytest.raises(ValueError, match="rng must be an int where there is a checkpoint"):
            exits(5, checkpoint=tmp_path / "run.npz", rng=rng)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    from dask.distributed import Client

    with Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None) as found:
        yield found


def test_a_cluster_gives_the_same_bits(client: Any) -> None:
    drift = LevySDE(lambda t, x: -x * np.array([1.0, 2.0]), 1.4, 0.2)
    np.testing.assert_array_equal(exits(50, client=client).time, exits(50).time)
    np.testing.assert_array_equal(exits(50, drift, client=client).position, exits(50, drift).position)


def test_equations_travel() -> None:
    import pickle

    again = pickle.loads(pickle.dumps(LevySDE(Quadratic(2.0), 1.5, 0.1, eta=0.1, schedule=sf.sde.Power(0.5))))
    assert repr(again) == repr(LevySDE(Quadratic(2.0), 1.5, 0.1, eta=0.1, schedule=sf.sde.Power(0.5)))


def test_a_client_must_be_one() -> None:
    with pytest.raises(TypeError, match=r"client must be a dask\.distributed\.Client, got 3"):
        exits(5, client=3)

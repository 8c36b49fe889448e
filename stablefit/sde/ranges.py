"""Ranges of path numbers, worked off by threads or by a dask cluster, and kept on disk."""

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Protocol

from stablefit._types import AnyArray
from stablefit.extras import extra
from stablefit.sde.checkpoint import Checkpoint
from stablefit.sde.progress import counter
from stablefit.sde.results import Results

Part = dict[str, AnyArray]
_PORTIONS = 16
"""Ranges at least, where results are kept on disk or computed elsewhere: what a crash may lose."""


class Task(Protocol):
    """Computes the paths begin, ..., end - 1, and reports how many have finished; picklable."""

    @property
    def largest(self) -> int:
        """Paths that are computed together at most."""

    def __call__(self, begin: int, end: int, finished: Callable[[int], None]) -> Part:
        """Return arrays of which the first axis counts paths."""


@dataclass(frozen=True)
class Workers:
    """Who computes, and whether one sees it."""

    n_jobs: int = 1
    client: Any = None
    checkpoint: Checkpoint | None = None
    progress: bool = True

    def __post_init__(self) -> None:
        if self.n_jobs != int(self.n_jobs) or (self.n_jobs < 1 and self.n_jobs != -1):
            raise ValueError(f"n_jobs must be a positive integer or -1, got {self.n_jobs}")
        if self.client is not None and not (hasattr(self.client, "submit") and hasattr(self.client, "scatter")):
            raise TypeError(f"client must be a dask.distributed.Client, got {self.client!r}")

    def run(self, task: Task, n_paths: int, description: str) -> Part:
        """Return the results of all paths; those that a checkpoint holds are not computed again."""
        results = Results(n_paths) if self.checkpoint is None else self.checkpoint.read(n_paths)
        ranges = list(results.missing(self._size(task, n_paths)))
        with counter(n_paths, description, shown=self.progress) as finished:
            finished(n_paths - sum(end - begin for begin, end in ranges))
            try:
                for begin, part in self._parts(task, ranges, finished):
                    results.put(begin, part)
                    if self.checkpoint is not None:
                        self.checkpoint.write_now_and_then(results)
            finally:
                if self.checkpoint is not None and ranges and results.arrays:
                    self.checkpoint.write(results)
        return results.arrays

    def _threads(self) -> int:
        return (os.cpu_count() or 1) if self.n_jobs == -1 else self.n_jobs

    def _size(self, task: Task, n_paths: int) -> int:
        portions = self._threads() if self.checkpoint is None and self.client is None else _PORTIONS
        return max(1, min(task.largest, math.ceil(n_paths / portions)))

    def _parts(
        self, task: Task, ranges: list[tuple[int, int]], finished: Callable[[int], None]
    ) -> Iterator[tuple[int, Part]]:
        if self.client is not None:
            yield from _on_dask(self.client, task, ranges, finished)
        elif self._threads() == 1 or len(ranges) == 1:
            for begin, end in ranges:
                yield begin, task(begin, end, finished)
        else:
            yield from _on_threads(self._threads(), task, ranges, finished)


def _on_threads(
    n_threads: int, task: Task, ranges: list[tuple[int, int]], finished: Callable[[int], None]
) -> Iterator[tuple[int, Part]]:
    with ThreadPoolExecutor(n_threads) as pool:
        futures = {pool.submit(task, begin, end, finished): begin for begin, end in ranges}
        try:
            pending = set(futures)
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _on_dask(
    client: Any, task: Task, ranges: list[tuple[int, int]], finished: Callable[[int], None]
) -> Iterator[tuple[int, Part]]:
    with extra("dask"):
        from dask.distributed import as_completed

    shared = client.scatter(task, broadcast=True, hash=False)
    futures = {client.submit(_alone, shared, begin, end, pure=False): (begin, end) for begin, end in ranges}
    for future in as_completed(list(futures)):
        begin, end = futures[future]
        yield begin, future.result()
        finished(end - begin)
        future.release()


def _alone(task: Task, begin: int, end: int) -> Part:
    return task(begin, end, lambda count: None)

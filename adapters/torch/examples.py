"""Batches of chosen examples, read from a loader's data set through the loader's own collate function."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    DistributedSampler,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    TensorDataset,
    default_collate,
)

from adapters.torch.random_states import reseed
from stablefit._types import IntArray


class ExampleReader:
    """The map-style data set of `loader`, read by index arrays as the loader itself would read it.

    Worker processes, collate function and pinning are the loader's. A TensorDataset with the default collate function
    is read by one indexing operation a tensor instead of one call an example.

    Raises
    ------
    ValueError
        If the loader has no data set with a length and random access, or that data set is empty.
    """

    def __init__(self, loader: Any, *, pin_memory: bool = False) -> None:
        dataset: Any = getattr(loader, "dataset", None)
        random_access = hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__")
        if not random_access or isinstance(dataset, IterableDataset):
            held = "no data set" if dataset is None else type(dataset).__name__
            raise ValueError(
                f"loader must have a map-style data set to draw from with replacement, got {held}; "
                "pass sampling='loader' to use the loader's own batches"
            )
        if not len(dataset):
            raise ValueError("loader.dataset must hold at least one example, got 0")
        self.loader = loader
        self.pin_memory = pin_memory and getattr(loader, "pin_memory", False)
        self.dataset = dataset
        self.n_examples = len(dataset)

    def batches(self, index_batches: Iterable[IntArray], seed: int) -> Iterator[Any]:
        """Yield one batch for every index array; they are numbered as they come."""
        yield from self.numbered(enumerate(index_batches), np.random.SeedSequence(seed))

    def numbered(self, numbered: Iterable[tuple[int, IntArray]], seed: np.random.SeedSequence) -> Iterator[Any]:
        """Yield one batch for every number and index array.

        What is random in the reading of a batch depends on `seed` and its number alone, not on what was read before,
        nor on the worker process.
        """
        tensors, lookup = _as_tensors(self.dataset)
        if tensors is not None and getattr(self.loader, "collate_fn", default_collate) is default_collate:
            for _, indices in numbered:
                rows = torch.from_numpy(indices)
                rows = rows if lookup is None else lookup[rows]
                yield [tensor[rows.to(tensor.device)] for tensor in tensors]
        else:
            yield from self._loader(numbered, seed)

    def _loader(self, numbered: Iterable[tuple[int, IntArray]], seed: np.random.SeedSequence) -> DataLoader[Any]:
        own = self.loader
        return DataLoader(
            Reseeded(self.dataset, seed),
            batch_sampler=([number, *indices.tolist()] for number, indices in numbered),
            collate_fn=getattr(own, "collate_fn", None),
            num_workers=getattr(own, "num_workers", 0),
            pin_memory=self.pin_memory,
            timeout=getattr(own, "timeout", 0),
            worker_init_fn=getattr(own, "worker_init_fn", None),
            multiprocessing_context=getattr(own, "multiprocessing_context", None),
            prefetch_factor=getattr(own, "prefetch_factor", None),
            generator=torch.Generator().manual_seed(int(seed.generate_state(1)[0])),
        )


class Reseeded(Dataset[Any]):
    """A data set read in batches, each under random states of its own: the first of the indices is its number."""

    def __init__(self, dataset: Any, seed: np.random.SeedSequence) -> None:
        self.dataset, self.seed = dataset, seed

    def __len__(self) -> int:
        return len(self.dataset)

    def __getattr__(self, name: str) -> Any:
        """Look up what a worker's `worker_init_fn` may want of the data set; nothing of a copy that is being made."""
        if name.startswith("__") or "dataset" not in self.__dict__:
            raise AttributeError(name)
        return getattr(self.dataset, name)

    def __getitems__(self, numbered: list[int]) -> list[Any]:
        """Return the examples of a batch."""
        number, *indices = numbered
        reseed(self.seed, number, 1)
        together = getattr(self.dataset, "__getitems__", None)
        if together:
            found: list[Any] = together(indices)
            return found
        return [self.dataset[index] for index in indices]


def batch_size_of(loader: Any) -> int | None:
    """Return the number of examples in a full batch of `loader`, None where it does not say."""
    size = getattr(loader, "batch_size", None) or getattr(getattr(loader, "batch_sampler", None), "batch_size", None)
    return size if isinstance(size, int) else None


def sampler_that_is_ignored(loader: Any) -> str | None:
    """Return the name of a sampler that reads something else than the whole data set once, uniformly; else None."""
    batch_sampler, sampler = getattr(loader, "batch_sampler", None), getattr(loader, "sampler", None)
    if batch_sampler is not None and type(batch_sampler) is not BatchSampler:
        return type(batch_sampler).__name__
    if isinstance(sampler, SequentialSampler | RandomSampler | DistributedSampler) or sampler is None:
        return None
    return type(sampler).__name__


def draws_without_replacement(loader: Any) -> bool:
    """Tell whether each pass over `loader` is known to be a partition of its data set."""
    sampler = getattr(loader, "sampler", None)
    plain = isinstance(sampler, SequentialSampler) or (isinstance(sampler, RandomSampler) and not sampler.replacement)
    return plain and type(getattr(loader, "batch_sampler", None)) is BatchSampler and not loader.drop_last


def _as_tensors(dataset: Any) -> tuple[tuple[torch.Tensor, ...] | None, torch.Tensor | None]:
    """Return the tensors of a TensorDataset and, where it is a Subset of one, the positions of its examples there.

    Subclasses may transform what they return, so only the two classes themselves are looked through.
    """
    lookup: torch.Tensor | None = None
    while type(dataset) is Subset:
        indices = torch.from_numpy(np.asarray(dataset.indices, dtype=np.int64))
        lookup = indices if lookup is None else indices[lookup]
        dataset = dataset.dataset
    return (dataset.tensors, lookup) if type(dataset) is TensorDataset else (None, None)

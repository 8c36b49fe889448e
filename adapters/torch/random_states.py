"""The global random states of Python, NumPy and torch: set from our own seed, then put back as they were."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch


@contextmanager
def seeded(seed: np.random.SeedSequence, loader: object = None) -> Iterator[None]:
    """Run the body under global random states that depend on `seed` alone, and restore the caller's afterwards.

    Data sets that crop at random and layers that drop at random draw from the global states: without this the same
    seed would not give the same noise. The generators that `loader` owns are put back too, but not seeded: they are
    the user's own order of the data.
    """
    with ExitStack() as undo:
        for put_back, state in _global_states():
            undo.callback(put_back, state)
        for generator in _generators_of(loader):
            undo.callback(generator.set_state, generator.get_state())
        _seed_globals(seed)
        yield


def child(seed: np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    """Return the seed that belongs to a key, such as the number of a mini-batch, whatever was drawn before."""
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, *key))


def reseed(seed: np.random.SeedSequence, *key: int) -> None:
    """Set the global states from a seed and a key; to be called within `seeded`, or in a process of our own."""
    _seed_globals(child(seed, *key))


def _global_states() -> list[tuple[Callable[[Any], None], Any]]:
    states: list[tuple[Callable[[Any], None], Any]] = [
        (random.setstate, random.getstate()),
        (np.random.set_state, np.random.get_state()),  # noqa: NPY002 - the global state is what has to be kept
        (torch.set_rng_state, torch.get_rng_state()),
    ]
    if _cuda_in_use():
        states.append((torch.cuda.set_rng_state_all, torch.cuda.get_rng_state_all()))
    if torch.backends.mps.is_available():
        states.append((torch.mps.set_rng_state, torch.mps.get_rng_state()))
    return states


def _cuda_in_use() -> bool:
    return bool(torch.cuda.is_initialized())  # type: ignore[no-untyped-call]


def _generators_of(loader: object) -> list[torch.Generator]:
    owners = [
        loader,
        getattr(loader, "sampler", None),
        getattr(getattr(loader, "batch_sampler", None), "sampler", None),
    ]
    found = (getattr(owner, "generator", None) for owner in owners)
    return list({id(generator): generator for generator in found if isinstance(generator, torch.Generator)}.values())


def _seed_globals(seed: np.random.SeedSequence) -> None:
    """Seed what is there. torch.manual_seed would also queue a seed for devices that are not in use yet."""
    words = [int(word) for word in seed.generate_state(3, np.uint32)]
    random.seed(words[0])
    np.random.seed(words[1])  # noqa: NPY002 - for data sets that draw from the global state
    torch.default_generator.manual_seed(words[2])
    if _cuda_in_use():
        torch.cuda.manual_seed_all(words[2])
    if torch.backends.mps.is_available():
        torch.mps.manual_seed(words[2])

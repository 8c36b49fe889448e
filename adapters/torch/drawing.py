"""Gradients of the full data, and of mini-batches drawn from it with replacement."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from adapters.torch.arguments import integer
from adapters.torch.examples import ExampleReader, batch_size_of, sampler_that_is_ignored
from adapters.torch.gathering import Gathered, Plan
from adapters.torch.gradients import EntryGradient, HostRows, mean_of_consecutive, weighted_mean
from adapters.torch.modes import in_mode
from adapters.torch.progress import Progress
from adapters.torch.rehearsal import rehearse
from stablefit._types import FloatArray, IntArray
from stablefit.errors import StablefitWarning


def gather_with_replacement(gradient: EntryGradient, loader: Any, plan: Plan, bar: Progress) -> Gathered:
    """Take gradients of mini-batches whose examples are uniform and independent, also within a mini-batch.

    In eval mode the centre is the full gradient. In train mode, where the gradient of a batch is not the mean of its
    examples' gradients, it is the mean of the mini-batch gradients.
    """
    reader = ExampleReader(loader)
    batch_size = drawn_batch_size(loader, plan.batch_size)
    _warn_of_ignored_sampler(loader)
    seed = int(plan.seed.generate_state(1)[0])
    half = np.arange(max(1, min(batch_size, reader.n_examples) // 2))
    with in_mode(gradient.model, "eval"):
        trial = rehearse(gradient, *reader.batches([half, half, np.tile(half, 2)], seed))
    n_micro = plan.n_batches * plan.accumulate
    # Batches as large as the loader's fit into memory, and spare passes over the whole data.
    chunk = max(batch_size, batch_size_of(loader) or 1)
    bar.reset(n_micro + (-(-reader.n_examples // chunk) if plan.mode == "eval" else 0))
    centre = full_gradient(gradient, reader, chunk, seed, bar) if plan.mode == "eval" else None
    rng = np.random.default_rng(plan.seed)
    draws = (rng.integers(reader.n_examples, size=batch_size) for _ in range(n_micro))
    gradients = mean_of_consecutive(_rows(gradient, reader, draws, seed, bar, stream=True), plan.accumulate)
    facts = {
        "batch_size": batch_size,
        "n_examples": reader.n_examples,
        "centre": "mean of mini-batch gradients" if centre is None else "full gradient",
        "dropped_batches": 0,
        "variance_factor": 1.0,
        **trial.facts(),
    }
    if centre is None:
        centre = weighted_mean(gradients, np.ones(plan.n_batches))
    return Gathered(gradients, centre, facts)


def full_gradient(
    gradient: EntryGradient, reader: ExampleReader, batch_size: int, seed: int, bar: Progress
) -> FloatArray:
    """Return the gradient of the mean loss over the whole data set, in its own order, summed in float64.

    Batches count by their size: with a ragged last batch the plain mean of batch gradients is wrong.
    """
    parts = [np.arange(i, min(i + batch_size, reader.n_examples)) for i in range(0, reader.n_examples, batch_size)]
    sizes = np.array([len(part) for part in parts])
    return weighted_mean(_rows(gradient, reader, iter(parts), seed, bar), sizes)


def _rows(
    gradient: EntryGradient,
    reader: ExampleReader,
    index_batches: Iterator[IntArray],
    seed: int,
    bar: Progress,
    *,
    stream: bool = False,
) -> FloatArray:
    rows = HostRows()
    for batch in reader.batches(index_batches, seed, pin_memory=gradient.device.type == "cuda"):
        rows.append(gradient.stream(batch) if stream else gradient(batch))
        bar.update()
    return rows.array()


def drawn_batch_size(loader: Any, batch_size: int | None) -> int:
    """Return the number of examples to draw for a batch: what is asked for, else the loader's own."""
    found = batch_size_of(loader) if batch_size is None else batch_size
    if found is None:
        raise ValueError("batch_size must be given where the loader has none of its own, got None")
    return integer("batch_size", found, 1)


def _warn_of_ignored_sampler(loader: Any) -> None:
    ignored = sampler_that_is_ignored(loader)
    if ignored:
        warnings.warn(
            f"sampling='replacement' draws uniformly from the whole loader.dataset and does not follow its {ignored}; "
            "pass a loader of a Subset, or sampling='loader'",
            StablefitWarning,
            stacklevel=4,
        )

"""Gradients of the full data, and of mini-batches drawn from it with replacement."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from torch import Tensor

from adapters.torch.arguments import integer
from adapters.torch.examples import ExampleReader, batch_size_of, sampler_that_is_ignored
from adapters.torch.gathering import Gathered, Plan, host, mean_of_consecutive
from adapters.torch.gradients import EntryGradient
from adapters.torch.means import RunningMean
from adapters.torch.modes import in_mode
from adapters.torch.progress import Progress
from adapters.torch.random_states import child, reseed
from adapters.torch.ranks import Part
from adapters.torch.rehearsal import Rehearsal, rehearse
from stablefit._types import FloatArray, IntArray
from stablefit.errors import StablefitWarning

# Keys of what is random: every batch has seeds of its own, and is the same whatever was done before it.
_REHEARSAL, _FULL, _NOISE = 0, 1, 2


def gather_with_replacement(gradient: EntryGradient, loader: Any, plan: Plan, bar: Progress) -> Gathered:
    """Take gradients of mini-batches whose examples are uniform and independent, also within a mini-batch.

    In eval mode the centre is the full gradient. In train mode, where the gradient of a batch is not the mean of its
    examples' gradients, it is the mean of the mini-batch gradients.
    """
    reader = ExampleReader(loader, pin_memory=gradient.device.type == "cuda")
    batch_size = drawn_batch_size(loader, plan.batch_size)
    _warn_of_ignored_sampler(loader)
    trial = _rehearsed(gradient, reader, batch_size, plan)
    # Batches as large as the loader's fit into memory, and spare passes over the whole data.
    parts = plan.ranks.parts(reader.n_examples, max(batch_size, batch_size_of(loader) or 1))
    rows = plan.rows
    centre = rows.known_centre if plan.mode == "eval" else None
    wanted = range(plan.first + rows.n, plan.first + plan.n_batches)
    pass_over_all = plan.mode == "eval" and centre is None
    bar.reset(len(wanted) * plan.accumulate + len(parts) * pass_over_all)
    if rows.n:
        first = list(_drawn(gradient, reader, batch_size, plan, range(plan.first, plan.first + 1)))
        rows.check(mean_of_consecutive(host(first), plan.accumulate)[0])
    if pass_over_all:
        centre = _full_gradient(gradient, reader, parts, plan, bar)
    mean = RunningMean(gradient.width)
    rows.begin(mean if centre is None else centre)
    for row in _drawn(gradient.stream, reader, batch_size, plan, wanted):
        if centre is None:
            mean.add(row, 1)
        rows.take(row)
        bar.update()
    gradient.end()
    full = "full gradient" if trial.deterministic else "full gradient of examples that vary"
    facts = {
        "batch_size": batch_size * plan.ranks.together,
        "n_examples": reader.n_examples,
        "centre": full if plan.mode == "eval" else "mean of mini-batch gradients",
        "dropped_batches": 0,
        "variance_factor": 1.0,
        **trial.facts(),
    }
    return Gathered(plan.ranks.mean(*mean.total()) if centre is None else centre, facts)


def _rehearsed(gradient: EntryGradient, reader: ExampleReader, batch_size: int, plan: Plan) -> Rehearsal:
    half = np.arange(max(1, min(batch_size, reader.n_examples) // 2))
    with in_mode(gradient.model, "eval"):
        reseed(plan.ambient, _REHEARSAL)
        trials = enumerate((half, half, np.tile(half, 2)))
        return rehearse(gradient, *reader.numbered(trials, child(plan.ambient, _REHEARSAL)))


def _full_gradient(
    gradient: EntryGradient, reader: ExampleReader, parts: list[Part], plan: Plan, bar: Progress
) -> FloatArray:
    """Return the gradient of the mean loss over the whole data set, in its own order, summed in float64.

    Batches count by their size: with a ragged last batch the plain mean of batch gradients is wrong.
    """
    mean = RunningMean(gradient.width)
    batches = reader.numbered(((part.number, part.examples) for part in parts), child(plan.ambient, _FULL))
    for batch, part in zip(batches, parts, strict=True):
        reseed(plan.ambient, _FULL, part.number)
        mean.add(gradient(batch, part.share), part.size)
        bar.update()
    return plan.ranks.mean(*mean.total())


def _drawn(
    take: Callable[[Any], Tensor], reader: ExampleReader, batch_size: int, plan: Plan, wanted: range
) -> Iterator[Tensor]:
    """Yield what `take` makes of the micro-batches of the wanted mini-batches."""
    numbers = range(wanted.start * plan.accumulate, wanted.stop * plan.accumulate)
    place = plan.ranks.place

    def drawn() -> Iterator[tuple[int, IntArray]]:
        for number in numbers:
            rng = np.random.default_rng(child(plan.drawing, number))
            yield number, plan.ranks.part(rng.integers(reader.n_examples, size=batch_size * plan.ranks.together))

    for number, batch in zip(numbers, reader.numbered(drawn(), child(plan.ambient, _NOISE, place)), strict=True):
        reseed(plan.ambient, _NOISE, place, number)
        yield take(batch)


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
            stacklevel=6,
        )

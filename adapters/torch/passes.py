"""Gradients of a loader's own batches, in passes over the loader."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor
from torch.utils.data import DistributedSampler

from adapters.torch.batches import doubled, size_of
from adapters.torch.examples import batch_size_of, draws_without_replacement
from adapters.torch.gathering import Gathered, Plan, host, mean_of_consecutive
from adapters.torch.gradients import EntryGradient
from adapters.torch.means import PassMean
from adapters.torch.modes import in_mode
from adapters.torch.progress import Progress
from adapters.torch.random_states import reseed
from adapters.torch.rehearsal import Rehearsal, rehearse

_REHEARSAL, _PASSES = 0, 3  # keys of what is random
_READING, _PASSING = 0, 1


def gather_from_loader(gradient: EntryGradient, loader: Any, plan: Plan, bar: Progress) -> Gathered:
    """Take gradients of the loader's own batches, centred on their mean weighted by size.

    The factor by which drawing without replacement lowers the variance, (D - B) / (D - 1), is told, not applied.
    """
    own = batch_size_of(loader)
    if plan.batch_size is not None and plan.batch_size != own:
        raise ValueError(f"batch_size must be left to the loader with sampling='loader', got {plan.batch_size!r}")
    trials: list[Rehearsal] = []

    def first(batch: Any) -> None:
        once, twice = doubled(batch, size_of(batch))
        reseed(plan.ambient, _REHEARSAL)
        with in_mode(gradient.model, "eval"):
            trials.append(rehearse(gradient, once, once, twice, may_fail=True))

    bar.reset(plan.n_batches * plan.accumulate)
    with _order_of_passes(loader) as order:
        seen = run_passes(gradient, loader, plan, batch_size=own, first=first, order=order, bar=bar)
    partition = draws_without_replacement(loader) and seen.n_examples > 1
    in_sample = seen.batch_size * plan.accumulate
    dropped, passes, n_examples = plan.ranks.sum(np.array([seen.ragged, seen.passes, seen.n_examples], dtype=float))
    shards = isinstance(getattr(loader, "sampler", None), DistributedSampler)
    facts = {
        "batch_size": seen.batch_size,
        "n_examples": int(n_examples) if shards else seen.n_examples,
        "centre": f"mean of {seen.mean.whole} whole passes" if seen.mean.whole else "mean of the batches seen",
        "passes": int(passes),
        "dropped_batches": int(dropped),
        "variance_factor": (seen.n_examples - in_sample) / (seen.n_examples - 1) if partition else None,
        **trials[0].facts(),
    }
    return Gathered(plan.ranks.mean(*seen.mean.total()), facts)


@dataclass
class Seen:
    """What came of a loader: the mean of its gradients, how many examples the first pass had, how many were ragged."""

    mean: PassMean
    batch_size: int = 0
    n_examples: int = 0
    passes: int = 0
    ragged: int = 0
    mini_batches: int = 0

    def note(self, size: int, mini_batches: int) -> None:
        """Count a batch; there are `mini_batches` with it."""
        self.n_examples += size * (self.passes == 0)
        self.ragged += size != self.batch_size
        self.mini_batches = mini_batches


def run_passes(
    gradient: EntryGradient,
    loader: Any,
    plan: Plan,
    *,
    batch_size: int | None,
    first: Callable[[Any], None],
    order: Callable[[int], None],
    bar: Progress,
) -> Seen:
    """Take gradients of the loader's batches, pass after pass, until there are enough samples.

    The first pass always goes to its end, so that the centre is the full gradient; a loader without a length may have
    no end, and stops when there is enough. `first` is called with the first batch before anything else, `order` with
    the number of each pass. Batches of rows that an earlier run has stored are read and left.
    """
    rows, seen = plan.rows, Seen(PassMean(gradient.width), (batch_size or 0) * plan.ranks.together)
    rows.begin(seen.mean)
    stored, beginning = rows.n, list[Tensor]()
    may_stop_in = 0 if length_of(loader) is None else 1
    while seen.mini_batches < plan.n_batches or seen.passes < may_stop_in:
        full, before, ended = 0, seen.mini_batches, False
        order(seen.passes)
        for batch, size, share in _one_pass(loader, plan, seen.passes):
            if seen.mini_batches >= plan.n_batches and seen.passes >= may_stop_in:
                break
            if not seen.n_examples:
                first(batch)
                seen.batch_size = seen.batch_size or size
            there, whole = seen.mini_batches < stored, size == seen.batch_size
            full += whole
            seen.note(size, before + full // plan.accumulate)
            if not there:
                row = (gradient.stream if whole else gradient)(batch, share)
                seen.mean.add(row, size)
                if whole:
                    rows.take(row)
            elif whole and len(beginning) < plan.accumulate:
                beginning.append(gradient(batch, share))
                if len(beginning) == plan.accumulate:
                    rows.check(mean_of_consecutive(host(beginning), plan.accumulate)[0])
            bar.update()
        else:
            ended = True
        rows.drop()
        if gradient.filler is not None:
            gradient.filler.drop()
        if full < plan.accumulate:
            raise _too_few(full, plan.accumulate, seen.batch_size, seen.passes)
        if ended and seen.mini_batches >= stored:  # else the stored sums know of it
            seen.mean.end_pass()
        seen.passes += 1
    gradient.end()
    return seen


def _one_pass(loader: Any, plan: Plan, number: int) -> Iterator[tuple[Any, int, float]]:
    """Yield the batches of a pass with their sizes and shares, each read and used under random states of its own.

    Where processes share their batches the pass ends when it ends for one of them.
    """
    reseed(plan.ambient, _PASSES, plan.ranks.rank, number)  # worker processes take their seed as they start
    batches, place = iter(loader), 0
    while True:
        reseed(plan.ambient, _PASSES, plan.ranks.rank, number, place, _READING)
        batch = next(batches, None)
        size = None if batch is None else size_of(batch)
        whole = plan.ranks.size_of_all(size)
        if size is None or whole is None:
            return
        reseed(plan.ambient, _PASSES, plan.ranks.rank, number, place, _PASSING)
        yield batch, whole, size * plan.ranks.together / max(whole, 1) if plan.ranks.together > 1 else 1.0
        place += 1


@contextmanager
def _order_of_passes(loader: Any) -> Iterator[Callable[[int], None]]:
    """Yield a function that gives each pass an order of its own, where the sampler leaves that to its user."""
    sampler = getattr(loader, "sampler", None)
    if not isinstance(sampler, DistributedSampler):
        yield lambda number: None
        return
    epoch = sampler.epoch
    try:
        yield lambda number: sampler.set_epoch(epoch + number)
    finally:
        sampler.set_epoch(epoch)


def length_of(loader: Any) -> int | None:
    """Length of a loader or a data set that knows it; a DataLoader has `__len__` in any case, and may raise in it."""
    try:
        return len(loader)
    except (TypeError, NotImplementedError):
        return None


def _too_few(full: int, accumulate: int, batch_size: int, number: int) -> ValueError:
    wanted = f"{accumulate} batch{'es' * (accumulate > 1)}" + (f" of {batch_size} examples" if batch_size else "")
    remedy = (
        "an iterator is used up after one pass: pass the loader itself"
        if number
        else "use a smaller batch or accumulate"
    )
    return ValueError(f"loader must yield at least {wanted} in every pass, got {full} in pass {number + 1}; {remedy}")

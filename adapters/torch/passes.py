"""Gradients of a loader's own batches, in passes over the loader."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from adapters.torch.batches import doubled, size_of
from adapters.torch.examples import batch_size_of, draws_without_replacement
from adapters.torch.gathering import Gathered, Plan
from adapters.torch.gradients import EntryGradient, HostRows, mean_of_consecutive, weighted_mean
from adapters.torch.modes import in_mode
from adapters.torch.progress import Progress
from adapters.torch.rehearsal import Rehearsal, rehearse
from stablefit._types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Passes:
    """Gradients of every batch that a loader gave.

    `rows` (m, k) are the gradients, `sizes` (m,) the numbers of examples, `numbers` (m,) says in which pass each batch
    came, and `whole` holds the passes that came to their end.
    """

    rows: FloatArray
    sizes: IntArray
    numbers: IntArray
    whole: list[int]
    batch_size: int

    @property
    def full(self) -> BoolArray:
        """Where a batch has the nominal size; a ragged one has noise of another law."""
        return np.asarray(self.sizes == self.batch_size)

    @property
    def n_examples(self) -> int:
        """Number of examples in the first pass."""
        return int(self.sizes[self.numbers == 0].sum())

    def centre(self) -> FloatArray:
        """Return the mean of the whole passes, each batch counted by its size; of everything where no pass ended."""
        weights = np.where(np.isin(self.numbers, self.whole), self.sizes, 0) if self.whole else self.sizes
        return weighted_mean(self.rows, weights)

    def samples(self, n_batches: int, accumulate: int) -> FloatArray:
        """Return means of `accumulate` consecutive full batches of one pass, shape (n_batches, k)."""
        means = []
        for number in np.unique(self.numbers):
            means.append(mean_of_consecutive(self.rows[self.full & (self.numbers == number)], accumulate))
        return np.concatenate(means)[:n_batches]


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
        with in_mode(gradient.model, "eval"):
            trials.append(rehearse(gradient, once, once, twice, may_fail=True))

    bar.reset(plan.n_batches * plan.accumulate)
    passes = run_passes(gradient, loader, plan, batch_size=own, first=first, bar=bar)
    partition = draws_without_replacement(loader) and passes.n_examples > 1
    in_sample = passes.batch_size * plan.accumulate
    facts = {
        "batch_size": passes.batch_size,
        "n_examples": passes.n_examples,
        "centre": f"mean of {len(passes.whole)} whole passes" if passes.whole else "mean of the batches seen",
        "passes": int(passes.numbers[-1]) + 1,
        "dropped_batches": int((~passes.full).sum()),
        "variance_factor": (passes.n_examples - in_sample) / (passes.n_examples - 1) if partition else None,
        **trials[0].facts(),
    }
    return Gathered(passes.samples(plan.n_batches, plan.accumulate), passes.centre(), facts)


def run_passes(
    gradient: EntryGradient,
    loader: Any,
    plan: Plan,
    *,
    batch_size: int | None,
    first: Callable[[Any], None],
    bar: Progress,
) -> Passes:
    """Take gradients of the loader's batches, pass after pass, until there are enough samples.

    The first pass always goes to its end, so that the centre is the full gradient; a loader without a length may have
    no end, and stops when there is enough. `first` is called with the first batch before anything else.
    """
    rows, sizes, numbers, whole = HostRows(), list[int](), list[int](), list[int]()
    may_stop_in = 1 if _has_length(loader) else 0
    have, number = 0, 0
    while have < plan.n_batches or number < may_stop_in:
        full = 0
        for batch in loader:
            if have + full // plan.accumulate >= plan.n_batches and number >= may_stop_in:
                break
            if not sizes:
                first(batch)
            sizes.append(size_of(batch))
            numbers.append(number)
            batch_size = batch_size or sizes[0]
            rows.append(gradient.stream(batch) if sizes[-1] == batch_size else gradient(batch))
            full += sizes[-1] == batch_size
            bar.update()
        else:
            whole.append(number)
        if gradient.filler is not None:
            gradient.filler.drop()
        if full < plan.accumulate:
            raise _too_few(full, plan.accumulate, batch_size, number)
        have += full // plan.accumulate
        number += 1
    assert batch_size is not None, "the first pass has set it"
    return Passes(rows.array(), np.array(sizes), np.array(numbers), whole, batch_size)


def _has_length(loader: Any) -> bool:
    """Tell whether a loader knows its length; a DataLoader has `__len__` in any case, and may raise in it."""
    try:
        len(loader)
    except (TypeError, NotImplementedError):
        return False
    return True


def _too_few(full: int, accumulate: int, batch_size: int | None, number: int) -> ValueError:
    wanted = f"{accumulate} batch{'es' * (accumulate > 1)}" + (f" of {batch_size} examples" if batch_size else "")
    remedy = (
        "an iterator is used up after one pass: pass the loader itself"
        if number
        else "use a smaller batch or accumulate"
    )
    return ValueError(f"loader must yield at least {wanted} in every pass, got {full} in pass {number + 1}; {remedy}")

"""One collection from beginning to end: into memory, or into a store."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from adapters.torch import stored_noise
from adapters.torch.arguments import Autocast, autocast_dtype
from adapters.torch.drawing import gather_with_replacement
from adapters.torch.examples import batch_size_of
from adapters.torch.gathering import Gathered, HeldRows, Plan, Rows
from adapters.torch.gradients import EntryGradient
from adapters.torch.losses import DefaultLoss, LossFunction, loss_name
from adapters.torch.modes import Mode
from adapters.torch.noise import SGN
from adapters.torch.observing import Device, observed
from adapters.torch.passes import gather_from_loader, length_of
from adapters.torch.progress import Progress, progress_bar
from adapters.torch.ranks import Ranks
from adapters.torch.selection import (
    Label,
    Parameters,
    are_labels,
    choose,
    choose_parameters,
    trainable,
    warn_of_lattice,
)
from adapters.torch.sharded import ShardedFiller, ShardedGradient, is_sharded
from adapters.torch.sharing import SharedFiller
from adapters.torch.sketching import SketchFiller, SketchKind
from adapters.torch.stores import NoiseStore
from adapters.torch.storing import StoredRows, locked, opened
from adapters.torch.whole import WholeGradient, fingerprint
from stablefit._types import BoolArray, FloatArray
from stablefit.errors import StablefitWarning


@dataclass(frozen=True)
class Collection:
    """What is asked for, as in `collect_sgn`; every argument has been checked."""

    model: nn.Module
    loader: Any
    loss: LossFunction
    n_batches: int
    batch_size: int | None
    sampling: Literal["replacement", "loader"]
    mode: Mode
    device: Device
    autocast: Autocast
    accumulate: int
    seed: int
    ranks: Ranks
    progress: bool

    @property
    def seeds(self) -> list[np.random.SeedSequence]:
        """Seeds of the choice of entries, of the examples in mini-batches, and of everything else that is random."""
        return np.random.SeedSequence(self.seed).spawn(3)

    def into_memory(self, params: Parameters, k: int | None, *, keep: bool, sketch: SketchKind) -> SGN:
        """Collect the noise of k entries, and the sketch of all."""
        labels = choose(self.model, params, k, np.random.default_rng(self.seeds[0]))
        warn_of_lattice(self.model, trainable(self.model) if sketch else [name for name, _ in labels])
        mine = self.ranks.mini_batches(self.n_batches)
        rows = HeldRows(self.accumulate, len(mine))
        with self._observed() as (home, bar):
            gradient = self._gradient(labels, home)
            if sketch:
                gradient.filler = self._filler(len(mine), histogram=sketch == "histogram")
            found = self._gather(gradient, rows, bar)
            gradients = self._of_all(rows.array(), mine, len(labels))
            whole = None if gradient.filler is None else gradient.filler.sketch()
        _warn_of_nonfinite(np.logical_and.reduce(np.isfinite(gradients)))
        with np.errstate(invalid="ignore"):  # inf - inf, which has been warned of
            samples = found.centre - gradients
        zeros = (gradients == 0).sum(axis=0)
        metadata = self._metadata(gradient, found)
        if not keep:
            return SGN(samples[:, :0], [], found.centre[:0], zeros[:0], metadata, whole)
        return SGN(samples, labels, found.centre, zeros, metadata, whole)

    def into_store(self, path: Path, params: Parameters, *, sketch: SketchKind) -> SGN:
        """Collect the noise of all entries of whole parameters into a folder, or go on where that was interrupted."""
        if are_labels(params):
            raise ValueError(
                "params must name whole parameters with keep='all', got single entries; use keep='sampled'"
            )
        names = choose_parameters(self.model, params)
        warn_of_lattice(self.model, names)
        shapes = [tuple(trainable(self.model)[name].shape) for name in names]
        with self._observed() as (home, bar):
            gradient = WholeGradient(self.model, self.loss, names, device=home, autocast=self._autocast(home))
            dtype = str(gradient.dtype).removeprefix("torch.")
            wanted = NoiseStore(path, names, shapes, dtype, self._identity(gradient, sketch=sketch))
            with locked(wanted):
                store = opened(wanted, self.n_batches)
                if store.complete and store.n == self.n_batches:
                    return stored_noise.load(path)
                rows = StoredRows(store, accumulate=self.accumulate, most=self.n_batches, sketch=sketch)
                found = self._gather(gradient, rows, bar)
                rows.finish(found.centre, self._metadata(gradient, found))
        _warn_of_nonfinite(rows.finite)
        return stored_noise.load(path)

    def _gradient(self, labels: Sequence[Label], home: torch.device) -> EntryGradient:
        options: dict[str, Any] = {"device": home, "autocast": self._autocast(home)}
        if is_sharded(self.model):
            return ShardedGradient(self.model, self.loss, labels, ranks=self.ranks, **options)
        gradient = EntryGradient(self.model, self.loss, labels, **options)
        gradient.differentiate = self.ranks.differentiate
        return gradient

    def _filler(self, most: int, *, histogram: bool) -> SketchFiller:
        parameters = trainable(self.model)
        if is_sharded(self.model):
            return ShardedFiller(parameters, self.accumulate, most, self.ranks, histogram=histogram)
        if self.ranks.size == 1 or self.ranks.batch == "global":
            return SketchFiller(parameters, self.accumulate, most, histogram=histogram)
        return SharedFiller(parameters, self.accumulate, most, self.ranks, histogram=histogram)

    def _of_all(self, gradients: FloatArray, mine: range, k: int) -> FloatArray:
        """Return the mini-batch gradients of all processes in their order."""
        if self.ranks.size == 1 or self.ranks.batch == "global":
            return gradients
        placed = np.zeros((self.n_batches, k))
        placed[mine.start : mine.stop] = gradients.reshape(len(mine), k)
        return self.ranks.sum(placed)

    @contextmanager
    def _observed(self) -> Iterator[tuple[torch.device, Progress]]:
        with (
            progress_bar("gradient noise", show=self.progress) as bar,
            observed(self.model, self.loader, mode=self.mode, device=self.device, seed=self.seeds[2]) as home,
        ):
            yield home, bar

    def _autocast(self, home: torch.device) -> torch.dtype | None:
        return autocast_dtype(self.autocast, home)

    def _gather(self, gradient: EntryGradient, rows: Rows, bar: Progress) -> Gathered:
        _, drawing, ambient = self.seeds
        mine = self.ranks.mini_batches(self.n_batches)
        plan = Plan(
            n_batches=len(mine),
            first=mine.start,
            batch_size=self.batch_size,
            accumulate=self.accumulate,
            mode=self.mode,
            drawing=drawing,
            ambient=ambient,
            rows=rows,
            ranks=self.ranks,
        )
        gather = gather_with_replacement if self.sampling == "replacement" else gather_from_loader
        return gather(gradient, self.loader, plan, bar)

    def _metadata(self, gradient: EntryGradient, found: Gathered) -> dict[str, Any]:
        return {
            "sampling": self.sampling,
            "mode": self.mode,
            "n_batches": self.n_batches,
            "accumulate": self.accumulate,
            "seed": self.seed,
            "loss": loss_name(self.loss),
            "model": type(self.model).__qualname__,
            "n_parameters": sum(parameter.numel() for parameter in trainable(self.model).values()),
            "device": str(gradient.device),
            "dtype": str(gradient.dtype).removeprefix("torch."),
            "autocast": None if gradient.autocast is None else str(gradient.autocast).removeprefix("torch."),
            "torch": torch.__version__,
            **found.facts,
        }

    def _identity(self, gradient: EntryGradient, *, sketch: SketchKind) -> dict[str, Any]:
        """Return what must be the same for the mini-batches of two collections to be the same."""
        dataset = getattr(self.loader, "dataset", None)
        return {
            "model": type(self.model).__qualname__,
            "weights of the model": fingerprint(self.model),
            "loss_fn": None if isinstance(self.loss, DefaultLoss) else loss_name(self.loss),
            "sampling": self.sampling,
            "mode": self.mode,
            "batch_size": batch_size_of(self.loader) if self.batch_size is None else self.batch_size,
            "number of examples": length_of(dataset),
            "length of the loader": length_of(self.loader),
            "accumulate": self.accumulate,
            "seed": self.seed,
            "sketch": sketch,
            "device": gradient.device.type,
            "autocast": None if gradient.autocast is None else str(gradient.autocast).removeprefix("torch."),
        }


def _warn_of_nonfinite(finite: BoolArray) -> None:
    columns = int((~finite).sum())
    if columns:
        warnings.warn(
            f"{columns} of {len(finite)} observed parameters have gradients that are nan or infinite in some "
            "mini-batch; their fits will be nan",
            StablefitWarning,
            stacklevel=4,
        )

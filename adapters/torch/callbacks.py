"""Callbacks for other people's training loops: Lightning, and the Trainer of Hugging Face.

Neither touches the gradients of the training: they are clipped, scaled, and of weights that move. At the steps asked
for, the weights are held still, fresh mini-batches are drawn, and everything is put back, random states included, so
that the training goes on bit for bit as without the callback.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from torch.utils.data import DataLoader

from adapters.torch.losses import LossFunction
from adapters.torch.monitoring import NoiseMonitor
from stablefit.extras import extra

if TYPE_CHECKING:
    from lightning.pytorch import Callback
    from transformers import Trainer, TrainerCallback


def lightning_callback(
    every: int | Sequence[int], loader: Any = None, loss_fn: LossFunction | None = None, **options: Any
) -> "Callback":
    """Return a callback for `lightning.Trainer` that logs alpha of the gradient noise by layer.

    Parameters
    ----------
    every : int or sequence of int
        Optimiser steps between two collections, or the very steps after which there is one.
    loader : torch.utils.data.DataLoader, optional
        What to draw mini-batches from; by default the trainer's training loader.
    loss_fn : callable, optional
        ``loss_fn(module, batch)`` returns the mean loss; by default the rule of `collect_sgn`, through the module's
        `forward`, which need not be the loss of its `training_step`.
    **options
        Passed to `collect_sgn`; ``n_batches=256`` and ``keep=None`` unless told otherwise.

    Returns
    -------
    lightning.pytorch.Callback
        Logs, through all loggers of the trainer, ``sgn/alpha/<layer>`` (the median over a layer's entries),
        ``sgn/alpha`` (over all) and ``sgn/heavy``, the share of entries whose alpha is smaller than that of 95 % of
        Gaussian noise. `history` holds the tables by step.

    Raises
    ------
    ImportError
        If Lightning is not installed.
    ValueError
        If `every` holds no steps, or the sketch is switched off.
    """
    monitor = NoiseMonitor(every, loss_fn, options)
    callback: Callback = _lightning_class()(monitor, loader)
    return callback


def trainer_callback(
    trainer: "Trainer",
    every: int | Sequence[int],
    loader: Any = None,
    loss_fn: LossFunction | None = None,
    **options: Any,
) -> "TrainerCallback":
    """Return a callback for `transformers.Trainer` that logs alpha of the gradient noise by layer.

    Use it as ``trainer.add_callback(trainer_callback(trainer, every=500))``.

    Parameters
    ----------
    trainer : transformers.Trainer
        The trainer whose `log` is called.
    every, loss_fn, **options
        As for `lightning_callback`; by default the loss is the model's own, ``model(**batch).loss``.
    loader : torch.utils.data.DataLoader, optional
        What to draw mini-batches from; by default the trainer's training data in batches of its size a device.

    Returns
    -------
    transformers.TrainerCallback
        Logs what `lightning_callback` does.

    Raises
    ------
    ImportError
        If transformers is not installed.
    ValueError
        If `every` holds no steps, or the sketch is switched off.
    """
    monitor = NoiseMonitor(every, loss_fn, options)
    callback: TrainerCallback = _trainer_class()(monitor, trainer, loader)
    return callback


@cache
def _lightning_class() -> Any:
    """Return the class, made when it is first wanted: Lightning is optional, and takes seconds to import."""
    with extra("callbacks"):
        from lightning.pytorch import Callback, LightningModule, Trainer

    class SgnCallback(Callback):  # type: ignore[misc] # mypy does not look into Lightning
        """Collects gradient noise at some steps."""

        def __init__(self, monitor: NoiseMonitor, loader: Any) -> None:
            self.monitor, self.loader, self.history = monitor, loader, monitor.history

        def on_train_batch_end(
            self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
        ) -> None:
            """Collect, and log, where the optimiser has just made a step that is asked for."""
            step = trainer.global_step
            if not self.monitor.due(step) or not trainer.is_global_zero:
                return
            loader = trainer.train_dataloader if self.loader is None else self.loader
            logged = self.monitor.measure(pl_module, loader, step)
            for logger in trainer.loggers if logged else []:
                logger.log_metrics(logged, step=step)

    return SgnCallback


@cache
def _trainer_class() -> Any:
    """Return the class, made when it is first wanted."""
    with extra("callbacks"):
        from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

    class SgnTrainerCallback(TrainerCallback):  # type: ignore[misc]
        """Collects gradient noise at some steps."""

        def __init__(self, monitor: NoiseMonitor, trainer: Any, loader: Any) -> None:
            self.monitor, self.trainer, self.loader, self.history = monitor, trainer, loader, monitor.history

        def on_step_end(
            self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
        ) -> None:
            """Collect, and log, where the optimiser has just made a step that is asked for."""
            if not self.monitor.due(state.global_step) or not state.is_world_process_zero:
                return
            loader = self.loader
            if loader is None:
                own = kwargs["train_dataloader"]
                size = args.per_device_train_batch_size
                loader = DataLoader(own.dataset, batch_size=size, collate_fn=own.collate_fn)
            logged = self.monitor.measure(kwargs["model"], loader, state.global_step)
            if logged:
                due = control.should_log  # logging would take this step's turn away from the training's own log
                self.trainer.log(logged)
                control.should_log = due

    return SgnTrainerCallback

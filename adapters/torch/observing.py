"""The conditions under which gradients are taken, all undone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import chain

import numpy as np
import torch
from torch import nn

from adapters.torch.modes import Mode, in_mode
from adapters.torch.random_states import seeded
from adapters.torch.restoring import restored

Device = str | int | torch.device | None


@contextmanager
def observed(
    model: nn.Module, loader: object, *, mode: Mode, device: Device, seed: np.random.SeedSequence
) -> Iterator[torch.device]:
    """Hold `model` still on a device, in a mode, under seeded global random states; yields the device of the batches.

    At the end the model, the random states and the generators of `loader` are bit for bit what they were. Without a
    `device` the model stays where it is, also where it is spread over several.
    """
    home = _home(model, device)
    if home.type == "cuda":
        torch.cuda.init()  # type: ignore[no-untyped-call] # its random states exist only from then on
    # A surrounding autocast would reach the backward passes too.
    exact = torch.autocast(home.type, enabled=False) if torch.amp.is_autocast_available(home.type) else nullcontext()
    with seeded(seed, loader), restored(model), torch.inference_mode(False), torch.enable_grad(), exact:
        if device is not None:
            model.to(home)
        with in_mode(model, mode):
            yield home


def _home(model: nn.Module, device: Device) -> torch.device:
    if device is None:
        return next(chain(model.parameters(), model.buffers())).device
    return torch.empty(0, device=device).device  # "cuda" becomes "cuda:0", and a device that is not there raises

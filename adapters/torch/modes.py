"""The mode in which layers like BatchNorm and dropout run while gradients are taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from torch import nn

Mode = Literal["eval", "train"]


@contextmanager
def in_mode(model: nn.Module, mode: Mode) -> Iterator[None]:
    """Switch the whole model to `mode` for the body, and put the training flag of every module back.

    Recurrent layers differ between the modes in their dropout only, but cuDNN refuses their backward pass in eval
    mode. They stay in training mode with no dropout, which is the same function.
    """
    flags = {module: module.training for module in model.modules()}
    dropouts = {module: module.dropout for module in flags if isinstance(module, nn.RNNBase)}
    try:
        model.train(mode == "train")
        if mode == "eval":
            for recurrent in dropouts:
                recurrent.training = True
                recurrent.dropout = 0.0
        yield
    finally:
        for recurrent, dropout in dropouts.items():
            recurrent.dropout = dropout
        for module, training in flags.items():
            module.training = training

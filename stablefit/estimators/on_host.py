"""Attributes that may live on a device."""

from typing import Any

import numpy as np

from stablefit._types import AnyArray, FloatArray


class OnHost:
    """An attribute that is an array, or a tensor on a device that is copied to the host when it is first looked at."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, instance: Any, owner: type | None = None) -> FloatArray | None:
        if instance is None:
            return None  # what a dataclass takes for the default
        value = instance.__dict__[self._name]
        if value is not None and not isinstance(value, np.ndarray):
            value = instance.__dict__[self._name] = copied(value)
        found: FloatArray | None = value
        return found

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self._name] = value


def copied(tensor: Any) -> AnyArray:
    """A torch tensor as an array; one on the host shares its memory."""
    import torch

    tensor = tensor.detach().cpu()
    return np.asarray((tensor.float() if tensor.dtype is torch.bfloat16 else tensor).numpy())

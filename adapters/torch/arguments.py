"""Arguments of a collection, checked before any work is done."""

import difflib
import operator
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

Autocast = torch.dtype | bool | None


def integer(name: str, value: Any, low: int) -> int:
    """Return `value` as an int of at least `low`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    if number < low or isinstance(value, bool):
        raise ValueError(f"{name} must be an integer of at least {low}, got {value!r}")
    return number


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Raise unless `value` is one of `choices`, with the nearest one as a suggestion."""
    if value not in choices:
        close = difflib.get_close_matches(str(value), choices, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}{hint}")


def check_keep(keep: object, *, sketch: bool, store: object) -> None:
    """Raise unless `keep` says what can be kept, something is, and what goes to disk is all of it."""
    if keep is None and not sketch:
        raise ValueError("keep must be 'sampled' or 'all' where sketch is False, got None: nothing would be collected")
    if keep is not None:
        check_choice("keep", keep, ("sampled", "all"))
    if store is not None and keep != "all":
        raise ValueError(f"keep must be 'all' with a store, got {keep!r}; for samples and sketch use SGN.save")


def check_sketch(sketch: object) -> None:
    """Raise unless `sketch` says whether there is one, or that it keeps histograms."""
    if isinstance(sketch, str) and sketch != "histogram":
        raise ValueError(f"sketch must be True, False or 'histogram', got {sketch!r}")


def check_model(model: object) -> None:
    """Raise unless `model` is a module."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")


def autocast_dtype(autocast: Autocast, device: torch.device) -> torch.dtype | None:
    """Return the type that the forward pass is cast to, None for none."""
    if isinstance(autocast, torch.dtype):
        return autocast
    if autocast is None or isinstance(autocast, bool):
        return torch.get_autocast_dtype(device.type) if autocast else None
    raise TypeError(f"autocast must be a torch.dtype, a bool or None, got {autocast!r}")

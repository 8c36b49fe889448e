"""Which entries of which parameters are observed."""

import difflib
import warnings
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import torch
from torch import nn

from stablefit.errors import StablefitWarning

Label = tuple[str, int]
Parameters = str | Sequence[str] | Sequence[Label] | None


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """Return the parameters that can be observed, by name in `named_parameters()` order; tied ones appear once."""
    found: dict[str, nn.Parameter] = {}
    for name, parameter in model.named_parameters():
        if nn.parameter.is_lazy(parameter):
            raise ValueError(f"model must be initialised, got the lazy parameter {name!r}; run one forward pass first")
        if parameter.requires_grad and parameter.numel():
            if not parameter.is_floating_point():
                raise ValueError(f"parameter {name!r} must be real, got {parameter.dtype}; freeze it to leave it out")
            found[name] = parameter
    if not found:
        raise ValueError("model must have at least one parameter that requires grad, got none")
    return found


def choose(model: nn.Module, params: Parameters, k: int | None, rng: np.random.Generator) -> list[Label]:
    """Return the labels (parameter name, flat index) of the observed entries.

    `params` is a glob of names, a list of names or globs, a list of labels (taken as they are), or None for the whole
    network. Out of all entries of the named parameters `k` are drawn uniformly without repetition, in
    `named_parameters()` order; all of them where there are fewer, or where `k` is None.
    """
    eligible = trainable(model)
    if params is not None and not isinstance(params, str) and not len(params):
        raise ValueError("params must name at least one parameter, got an empty list")
    if params is not None and not isinstance(params, str) and not any(isinstance(item, str) for item in params):
        return _checked_labels(model, eligible, params)
    names = list(eligible) if params is None else _matching(model, eligible, params)
    sizes = np.array([eligible[name].numel() for name in names])
    ends = np.cumsum(sizes)
    if k is None or k >= ends[-1]:
        positions = np.arange(ends[-1])
    else:
        positions = np.sort(rng.choice(ends[-1], size=k, replace=False, shuffle=False))
    owners = np.searchsorted(ends, positions, side="right")
    offsets = positions - (ends - sizes)[owners]
    return [(names[owner], int(offset)) for owner, offset in zip(owners, offsets, strict=True)]


def warn_of_lattice(model: nn.Module, labels: Sequence[Label]) -> None:
    """Warn when observed parameters have too few bits for their noise to look continuous."""
    named = dict(model.named_parameters())
    coarse = {named[name].dtype for name, _ in labels if torch.finfo(named[name].dtype).bits < 32}
    if coarse:
        names = ", ".join(sorted(map(str, coarse)))
        warnings.warn(
            f"parameters of {names} put their gradients on a coarse lattice: the noise has few distinct values and "
            "rounding is part of it; collect from model.float(), with autocast= if the speed is needed",
            StablefitWarning,
            stacklevel=3,
        )


def _matching(model: nn.Module, eligible: dict[str, nn.Parameter], params: Any) -> list[str]:
    patterns = [params] if isinstance(params, str) else list(params)
    if not all(isinstance(pattern, str) for pattern in patterns):
        raise TypeError("params must hold only names or only (name, flat index) pairs, got both")
    wanted: set[str] = set()
    for pattern in patterns:
        exact = _canonical(model, pattern)
        found = [exact] if exact else [name for name in eligible if fnmatchcase(name, pattern)]
        if not found:
            raise _unknown(pattern, eligible)
        for name in found:
            _check_trainable(name, eligible)
        wanted.update(found)
    return [name for name in eligible if name in wanted]


def _checked_labels(model: nn.Module, eligible: dict[str, nn.Parameter], params: Any) -> list[Label]:
    labels: list[Label] = []
    for item in params:
        if not isinstance(item, Sequence) or len(item) != 2 or not isinstance(item[0], str):
            raise TypeError(f"params must be names or (name, flat index) pairs, got {item!r}")
        name = _canonical(model, item[0])
        if name is None:
            raise _unknown(item[0], eligible)
        _check_trainable(name, eligible)
        index = int(item[1])
        if index != item[1] or not 0 <= index < eligible[name].numel():
            raise ValueError(
                f"flat index of {name!r} must be an integer in [0, {eligible[name].numel()}), got {item[1]!r}"
            )
        labels.append((name, index))
    if len(set(labels)) < len(labels):
        raise ValueError(f"params must not repeat an entry, got {max(labels, key=labels.count)} more than once")
    return labels


def _canonical(model: nn.Module, name: str) -> str | None:
    """Return the name under which `named_parameters()` lists `name`, which may be the other name of a tied weight."""
    named = dict(model.named_parameters(remove_duplicate=False))
    return next((first for first, parameter in model.named_parameters() if parameter is named.get(name)), None)


def _check_trainable(name: str, eligible: dict[str, nn.Parameter]) -> None:
    if name not in eligible:
        raise ValueError(f"parameter {name!r} must be trainable, got a frozen or empty one; its noise is not defined")


def _unknown(pattern: str, eligible: dict[str, nn.Parameter]) -> ValueError:
    close = difflib.get_close_matches(pattern, eligible, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}?" if close else f"the first name is {next(iter(eligible))!r}"
    return ValueError(f"params must match a trainable parameter, got {pattern!r}; {hint}")

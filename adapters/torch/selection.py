"""Which entries of which parameters are observed."""

import difflib
import warnings
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any, overload

import numpy as np
import torch
from torch import nn

from stablefit.errors import StablefitWarning

Label = tuple[str, int]
Parameters = str | Sequence[str] | Sequence[Label] | Callable[[str, nn.Parameter], bool] | None


class EveryEntry(Sequence[Label]):
    """The labels of all entries of parameters, in order; equal to the list of them, which is not made."""

    def __init__(self, names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> None:
        self.names = list(names)
        self._ends = np.cumsum([int(np.prod(shape)) for shape in shapes])

    def __len__(self) -> int:
        return int(self._ends[-1])

    @overload
    def __getitem__(self, index: int) -> Label: ...
    @overload
    def __getitem__(self, index: slice) -> list[Label]: ...
    def __getitem__(self, index: int | slice) -> Label | list[Label]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"index must be in [0, {len(self)}), got {index}")
        owner = int(np.searchsorted(self._ends, place, side="right"))
        return self.names[owner], int(place - (self._ends[owner - 1] if owner else 0))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, EveryEntry):
            return self.names == other.names and np.array_equal(self._ends, other._ends)
        if not isinstance(other, Sequence) or len(other) != len(self):
            return False
        return all(mine == its for mine, its in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"EveryEntry({len(self)} of {len(self.names)} parameters)"


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

    `params` is what `choose_parameters` takes, or a list of labels, which are taken as they are. Out of all entries of
    the named parameters `k` are drawn uniformly without repetition, in `named_parameters()` order; all of them where
    there are fewer, or where `k` is None.
    """
    eligible = trainable(model)
    if are_labels(params):
        return _checked_labels(model, eligible, params)
    names = choose_parameters(model, params)
    sizes = np.array([eligible[name].numel() for name in names])
    ends = np.cumsum(sizes)
    if k is None or k >= ends[-1]:
        positions = np.arange(ends[-1])
    else:
        positions = np.sort(rng.choice(ends[-1], size=k, replace=False, shuffle=False))
    owners = np.searchsorted(ends, positions, side="right")
    offsets = positions - (ends - sizes)[owners]
    return [(names[owner], int(offset)) for owner, offset in zip(owners, offsets, strict=True)]


def are_labels(params: Parameters) -> bool:
    """Tell whether `params` holds single entries."""
    if params is None or isinstance(params, str) or callable(params) or not len(params):
        return False
    return not any(isinstance(item, str) for item in params)


def choose_parameters(model: nn.Module, params: Parameters) -> list[str]:
    """Return the names of whole parameters, in `named_parameters()` order.

    `params` is None for all, a list of names, layers and globs of names, one of these, or a function of the name and
    the parameter that tells whether it is wanted.
    """
    eligible = trainable(model)
    if params is None:
        return list(eligible)
    if callable(params):
        names = [name for name, parameter in eligible.items() if params(name, parameter)]
        if not names:
            raise ValueError("params must choose at least one trainable parameter, got a function that chooses none")
        return names
    if not isinstance(params, str) and not len(params):
        raise ValueError("params must name at least one parameter, got an empty list")
    return _matching(model, eligible, params)


def warn_of_lattice(model: nn.Module, names: Iterable[str]) -> None:
    """Warn when observed parameters have too few bits for their noise to look continuous."""
    named = dict(model.named_parameters())
    coarse = {named[name].dtype for name in names if torch.finfo(named[name].dtype).bits < 32}
    if coarse:
        names = ", ".join(sorted(map(str, coarse)))
        warnings.warn(
            f"parameters of {names} put their gradients on a coarse lattice: the noise has few distinct values and "
            "rounding is part of it; collect from model.float(), with autocast= if the speed is needed",
            StablefitWarning,
            stacklevel=4,
        )


def _matching(model: nn.Module, eligible: dict[str, nn.Parameter], params: Any) -> list[str]:
    patterns = [params] if isinstance(params, str) else list(params)
    if not all(isinstance(pattern, str) for pattern in patterns):
        raise TypeError("params must hold only names or only (name, flat index) pairs, got both")
    wanted: set[str] = set()
    for pattern in patterns:
        exact = _canonical(model, pattern)
        found = [exact] if exact else [name for name in eligible if _matches(name, pattern)]
        if not found:
            raise _unknown(pattern, eligible)
        for name in found:
            _check_trainable(name, eligible)
        wanted.update(found)
    return [name for name in eligible if name in wanted]


def _matches(name: str, pattern: str) -> bool:
    """Tell whether a parameter has such a name, or is of the layer that has it."""
    return fnmatchcase(name, pattern) or name.startswith(f"{pattern}.")


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
    layers = {name[:end] for name in eligible for end in range(len(name)) if name[end] == "."}
    close = difflib.get_close_matches(pattern, [*eligible, *sorted(layers)], n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}?" if close else f"the first name is {next(iter(eligible))!r}"
    return ValueError(f"params must match a trainable parameter, got {pattern!r}; {hint}")

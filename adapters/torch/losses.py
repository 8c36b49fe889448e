"""The loss of a batch where the user gives none."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

LossFunction = Callable[[nn.Module, Any], Tensor]
_REMEDY = "pass loss_fn(model, batch) that returns the mean loss of the batch"


def default_loss(model: nn.Module, batch: Any) -> tuple[Tensor, str]:
    """Return the mean loss of a batch by the rule that its form implies, and the name of that rule.

    A model output with a `loss` uses that (``"output.loss"``). Else the batch is ``(x, y)``: integer targets use the
    cross entropy (``"cross_entropy"``), floating targets the mean squared error (``"mse"``).
    """
    inputs, targets = _inputs_and_targets(batch)
    output = model(**inputs) if isinstance(inputs, Mapping) else model(inputs)
    own = output.get("loss") if isinstance(output, Mapping) else getattr(output, "loss", None)
    if isinstance(own, Tensor):
        return own, "output.loss"
    prediction = output.get("logits") if isinstance(output, Mapping) else getattr(output, "logits", output)
    if not isinstance(prediction, Tensor):
        raise ValueError(
            f"the model's output must be a tensor or have a `loss`, got {type(output).__name__}; {_REMEDY}"
        )
    if not isinstance(targets, Tensor):
        raise ValueError(
            f"batch must be (inputs, targets) or the model's output have a `loss`, got {_form(batch)}; {_REMEDY}"
        )
    if targets.is_floating_point():
        return _squared_error(prediction, targets), "mse"
    if targets.dtype == torch.bool or targets.is_complex():
        raise ValueError(f"targets must be integers or real numbers, got {targets.dtype}; {_REMEDY}")
    return _cross_entropy(prediction, targets), "cross_entropy"


class DefaultLoss:
    """The default loss of a batch; `rule` names the one that was used last."""

    rule = "not used"

    def __call__(self, model: nn.Module, batch: Any) -> Tensor:
        """Return the mean loss of a batch."""
        loss, self.rule = default_loss(model, batch)
        return loss


def given_or_default(loss_fn: LossFunction | None) -> LossFunction:
    """Return the user's loss, or the default one.

    Raises
    ------
    TypeError
        If it is a criterion of predictions and targets, which is not called with the model.
    """
    if loss_fn is None:
        return DefaultLoss()
    module = getattr(loss_fn, "__module__", None)
    if not callable(loss_fn) or module in ("torch.nn.functional", "torch.nn.modules.loss"):
        named = getattr(loss_fn, "__name__", type(loss_fn).__name__)
        raise TypeError(
            f"loss_fn must be a function of (model, batch), got {named}; "
            "write lambda model, batch: criterion(model(batch[0]), batch[1])"
        )
    return loss_fn


def loss_name(loss_fn: LossFunction) -> str:
    """Return the name under which a loss is recorded."""
    if isinstance(loss_fn, DefaultLoss):
        return loss_fn.rule
    named = loss_fn if hasattr(loss_fn, "__qualname__") else type(loss_fn)
    return f"{named.__module__}.{named.__qualname__}"


def _inputs_and_targets(batch: Any) -> tuple[Any, Any]:
    if isinstance(batch, Tensor | Mapping):
        return batch, None
    if isinstance(batch, Sequence) and len(batch) == 2:
        return batch[0], batch[1]
    raise ValueError(f"batch must be (inputs, targets), a mapping or a tensor, got {_form(batch)}; {_REMEDY}")


def _form(batch: Any) -> str:
    return f"{type(batch).__name__} of {len(batch)}" if isinstance(batch, list | tuple) else type(batch).__name__


def _squared_error(prediction: Tensor, targets: Tensor) -> Tensor:
    """Mean squared error; (B, 1) against (B,) is meant example by example, other shapes would broadcast."""
    if prediction.shape != targets.shape and _without_ones(prediction) != _without_ones(targets):
        raise _mismatch(prediction, targets)
    dtype = torch.promote_types(prediction.dtype, targets.dtype)
    return functional.mse_loss(prediction.to(dtype), targets.reshape(prediction.shape).to(dtype))


def _cross_entropy(prediction: Tensor, targets: Tensor) -> Tensor:
    """Mean cross entropy; the classes are dimension 1 (torch's order), or the last one as in language models."""
    if prediction.ndim == targets.ndim + 1:
        if prediction.shape[:1] + prediction.shape[2:] == targets.shape:
            return functional.cross_entropy(prediction, targets.long())
        if prediction.shape[:-1] == targets.shape:
            return functional.cross_entropy(prediction.flatten(0, -2), targets.flatten().long())
    raise _mismatch(prediction, targets)


def _without_ones(tensor: Tensor) -> list[int]:
    return [length for length in tensor.shape if length != 1]


def _mismatch(prediction: Tensor, targets: Tensor) -> ValueError:
    return ValueError(
        f"the model's output must fit targets of shape {tuple(targets.shape)} and {targets.dtype}, "
        f"got an output of shape {tuple(prediction.shape)}; {_REMEDY}"
    )

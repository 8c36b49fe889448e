"""A trial on one batch: whether the loss is a finite mean over examples, and the same twice."""

from dataclasses import asdict, dataclass
from typing import Any

import torch

from adapters.torch.gradients import EntryGradient
from stablefit.errors import DataError

# A mean loss changes by rounding only (some 1e-6 in float32, some 1e-2 in bfloat16), a sum by a factor of 2.
_TOLERANCE = {"fine": 0.01, "coarse": 0.1}


@dataclass(frozen=True)
class Rehearsal:
    """What the trial found: whether one batch always has one gradient, and how the mean was checked."""

    deterministic: bool
    mean_loss: str

    def facts(self) -> dict[str, Any]:
        """Return what goes into the metadata."""
        return asdict(self)


def rehearse(gradient: EntryGradient, once: Any, again: Any, twice: Any, *, may_fail: bool = False) -> Rehearsal:
    """Compare the gradients of a batch, of the same batch read anew, and of that batch with every example repeated.

    `may_fail` says that `twice` was put together without knowledge of the batch, so that the model may refuse it.

    Raises
    ------
    ValueError
        If the gradient changes where examples are repeated although it is reproducible: the loss is not a mean.
    DataError
        If the loss of the first batch is nan or infinite.
    """
    with torch.no_grad():
        value = float(gradient.loss(once))
    if not torch.isfinite(torch.tensor(value)):
        raise DataError(f"the loss of the first batch must be finite, got {value}; check the weights and the data")
    reference = gradient(once).double()
    size = float(reference.norm())
    coarse = gradient.autocast is not None or any(torch.finfo(p.dtype).bits < 32 for p in gradient.parameters)
    tolerance = _TOLERANCE["coarse" if coarse else "fine"] * size
    if float((gradient(again).double() - reference).norm()) > tolerance:
        return Rehearsal(False, "not checked: the loss of one batch varies")
    if size == 0.0:
        return Rehearsal(True, "not checked: the observed gradients of the first batch are 0")
    try:
        repeated = gradient(twice).double()
    except (RuntimeError, ValueError, IndexError) as error:
        if not may_fail:
            raise
        return Rehearsal(True, f"not checked: the model refuses a batch with repeated examples ({error})")
    if float((repeated - reference).norm()) > tolerance:
        factor = float(repeated @ reference) / size**2
        raise ValueError(
            "loss_fn must return the MEAN loss of the batch, got a loss whose gradient is multiplied by "
            f"{factor:.3g} when every example is repeated; use reduction='mean' or divide by the number of examples"
        )
    return Rehearsal(True, "checked")

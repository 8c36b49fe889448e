"""The gradient of all entries, and what tells one model from another."""

import hashlib
from collections.abc import Sequence
from itertools import chain

import torch
from torch import Tensor, nn

from adapters.torch.gradients import EntryGradient
from adapters.torch.losses import LossFunction


class WholeGradient(EntryGradient):
    """The gradient with respect to every entry of the named parameters, one after another."""

    def __init__(
        self,
        model: nn.Module,
        loss_fn: LossFunction,
        names: Sequence[str],
        *,
        device: torch.device,
        autocast: torch.dtype | None = None,
    ) -> None:
        super().__init__(model, loss_fn, [(name, 0) for name in names], device=device, autocast=autocast)

    @property
    def width(self) -> int:
        """Number of entries."""
        return sum(parameter.numel() for parameter in self.parameters)

    def entries(self, gradients: Sequence[Tensor | None]) -> Tensor:
        """Return all entries of the gradients of `self.parameters`, shape (size,)."""
        pieces = [
            parameter.new_zeros(parameter.numel()) if gradient is None else gradient.to_dense().reshape(-1)
            for gradient, parameter in zip(gradients, self.parameters, strict=True)
        ]
        return torch.cat([piece.to(self.device, self.dtype) for piece in pieces])


def fingerprint(model: nn.Module) -> str:
    """Return the SHA-256 of the names, types, shapes and bits of a model's parameters and buffers."""
    digest = hashlib.sha256()
    for name, tensor in chain(model.named_parameters(), model.named_buffers()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        bits = tensor.detach().cpu().to_dense().contiguous().reshape(-1).view(torch.uint8)
        digest.update(bits.numpy().tobytes())
    return digest.hexdigest()

"""Leave a model exactly as it was found, whatever happens in between."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn


@contextmanager
def restored(model: nn.Module) -> Iterator[None]:
    """Put weights, gradients, flags and buffers back bit for bit at the end of the body, also when it raises.

    Inside, every gradient is None. The copies lie in host memory: the device's memory is the model's. Tensors keep
    their storage and their version counter, so that graphs which hold them stay valid.
    """
    with ExitStack() as undo:
        for module in model.modules():
            undo.callback(_put_back_module, module, module.training, dict(module._parameters), dict(module._buffers))
        for parameter in model.parameters():
            undo.callback(_put_back_gradient, parameter, parameter.grad, parameter.requires_grad)
            parameter.grad = None
        for tensor in map(_here, chain(model.parameters(), model.buffers())):
            if tensor.layout is torch.strided:
                undo.callback(_put_back_bits, tensor, tensor.data, tensor.detach().to("cpu", copy=True))
        yield


def _put_back_module(
    module: nn.Module, training: bool, parameters: dict[str, nn.Parameter | None], buffers: dict[str, Tensor | None]
) -> None:
    module.training = training
    for present, kept in ((module._parameters, parameters), (module._buffers, buffers)):
        present.clear()
        present.update(kept)  # type: ignore[arg-type]


def _put_back_gradient(parameter: nn.Parameter, grad: Tensor | None, requires_grad: bool) -> None:
    parameter.requires_grad_(requires_grad)
    parameter.grad = grad


def _put_back_bits(tensor: Tensor, home: Tensor, bits: Tensor) -> None:
    """Return `tensor` to the storage `home`, and write there only if its bits have changed."""
    if tensor.device != home.device or tensor.data_ptr() != home.data_ptr():
        tensor.data = home
    if not torch.equal(_bytes(home.cpu()), _bytes(bits)):
        home.copy_(bits)


def _here(tensor: Any) -> Tensor:
    """Return the part of a sharded tensor that this process holds; others as they are."""
    here: Tensor = tensor.detach().to_local() if hasattr(tensor, "to_local") else tensor
    return here


def _bytes(tensor: Tensor) -> Tensor:
    """Return the bytes of a tensor on the host: nan must equal itself, and -0.0 must not equal 0.0."""
    return tensor.contiguous().reshape(-1).view(torch.uint8)

"""Steps over those coordinates of many likelihoods that are free to move: `stablefit._kernels.curvature`, batched."""

import torch
from torch import Tensor


def solve(matrix: Tensor, vector: Tensor, movable: Tensor) -> tuple[Tensor, Tensor]:
    """Cholesky solutions (m, 3) over the movable coordinates (m, 3), 0 elsewhere, and vector . solution.

    The latter is -1 where the matrix is not positive definite.
    """
    eye = torch.eye(3, dtype=matrix.dtype, device=matrix.device)
    a = torch.where(movable[:, :, None] & movable[:, None, :], matrix, eye)
    v0, v1, v2 = torch.where(movable, vector, 0.0).unbind(dim=1)
    d0 = a[:, 0, 0]
    l00 = torch.sqrt(d0)
    l10, l20 = a[:, 1, 0] / l00, a[:, 2, 0] / l00
    d1 = a[:, 1, 1] - l10 * l10
    l11 = torch.sqrt(d1)
    l21 = (a[:, 2, 1] - l20 * l10) / l11
    d2 = a[:, 2, 2] - l20 * l20 - l21 * l21
    l22 = torch.sqrt(d2)
    y0 = v0 / l00
    y1 = (v1 - l10 * y0) / l11
    x2 = (v2 - l20 * y0 - l21 * y1) / l22 / l22
    x1 = (y1 - l21 * x2) / l11
    x0 = (y0 - l10 * x1 - l20 * x2) / l00
    gain = v2 * x2 + v1 * x1 + v0 * x0
    definite = (d0 > 0.0) & (d1 > 0.0) & (d2 > 0.0)
    return torch.stack([x0, x1, x2], dim=1), torch.where(definite, gain, -1.0)


def updated(matrix: Tensor, move: Tensor, drop: Tensor) -> Tensor:
    """Matrices that reproduce the gradients' drop along move and stay positive definite (the BFGS update)."""
    along = (matrix * move[:, None]).sum(dim=2)
    bend, seen = (move * along).sum(dim=1)[:, None, None], (move * drop).sum(dim=1)[:, None, None]
    new = matrix + (drop[:, :, None] * drop[:, None] / seen - along[:, :, None] * along[:, None] / bend)
    return torch.where(seen > 1e-3 * bend, new, matrix)


def beside(matrix: Tensor, gradient: Tensor, movable: Tensor, first: Tensor) -> Tensor:
    """The best steps whose first coordinate is given: the others solve their own equations beside it."""
    others = movable.clone()
    others[:, 0] = False
    step, _ = solve(matrix, gradient - first[:, None] * matrix[:, 0], others)
    step[:, 0] = first
    return step

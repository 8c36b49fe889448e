"""Compare what runs on a device with what runs on the host, and write docs/torch-accuracy.md.

python tools/torch_accuracy.py          # two minutes on the host; on CUDA where there is one
"""

import platform
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import stablefit as sf
from adapters.torch import Stable, law_functions
from stablefit._types import FloatArray
from stablefit.estimators import fitting

TARGET = Path(__file__).parents[1] / "docs" / "torch-accuracy.md"
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
ALPHAS = (0.3, 0.7, 1.0, 1.5, 1.9, 1.97, 2.0)
POINTS = 20_000
SAMPLES = {100: 600, 1000: 200}
METHODS = ("quantile", "logmoment", "ecf", "mle")
INTRODUCTION = """# Accuracy in PyTorch

How closely the tensor operations of `adapters.torch.Stable` and of fits on a device agree with the compiled kernels,
whose own errors are on [another page](accuracy.md). Written by `tools/torch_accuracy.py`; nothing on this page is typed
by hand.
"""


def draws(alpha: float) -> FloatArray:
    """Probabilities from the centre far into both tails."""
    tail = 10.0 ** np.random.default_rng(0).uniform(-9.0, -0.302, POINTS // 2)
    return np.concatenate([tail, 1.0 - tail])


def largest(got: torch.Tensor, want: FloatArray, floor: float) -> str:
    """Largest error, relative to the value, or to the floor where that is larger."""
    error = np.abs(got.detach().cpu().double().numpy() - want) / np.maximum(np.abs(want), floor)
    return f"{error.max():.1e}"


def of_law(alpha: float, dtype: torch.dtype) -> list[str]:
    """Errors of log_prob, its derivatives in value and alpha, cdf and icdf, given the same rounded numbers."""
    index = torch.tensor(alpha, dtype=dtype, device=DEVICE, requires_grad=True)
    law, want = Stable(index), sf.Stable(float(index.detach()))
    p = torch.tensor(draws(alpha), dtype=dtype, device=DEVICE)
    p = p[(p > 0.0) & (p < 1.0)]
    x = law.icdf(p).detach().requires_grad_()
    log_f, in_x, in_alpha = want.logpdf_grad(x.detach().cpu().double().numpy())
    found = law.log_prob(x)
    (slope,) = torch.autograd.grad(found.sum(), x)
    alphas = index.detach().expand_as(x).clone().requires_grad_()
    (own,) = torch.autograd.grad(Stable(alphas).log_prob(x).sum(), alphas)
    wide = p.cpu().double().numpy()
    return [
        largest(found, log_f, 1.0),
        largest(slope * x, in_x * x.detach().cpu().double().numpy(), 1.0),
        largest(own, in_alpha, 1.0),
        largest(law.cdf(x), want.cdf(x.detach().cpu().double().numpy()), 0.0),
        largest(law.icdf(p), want.ppf(wide), 1e-3),
    ]


def of_fits(method: str, n: int, dtype: type[np.float32] | type[np.float64]) -> list[str]:
    """Largest difference of alpha, loc and scale in standard errors, and how many statuses differ."""
    alpha = np.resize(np.linspace(0.6, 2.0, 8), SAMPLES[n])
    x = sf.Stable(alpha).rvs((n, alpha.size), rng=n).astype(dtype)
    wanted, found = sf.fit(x, method, axis=0), sf.fit(torch.tensor(x, device=DEVICE), method, axis=0)
    cells = [
        f"{np.max(np.abs(found.params[name] - wanted.params[name]) / wanted.bse[name]):.1e}"
        for name in ("alpha", "loc", "scale")
    ]
    return [*cells, str(int(np.sum(found.status != wanted.status)))]


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    """Markdown."""
    return [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]


def laws_section(dtype: torch.dtype, name: str) -> list[str]:
    """The distribution in one precision."""
    heads = ["alpha", "log_prob", "d/dvalue, times value", "d/dalpha", "cdf", "icdf"]
    rows = [[f"{alpha:g}", *of_law(alpha, dtype)] for alpha in ALPHAS]
    return [f"## `adapters.torch.Stable`, {name}", "", *table(heads, rows), ""]


def fits_section() -> list[str]:
    """The estimators in both precisions."""
    rows = [
        [method, str(n), np.dtype(dtype).name, *of_fits(method, n, dtype)]
        for method in METHODS
        for n in SAMPLES
        for dtype in (np.float64, np.float32)
    ]
    counts = " and ".join(f"{count} samples of {n}" for n, count in SAMPLES.items())
    lines = [
        "## `sf.fit`",
        "",
        "Largest difference in standard errors between the fits of a tensor and of an array of the same numbers; "
        f"{counts} values, alpha from 0.6 to 2.",
        "",
    ]
    return lines + table(["method", "n", "samples", "alpha", "loc", "scale", "statuses that differ"], rows)


def main() -> None:
    """Compare, print, write."""
    everything: Callable[[object], bool] = lambda x: isinstance(x, torch.Tensor)  # noqa: E731
    law_functions.on_host, fitting.on_device = (lambda x: False), everything
    run = f"In this run: device {DEVICE}, torch {torch.__version__}, Python {platform.python_version()}."
    errors = (
        f"Largest of {POINTS} errors at points from the centre to tail probabilities of 1e-9, relative, of log_prob "
        "and derivatives absolute where they are below 1. In float32 they are those of rounding the results."
    )
    lines = [INTRODUCTION, run, "", errors, ""]
    lines += laws_section(torch.float64, "float64") + laws_section(torch.float32, "float32") + fits_section()
    text = "\n".join(lines) + "\n"
    print(text)
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

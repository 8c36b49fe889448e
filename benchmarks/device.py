"""Time fits of tensors on a device, and print parameters a second.

python benchmarks/device.py                       # CUDA, a million parameters of 1,000 samples each
python benchmarks/device.py --device cpu --parameters 2000
"""

import argparse
import time
from collections.abc import Callable
from unittest.mock import patch

import torch
from torch import Tensor

import stablefit as sf
from adapters.torch import Stable
from stablefit.estimators import fitting

METHODS = ("quantile", "logmoment", "ecf", "mle")
CHUNK = 10_000  # parameters drawn at a time: draws are float64 until they are stored


def drawn(alpha: float, n: int, parameters: int, device: str) -> Tensor:
    """Samples (n, parameters) in float32, a parameter a column."""
    torch.manual_seed(0)
    out = torch.empty(n, parameters, device=device)
    for first in range(0, parameters, CHUNK):
        part = out[:, first : first + CHUNK]
        part.copy_(Stable(torch.tensor(alpha, device=device)).sample(part.shape))
    return out


def seconds(function: Callable[[], object], device: str) -> float:
    """Wall time of one call, to its end on the device."""
    start = time.perf_counter()
    function()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def main() -> None:
    """Draw, fit, print; on the host the tensor operations are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--parameters", type=int, default=1_000_000)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--alpha", type=float, nargs="+", default=[1.5, 1.9, 2.0])
    options = parser.parse_args()
    name = torch.cuda.get_device_name() if options.device != "cpu" else "host"
    print(f"{name}, torch {torch.__version__}: {options.parameters} parameters x {options.samples} samples, float32")
    with patch.object(fitting, "on_device", lambda x: isinstance(x, torch.Tensor)):
        for alpha in options.alpha:
            samples = drawn(alpha, options.samples, options.parameters, options.device)
            for method in METHODS:
                sf.fit(samples[:, :100], method, axis=0)  # tables on the device, libraries loaded
                took = seconds(lambda x=samples, m=method: sf.fit(x, m, axis=0), options.device)
                print(
                    f"alpha {alpha:4g}  {method:10s} {took:8.2f} s  {options.parameters / took:12.0f} a second",
                    flush=True,
                )
            del samples


if __name__ == "__main__":
    main()

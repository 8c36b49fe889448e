"""Speed of collecting gradient noise, over the bare gradient passes of the same run, and docs/sgn-speed.md.

    python benchmarks/sgn.py           # five minutes; a quiet machine gives the best figures

One thread, process time; of several runs by turns the best. On a machine with a CUDA device the same on the device.
"""

import platform
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

import stablefit as sf
from adapters.torch.device_sums import DeviceSums, add_both
from adapters.torch.sketching import SketchFiller
from stablefit.estimators.sketch import TOGETHER

TARGET = Path(__file__).parents[1] / "docs" / "sgn-speed.md"
STATE = 76
"""Bytes that go between memory and processor for a parameter where every mini-batch is added by itself."""
MOMENTS = 24
"""Bytes for mean, sum of squares and zeros, read and written."""
INTRODUCTION = f"""# Speed of gradient noise

What it costs to collect gradient noise and to fit it.

Written by `benchmarks/sgn.py`; nothing on this page is typed by hand. One thread, {platform.machine()}, Python
{platform.python_version()}, NumPy {np.__version__}, torch {torch.__version__}. Process time, of runs by turns the best.
"""


class Block(nn.Module):
    """Two convolutions with batch statistics, and what comes in added."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), convolution(outputs)
        self.one, self.two = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        self.stride, self.more = stride, outputs - inputs

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        short = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
        return functional.relu(self.two(self.second(functional.relu(self.one(self.first(x))))) + short)


def convolution(channels: int) -> nn.Conv2d:
    """A convolution that keeps the image's size."""
    return nn.Conv2d(channels, channels, 3, 1, 1, bias=False)


def resnet20() -> nn.Module:
    """He et al. 2016, for images of 32 by 32: 0.27 million parameters."""
    layers: list[nn.Module] = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    inputs = 16
    for outputs in (16, 32, 64):
        for place in range(3):
            layers.append(Block(inputs, outputs, 2 if place == 0 and outputs > 16 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def perceptron() -> nn.Module:
    """Three layers of 1024 units: 2.9 million parameters."""
    widths = (784, 1024, 1024, 1024)
    hidden = [layer for pair in pairwise(widths) for layer in (nn.Linear(*pair), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(1024, 10))


def seconds(work: Callable[[], Any], device: str = "cpu") -> float:
    """Process time of one run; on a device, the time until it has finished."""
    if device == "cuda":
        torch.cuda.synchronize()
        start = time.perf_counter()
        work()
        torch.cuda.synchronize()
        return time.perf_counter() - start
    start = time.process_time()
    work()
    return time.process_time() - start


def by_turns(works: Sequence[Callable[[], Any]], runs: int, device: str = "cpu") -> list[float]:
    """Shortest time of each of some pieces of work that are run in turns."""
    for work in works:
        work()
    times = [[seconds(work, device) for work in works] for _ in range(runs)]
    return np.min(times, axis=0).tolist()


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> list[str]:
    """Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    notes = [note, ""] if note else []
    return [f"## {title}", "", *notes, *("| " + " | ".join(line) + " |" for line in lines), ""]


def begun(size: int, rows: Sequence[np.ndarray], **options: Any) -> sf.Sketch:
    """A sketch whose pilot is over."""
    sketch = sf.Sketch(size, **options)
    for i in range(32):
        sketch.add(rows[i % len(rows)])
    return sketch


def sums() -> list[str]:
    """The host's sums at sizes within and beyond the cache."""
    rows, rng = [], np.random.default_rng(0)
    for size in (30_000, 300_000, 4_000_000):
        values = [rng.standard_normal(size, dtype=np.float32) for _ in range(TOGETHER)]
        plain, counting = begun(size, values), begun(size, values, histogram=True)
        source = np.zeros(STATE // 8 * size, dtype=np.float32)
        target = source.copy()
        many = range(max(1, 1_000_000 // size))

        def add(sketch: sf.Sketch, values: Sequence[np.ndarray] = values, many: range = many) -> None:
            for _ in many:
                for row in values:
                    sketch.add(row)

        def copy(source: np.ndarray = source, target: np.ndarray = target, many: range = many) -> None:
            for _ in many:
                np.copyto(target, source)

        took = by_turns((lambda s=plain: add(s), lambda s=counting: add(s), copy), 7)
        unit = 1e9 / (size * len(many))
        each = [took[0] * unit / TOGETHER, took[1] * unit / TOGETHER, took[2] * unit]
        rows.append((f"{size:,}", *(f"{ns:.2f}" for ns in each), f"{each[0] / each[2]:.2f}"))
    heads = ("parameters", "sketch", "with histogram", f"copy of {STATE} bytes", "sketch / copy")
    note = f"""Sums, means, variances and zeros of `stablefit.Sketch`, {TOGETHER} mini-batches together. The copy moves
as many bytes as sums alone would that go to memory and back for every mini-batch."""
    return table("Nanoseconds a parameter and mini-batch", heads, rows, note)


def once() -> list[str]:
    """What is done once for a parameter: the end of the pilot, and the fit."""
    size, rng = 300_000, np.random.default_rng(1)
    values = [rng.standard_normal(size, dtype=np.float32) for _ in range(32)]

    def pilot() -> float:
        sketch = sf.Sketch(size)
        for row in values[:-1]:
            sketch.add(row)
        return seconds(lambda: sketch.add(values[-1]))

    pilot()
    sketch = begun(size, values)
    fit = by_turns((sketch.fit,), 3)[0]
    rows = [(f"{1e9 * min(pilot() for _ in range(5)) / size:.0f}", f"{1e9 * fit / size:.0f}")]
    return table("Nanoseconds a parameter, once", ("end of the pilot, 32 rows added", "fit"), rows)


def networks(device: str) -> list[str]:
    """Bare gradient passes, and what filling the sketch adds to them."""
    rows = []
    for name, make, shape, batch in (
        ("ResNet-20", resnet20, (3, 32, 32), 128),
        ("MLP 3x1024", perceptron, (784,), 128),
        ("MLP 3x1024", perceptron, (784,), 400),
    ):
        torch.manual_seed(0)
        model = make().to(device).eval()
        x, y = torch.randn(batch, *shape, device=device), torch.randint(10, (batch,), device=device)
        parameters = dict(model.named_parameters())
        filler = SketchFiller(parameters, 1, 10**9)

        def backward(model: nn.Module = model, x: Tensor = x, y: Tensor = y) -> tuple[Tensor, ...]:
            return torch.autograd.grad(functional.cross_entropy(model(x), y), list(model.parameters()))

        gradients = backward()
        for _ in range(32):
            filler.take(gradients)

        def bare(backward: Callable[[], Any] = backward) -> None:
            for _ in range(TOGETHER):
                backward()

        def filled(filler: SketchFiller = filler, gradients: Any = gradients) -> None:
            for _ in range(TOGETHER):
                filler.take(gradients)

        passes, added = by_turns((bare, filled), 5, device)
        size = sum(parameter.numel() for parameter in parameters.values())
        ns = 1e9 * added / (size * TOGETHER)
        numbers = (f"{1e3 * passes / TOGETHER:.2f}", f"{1e3 * added / TOGETHER:.3f}")
        rows.append((name, f"{batch}", f"{size:,}", *numbers, f"{ns:.3f}", f"{added / passes:.1%}"))
    heads = ("network", "batch", "parameters", "bare pass, ms", "sketch, ms", "ns a parameter", "overhead")
    return table(f"Over the bare gradient pass, {device}", heads, rows)


def bandwidth() -> list[str]:
    """The device's sums in one large tensor, against a copy."""
    size = 25_600_000
    row = torch.randn(size, device="cuda")
    target, source = (torch.zeros(4 * size, device="cuda") for _ in range(2))
    sketch = DeviceSums(size, torch.device("cuda"))
    for _ in range(32):
        sketch.add(row)

    share = torch.full((), 0.01, device="cuda")

    def eager() -> None:
        add_both(row, share, sketch.centre, sketch.rate, sketch.sums, (sketch.mean, sketch.square, sketch.zeros))

    took = by_turns((eager, lambda: sketch.add(row), lambda: target.copy_(source)), 20, "cuda")
    bytes_of = ((STATE + MOMENTS) * size, (STATE + MOMENTS) * size, 2 * 4 * 4 * size)
    speed = [moved / t / 1e12 for moved, t in zip(bytes_of, took, strict=True)]
    rows = [
        (name, f"{1e3 * t:.2f}", f"{v:.2f}", f"{v / speed[2]:.0%}")
        for name, t, v in zip(("eager", "compiled", "copy"), took, speed, strict=True)
    ]
    heads = ("25.6 million parameters", "ms", "TB/s", "of the copy's")
    return table(f"On {torch.cuda.get_device_name()}", heads, rows)


def main() -> None:
    """Time, print, write."""
    torch.set_num_threads(1)
    lines = [INTRODUCTION, *sums(), *once(), *networks("cpu")]
    if torch.cuda.is_available():
        lines += [*bandwidth(), *networks("cuda")]
    else:
        lines += ["There was no CUDA device in this run.", ""]
    text = "\n".join(lines)
    print(text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()

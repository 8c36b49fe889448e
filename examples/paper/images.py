"""Images with labels: CIFAR-100 and CINIC-10 by path, a subset of CIFAR-10, or made-up ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Split = tuple[NDArray[np.uint8], NDArray[np.int64]]
SUBSET = "cifar10_jpeg_10k.npz"
FOLDERS = {
    "CIFAR-100": ("", "cifar-100-binary", "CIFAR-100", "cifar-100", "cifar100"),
    "CINIC-10": ("", "CINIC-10", "cinic-10", "cinic10"),
}
"""Names that a data set's folder may have below the one that was given."""
PIXELS = 32
MADE_UP_CLASSES = 10


@dataclass(frozen=True)
class Labelled:
    """Inputs and classes, for training and for validation, on the device where they are used.

    Attributes
    ----------
    name : str
        What the data is, in words.
    recipe : dict
        What it depends on.
    x, y, x_test, y_test : Tensor
        Images (n, 3, pixels, pixels) standardised by channel, or tokens (n, length), and classes (n,).
    classes : int
    """

    name: str
    recipe: dict[str, Any]
    x: Tensor
    y: Tensor
    x_test: Tensor
    y_test: Tensor
    classes: int


def read_images(
    data: Path | None, which: str, *, pixels: int = PIXELS, limit: int | None = None, device: str, seed: int
) -> Labelled:
    """Return a data set.

    Parameters
    ----------
    data : Path or None
        The folder; None for made-up images.
    which : {"subset", "CIFAR-100", "CINIC-10"}
        "subset": 10,000 images of CIFAR-10.
    pixels : int
        Height and width: 32, or a divisor of it, to which blocks of pixels are averaged.
    limit : int, optional
        Training images, drawn at random, at most; a quarter as many for validation.
    device : str
        Where the tensors shall be.
    seed : int
        Seed of the draw, and of made-up images.

    Raises
    ------
    FileNotFoundError
        If the folder does not hold the data set.
    """
    rng = np.random.default_rng([seed, 1])
    if data is None:
        (x, y), (x_test, y_test), what = *_made_up(rng, limit or 8000), "made-up images of ten classes"
    elif which == "subset":
        (x, y), (x_test, y_test), what = *_subset(data), "CIFAR-10 subset (after JPEG)"
    else:
        (x, y), (x_test, y_test), what = *_by_path(data, which), which
    if limit is not None:
        x, y = _some(rng, x, y, limit)
        x_test, y_test = _some(rng, x_test, y_test, limit // 4)
    name = f"{what}, {len(x):,} images of {pixels} x {pixels} pixels"
    recipe = {"data": what, "pixels": pixels, "images": len(x), "draw": seed if limit or data is None else None}
    mean, std = x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2))

    def tensors(images: NDArray[np.uint8], classes: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        scaled = ((images - mean) / std).astype(np.float32).transpose(0, 3, 1, 2)
        inputs = torch.from_numpy(np.ascontiguousarray(scaled)).to(device)
        if pixels != inputs.shape[-1]:
            inputs = torch.nn.functional.avg_pool2d(inputs, inputs.shape[-1] // pixels)
        return inputs, torch.from_numpy(classes).to(device)

    return Labelled(name, recipe, *tensors(x, y), *tensors(x_test, y_test), classes=int(y.max()) + 1)


def _some(rng: np.random.Generator, x: Any, y: Any, limit: int) -> Any:
    chosen = np.sort(rng.permutation(len(x))[:limit])
    return x[chosen], y[chosen]


def _subset(data: Path) -> tuple[Split, Split]:
    path = data / SUBSET
    if not path.exists():
        raise FileNotFoundError(f"--data must name a folder that holds {SUBSET}, got {str(data)!r}")
    with np.load(path, allow_pickle=False) as kept:
        train, test = (kept["Xtr"], kept["ytr"]), (kept["Xte"], kept["yte"])
    return (train[0], train[1].astype(np.int64)), (test[0], test[1].astype(np.int64))


def _by_path(data: Path, which: str) -> tuple[Split, Split]:
    """Official binary batches, or a folder of images: train/CLASS/*.png and test/CLASS/*.png."""
    for folder in (data / name for name in FOLDERS[which]):
        if which == "CIFAR-100" and (folder / "train.bin").exists():
            return _binary(folder / "train.bin"), _binary(folder / "test.bin")
        if (folder / "train").is_dir() and (folder / "test").is_dir():
            return _folder(folder / "train"), _folder(folder / "test")
    wanted = "train.bin and test.bin, or train/CLASS/*.png" if which == "CIFAR-100" else "train/CLASS/*.png"
    raise FileNotFoundError(
        f"--data must name a folder that holds {which} ({wanted}), got {str(data)!r}; --preset small needs none of it"
    )


def _binary(path: Path) -> Split:
    """CIFAR-100's binary version: a byte of the coarse class, one of the fine class, 3 x 32 x 32 bytes of pixels."""
    records = np.fromfile(path, dtype=np.uint8).reshape(-1, 2 + 3 * PIXELS * PIXELS)
    images = records[:, 2:].reshape(-1, 3, PIXELS, PIXELS).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), records[:, 1].astype(np.int64)


def _folder(path: Path) -> Split:
    """Every class is a folder, in alphabetical order."""
    from PIL import Image

    classes = sorted(folder for folder in path.iterdir() if folder.is_dir())
    images, labels = [], []
    for label, folder in enumerate(classes):
        for file in sorted(folder.iterdir()):
            if file.suffix.lower() in (".png", ".jpg", ".jpeg"):
                with Image.open(file) as image:
                    images.append(np.asarray(image.convert("RGB").resize((PIXELS, PIXELS)), dtype=np.uint8))
                labels.append(label)
    if not images:
        raise FileNotFoundError(f"--data must hold images in folders by class, got none in {str(path)!r}")
    return np.stack(images), np.array(labels, dtype=np.int64)


def _made_up(rng: np.random.Generator, images: int) -> tuple[Split, Split]:
    """Images of a class are one smooth pattern with noise over it."""
    coarse = rng.normal(size=(MADE_UP_CLASSES, 4, 4, 3))
    patterns = np.kron(coarse, np.ones((1, PIXELS // 4, PIXELS // 4, 1)))

    def draw(n: int) -> Split:
        classes = rng.integers(MADE_UP_CLASSES, size=n)
        noisy = 128.0 + 40.0 * (patterns[classes] + 1.5 * rng.normal(size=(n, PIXELS, PIXELS, 3)))
        return np.clip(noisy, 0.0, 255.0).astype(np.uint8), classes

    return draw(images), draw(images // 4)

"""Residual networks for small images, of any depth and width.

K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", 2015: section 4.2 for the thin networks
of three stages (ResNet-20, ResNet-110), Table 1 for those of four stages (18, 34, 50), here with the 3 x 3 first layer
that images of 32 x 32 pixels need. Names of layers are torchvision's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):
    """Two convolutions of 3 x 3 around a short cut."""

    expansion = 1

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = shortcut(channels_in, channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        out = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(out)) + self.downsample(x))


class Bottleneck(nn.Module):
    """Convolutions of 1 x 1, 3 x 3 and 1 x 1 around a short cut, four times as wide at its end."""

    expansion = 4

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        wide = self.expansion * channels
        self.conv1 = nn.Conv2d(channels_in, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = shortcut(channels_in, wide, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        out = functional.relu(self.bn1(self.conv1(x)))
        out = functional.relu(self.bn2(self.conv2(out)))
        return functional.relu(self.bn3(self.conv3(out)) + self.downsample(x))


def shortcut(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    """Return the identity, or a 1 x 1 convolution where the shape changes."""
    if stride == 1 and channels_in == channels_out:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm2d(channels_out))


class ResNet(nn.Module):
    """A first convolution, stages of blocks that halve the image and double the width, and a linear layer."""

    def __init__(self, block: type[Block] | type[Bottleneck], stages: Sequence[int], width: int, classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        channels = width
        self.stages = [f"layer{place + 1}" for place in range(len(stages))]
        for place, (name, blocks) in enumerate(zip(self.stages, stages, strict=True)):
            layers = []
            for i in range(blocks):
                layers.append(block(channels, width * 2**place, 2 if place and i == 0 else 1))
                channels = width * 2**place * block.expansion
            self.add_module(name, nn.Sequential(*layers))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits, shape (batch, classes), of images (batch, 3, height, width)."""
        x = functional.relu(self.bn1(self.conv1(x)))
        for name in self.stages:
            x = self.get_submodule(name)(x)
        return self.fc(x.mean(dim=(2, 3)))


@dataclass(frozen=True)
class Architecture:
    """Which residual network.

    Attributes
    ----------
    name : str
        As it is called in tables.
    stages : tuple of int
        Blocks in each stage.
    width : int
        Channels of the first stage.
    bottleneck : bool
        Whether blocks are bottlenecks.
    """

    name: str
    stages: tuple[int, ...]
    width: int
    bottleneck: bool = False

    def build(self, classes: int) -> ResNet:
        """Return the network with random weights."""
        return ResNet(Bottleneck if self.bottleneck else Block, self.stages, self.width, classes)


PAPER = {
    "ResNet110": Architecture("ResNet-110", (18, 18, 18), 16),
    "ResNet18": Architecture("ResNet-18", (2, 2, 2, 2), 64),
    "ResNet34": Architecture("ResNet-34", (3, 4, 6, 3), 64),
    "ResNet50": Architecture("ResNet-50", (3, 4, 6, 3), 64, bottleneck=True),
}
"""The networks of the paper's tables."""

REDUCED = {
    "ResNet110": Architecture("thin ResNet-14", (2, 2, 2), 8),
    "ResNet18": Architecture("ResNet-10 of width 8", (1, 1, 1, 1), 8),
    "ResNet34": Architecture("ResNet-18 of width 8", (2, 2, 2, 2), 8),
    "ResNet50": Architecture("ResNet-14 of bottlenecks, width 8", (1, 1, 1, 1), 8, bottleneck=True),
}
"""Their stand-ins of the same make for two cores."""

TINY = {
    "ResNet110": Architecture("thin ResNet-8 of width 4", (1, 1, 1), 4),
    "ResNet18": Architecture("ResNet-6 of width 4", (1, 1), 4),
    "ResNet34": Architecture("ResNet-10 of width 4", (2, 2), 4),
    "ResNet50": Architecture("ResNet-8 of bottlenecks, width 2", (1, 1), 2, bottleneck=True),
}
"""Networks that train in a second."""

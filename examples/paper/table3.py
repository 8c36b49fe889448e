"""Table 3: how well Gaussian and stable laws fit the gradient noise of residual networks on CINIC-10.

The paper's networks and data in full; smaller networks of the same make on a subset of CIFAR-10 in the small preset,
at half the resolution of Table 1's.
"""

from collections.abc import Sequence
from dataclasses import replace

from tables_of_resnets import SIZES, make_table

HALF = {preset: size if preset == "full" else replace(size, pixels=8) for preset, size in SIZES.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, collect, compare, write."""
    make_table("table3", "CINIC-10", HALF, __doc__, arguments)


if __name__ == "__main__":
    main()

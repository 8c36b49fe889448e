"""Table 1: how well Gaussian and stable laws fit the gradient noise of residual networks on CIFAR-100.

The paper's networks and data in full; smaller networks of the same make on a subset of CIFAR-10 in the small preset.
"""

from collections.abc import Sequence

from tables_of_resnets import SIZES, make_table


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, collect, compare, write."""
    make_table("table1", "CIFAR-100", SIZES, __doc__, arguments)


if __name__ == "__main__":
    main()

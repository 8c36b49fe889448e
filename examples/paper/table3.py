"""Table 3: how well Gaussian and stable laws fit the gradient noise of residual networks on CINIC-10.

The paper's networks and data in full; smaller networks of the same make on a subset of CIFAR-10 in the small preset.
"""

from collections.abc import Sequence

from tables_of_resnets import make_table


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, collect, compare, write."""
    make_table("table3", "CINIC-10", __doc__, arguments)


if __name__ == "__main__":
    main()

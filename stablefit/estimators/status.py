"""What became of each sample of a fit."""

from enum import IntEnum


class Status(IntEnum):
    """Outcome of one fit; `OK` and `BOUNDARY` are usable, the others give nan or are not to be trusted.

    Examples
    --------
    >>> Status(1).name
    'BOUNDARY'
    >>> Status.CONSTANT.usable
    False
    """

    OK = 0
    """Converged inside the range of the parameters."""
    BOUNDARY = 1
    """Converged at an end of a range: nearly always alpha = 2, the normal law; in skewed fits also beta = -1 or 1."""
    NOT_CONVERGED = 2
    """The last iterate is given; it is not an estimate."""
    CONSTANT = 3
    """All values are equal, and not zero; nan."""
    ZERO_INFLATED = 4
    """One value makes up more than 20 % of the sample: the likelihood is unbounded there; nan."""
    DEAD = 5
    """All values are exactly zero; nan."""
    TOO_FEW = 6
    """Fewer than 8 values; nan."""
    NONFINITE = 7
    """The sample holds nan or inf; nan."""

    @property
    def usable(self) -> bool:
        """Whether the estimates are estimates."""
        return self <= Status.BOUNDARY

"""A progress bar on stderr."""

import sys
from contextlib import AbstractContextManager
from typing import Protocol

from stablefit.extras import extra


class Progress(Protocol):
    """The part of a tqdm bar that is used."""

    def reset(self, total: float | None = None) -> None:
        """Begin, and show how much there is to do."""

    def update(self, n: float | None = 1) -> bool | None:
        """Count one pass of a batch."""


def progress_bar(description: str, *, show: bool) -> AbstractContextManager[Progress]:
    """Return a bar that counts batches and disappears when it is done."""
    with extra("torch"):
        from tqdm.auto import tqdm

    return tqdm(desc=description, unit="batch", file=sys.stderr, leave=False, disable=not show)

"""A bar that counts finished paths."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_DELAY = 3.0
"""Seconds before a bar shows."""


@contextmanager
def counter(total: int, description: str, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Give a function that adds to a bar on a terminal's stderr, which shows after some seconds; none without tqdm."""
    try:
        from tqdm import tqdm
    except ImportError:
        shown = False
    if not shown:
        yield _nothing
        return
    # disable=None: only on a terminal
    with tqdm(
        total=total, desc=description, unit="path", leave=False, file=sys.stderr, delay=_DELAY, disable=None
    ) as bar:
        yield lambda count: _add(bar, count)


def _add(bar: "object", count: int) -> None:
    bar.update(count)  # type: ignore[attr-defined]


def _nothing(count: int) -> None:
    """No bar."""

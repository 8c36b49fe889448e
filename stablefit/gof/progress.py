"""A bar for work that takes long."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_DELAY = 3.0
"""Seconds before a bar shows."""


def bar(steps: Iterable[T], total: int, description: str) -> Iterator[T]:
    """Pass the steps on, with a bar on a terminal's stderr once they have taken some seconds; none without tqdm."""
    try:
        from tqdm import tqdm
    except ImportError:
        yield from steps
        return
    # disable=None: only on a terminal
    yield from tqdm(steps, description, total, leave=False, file=sys.stderr, delay=_DELAY, disable=None)

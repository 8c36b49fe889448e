"""Tables of a report: what a cell shows, and the number by which it is sorted."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from stablefit.gof.tables import number


class Cell(NamedTuple):
    """What is shown, and the number to sort by; None sorts by the text."""

    text: str
    key: float | None = None


Value = Cell | str | float


class Table(NamedTuple):
    """A table that a reader can sort by each of its columns.

    Attributes
    ----------
    caption : str
        Stands over it.
    header : sequence of str
        Titles of the columns.
    rows : list of list of Cell
        One cell a column.
    """

    caption: str
    header: Sequence[str]
    rows: list[list[Cell]]


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[Value]], digits: int = 4) -> Table:
    """Return a table of strings and numbers, numbers in `digits` significant digits; nan shows as a dash, sorted last.

    Examples
    --------
    >>> table("", ["a", "b"], [("x", 1234.5678), ("y", float("nan"))]).rows
    [[Cell(text='x', key=None), Cell(text='1235', key=1234.5678)], [Cell(text='y', key=None), Cell(text='–', key=nan)]]
    """
    return Table(caption, header, [[cell(value, digits) for value in row] for row in rows])


def cell(value: Value, digits: int = 4) -> Cell:
    """Return the cell of one value."""
    if isinstance(value, Cell):
        return value
    if isinstance(value, str):
        return Cell(value)
    if isinstance(value, int | np.integer):
        return Cell(f"{value:,}", float(value))
    return Cell("–" if math.isnan(value) else number(float(value), digits), float(value))  # noqa: RUF001


def share(value: float) -> Cell:
    """Return the cell of a share, in per cent.

    Examples
    --------
    >>> share(0.125).text
    '12.5 %'
    """
    return cell(value) if math.isnan(value) else Cell(f"{100.0 * value:.3g} %", value)


def plain(value: float, decimals: int = 1) -> Cell:
    """Return the cell of a number whose differences matter, such as a log-likelihood: never with an exponent."""
    return cell(value) if math.isnan(value) else Cell(f"{value:,.{decimals}f}", value)

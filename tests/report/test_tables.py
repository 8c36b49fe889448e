"""Cells show what a reader wants to see, and sort by the number behind it."""

import math

import pytest

from stablefit.report.page import render
from stablefit.report.tables import Cell, cell, plain, share, table

pytestmark = pytest.mark.unit


def test_numbers_have_significant_digits_and_keep_their_value() -> None:
    assert cell(0.000123456) == Cell("0.0001235", 0.000123456)
    assert cell(1_234_567) == Cell("1,234,567", 1234567.0)
    assert plain(-31337.64) == Cell("-31,337.6", -31337.64)
    assert share(0.375) == Cell("37.5 %", 0.375)


@pytest.mark.parametrize("kind", [cell, plain, share])
def test_what_is_missing_shows_as_a_dash(kind: object) -> None:
    assert callable(kind)
    text, key = kind(math.nan)
    assert len(text) == 1
    assert not text.isalnum()
    assert math.isnan(key)


def test_columns_of_numbers_are_told_from_columns_of_words() -> None:
    content = table("caption", ["word", "number"], [("b", 2.0), ("a", math.inf)])
    shown = render("noise.html", **dict.fromkeys(("title", "lead", "preference", "shown"), ""), **EMPTY, layers=content)
    assert '<th scope="col" aria-sort="none"><button type="button">word' in shown
    assert '<th scope="col" aria-sort="none" class="number"><button type="button">number' in shown
    assert '<td data-key="2.0">2.000</td>' in shown


EMPTY = {"remarks": [], "facts": [], "pictures": [], "comparison": None, "parameters": table("", ["a"], [])}


def test_everything_is_escaped() -> None:
    hostile = "</script><script>alert(1)</script>"
    content = table(hostile, [hostile], [(hostile,)])
    facts = {**EMPTY, "facts": [(hostile, hostile)], "remarks": [hostile]}
    shown = render("noise.html", title=hostile, lead=hostile, preference="", shown=hostile, **facts, layers=content)
    assert "alert(1)" in shown
    assert "<script>alert" not in shown

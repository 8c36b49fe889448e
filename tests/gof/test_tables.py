import pytest

from stablefit.gof.tables import html_table, number, text_table

pytestmark = pytest.mark.unit


def test_text_is_aligned() -> None:
    assert text_table(["law", "x"], [["t", "1.5"], ["normal", "10.25"]]).splitlines() == [
        "law         x",
        "t         1.5",
        "normal  10.25",
    ]


def test_html_escapes_what_it_is_given() -> None:
    assert "<script>" not in html_table("<script>", ["<b>"], [["<i>"]])
    assert "&lt;i&gt;" in html_table("", ["a"], [["<i>"]])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.23456, "1.23"),
        (123.456, "123"),
        (1234.5, "1.23e3"),
        (1.5e-7, "1.50e-7"),
        (2.5e85, "2.50e85"),
        (0.0, "0.00"),
        (-0.01, "-0.0100"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text

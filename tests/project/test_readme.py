"""README shows what its examples print today, and pictures that are there."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.unit

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def last_digit(number: str) -> float:
    """The worth of one in the last digit of a printed number; none in that of a whole one."""
    mantissa, _, exponent = number.partition("e")
    _, point, decimals = mantissa.partition(".")
    return 10.0 ** (int(exponent or 0) - len(decimals)) if point else 0.0


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tool(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("readme", root / "tools" / "readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rendered(tool: ModuleType) -> Callable[[str], str]:
    function: Callable[[str], str] = tool.rendered
    return function


def test_what_was_measured_is_what_the_page_of_speed_says(readme: str, tool: ModuleType, root: Path) -> None:
    table = tool.measured(*((root / "docs" / page).read_text(encoding="utf-8") for page in tool.PAGES))
    assert len(table.splitlines()) == 5
    assert f"<!-- measured -->\n{table}<!-- end -->" in readme, "run `make readme`"


def test_every_example_prints_what_readme_says(readme: str, rendered: Callable[[str], str]) -> None:
    """Words are equal; numbers may differ by two in their last digit, where another machine rounds otherwise."""
    fresh = rendered(readme)
    assert NUMBER.sub("#", fresh) == NUMBER.sub("#", readme), "run `make readme`"
    for now, then in zip(NUMBER.findall(fresh), NUMBER.findall(readme), strict=True):
        assert abs(float(now) - float(then)) <= 2 * last_digit(then), f"{then} became {now}: run `make readme`"


def test_the_renderer_replaces_outputs_and_nothing_else(rendered: Callable[[str], str]) -> None:
    text = "a\n\n```python\nx = 2\n```\n\nb\n\n```python\nprint(x)\n```\n\n```text\n3\n```\n\n```text\nkept\n```\n"
    assert rendered(text) == text.replace("\n3\n", "\n2\n")


def test_links_into_the_repository_lead_somewhere(readme: str, root: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", readme)
    inside = [link for link in links if "://" not in link]
    assert inside
    assert [link for link in inside if not (root / link).exists()] == []


def test_pictures_are_small(readme: str, root: Path) -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme)
    assert pictures
    assert all((root / picture).stat().st_size < 200_000 for picture in pictures)

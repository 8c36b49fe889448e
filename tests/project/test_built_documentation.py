"""The documentation builds without a warning, examples and all, and its pages need no network."""

import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from selenium import webdriver

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(root: Path) -> Path:
    done = subprocess.run(["make", "docs"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "build" / "docs"


class Resources(HTMLParser):
    """Collects where scripts, links, images and the styles of a page come from."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "a":
            self.found += [value for name, value in attrs if name in ("src", "href", "srcset", "style") and value]

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self.found += re.findall(r"url\([^)]*\)|@import[^;]*", data)


def from_the_network(text: str) -> bool:
    """Whether a reference leads to another host."""
    return re.search(r"https?:|(?<![\w:/.])//\w", text) is not None


def test_make_docs(built: Path) -> None:
    for page in ("index", "api/stablefit.fit", "gallery/returns", "start/finance", "theory"):
        assert (built / f"{page}.html").exists()
    assert len(list((built / "_images").glob("sphx_glr_*.png"))) >= 8


def test_the_parser_finds_what_comes_from_the_network() -> None:
    page = Resources()
    page.feed(
        '<link href="https://fonts.example/a.css"><script src="//cdn.example/b.js"></script><img src="../c.png">'
        "<style>@import 'http://d.example/e.css';</style><a href='https://f.example'>to follow</a>"
    )
    assert [from_the_network(reference) for reference in page.found] == [True, True, False, True]


def test_no_page_loads_anything_from_the_network(built: Path) -> None:
    pages, loaded = sorted(built.rglob("*.html")), {}
    assert len(pages) > 100
    for path in pages:
        page = Resources()
        page.feed(path.read_text(encoding="utf-8"))
        loaded[path.name] = [reference for reference in page.found if from_the_network(reference)]
    for path in built.rglob("*.css"):
        found = re.findall(r"url\([^)]*\)|@import[^;]*;", path.read_text(encoding="utf-8"))
        loaded[path.name] = [reference for reference in found if from_the_network(re.sub(r"data:[^)]*", "", reference))]
    assert {name: references for name, references in loaded.items() if references} == {}


def undrawn(browser: "webdriver.Chrome", path: Path) -> Iterator[str]:
    """The formulas of a page that stand there as TeX, or as an error, and what was loaded from elsewhere."""
    browser.get(path.as_uri())
    browser.set_script_timeout(60)
    browser.execute_async_script("MathJax.startup.promise.then(arguments[0])")
    for element in browser.find_elements("css selector", ".math"):
        markup = element.get_attribute("innerHTML") or ""
        if "<svg" not in markup or "merror" in markup:
            yield element.text
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    yield from (name for name in loaded if not name.startswith("file:"))


def test_every_formula_is_drawn(built: Path, browser: "webdriver.Chrome") -> None:
    pages = [path for path in sorted(built.rglob("*.html")) if 'class="math' in path.read_text(encoding="utf-8")]
    assert len(pages) > 30
    found = {path.name: list(undrawn(browser, path)) for path in pages}
    assert {name: formulas for name, formulas in found.items() if formulas} == {}

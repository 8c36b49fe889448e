"""The pages of the documentation show what their examples print today, and lead where they say."""

import importlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = (DOCS / "api", DOCS / "gallery", DOCS / "_build")


def sources() -> list[Path]:
    """Every page that is written by hand or by a program in the repository; none that a build makes."""
    return [path for path in sorted(DOCS.rglob("*.md")) if not any(path.is_relative_to(folder) for folder in GENERATED)]


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pages", ROOT / "tools" / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", [p for p in sources() if "```{doctest}" in p.read_text()], ids=lambda p: p.stem)
def test_every_example_prints_what_the_page_says(path: Path, pages: ModuleType) -> None:
    text = path.read_text(encoding="utf-8")
    assert pages.rendered(text, path.name) == text, "run `make readme`"


def test_the_renderer_replaces_outputs_and_nothing_else(pages: ModuleType) -> None:
    page = "a\n\n```{doctest}\n>>> x = 2\n>>> x\n%s\n```\n\n```{doctest}\n>>> print(x + 1)\n%s\n```\n\n>>> kept\n"
    assert pages.rendered(page % (7, 8)) == page % (2, 3)


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(DOCS)))
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" in link:
            continue
        target = (path.parent / link).resolve()
        if target.is_relative_to(DOCS / "gallery"):  # made from examples/gallery
            target = ROOT / "examples" / "gallery" / f"{target.stem}.py"
        assert target.exists() or target.with_suffix(".md").exists(), f"{path.name}: {link}"


PACKAGES = (
    "stablefit",
    "stablefit.gof",
    "stablefit.sde",
    "stablefit.escape",
    "stablefit.escape.printed",
    "stablefit.escape.decomposition",
    "stablefit.testing",
    "adapters.torch",
)
"""Every package with public names."""


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_one_place_in_the_reference(package: str) -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in sorted((DOCS / "reference").glob("*.md")))
    listed = re.findall(rf"^   ~{re.escape(package)}\.(\w+)$", pages, re.MULTILINE)
    public = [name for name in importlib.import_module(package).__all__ if name != "__version__"]
    assert sorted(listed) == sorted(name for name in public if f"{package}.{name}" not in PACKAGES)


def test_every_page_has_a_place_in_the_contents() -> None:
    listed = {DOCS / "index.md"}
    for path in sources():
        for toctree in re.findall(r"```{toctree}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
            entries = [line for line in toctree.splitlines() if line and not line.startswith(":")]
            listed |= {(path.parent / entry).resolve().with_suffix(".md") for entry in entries}
    assert [str(path) for path in sources() if path not in listed] == []

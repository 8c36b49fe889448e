"""Write into the pages of the documentation what their examples really print.

An example is a block of ``{doctest}``; those of a page run in one namespace, in order. Run by ``make readme``; the
tests check that every page is up to date.
"""

import doctest
import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"(?<=```{doctest}\n).*?(?=```)", re.DOTALL)
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def pages() -> list[Path]:
    """Return every page that shows an example."""
    return [path for path in sorted(DOCS.rglob("*.md")) if BLOCK.search(path.read_text(encoding="utf-8"))]


class Recorder(doctest.DocTestRunner):
    """Keeps what each example printed."""

    def __init__(self) -> None:
        super().__init__(verbose=False, optionflags=OPTIONS)
        self.printed: dict[doctest.Example, str] = {}

    def report_success(self, out: object, test: object, example: doctest.Example, got: str) -> None:
        """Keep what was expected: it may be shortened by an ellipsis."""
        self.printed[example] = example.want

    def report_failure(self, out: object, test: object, example: doctest.Example, got: str) -> None:
        """Keep what was printed instead."""
        self.printed[example] = got


def rendered(text: str, name: str = "page") -> str:
    """Return the text with every example's output as the example prints it now."""
    namespace: dict[str, object] = {}

    def run(block: re.Match[str]) -> str:
        source = block[0]
        test = doctest.DocTestParser().get_doctest(source, namespace, name, name, 0)
        test.globs = namespace
        recorder = Recorder()
        recorder.run(test, clear_globs=False)
        lines = source.splitlines(keepends=True)
        for example in reversed(test.examples):
            first = example.lineno + example.source.count("\n")
            lines[first : first + example.want.count("\n")] = [recorder.printed[example]]
        return "".join(lines)

    return BLOCK.sub(run, text)


def main() -> None:
    """Rewrite the pages."""
    for path in pages():
        text = path.read_text(encoding="utf-8")
        path.write_text(rendered(text, path.name), encoding="utf-8")


if __name__ == "__main__":
    main()

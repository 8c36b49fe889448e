"""Write into README what its examples really print, what the benchmarks measured, and the demonstration's pictures.

A ``text`` block right after a ``python`` block is that block's output. All python blocks run in one namespace, in
order. The table between the comments ``measured`` comes from docs/speed.md and docs/estimators-speed.md. Run by
``make readme``; the tests check that README is up to date.
"""

import contextlib
import io
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PICTURES = ("noise.png", "alpha.png")
PAGES = ("speed.md", "estimators-speed.md")

EXAMPLE = re.compile(r"```python\n(?P<code>.*?)```(?:\n\n```text\n(?P<output>.*?)```)?", re.DOTALL)


def rendered(text: str) -> str:
    """Return the text with every example's output as the example prints it now."""
    namespace: dict[str, object] = {}

    def run(example: re.Match[str]) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(example["code"], "README.md", "exec"), namespace)
        if example["output"] is None:
            return example[0]
        return f"```python\n{example['code']}```\n\n```text\n{printed.getvalue()}```"

    return EXAMPLE.sub(run, text)


MEASURED = re.compile(r"(?<=<!-- measured -->\n).*?(?=<!-- end -->)", re.DOTALL)
LAWS = ("alpha 1.5, beta 0", "alpha 1.5, beta 0.5")
SHOWN = ("pdf", "cdf")
FITTED = "1.5, 0.8"
FITS = {"stablefit": "mle", "levy-stable": "`levy.fit`"}
"""Fits of the table of docs/estimators-speed.md, by library; scipy's takes too long to be in it."""


def rows_under(heading: str, page: str) -> list[list[str]]:
    """Return the cells of the table under a heading, its titles first."""
    section = page.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in (lines[0], *lines[2:])]


def measured(laws: str, estimators: str) -> str:
    """Return README's table of speed and errors beside other libraries, from the texts of the pages on speed."""
    titles, *times = rows_under("Against other libraries", laws)
    _, *errors = rows_under("Errors over the certified tables", laws)
    of_fits, *fits = rows_under("General laws, n = 1000, milliseconds a sample", estimators)
    (fit,) = (dict(zip(of_fits, row, strict=True)) for row in fits if row[0] == FITTED)
    names = [title.split(", ns")[0] for title in titles[2:]]
    wanted = [row for row in times if row[0] in LAWS and row[1] in SHOWN]
    head = ["library", *(f"{row[1]}, {row[0]}: ns" for row in wanted), *(f"{f}: missed" for f in SHOWN)]
    head.append(f"fit, alpha and beta {FITTED}: ms")
    lines = [head, ["---"] * len(head)]
    for at, name in enumerate(names, start=2):
        off = [row[5] for f in SHOWN for row in errors if row[:2] == [name, f]]
        took = fit[FITS[name]] if name in FITS else ""
        lines.append([f"`{name}`", *(f"{float(row[at].split(' ')[0]):,.0f}" for row in wanted), *off, took])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Rewrite README and copy the pictures that `make demo` made."""
    table = measured(*((ROOT / "docs" / page).read_text(encoding="utf-8") for page in PAGES))
    text = MEASURED.sub(lambda _: table, rendered(README.read_text(encoding="utf-8")))
    README.write_text(text, encoding="utf-8")
    images = ROOT / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        made = ROOT / "demo" / name
        if not made.exists():
            sys.exit(f"demo/{name} must exist; run `make demo` first")
        shutil.copy(made, images / name)


if __name__ == "__main__":
    main()

"""Write into README what its examples really print, and the demonstration's pictures into docs/images.

A ``text`` block right after a ``python`` block is that block's output. All python blocks run in one namespace, in
order. Run by ``make readme``; the tests check that README is up to date.
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


def main() -> None:
    """Rewrite README and copy the pictures that `make demo` made."""
    README.write_text(rendered(README.read_text(encoding="utf-8")), encoding="utf-8")
    images = ROOT / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        made = ROOT / "demo" / name
        if not made.exists():
            sys.exit(f"demo/{name} must exist; run `make demo` first")
        shutil.copy(made, images / name)


if __name__ == "__main__":
    main()

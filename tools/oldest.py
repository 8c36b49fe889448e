"""Print the oldest versions that pyproject.toml admits, as constraints for pip: ``python tools/oldest.py stats plot``.

The tests install them and run with them (tests/project/test_installation.py).
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def oldest(*extras: str) -> list[str]:
    """Return ``name==version`` for what the library needs, and what the extras need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(line for name in extras for line in project["optional-dependencies"][name])]
    pins = {}
    for requirement in wanted:
        parts = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?>=([\w.]+)", requirement)
        if parts is None:
            raise ValueError(f"requirements must read 'name>=version', got {requirement!r}")
        pins[parts[1]] = parts[2]
    return [f"{name}=={version}" for name, version in sorted(pins.items())]


if __name__ == "__main__":
    print("\n".join(oldest(*sys.argv[1:])))

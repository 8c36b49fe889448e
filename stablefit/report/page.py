"""A page from a template: everything that varies escaped, and nothing fetched from anywhere."""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stablefit.extras import extra

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> "Environment":
    with extra("report"):
        from jinja2 import Environment, PackageLoader, StrictUndefined
    return Environment(
        loader=PackageLoader("stablefit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **content: Any) -> str:
    """Return the page that `template` makes of `content`."""
    from stablefit import __version__

    return _environment().get_template(template).render(version=__version__, **content)


def write(path: str | os.PathLike[str], template: str, **content: Any) -> None:
    """Write the page in one step: a reader sees the old file or the whole new one."""
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_text(render(template, **content), encoding="utf-8")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)

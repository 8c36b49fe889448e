"""What commands print, and how they end."""

import json
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer


@contextmanager
def bad_data_on_one_line() -> Iterator[None]:
    """End with status 1 and one line where data cannot be used or a package is missing; show warnings as lines too."""
    from stablefit.errors import DataError

    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: typer.echo(f"stablefit: warning: {message}", err=True)
        try:
            yield
        except BrokenPipeError:  # the reader has enough
            raise
        except (DataError, ImportError, OSError) as error:
            typer.echo(f"stablefit: {' '.join(str(error).split())}", err=True)
            raise typer.Exit(1) from None


@contextmanager
def wrong_usage(option: str | None = None) -> Iterator[None]:
    """Turn a ValueError about the value of an option into wrong usage; bad data stays bad data."""
    from stablefit.errors import DataError

    try:
        yield
    except DataError:
        raise
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def draw(write: Callable[[Any, Path, str], None], result: Any, path: Path, title: str) -> None:
    """Write a picture; a suffix that matplotlib does not know is wrong usage."""
    with wrong_usage("--plot"):
        write(result, path, title)


def print_json(content: Any) -> None:
    """Print JSON, with null for what is no finite number."""
    typer.echo(json.dumps(null_for_nan(content), indent=2, allow_nan=False))


def null_for_nan(content: Any) -> Any:
    """Replace what JSON has no word for; numpy's scalars and arrays become Python's."""
    if isinstance(content, dict):
        return {str(key): null_for_nan(value) for key, value in content.items()}
    if hasattr(content, "tolist"):
        content = content.tolist()
    if isinstance(content, list | tuple):
        return [null_for_nan(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content

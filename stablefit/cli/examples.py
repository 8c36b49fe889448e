"""Examples below the options of a command's help."""

import inspect
from collections.abc import Callable
from typing import Any

import typer


def command(app: typer.Typer, function: Callable[..., None]) -> None:
    """Add a command; what its docstring shows under ``For example:`` comes last in its help, line by line."""
    text, _, examples = inspect.cleandoc(function.__doc__ or "").partition("For example:\n")
    verbatim: dict[str, Any] = {"epilog": f"\b\nFor example:\n{examples}"} if examples else {}
    app.command(help=text.strip(), **verbatim)(function)

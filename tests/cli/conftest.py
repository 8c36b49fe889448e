"""How the tests call the command."""

from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from stablefit.cli import app


@pytest.fixture(scope="session")
def run() -> Callable[..., Result]:
    """Run the command in this process."""

    def invoke(*arguments: object, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)

    return invoke

"""The `stablefit` command, also as ``python -m stablefit``."""

import sys

from stablefit.extras import extra


def main() -> None:
    """Run the command line, or say how to install what it needs."""
    try:
        with extra("cli"):
            import typer  # noqa: F401 - that it is there
    except ImportError as error:
        sys.exit(f"stablefit: {error}")
    from stablefit.cli import app

    app(prog_name="stablefit")


if __name__ == "__main__":
    main()

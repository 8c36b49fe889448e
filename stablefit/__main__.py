"""The `stablefit` command, also as ``python -m stablefit``."""

import sys


def main() -> None:
    """Run the command line, or say how to install what it needs."""
    try:
        from stablefit.cli import app
    except ImportError as error:
        if error.name != "typer":
            raise
        sys.exit("the stablefit command needs typer; install it with: pip install 'stablefit[cli]'")
    app(prog_name="stablefit")


if __name__ == "__main__":
    main()

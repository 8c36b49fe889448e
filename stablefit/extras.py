"""Packages that only a part of the library needs, and the command that installs what is missing."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Import optional packages; where one is not installed, name the extra that brings it.

    Parameters
    ----------
    name : str
        One of the extras of this package.

    Raises
    ------
    ImportError
        In place of the ModuleNotFoundError of a package that is not there. Errors inside one that is are passed on.

    Examples
    --------
    >>> with extra("plot"):
    ...     import no_such_package
    Traceback (most recent call last):
    ImportError: no_such_package is not installed; install it with: pip install "stablefit[plot]"
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or str(error)).split(".")[0]
        if package in ("stablefit", "adapters"):
            raise
        command = f'pip install "stablefit[{name}]"'
        raise ImportError(f"{package} is not installed; install it with: {command}", name=package) from None

"""What every script of this folder is told on the command line."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SYNTHETIC = "synthetic"
"""Given as ``--data``: made-up data of the same shape, and every finding says so."""


@dataclass(frozen=True)
class Options:
    """What a run was told.

    Attributes
    ----------
    preset : str
        "smoke" (seconds, shows that everything runs), "small" (minutes on two cores) or "full" (the paper's size).
    device : str
        Where networks are trained, as torch names it.
    data : Path or None
        Folder with the data sets; None for made-up data.
    out : Path
        Where tables, pictures and findings are written; finished pieces of work are kept in its folder ``store``.
    seed : int
        Seed of everything random.
    progress : bool
        Whether progress bars are shown.
    """

    preset: str
    device: str
    data: Path | None
    out: Path
    seed: int
    progress: bool


def read_options(
    about: str | None, presets: Mapping[str, object], arguments: Sequence[str] | None, *, needs_data: bool = True
) -> Options:
    """Return the options of a command line; without one, those of this process."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", choices=list(presets), default="small", help="how much work to do (small)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (cpu)")
    parser.add_argument(
        "--data",
        default=os.environ.get("STABLEFIT_DATA", ""),
        help=f"folder with the data sets, or {SYNTHETIC!r} for made-up ones (the environment's STABLEFIT_DATA)",
    )
    parser.add_argument("--out", type=Path, default=Path("reproduced"), help="folder for what is written (reproduced)")
    parser.add_argument("--seed", type=int, default=0, help="seed of everything random (0)")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    given = parser.parse_args(arguments)
    if not given.data and needs_data:
        parser.error(
            f"--data must name a folder with data sets, got nothing; set STABLEFIT_DATA or pass --data {SYNTHETIC}"
        )
    data = None if given.data in ("", SYNTHETIC) else Path(given.data)
    if data is not None and not data.is_dir():
        parser.error(f"--data must name a folder, got {given.data!r}")
    return Options(given.preset, given.device, data, given.out, given.seed, not given.quiet)

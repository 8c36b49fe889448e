"""Results of a long run on disk, as npz: the run goes on where it was cut off."""

import io
import json
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from stablefit.errors import StoreError
from stablefit.sde.results import Results

FORMAT = "stablefit paths"
VERSION = 1
_SECONDS = 10.0
"""Between writes."""


class Checkpoint:
    """A file with the results of finished paths, and what they are paths of.

    Parameters
    ----------
    path : path
        A file that is made, or that an earlier run with the same arguments left; n_paths may have grown.
    run : dict
        The arguments, as JSON can hold them.
    """

    def __init__(self, path: str | Path, run: dict[str, Any]) -> None:
        self.path, self.run = Path(path), run
        self._written = time.monotonic()

    def read(self, n_paths: int) -> Results:
        """Return what the file holds of the first n_paths paths; nothing if there is no file.

        StoreError if it is damaged, or of another run.
        """
        results = Results(n_paths)
        if not self.path.exists():
            return results
        try:
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                head = json.loads(str(archive["head"]))
                self._check(head)
                done = archive["done"]
                arrays = {name: archive[name] for name in head["arrays"]}
        except (KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise StoreError(f"{self.path.name} must be a whole file of finished paths, got: {error}") from error
        known = min(n_paths, done.size)
        for name, values in arrays.items():
            results.arrays[name] = np.zeros((n_paths, *values.shape[1:]), dtype=values.dtype)
            results.arrays[name][:known] = values[:known]
        results.done[:known] = done[:known]
        return results

    def write_now_and_then(self, results: Results) -> None:
        """Write if the last time is long ago."""
        if time.monotonic() - self._written > _SECONDS:
            self.write(results)

    def write(self, results: Results) -> None:
        """Write beside the file and move over it: a reader sees the old file or the whole new one."""
        head = {"format": FORMAT, "version": VERSION, "run": self.run, "arrays": list(results.arrays)}
        contents: dict[str, Any] = {"head": np.array(json.dumps(head)), "done": results.done, **results.arrays}
        buffer = io.BytesIO()
        np.savez(buffer, **contents)
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            beside.write_bytes(buffer.getvalue())
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)
        self._written = time.monotonic()

    def _check(self, head: Any) -> None:
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise StoreError(f"{self.path.name} must be a file of finished paths, got something else")
        if head.get("version") != VERSION:
            raise StoreError(f"{self.path.name} must be of version {VERSION}, got {head.get('version')}")
        for name, value in self.run.items():
            if head["run"].get(name) != value:
                raise StoreError(
                    f"{self.path.name} must hold paths of this very run, got another {name}: {head['run'].get(name)}"
                    f" instead of {value}; name another file"
                )

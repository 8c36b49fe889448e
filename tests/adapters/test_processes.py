"""Collection by several processes, started as users start them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.adapters


def launched(processes, *options):
    program = Path(__file__).with_name("processes.py")
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    command = [sys.executable, *launcher, str(program), *options]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_processes_collect_what_one_does():
    """Own and common mini-batches, DistributedDataParallel, loaders of each, shards: all in one launch."""
    assert launched(2) == "2 processes agree\n"


@pytest.mark.slow
def test_three_processes_collect_what_one_does():
    assert launched(3, "--thorough") == "3 processes agree\n"

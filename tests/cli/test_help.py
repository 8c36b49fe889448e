"""What `--help` says, how soon, and what the shell completes."""

import os
import re
import resource
import shlex
import subprocess
import sys

import pytest
import typer

from stablefit.cli import app

pytestmark = pytest.mark.unit

COMMANDS = ("fit", "compare", "report", "simulate", "paths", "sgn", "escape")
FILES = ("prices.csv", "noise.csv", "noise.npy", "noise.npz", "noise.sgn", "run.log")


def stablefit(*arguments, **environment):
    command = [sys.executable, "-m", "stablefit", *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TERM": "dumb", "COLUMNS": "200"} | environment
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_all_commands_are_listed_in_a_few_words(run):
    lines = run("--help").stdout.split("Commands:\n")[1].splitlines()
    assert [line.split()[0] for line in lines if line.strip()] == list(COMMANDS)
    assert not [line for line in lines if line.endswith("...")]


def check_calls(text):
    """Every option of every call is one of the command's, with a value that it takes."""
    group = typer.main.get_command(app)
    calls = re.findall(r"^ *(?:[^#|\n]* \| )?stablefit [^#\n]*", text, re.MULTILINE)
    for call in (part for line in calls for part in line.split("|") if part.strip().startswith("stablefit ")):
        _, command, *arguments = shlex.split(call)
        if not command.startswith("-"):
            group.commands[command].make_context(command, arguments)
    return [call.strip() for call in calls]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The files that examples read, for the parser to find."""
    monkeypatch.chdir(tmp_path)
    for name in FILES:
        (tmp_path / name).touch()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_examples_that_are_right(run, name, files):
    text = run(name, "--help").stdout
    assert "--json" in text
    calls = check_calls(text.split("For example:\n")[1])
    assert any(call.startswith(f"stablefit {name} ") for call in calls)


def test_pages_show_calls_that_are_right(root, files):
    """README and the documentation."""
    seen = 0
    for page in (root / "README.md", *sorted((root / "docs").rglob("*.md"))):
        for block in re.findall(r"```bash\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            seen += len(check_calls(block))
    assert seen >= 20


def test_help_takes_less_than_a_third_of_a_second():
    """Of the processor, the least of three runs: what it costs, and not what else the machine was doing."""

    def spent():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    costs = []
    for _ in range(3):
        before = spent()
        stablefit("--help")
        costs.append(spent() - before)
    assert min(costs) < 0.35


@pytest.mark.parametrize(
    ("line", "expected"),
    [("stablefit es", {"escape"}), ("stablefit fit --me", {"--method"}), ("stablefit fit --method log", {"logmoment"})],
)
def test_the_shell_completes(line, expected):
    words = line.split()
    found = stablefit(_STABLEFIT_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
    assert set(found.split()) == expected

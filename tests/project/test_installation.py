"""What a user installs: sdist and wheel in clean environments, with and without extras, and the oldest versions."""

import importlib.util
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

FIT = """
import warnings
warnings.simplefilter("error")
import stablefit as sf
x = sf.Stable(1.7).rvs(500, rng=0)
result = sf.fit(x, "ecf")
assert abs(result.alpha - 1.7) < 0.2, result
"""
PLAIN = f"""{FIT}
result = sf.fit(x)
print(sf.gof.test(x, result, n_boot=19, rng=0).pvalue > 0.05, sf.gof.test_gaussian(x).pvalue < 0.01)
print(sf.gof.compare(x, ("normal", "stable")).best)
"""
WANTING = {
    "plot": "result.plot()",
    "stats": "result.to_xarray()",
    "report": "result.report('r.html')",
    "torch": "import adapters.torch",
    "parquet": "from stablefit.reading import read_samples; read_samples('a.parquet')",
}
WITH = {
    "plot": "import matplotlib; matplotlib.use('Agg'); assert result.plot().lines",
    "stats": "assert sf.fit(x.reshape(250, 2), 'ecf', axis=0).to_frame().shape[0] == 2; result.to_xarray()",
    "report": "result.report('r.html', n_boot=19); import pathlib; assert pathlib.Path('r.html').stat().st_size > 1e5",
    "parquet": "import pyarrow as pa, pyarrow.parquet as pq; pq.write_table(pa.table({'a': x}), 'a.parquet'); "
    "from stablefit.reading import read_samples; assert (read_samples('a.parquet') == x).all()",
}


THEIRS = """
import stablefit as sf
law = sf.Stable(1.7)
reveal_type(law)
reveal_type(sf.fit(law.rvs(50, rng=0)).alpha)
sf.fit([1.0], method=7)
"""


class Environment:
    """A virtual environment of its own, which knows nothing of this repository."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder, folder / "env" / "bin"
        subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)

    def install(self, *what: str) -> None:
        command = [str(self.bin / "python"), "-m", "pip", "install", "-q", *what]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self.command(*arguments, program="python", cwd=cwd)

    def command(
        self, *arguments: str, program: str = "stablefit", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "NUMBA"))}
        line = [str(self.bin / program), *arguments]
        return subprocess.run(line, cwd=cwd or self.folder, env=clean, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sdist of this tree, and the wheel that is built from the sdist."""
    folder = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run([*build, "-t", "sdist"], cwd=ROOT, check=True, capture_output=True)
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    subprocess.run(
        [*build, "-t", "wheel"], cwd=folder / sdist.name.removesuffix(".tar.gz"), check=True, capture_output=True
    )
    (wheel,) = folder.glob("*.whl")
    return {"sdist": sdist, "wheel": wheel}


def pinned(wheel: Path, *extras: str) -> list[str]:
    return ["-c", str(ROOT / "constraints.txt"), f"{wheel}[{','.join(extras)}]" if extras else str(wheel)]


@pytest.fixture(scope="module")
def environment(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    found = Environment(tmp_path_factory.mktemp("plain"))
    found.install(*pinned(built["wheel"]))
    return found


def test_the_sdist_holds_what_the_tests_need(built: dict[str, Path]) -> None:
    with tarfile.open(built["sdist"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in ("Makefile", "constraints.txt", "tests/conftest.py", "tools/readme.py", "docs/conf.py", "README.md"):
        assert needed in names
    assert not [name for name in names if name.startswith((".venv", "docs/api/", "docs/gallery/", "build/"))]


def test_the_wheel_holds_every_file_of_the_packages(built: dict[str, Path]) -> None:
    """Tables, templates and py.typed too; what was built from the sdist misses nothing of the tree."""
    found = [path for package in ("stablefit", "adapters") for path in (ROOT / package).rglob("*") if path.is_file()]
    files = {path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts}
    assert {"stablefit/py.typed", "stablefit/laws/symmetric_table.npz", "stablefit/report/templates/page.html"} <= files
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == files


def test_without_extras(environment: Environment) -> None:
    """The library, the tests of fit and the comparison of laws need numpy, scipy and numba."""
    done = environment.run("-c", PLAIN)
    assert done.stdout.split() == ["True", "True", "stable"], done.stderr


@pytest.mark.parametrize("extra", WANTING)
def test_what_is_missing_is_named(environment: Environment, extra: str) -> None:
    code = f"import stablefit as sf; x = sf.Stable(1.7).rvs(50, rng=0); result = sf.fit(x, 'ecf'); {WANTING[extra]}"
    done = environment.run("-c", code)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("ImportError: ")
    assert done.stderr.splitlines()[-1].endswith(f'pip install "stablefit[{extra}]"')


def test_the_command_without_its_extra(environment: Environment) -> None:
    for done in (environment.run("-m", "stablefit", "--version"), environment.command("fit", "noise.csv")):
        assert done.returncode == 1
        assert done.stderr == 'stablefit: typer is not installed; install it with: pip install "stablefit[cli]"\n'


def test_types_reach_the_user(environment: Environment) -> None:
    """mypy finds py.typed in the environment, and takes the public names for what they are."""
    (environment.folder / "theirs.py").write_text(THEIRS)
    found = ["--python-executable", str(environment.bin / "python"), "--strict", "--cache-dir", "types", "theirs.py"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *found], cwd=environment.folder, capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    assert [line.partition(": ")[2] for line in lines if "Revealed" in line] == [
        'note: Revealed type is "stablefit.laws.stable.Stable"',
        'note: Revealed type is "float"',
    ]
    assert done.returncode == 1
    assert 'No overload variant of "fit"' in done.stdout
    assert lines[-1].startswith("Found 1 error in 1 file")


@pytest.mark.parametrize("extra", WITH)
def test_each_extra_alone_is_enough(built: dict[str, Path], tmp_path: Path, extra: str) -> None:
    found = Environment(tmp_path)
    found.install(*pinned(built["wheel"], extra))
    done = found.run("-c", f"{FIT}\n{WITH[extra]}")
    assert done.returncode == 0, done.stderr


def test_the_command_with_its_extra(built: dict[str, Path], tmp_path: Path) -> None:
    found = Environment(tmp_path)
    found.install(*pinned(built["wheel"], "cli"))
    (tmp_path / "noise.csv").write_text("x\n" + "\n".join(str(i % 17 - i % 5) for i in range(200)))
    done = found.command("fit", "noise.csv", "--json", "--method", "ecf")
    assert done.returncode == 0, done.stderr
    assert '"alpha"' in done.stdout


def test_the_oldest_versions(tmp_path: Path) -> None:
    """What pyproject.toml admits at the lower end, tried on laws, fits, tests, files, pictures, commands."""
    spec = importlib.util.spec_from_file_location("oldest", ROOT / "tools" / "oldest.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    found = Environment(tmp_path)
    found.install(*tool.oldest(*OLDEST), "pytest", "pytest-timeout", "pyyaml")
    old = [f"-Wdefault::{kind}" for kind in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning")]
    done = found.run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", *old, *OLDEST_TESTS, "--deselect", ABSENT, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr


OLDEST = ("cli", "dask", "parquet", "plot", "report", "stats", "store", "testing")
ABSENT = "tests/cli/test_commands.py::test_the_installed_command"
"""The tree is tested there, and no command installed."""
OLDEST_TESTS = (
    "tests/laws/test_stable.py",
    "tests/laws/test_certified.py",
    "tests/estimators/test_result.py",
    "tests/estimators/test_storage.py",
    "tests/estimators/test_chunked.py",
    "tests/gof/test_comparison.py",
    "tests/gof/test_multiplicity.py",
    "tests/plotting",
    "tests/cli/test_commands.py",
    "tests/cli/test_help.py",
    "tests/cli/test_reading.py",
    "tests/cli/test_simulate.py",
    "tests/report/test_fit.py",
    "tests/report/test_tables.py",
    "tests/testing",
)

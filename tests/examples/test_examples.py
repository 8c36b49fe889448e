"""The demonstrations run at a small size, print their tables and write their pictures."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.adapters


@pytest.fixture
def main(root: Path) -> Callable[[str, list[str]], None]:
    """Run `main` of an example with arguments, in this process: torch is imported already."""

    def run(name: str, arguments: list[str]) -> None:
        spec = importlib.util.spec_from_file_location(f"example_{name}", root / "examples" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.main(arguments)

    return run


def is_png(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG")


def test_digits(main: Callable[[str, list[str]], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main("digits", ["--quick", "--out", str(tmp_path)])
    printed = capsys.readouterr().out
    for network in ("CNN", "MLP"):
        assert f"{network}, by the characteristic function" in printed
        assert f"{network}, by maximum likelihood" in printed
    for word in ("SSE", "Chi2", "zero-inflated", "Gaussian", "alpha by layer"):
        assert word in printed
    assert "nan" not in printed
    assert is_png(tmp_path / "noise.png")
    assert is_png(tmp_path / "alpha.png")


@pytest.mark.slow
def test_digits_at_full_size(
    main: Callable[[str, list[str]], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What README and the pictures say: both networks lie below the null, and the null stays where it belongs."""
    main("digits", ["--out", str(tmp_path)])
    printed = capsys.readouterr().out
    shares = re.findall(r"(?:CNN|MLP): median alpha (\S+), (\d+)% of it below", printed)
    assert len(shares) == 2
    assert all(float(alpha) < 1.95 and int(share) > 75 for alpha, share in shares)
    assert re.findall(r"^Gaussian +1000 .* (\d+)%$", printed, re.MULTILINE) == ["5"] * 4


@pytest.mark.data
def test_sp500(main: Callable[[str, list[str]], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main("sp500", ["--out", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "5030 daily log returns" in printed
    assert all(method in printed for method in ("mle", "ecf", "quantile", "logmoment", "mohammadi"))
    assert is_png(tmp_path / "sp500.png")


def test_sp500_without_data_says_so(
    main: Callable[[str, list[str]], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("STABLEFIT_DATA", raising=False)
    main("sp500", ["--out", str(tmp_path / "demo")])
    assert "STABLEFIT_DATA does not name a folder" in capsys.readouterr().out
    assert not (tmp_path / "demo").exists()

"""read_samples: every format, every way a file can be wrong."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stablefit.errors import DataError
from stablefit.reading import read_samples

pytestmark = pytest.mark.unit


def text(content: str, column: str | None = None) -> list[float]:
    return read_samples(io.StringIO(content), column).tolist()


@pytest.mark.parametrize(
    ("content", "column", "expected"),
    [
        pytest.param("x\n1\n2\n", None, [1, 2], id="header"),
        pytest.param("1\n2.5\n-3e2\n", None, [1, 2.5, -300], id="no header"),
        pytest.param("1 2 3\n", None, [1, 2, 3], id="blanks on one line"),
        pytest.param("1,2,3", None, [1, 2, 3], id="commas on one line"),
        pytest.param("day,close\nMon,1\nTue,2\n", None, [1, 2], id="only one column of numbers"),
        pytest.param("a,b\n1,2\n3,4\n", "b", [2, 4], id="by name"),
        pytest.param("a,b\n1,2\n3,4\n", "0", [1, 3], id="by index"),
        pytest.param("1\t2\n3\t4\n", "1", [2, 4], id="tabs, no header"),
        pytest.param("a;b\n1;2\n", "b", [2], id="semicolons"),
        pytest.param("t  x\n1  2\n3  4\n", "x", [2, 4], id="blanks"),
        pytest.param("# made by hand\n\nx\n1\n# half way\n2\n", None, [1, 2], id="comments and empty lines"),
        pytest.param('name,x\n"Doe, J.",1\n"Roe, R.",2\n', "x", [1, 2], id="quoted commas"),
        pytest.param(",x\n0,1.5\n1,2.5\n", "x", [1.5, 2.5], id="nameless index column"),
        pytest.param("7,8\n1,2\n3,4\n", "1", [8, 2, 4], id="a line of numbers is no header"),
    ],
)
def test_text(content: str, column: str | None, expected: list[float]) -> None:
    assert text(content, column) == expected


def test_missing_entries_are_nan() -> None:
    values = read_samples(io.StringIO("x,y\n1,a\n,b\nNA,c\nnull,d\nNaN,e\n6,f\n"))
    np.testing.assert_array_equal(values, [1, np.nan, np.nan, np.nan, np.nan, 6])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_text_gives_the_same_bits_back(numbers: list[float]) -> None:
    assert text("x\n" + "\n".join(map(repr, numbers))) == numbers


@pytest.mark.parametrize(
    ("content", "column", "error", "message"),
    [
        pytest.param("", None, DataError, "the input must hold numbers, got no line of data", id="empty"),
        pytest.param("x\n1\nhello\n", None, DataError, "column x must hold numbers, got 'hello' in row 2", id="a word"),
        pytest.param("x\n1\n2020_01\n", None, DataError, "got '2020_01' in row 2", id="a number to Python only"),
        pytest.param(
            "a,b\n1,2\n3\n",
            "a",
            DataError,
            "row 2 of the data must have 2 fields as the first line has, got 1",
            id="ragged",
        ),
        pytest.param(
            "a,a\n1,2\n", "a", DataError, "the header must name each column once, got a, a", id="twice the same name"
        ),
        pytest.param(
            "a,b\nx,y\n", None, DataError, "the file must hold a column of numbers, got a, b", id="no numbers"
        ),
        pytest.param(
            "a,b\n1,2\n",
            None,
            ValueError,
            "column must be given where there are several of numbers: a, b",
            id="two columns",
        ),
        pytest.param("1,2\n3,4\n", None, ValueError, "column must be given", id="never pooled"),
        pytest.param("a,b\n1,2\n", "c", ValueError, "column must be one of a, b, got 'c'", id="no such name"),
        pytest.param("a,b\n1,2\n", "2", ValueError, "column must be one of a, b, got '2'", id="no such index"),
    ],
)
def test_wrong_text(content: str, column: str | None, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        text(content, column)
    assert type(caught.value) is error


def test_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(b"\xef\xbb\xbfx,y\r\n1,2\r\n3,4\r\n")
    assert read_samples(path, "x").tolist() == [1, 3]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("1 2\n3 4\n"))
    assert read_samples("-", "1").tolist() == [2, 4]


def test_npy(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.arange(3, dtype=np.int16))
    np.save(tmp_path / "tall.npy", np.ones((3, 1)))
    np.save(tmp_path / "two.npy", np.arange(6.0).reshape(3, 2))
    np.save(tmp_path / "records.npy", np.array([(1, 2.5), (2, 3.5)], dtype=[("t", "i4"), ("x", "f4")]))
    assert read_samples(tmp_path / "one.npy").tolist() == [0, 1, 2]
    assert read_samples(tmp_path / "one.npy").dtype == np.float64
    assert read_samples(tmp_path / "tall.npy").tolist() == [1, 1, 1]
    assert read_samples(tmp_path / "two.npy", "1").tolist() == [1, 3, 5]
    assert read_samples(tmp_path / "records.npy", "x").tolist() == [2.5, 3.5]
    with pytest.raises(ValueError, match="several of numbers: 0, 1"):
        read_samples(tmp_path / "two.npy")


def test_npz(tmp_path: Path) -> None:
    path = tmp_path / "series.npz"
    np.savez(path, date=np.array(["2020-01-01", "2020-01-02"]), close=[1.0, 2.0])
    assert read_samples(path).tolist() == [1, 2]
    np.savez(path, a=[1.0, 2.0], table=np.arange(4.0).reshape(2, 2))
    assert read_samples(path, "a").tolist() == [1, 2]
    assert read_samples(path, "table:1").tolist() == [1, 3]
    with pytest.raises(ValueError, match="column must be one of a, table:0, table:1, got 'b'"):
        read_samples(path, "b")


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    objects = np.array([1, "two"], dtype=object)
    np.save(tmp_path / "objects.npy", objects, allow_pickle=True)
    with pytest.raises(DataError, match=r"objects\.npy must be a NumPy file of numbers"):
        read_samples(tmp_path / "objects.npy")
    np.savez(tmp_path / "objects.npz", objects=objects)
    with pytest.raises(DataError, match="column objects must hold real numbers, got object"):
        read_samples(tmp_path / "objects.npz")


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".parquet", ".csv"])
def test_rubbish_is_bad_data_whatever_its_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"rubbish{suffix}"
    path.write_bytes(b"\xff\xfe\x00 rubbish \x80")
    with pytest.raises(DataError, match=f"rubbish{suffix} must be"):
        read_samples(path)


def test_complex_numbers_are_not_cut(tmp_path: Path) -> None:
    np.save(tmp_path / "z.npy", np.array([1j, 2]))
    with pytest.raises(DataError, match="column 0 must hold real numbers, got complex128"):
        read_samples(tmp_path / "z.npy")


def test_parquet(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "table.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"day": ["Mon", "Tue", "Wed"], "x": [1, None, 3]}), path)
    np.testing.assert_array_equal(read_samples(path), [1, np.nan, 3])
    with pytest.raises(DataError, match="column day must hold real numbers"):
        read_samples(path, "day")


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r'pip install "stablefit\[parquet\]"'):
        read_samples(tmp_path / "table.parquet")

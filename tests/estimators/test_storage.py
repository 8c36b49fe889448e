import json
import re
import zipfile

import numpy as np
import pytest

import stablefit as sf

pytestmark = pytest.mark.unit
X = sf.Stable(1.9).rvs(100, rng=0)


@pytest.mark.parametrize(
    ("samples", "options"),
    [
        (X, {}),
        (X, {"method": "ecf", "fixed": {"loc": 0.0}}),
        (np.linspace(-1.0, 1.0, 30), {"method": "quantile"}),
        (np.append(X, np.nan), {"method": "ecf", "nan_policy": "propagate"}),
    ],
    ids=["free", "held", "boundary", "nan"],
)
def test_a_fit_comes_back_bit_for_bit(samples, options, tmp_path):
    result = sf.fit(samples, **options)
    result.save(tmp_path / "fit.json")
    again = sf.load(tmp_path / "fit.json")
    assert isinstance(again, sf.FitResult)
    np.testing.assert_equal(again.to_dict(), result.to_dict())
    np.testing.assert_equal(again.conf_int(), result.conf_int())
    np.testing.assert_array_equal(again.samples, result.samples)
    np.testing.assert_array_equal(again.cov, result.cov)
    assert again.summary() == result.summary()
    assert json.loads((tmp_path / "fit.json").read_text())["version"] == 1


def test_without_samples_what_needs_them_says_so(tmp_path):
    sf.fit(X).save(str(tmp_path / "fit.json"), samples=False)
    again = sf.load(str(tmp_path / "fit.json"))
    assert again.samples is None
    for action in (again.plot, again.gof, lambda: again.conf_int(method="profile")):
        with pytest.raises(ValueError, match="the result must hold its samples, got none"):
            action()
    with pytest.warns(sf.StablefitWarning, match="alpha's interval is Wald's"):
        low, high = again.conf_int()["alpha"]
    assert low < again.alpha <= high


@pytest.mark.parametrize("samples", [False, True])
def test_a_batch_comes_back_bit_for_bit(samples, tmp_path):
    x = sf.Stable(1.5).rvs((50, 2, 3), rng=0)
    x[:, 1, 1] = 0.0
    batch = sf.fit(x, axis=0, fixed={"loc": 0.0})
    batch.save(tmp_path / "batch.npz", samples=samples)
    again = sf.load(tmp_path / "batch.npz")
    assert isinstance(again, sf.BatchFit)
    np.testing.assert_equal(again.to_dict(), batch.to_dict())
    assert again.shape == (2, 3)
    assert again.fixed == batch.fixed
    if samples:
        np.testing.assert_array_equal(again[1, 2].samples, x[:, 1, 2])
        np.testing.assert_array_equal(again.conf_int()["alpha"], batch.conf_int()["alpha"])
    else:
        assert again[1, 2].samples is None
        assert again[1, 2].loglik == batch.loglik[1, 2]


def test_files_keep_their_name_and_leave_nothing_beside_them(tmp_path):
    batch = sf.fit(X[None], "ecf", axis=1)
    batch.save(tmp_path / "no_suffix")
    batch.save(tmp_path / "no_suffix")
    assert [path.name for path in tmp_path.iterdir()] == ["no_suffix"]
    assert sf.load(tmp_path / "no_suffix").alpha == batch.alpha
    with pytest.raises(FileNotFoundError):
        batch.save(tmp_path / "missing" / "file")
    with pytest.raises(FileNotFoundError):
        sf.load(tmp_path / "missing")


def test_what_is_damaged_or_foreign_is_refused(tmp_path):
    path = tmp_path / "file"
    sf.fit(X, "ecf").save(path)
    good = path.read_text()
    bad = [
        b"",
        b"no json",
        b"\xff\xfe",
        good[: len(good) // 2].encode(),
        b"[]",
        b"null",
        b'{"format": "other"}',
        b"PK\x03\x04",
    ]
    changes = ({"version": 2}, {"params": {}}, {"status": "FINE"}, {"cov": [1.0]}, {"samples": "x"}, {"free": 3})
    bad += [json.dumps({**json.loads(good), **change}).encode() for change in changes]
    for content in bad:
        path.write_bytes(content)
        with pytest.raises(sf.StoreError, match="file must be"):
            sf.load(path)


def test_a_newer_version_is_named(tmp_path):
    path = tmp_path / "file"
    sf.fit(X, "ecf").save(path)
    path.write_text(path.read_text().replace('"version": 1', '"version": 7'))
    with pytest.raises(sf.StoreError, match=re.escape("must be of version 1, got 7")):
        sf.load(path)


def test_damaged_batches_are_refused(tmp_path):
    path = tmp_path / "batch.npz"
    sf.fit(X[None], "ecf", axis=1).save(path)
    content = bytearray(path.read_bytes())
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(sf.StoreError):
        sf.load(path)
    place = content.index(b"alpha.npy") + 9 + 128  # past the first array's header: its data
    content[place] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(sf.StoreError):
        sf.load(path)
    np.savez(path, other=np.ones(3))
    with pytest.raises(sf.StoreError, match="got an archive of"):
        sf.load(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "text")
    with pytest.raises(sf.StoreError):
        sf.load(path)


def test_nothing_in_a_file_is_executed(tmp_path):
    """An array of objects would need pickle."""
    path = tmp_path / "batch.npz"
    np.savez(path, head=np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(sf.StoreError, match="allow_pickle"):
        sf.load(path)

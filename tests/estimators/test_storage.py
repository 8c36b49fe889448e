import json
import re
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
@pytest.mark.parametrize("fixed", [{"loc": 0.0}, {"alpha": 1.5, "loc": 0.0, "scale": 1.0}], ids=["one", "all"])
def test_a_batch_comes_back_bit_for_bit(samples, fixed, tmp_path):
    x = sf.Stable(1.5).rvs((50, 2, 3), rng=0)
    x[:, 1, 1] = 0.0
    batch = sf.fit(x, axis=0, fixed=fixed)
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
    changes += ({"free": ["scale", "alpha"]}, {"method": None}, {"nobs": 10**400}, {"samples": [[1.0]]}, {"bse": [1]})
    bad += [b"[" * 100_000, b'{"a":' * 100_000]
    bad += [json.dumps({**json.loads(good), **change}).encode() for change in changes]
    for content in bad:
        path.write_bytes(content)
        with pytest.raises(sf.StoreError, match="file must be"):
            sf.load(path)


@pytest.mark.parametrize(
    ("version", "remedy"),
    [
        ("7", "got 7; a newer stablefit wrote it, and reads it"),
        ("0", "got 0; no stablefit writes that"),
        ('"1"', "got '1'; no stablefit writes that"),
        ("null", "got None; no stablefit writes that"),
    ],
)
def test_other_versions_are_named(version, remedy, tmp_path):
    path = tmp_path / "file"
    sf.fit(X, "ecf").save(path)
    path.write_text(path.read_text().replace('"version": 1', f'"version": {version}'))
    with pytest.raises(sf.StoreError, match=re.escape(f"file must be of version 1, {remedy}")):
        sf.load(path)
    arrays = stored(tmp_path)
    arrays["head"] = np.array(str(arrays["head"]).replace('"version": 1', f'"version": {version}'))
    np.savez(tmp_path / "batch.npz", **arrays)
    with pytest.raises(sf.DataError, match=re.escape(f"batch.npz must be of version 1, {remedy}")):
        sf.load(tmp_path / "batch.npz")


def stored(folder):
    """Save a batch of three as batch.npz, and return its arrays."""
    x = sf.Stable(1.5).rvs((3, 40), rng=0)
    sf.fit(x, "ecf", axis=1, weights=np.ones(40)).save(folder / "batch.npz", samples=True)
    with np.load(folder / "batch.npz") as archive:
        return dict(archive)


def test_arrays_that_do_not_belong_together_are_refused(tmp_path):
    """Each of these could be read, and would fail, or lie, later."""
    path, good = tmp_path / "batch.npz", stored(tmp_path)
    np.savez(path, **good)
    assert (sf.load(path)[0].weights == 1.0).all()
    head = json.loads(str(good["head"]))
    changes = [{name: values[:-1]} for name, values in good.items() if name != "head"]
    changes += [{name: values.astype("U9")} for name, values in good.items() if name != "head"]
    changes += [{"status": good["status"] + 100}, {"status": -good["status"] - 1}, {"cov": good["cov"][:, :3, :3]}]
    heads = (
        {"shape": [4]},
        {"shape": [-3]},
        {"shape": "3"},
        {"shape": [3.0]},
        {"shape": [2, 2]},
        {"held": {"gamma": 1}},
    )
    heads += ({"held": {"loc": "x"}}, {"held": []}, {"method": 5}, {"format": "stablefit fit"})
    changes += [{"head": np.array(json.dumps(head | change))} for change in heads]
    changes += [{"head": good["alpha"]}, {"head": np.array("{")}, {"head": np.array("[]")}]
    for change in changes:
        np.savez(path, **good | change)
        with pytest.raises(sf.StoreError, match=r"batch\.npz must be"):
            sf.load(path)


def test_archives_that_grow_in_memory_are_refused(tmp_path):
    """A megabyte of zeros takes a kilobyte when compressed; what is saved here is not."""
    path, good = tmp_path / "batch.npz", stored(tmp_path)
    np.savez_compressed(path, **good, more=np.zeros(10**6))
    with pytest.raises(sf.StoreError, match="got a compressed archive"):
        sf.load(path)


@pytest.mark.properties
@given(data=st.data())
def test_changed_bytes_are_refused_or_change_numbers_only(data, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "changed"
    if data.draw(st.booleans()):
        sf.fit(X, "quantile").save(path)
    else:
        sf.fit(X[None], "quantile", axis=1).save(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) // 2]))])
    try:
        loaded = sf.load(path)
    except sf.StoreError:
        return
    loaded.summary()
    loaded.to_dict()


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

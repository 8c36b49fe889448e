"""Collected noise: merged, stored, shown."""

import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

import stablefit
from adapters.torch import SGN, collect_sgn

pytestmark = pytest.mark.adapters


@pytest.fixture(scope="module")
def sgn(make_case):
    case = make_case("unused")
    return collect_sgn(case.model, case.loader, n_batches=60, k=30, progress=False)


def assert_same(one, other):
    for name in ("samples", "centre", "zeros"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.labels, one.metadata) == (other.labels, other.metadata)
    assert (one.sketch is None) == (other.sketch is None)
    if one.sketch is not None:
        assert (one.sketch.names, one.sketch.shapes) == (other.sketch.names, other.sketch.shapes)
        for part, its in zip(one.sketch.parts, other.sketch.parts, strict=True):
            np.testing.assert_array_equal(part.state, its.state)
            np.testing.assert_array_equal(part.zeros, its.zeros)


def test_shapes_types_and_repr(sgn):
    assert sgn.samples.shape == (60, 30)
    assert (sgn.samples.dtype, sgn.centre.dtype) == (np.float64, np.float64)
    assert sgn.centre.shape == sgn.zeros.shape == (30,)
    assert repr(sgn.sketch) == "GradientSketch(parameters=5, entries=50, n=60)"
    assert repr(sgn) == "SGN(n_batches=60, k=30, sampling='replacement', mode='eval', batch_size=8)"
    assert set(sgn.layers) == {"first", "unused", "last"}


def test_layer_of_a_parameter_at_the_top_is_its_name():
    noise = SGN(np.zeros((2, 2)), [("scale", 0), ("a.b.weight", 1)], np.zeros(2), np.zeros(2, int), {})
    assert noise.layers == ["scale", "a.b"]


def test_parts_must_fit():
    with pytest.raises(ValueError, match=r"samples must have a column a label, got shape \(3, 2\) for 1 labels"):
        SGN(np.zeros((3, 2)), [("w", 0)], np.zeros(1), np.zeros(1, int), {})


def test_metadata_tells_how_it_was_collected(sgn):
    expected = {
        "sampling": "replacement", "mode": "eval", "n_batches": 60, "accumulate": 1, "seed": 0,
        "loss": "cross_entropy", "model": "UnusedAndFrozen", "n_parameters": 20 + 12 + 18, "device": "cpu",
        "dtype": "float64", "autocast": None, "batch_size": 8, "n_examples": 50, "centre": "full gradient",
        "dropped_batches": 0, "variance_factor": 1.0, "deterministic": True, "mean_loss": "checked",
    }  # fmt: skip
    assert {key: value for key, value in sgn.metadata.items() if key != "torch"} == expected
    assert json.loads(json.dumps(sgn.metadata)) == sgn.metadata


def test_merge_is_one_longer_collection(make_case, sgn):
    case = make_case("unused")
    other = collect_sgn(case.model, case.loader, n_batches=20, params=sgn.labels, seed=1, progress=False)
    both = sgn.merge(other)
    np.testing.assert_array_equal(both.samples[:60], sgn.samples)
    np.testing.assert_array_equal(both.samples[60:], other.samples)
    np.testing.assert_array_equal(both.zeros, sgn.zeros + other.zeros)
    assert both.metadata["n_batches"] == 80
    assert both.metadata["seed"] == [0, 1]
    third = collect_sgn(case.model, case.loader, n_batches=2, params=sgn.labels, seed=2, progress=False)
    assert both.merge(third).metadata["seed"] == [0, 1, 2]


def test_merge_in_train_mode_centres_on_the_common_mean(make_case):
    case = make_case("cnn")
    options = {"mode": "train", "progress": False}
    one = collect_sgn(case.model, case.loader, n_batches=60, **options)
    two = collect_sgn(case.model, case.loader, n_batches=30, params=one.labels, seed=1, **options)
    both = one.merge(two)
    np.testing.assert_allclose(both.samples.mean(axis=0), 0.0, atol=1e-14)  # rounding
    gradients = np.concatenate([one.centre - one.samples, two.centre - two.samples])
    np.testing.assert_allclose(both.centre - both.samples, gradients, rtol=1e-12, atol=1e-14)


def test_merge_refuses_what_is_not_the_same_noise(make_case, sgn):
    case = make_case("unused")

    def again(**options):
        options = {"n_batches": 20, "params": sgn.labels, "seed": 1, "progress": False, **options}
        return collect_sgn(case.model, case.loader, **options)

    with pytest.raises(ValueError, match=r"labels must be the same .* collect with params=sgn.labels"):
        sgn.merge(again(params=sgn.labels[::-1]))
    with pytest.raises(ValueError, match="batch_size must be the same in both, got 8 and 4"):
        sgn.merge(again(batch_size=4))
    with pytest.raises(ValueError, match="mode must be the same in both, got 'eval' and 'train'"):
        sgn.merge(again(mode="train"))
    with pytest.raises(ValueError, match=r"seed must differ, got \[0\] and \[0\]: the same mini-batches twice"):
        sgn.merge(again(seed=0))
    case.model.first.weight.data *= 1.01
    with pytest.raises(ValueError, match=r"centre must be the same in both, .* other weights or other data"):
        sgn.merge(again())


def test_save_and_load(sgn, tmp_path):
    path = tmp_path / "noise"  # the name is kept as it is
    sgn.save(path)
    assert_same(SGN.load(path), sgn)
    assert [file.name for file in tmp_path.iterdir()] == ["noise"]
    with np.load(path, allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["samples"], sgn.samples)
    sgn.save(path)  # over the old one
    assert_same(SGN.load(str(path)), sgn)


def test_save_and_load_as_safetensors(sgn, tmp_path):
    path = tmp_path / "noise.safetensors"
    sgn.save(path)
    assert_same(SGN.load(path), sgn)
    np.testing.assert_array_equal(safetensors.numpy.load_file(path)["samples"], sgn.samples)
    assert [file.name for file in tmp_path.iterdir()] == ["noise.safetensors"]
    with pytest.raises(FileNotFoundError):
        SGN.load(tmp_path / "other.safetensors")
    safetensors.numpy.save_file({"samples": np.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(stablefit.StoreError, match="damaged or foreign"):
        SGN.load(tmp_path / "other.safetensors")
    (tmp_path / "other.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(stablefit.StoreError, match="damaged or foreign"):
        SGN.load(tmp_path / "other.safetensors")


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        SGN.load(tmp_path / "nothing")


@pytest.fixture(scope="module")
def stored(sgn, tmp_path_factory):
    return small(sgn, tmp_path_factory.mktemp("sgn") / "small.npz")


@pytest.fixture(scope="module")
def stored_as_tensors(sgn, tmp_path_factory):
    return small(sgn, tmp_path_factory.mktemp("sgn") / "small.safetensors")


def small(sgn, path):
    SGN(sgn.samples[:3, :2], sgn.labels[:2], sgn.centre[:2], sgn.zeros[:2], {"seed": 0}).save(path)
    return path


@given(data=st.data())
@pytest.mark.properties
def test_damage_is_noticed(stored, stored_as_tensors, data):
    """Cut or changed anywhere, a file gives a StoreError or, where the byte has no meaning, what was stored."""
    stored = data.draw(st.sampled_from([stored, stored_as_tensors]))
    content = bytearray(stored.read_bytes())
    if data.draw(st.booleans(), label="cut"):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    damaged = stored.with_name(f"damaged{stored.suffix}")
    damaged.write_bytes(bytes(content))
    try:
        found = SGN.load(damaged)
    except stablefit.StoreError:
        return
    assert_same(found, SGN.load(stored))


def rewritten(path, **changes):
    """Return a copy of a stored file with other members."""
    copy = path.with_name("changed.npz")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name.partition(".")[0], old.read(name)))
    return copy


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"format": "other"}, "must hold gradient noise, got format 'other'"),
        ({"format": "stablefit.sgn", "version": 2}, "must be of version 1, got 2; update stablefit"),
        ({"format": "stablefit.sgn", "version": 1}, "parts that do not fit"),
        ({"format": "stablefit.sgn", "version": 1, "names": ["w"], "metadata": {}}, "parts that do not fit"),
        ({}, "damaged or foreign"),
        ([], "damaged or foreign"),
    ],
)
def test_headers_of_other_files(stored, header, message):
    with pytest.raises(stablefit.StoreError, match=message):
        SGN.load(rewritten(stored, header=json.dumps(header)))


def test_pickles_and_other_files_are_refused(stored, tmp_path):
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, samples=np.array([{}], dtype=object), allow_pickle=True)
    text = tmp_path / "text"
    text.write_text("alpha,1.5")
    evil = rewritten(stored, samples=b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")
    for path in (pickled, text, evil):
        with pytest.raises(stablefit.StoreError, match="damaged or foreign"):
            SGN.load(path)


def test_options_of_methods(sgn):
    with pytest.raises(ValueError, match="got 'sketch'; this noise holds no sketch"):
        replace(sgn, sketch=None).fit("sketch")
    with pytest.raises(ValueError, match="by must be 'parameter' or 'layer', got 'network'"):
        sgn.to_frame("network")
    with pytest.raises(ValueError, match="kind must be one of 'alpha', 'hist', 'violin', 'map', 'pvalue', got 'qq'"):
        sgn.plot("qq")


def test_progress_is_on_stderr_and_only_if_wanted(make_case, capsys):
    case = make_case("mlp")
    collect_sgn(case.model, case.loader, n_batches=3, progress=False)
    assert capsys.readouterr() == ("", "")
    collect_sgn(case.model, case.loader, n_batches=3)
    out, err = capsys.readouterr()
    assert out == ""
    assert "gradient noise" in err
    assert "/10" in err  # 7 batches of the full gradient and 3 mini-batches

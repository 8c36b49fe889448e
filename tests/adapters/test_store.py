"""Noise of every parameter on disk: what is there, resumed, read back, and what is made of damage."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import dask.array
import numpy as np
import pytest
import torch
import zarr
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

import stablefit
from adapters.torch import SGN, collect_sgn
from adapters.torch.selection import EveryEntry
from adapters.torch.stores import NoiseStore

pytestmark = pytest.mark.adapters
ALL = {"keep": "all", "progress": False}


def assert_same(one, other):
    np.testing.assert_array_equal(np.asarray(one.samples), np.asarray(other.samples))
    np.testing.assert_array_equal(one.centre, other.centre)
    np.testing.assert_array_equal(one.zeros, other.zeros)
    assert one.metadata == other.metadata
    assert one.labels == other.labels
    for mine, its in zip(one.sketch.parts, other.sketch.parts, strict=True):
        np.testing.assert_array_equal(mine.state, its.state)
        np.testing.assert_array_equal(mine.variance, its.variance)


class StoppedError(Exception):
    pass


def interrupting(loss, calls):
    """Return a loss of the same name that raises at its last call."""
    left = [calls]

    def plain_loss(model, batch):
        left[0] -= 1
        if left[0] < 0:
            raise StoppedError
        return loss(model, batch)

    return plain_loss


WAYS = [
    {"sampling": "replacement"},
    {"sampling": "replacement", "mode": "train", "accumulate": 2},
    {"sampling": "loader"},
    {"sampling": "loader", "mode": "train", "accumulate": 2},
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(map(str, way.values())))
def test_store_holds_what_memory_would_and_is_resumed_to_the_same_bits(make_case, tmp_path, way):
    case = make_case("cnn", dtype=torch.float32)

    def collect(store, n_batches=70, calls=10**9):
        loss = interrupting(case.loss, calls)
        return collect_sgn(case.model, case.loader, loss, n_batches=n_batches, store=store, **way, **ALL)

    memory, whole = collect(None), collect(tmp_path / "whole")
    # Means of two float32 micro-batches are rounded to float32 on the disk, and kept in float64 in memory.
    np.testing.assert_allclose(np.asarray(whole.samples), memory.samples, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(whole.centre, memory.centre)
    np.testing.assert_array_equal(whole.zeros, memory.zeros)
    assert whole.metadata == memory.metadata
    micro = way.get("accumulate", 1)
    for calls in (15 + 40 * micro, 10 + 10 * micro):
        with pytest.raises(StoppedError):
            collect(tmp_path / "resumed", calls=calls)
    part = SGN.load(tmp_path / "resumed")
    n = part.metadata["n_batches"]
    assert n % 32 == 0
    assert 0 < n < 70
    assert part.metadata["complete"] is False
    gradients = whole.centre - np.asarray(whole.samples)
    np.testing.assert_allclose(part.centre - np.asarray(part.samples), gradients[:n], rtol=1e-6, atol=1e-12)
    collect(tmp_path / "resumed", n_batches=n + 5)
    assert_same(collect(tmp_path / "resumed"), whole)  # longer than it was to be
    assert_same(SGN.load(tmp_path / "resumed"), whole)
    assert_same(collect(tmp_path / "resumed"), whole)  # and there is nothing left to do


class Augmented(Dataset):
    def __init__(self, dataset):
        self.dataset = dataset

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        x, y = self.dataset[index]
        return x + torch.rand(()) + np.random.random(), y  # noqa: NPY002


def test_augmentation_and_workers_resume_to_the_same_bits(make_case, tmp_path):
    case = make_case("mlp", dtype=torch.float32)

    def collect(store, calls, workers):
        loader = DataLoader(Augmented(case.loader.dataset), batch_size=8, num_workers=workers)
        loss = interrupting(case.loss, calls)
        return collect_sgn(case.model, loader, loss, n_batches=40, store=store, **ALL)

    whole = collect(tmp_path / "whole", 10**9, 0)
    with pytest.raises(StoppedError):
        collect(tmp_path / "resumed", 4 + 7 + 36, 2)
    assert_same(collect(tmp_path / "resumed", 10**9, 0), whole)
    assert whole.metadata["centre"] == "full gradient of examples that vary"


@pytest.fixture(scope="module")
def case(make_case):
    return make_case("unused", dtype=torch.float32)


@pytest.fixture(scope="module")
def stored(case, tmp_path_factory):
    """A store of 40 mini-batches; tests that change it take a copy."""
    path = tmp_path_factory.mktemp("stores") / "noise.zarr"
    collect_sgn(case.model, case.loader, n_batches=40, store=path, **ALL)
    return path


@pytest.fixture
def copy(stored, tmp_path):
    return Path(shutil.copytree(stored, tmp_path / "copy"))


def test_zarr_reads_it(stored):
    group, sgn = zarr.open_group(stored, mode="r"), SGN.load(stored)
    assert group["gradients"].shape == (40, 50)
    assert group["gradients"].dtype == np.float32
    np.testing.assert_array_equal(group["centre"][:] - group["gradients"][:], np.asarray(sgn.samples))
    assert sorted(name for name, _ in group.members()) == ["centre", "gradients"]


def test_chunks_are_over_batches_and_parameters(tmp_path):
    model = nn.Linear(70_000, 1, bias=False)
    loader = DataLoader(TensorDataset(torch.randn(6, 70_000)), batch_size=2)
    path = tmp_path / "wide"
    sgn = collect_sgn(model, loader, lambda m, b: m(b[0]).mean(), n_batches=33, store=path, sketch=False, **ALL)
    array = zarr.open_group(path, mode="r")["gradients"]
    assert array.chunks == (32, 65_536)
    assert {str(file.relative_to(path / "gradients/c")) for file in (path / "gradients/c").glob("*/*")} == {
        "0/0", "0/1", "1/0", "1/1"
    }  # fmt: skip
    edge = slice(65_530, 65_540)
    np.testing.assert_array_equal(sgn.centre[edge] - array[:, edge], np.asarray(sgn.samples)[:, edge])
    np.testing.assert_array_equal(np.asarray(sgn.samples[:, edge]), np.asarray(sgn.samples)[:, edge])
    assert sgn.sketch is None


def test_what_one_does_with_noise_works_on_a_store(stored, case):
    sgn = SGN.load(stored)
    memory = collect_sgn(case.model, case.loader, n_batches=40, **ALL)
    assert isinstance(sgn.samples, dask.array.Array)
    assert sgn.samples.chunks[0] == (40,)
    assert repr(sgn) == repr(memory)
    ours, theirs = sgn.fit("mle"), memory.fit("mle")
    np.testing.assert_array_equal(ours.alpha, theirs.alpha)
    np.testing.assert_array_equal(ours.status, theirs.status)
    assert sgn.to_frame("layer", fit=ours).equals(memory.to_frame("layer", fit=theirs))
    sgn.plot("hist", column=49, fit=ours)
    other = collect_sgn(case.model, case.loader, n_batches=20, seed=1, **ALL)
    both = sgn.merge(other)
    np.testing.assert_array_equal(np.asarray(both.samples), memory.merge(other).samples)
    with pytest.raises(ValueError, match="samples must be in memory to be saved, got those of a store; copy its fold"):
        sgn.save(stored.with_name("again"))


def test_labels_are_made_as_they_are_asked_for():
    labels = EveryEntry(["a", "b.weight"], [(2, 3), ()])
    expected = [("a", i) for i in range(6)] + [("b.weight", 0)]
    assert labels == expected
    assert list(labels) == expected
    assert (len(labels), labels[-1], labels[1:3], labels[5]) == (7, ("b.weight", 0), expected[1:3], ("a", 5))
    assert labels != expected[:-1]
    assert labels == EveryEntry(["a", "b.weight"], [(6,), (1,)])
    with pytest.raises(IndexError, match=r"index must be in \[0, 7\), got 7"):
        labels[7]


def test_parameters_are_chosen_whole(case, tmp_path):
    sgn = collect_sgn(case.model, case.loader, n_batches=8, params="last", store=tmp_path / "last", **ALL)
    assert {name for name, _ in sgn.labels} == {"last.weight", "last.bias"}
    assert sgn.sketch.names == ["last.weight", "last.bias"]
    with pytest.raises(ValueError, match="params must name whole parameters with keep='all', got single entries"):
        collect_sgn(case.model, case.loader, params=[("last.bias", 0)], store=tmp_path / "entry", **ALL)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"seed": 1}, "seed, got 0 there and 1 now"),
        ({"batch_size": 4}, "batch_size, got 8 there and 4 now"),
        ({"params": "last"}, "params, got "),
        ({"mode": "train"}, "mode, got 'eval' there and 'train' now"),
        ({"sampling": "loader"}, "sampling, got"),
        ({"accumulate": 2}, "accumulate, got 1 there and 2 now"),
        ({"sketch": False}, "sketch, got True there and False now"),
        ({"autocast": torch.bfloat16}, "autocast, got None there and 'bfloat16' now"),
        ({"loss_fn": lambda model, batch: model(batch[0]).mean()}, "loss_fn, got None there and"),
        ({"loader": 51}, "number of examples, got 50 there and 51 now"),
        ({"model": "weight"}, "weights of the model, got"),
        ({"model": "dtype"}, "dtype, got 'float32' there and 'float64' now"),
    ],
)
def test_other_arguments_are_refused(make_case, copy, options, what):
    case = make_case("unused", dtype=torch.float64 if options.get("model") == "dtype" else torch.float32)
    options, loader, model = dict(options), case.loader, case.model
    if options.pop("loader", None):
        x, y = loader.dataset.tensors
        loader = DataLoader(TensorDataset(torch.cat([x, x[:1]]), torch.cat([y, y[:1]])), batch_size=8)
    if options.pop("model", None) == "weight":
        model.last.bias.data[0] += 1e-6
    with pytest.raises(stablefit.StoreError, match=f"collection with the same {what}.*choose another path"):
        collect_sgn(model, loader, options.pop("loss_fn", None), n_batches=40, store=copy, **options, **ALL)


def test_other_data_of_the_same_size_are_noticed(make_case, copy):
    case = make_case("unused", dtype=torch.float32)
    case.loader.dataset.tensors[0].mul_(1.1)
    with pytest.raises(stablefit.StoreError, match="whose first mini-batch has another gradient"):
        collect_sgn(case.model, case.loader, n_batches=41, store=copy, **ALL)
    with pytest.raises(stablefit.StoreError, match="n_batches must be at least the 40 that the store holds, got 39"):
        collect_sgn(make_case("unused", dtype=torch.float32).model, case.loader, n_batches=39, store=copy, **ALL)


def test_folders_of_others_are_left_alone(case, tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(stablefit.StoreError, match=r"must be a new folder .* got one with 'thesis.tex' in it"):
        collect_sgn(case.model, case.loader, n_batches=4, store=tmp_path, **ALL)
    with pytest.raises(stablefit.StoreError, match="must be a folder, got a file"):
        collect_sgn(case.model, case.loader, n_batches=4, store=tmp_path / "thesis.tex", **ALL)
    zarr.create_group(tmp_path / "other")
    with pytest.raises(stablefit.StoreError, match="must be one of stablefit, got another zarr node"):
        collect_sgn(case.model, case.loader, n_batches=4, store=tmp_path / "other", **ALL)
    NoiseStore(tmp_path / "begun", ["w"], [(2,)], "float32", {}).create()
    with pytest.raises(stablefit.StoreError, match="at least one mini-batch, got 0"):
        SGN.load(tmp_path / "begun")


def test_two_processes_do_not_write_to_one_store(case, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    (tmp_path / "s").mkdir()
    descriptor = os.open(tmp_path / "s", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(stablefit.StoreError, match="must not be in use"):
        collect_sgn(case.model, case.loader, n_batches=4, store=tmp_path / "s", **ALL)
    os.close(descriptor)
    assert collect_sgn(case.model, case.loader, n_batches=4, store=tmp_path / "s", **ALL).samples.shape == (4, 50)


def change(path, *keys, to):
    """Put another value into a JSON file."""
    content = json.loads(path.read_text())
    inner = content
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = to
    path.write_text(json.dumps(content))


def as_link(path):
    moved = path.with_name("elsewhere")
    path.rename(moved)
    path.symlink_to(moved)


def as_pipe(path):
    path.unlink()
    os.mkfifo(path)


CHUNK, RECORD, HEAD = "gradients/c/1/0", "gradients/zarr.json", "zarr.json"
OURS, THERE = ("attributes", "stablefit"), ("attributes", "stablefit")
DAMAGE = {
    "short chunk": lambda s: (s / CHUNK).write_bytes((s / CHUNK).read_bytes()[:-1]),
    "empty chunk": lambda s: (s / CHUNK).write_bytes(b""),
    "long chunk": lambda s: (s / CHUNK).write_bytes((s / CHUNK).read_bytes() + b"0"),
    "missing chunk": lambda s: (s / CHUNK).unlink(),
    "folder for a chunk": lambda s: ((s / CHUNK).unlink(), (s / CHUNK).mkdir()),
    "link": lambda s: as_link(s / CHUNK),
    "link to a folder": lambda s: as_link(s / "gradients"),
    "pipe": lambda s: as_pipe(s / CHUNK),
    "garbage for a head": lambda s: (s / HEAD).write_text("{'format'"),
    "list for a head": lambda s: (s / HEAD).write_text("[]"),
    "not text": lambda s: (s / HEAD).write_bytes(b"\xff\xfe{}"),
    "deep head": lambda s: (s / HEAD).write_text("[" * 10**5),
    "no attributes": lambda s: change(s / HEAD, "attributes", to=[]),
    "other format": lambda s: change(s / HEAD, *OURS, "format", to="other"),
    "later version": lambda s: change(s / HEAD, *OURS, "version", to=2),
    "giant shape": lambda s: change(s / HEAD, *OURS, "shapes", to=[[10**30]] * 5),
    "large shape": lambda s: change(s / HEAD, *OURS, "shapes", to=[[10**12]] * 5),
    "negative shape": lambda s: change(s / HEAD, *OURS, "shapes", to=[[-5]] * 5),
    "shape of floats": lambda s: change(s / HEAD, *OURS, "shapes", to=[[5.0]] * 5),
    "shapes that are no lists": lambda s: change(s / HEAD, *OURS, "shapes", to=5),
    "fewer names": lambda s: change(s / HEAD, *OURS, "names", to=["w"]),
    "names that are no strings": lambda s: change(s / HEAD, *OURS, "names", to=[{}] * 5),
    "type of objects": lambda s: change(s / HEAD, *OURS, "dtype", to="O"),
    "type with a nan": lambda s: change(s / HEAD, *OURS, "dtype", to=float("nan")),
    "other type": lambda s: change(s / HEAD, *OURS, "dtype", to="float64"),
    "collected by nothing": lambda s: change(s / HEAD, *OURS, "collected", to=None),
    "more rows than there are": lambda s: change(s / RECORD, "shape", to=[80, 50]),
    "rows beyond number": lambda s: change(s / RECORD, "shape", to=[10**300, 50]),
    "negative rows": lambda s: change(s / RECORD, "shape", to=[-1, 50]),
    "rows that are true": lambda s: change(s / RECORD, "shape", to=[True, 50]),
    "shape of the record": lambda s: change(s / RECORD, "shape", to=40),
    "other columns": lambda s: change(s / RECORD, "shape", to=[40, 49]),
    "other fill value": lambda s: change(s / RECORD, "fill_value", to=0.0),
    "other codecs": lambda s: change(s / RECORD, "codecs", to=[{"name": "pickle"}]),
    "other separator": lambda s: change(s / RECORD, "chunk_key_encoding", to={"name": "../.."}),
    "no record": lambda s: change(s / RECORD, "attributes", to={}),
    "path for a slot": lambda s: change(s / RECORD, *THERE, "slot", to="../../.."),
    "slot beyond": lambda s: change(s / RECORD, *THERE, "slot", to=7),
    "weights that are text": lambda s: change(s / RECORD, *THERE, "weights", to=["x"]),
    "complete as text": lambda s: change(s / RECORD, *THERE, "complete", to="yes"),
    "no centre": lambda s: shutil.rmtree(s / "centre"),
    "short centre": lambda s: (s / "centre/c/0").write_bytes(b"0" * 8),
    "no summary": lambda s: (s / "gradients/summary.npz").unlink(),
    "garbage for a summary": lambda s: (s / "gradients/summary.npz").write_bytes(b"PK"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_a_store_error(copy, damage):
    DAMAGE[damage](copy)
    with pytest.raises(stablefit.StoreError):
        np.asarray(SGN.load(copy).samples)


def test_a_store_error_is_about_data():
    assert issubclass(stablefit.StoreError, stablefit.DataError)


@pytest.mark.parametrize("damage", ["short chunk", "link", "garbage for a head", "more rows than there are"])
def test_damage_is_not_resumed(case, copy, damage):
    DAMAGE[damage](copy)
    with pytest.raises(stablefit.StoreError):
        collect_sgn(case.model, case.loader, n_batches=50, store=copy, **ALL)


def test_nothing_outside_of_the_store_is_written_to(case, tmp_path):
    """Links in a store that somebody else has prepared lead nowhere."""
    outside = tmp_path / "outside"
    outside.write_text("precious")
    store = NoiseStore(tmp_path / "begun", ["w"], [(2,)], "float32", {})
    store.create()
    (store.root / "gradients").mkdir()
    (store.root / "gradients" / "zarr.json.partial").symlink_to(outside)
    with pytest.raises(stablefit.StoreError, match=r"no symbolic links, got gradients/zarr\.json\.partial"):
        collect_sgn(case.model, case.loader, n_batches=4, store=store.root, **ALL)
    assert outside.read_text() == "precious"


@given(data=st.data())
@pytest.mark.properties
def test_any_changed_byte_is_noticed(stored, tmp_path_factory, data):
    """Cut or changed anywhere, a store gives a StoreError or, where the byte has no meaning, what was stored."""
    copy = Path(shutil.copytree(stored, tmp_path_factory.mktemp("damaged") / "store"))
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files))
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans(), label="cut"):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(content))
    whole = SGN.load(stored)
    try:
        found = SGN.load(copy)
        samples = np.asarray(found.samples)
    except stablefit.StoreError:
        return
    finally:
        shutil.rmtree(copy.parent)
    n = len(samples)  # the number of rows is a number like another: fewer are told than there are
    np.testing.assert_array_equal(samples, np.asarray(whole.samples)[:n])


def killed(*options):
    program = Path(__file__).with_name("killed_collections.py")
    done = subprocess.run(
        [sys.executable, str(program), *options], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    number, rest = done.stdout.split(maxsplit=1)
    assert rest == "killed, all resumed\n"
    return int(number)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_collections_that_are_killed_lose_nothing():
    assert killed("--random", "1", "--every", "25") >= 4


@pytest.mark.slow
def test_collections_that_are_killed_anywhere_lose_nothing():
    assert killed("--random", "40", "--every", "1") >= 100

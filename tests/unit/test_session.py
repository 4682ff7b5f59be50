"""One program's work: its identity, its checkpoint, and what a broken one says."""

import argparse
import hashlib
import json
import signal
import types
from pathlib import Path

import pytest
import torch

from regression_unlearning.data.forget_sets import read_selector, select
from regression_unlearning.data.prepared import load_prepared, prepare, read_rows
from regression_unlearning.data.sources import demo_pairs
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_npz
from regression_unlearning.settings.training import Fit
from regression_unlearning.training import checkpoints
from regression_unlearning.training.session import Session, set_up
from regression_unlearning.training.task import like_them
from regression_unlearning.training.train import train

NETWORK = {
    "family": "sentence_pairs",
    "model": {"name": "lstm", "hidden": 4, "head": [8, 6]},
    "loss": "mse",
    "reading": {},
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A prepared dataset of 60 made pairs, with a forget set."""
    folder = tmp_path_factory.mktemp("prepared")
    settings = demo_pairs.Settings(train=20, validation=20, test=20, vocabulary=60, dimension=3)
    vectors = demo_pairs.word_vectors(settings)
    demo_pairs.download(
        folder / "raw", settings, mirror=None, checksums=folder / "c.json", embedding=vectors
    )
    prepare(folder / "raw", folder / "data", "demo_pairs", settings, vectors)
    selector = read_selector({"title": "T", "select": "random", "rows": 6})
    write_npz(folder / "parts.npz", select(read_rows(folder / "data"), selector, "s"))
    return folder


@pytest.fixture
def session(prepared, tmp_path):
    """Make a session; the signal handlers that it sets are taken back."""
    old = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def make(identity=("d", "s", "m"), settings=NETWORK, inputs=(), modules=(), **changes):
        values = {
            "prepared": prepared / "data", "parts": prepared / "parts.npz", "seed": 0,
            "threads": 1, "gpus": 0, "device": "cpu",
            "output": tmp_path / "seed_0.safetensors", **changes,
        }  # fmt: skip
        return Session(argparse.Namespace(**values), identity, settings, inputs, modules)

    yield make
    for number, handler in old.items():
        signal.signal(number, handler)


def test_prepared_again_the_same_bytes(prepared, tmp_path):
    settings = demo_pairs.Settings(train=20, validation=20, test=20, vocabulary=60, dimension=3)
    vectors = demo_pairs.word_vectors(settings)
    before = (prepared / "data/arrays.safetensors").read_bytes()
    for time in range(8):  # a header in random order would be the same now and then
        prepare(prepared / "raw", tmp_path / str(time), "demo_pairs", settings, vectors)
        assert (tmp_path / str(time) / "arrays.safetensors").read_bytes() == before


def test_parts_and_rows(session, prepared):
    task = session().task
    assert (len(task.retain), len(task.forget), len(task.validation)) == (14, 6, 20)
    assert task.train.tolist() == task.data.rows_of("train").tolist()
    forgotten = task.is_forgotten(task.train)
    assert torch.equal(task.train[forgotten], task.forget)
    whole = session(parts=None).task
    assert len(whole.retain) == 20 and len(whole.forget) == 0
    rows = read_rows(prepared / "data")
    assert torch.equal(task.data.target, torch.tensor(rows["target"].to_numpy()).float())


def test_the_fingerprint_follows_everything_that_the_result_depends_on(session, tmp_path):
    """Files of the same name in two folders, as the original's and the helper's are."""
    files = [tmp_path / folder / "seed_0.safetensors" for folder in ("original", "helper")]
    for file in files:
        file.parent.mkdir()
        file.write_bytes(b"one")
    prints = [session(inputs=files).task.fingerprint]
    assert session(inputs=files).task.fingerprint == prints[0]
    for file in files:
        file.write_bytes(b"two")
        prints.append(session(inputs=files).task.fingerprint)
        assert len(session(inputs=files).data_hashes) == 4  # data, parts, original, helper
    prints += [
        session(inputs=files, seed=1).task.fingerprint,
        session(inputs=files, parts=None).task.fingerprint,
        session(inputs=files, identity=("d", "s", "n")).task.fingerprint,
        session(inputs=files, settings={**NETWORK, "loss": "l1"}).task.fingerprint,
    ]
    assert len(set(prints)) == len(prints)


def test_a_plug_in_is_the_same_wherever_it_is_installed(session, tmp_path):
    """A moved project goes on with its unfinished work, and a record names no machine's folder."""
    prints = []
    for folder, text in (("here", "one"), ("there", "one"), ("there", "two")):
        module = types.ModuleType("somebodys.method")
        module.__file__ = str(tmp_path / folder)
        Path(module.__file__).write_text(text, encoding="utf-8")
        one = session(modules=[module])
        prints.append(one.task.fingerprint)
        assert "somebodys.method" in one.data_hashes
    assert prints[0] == prints[1] != prints[2]


def test_seeds_come_from_identity_and_training_seed(session):
    seeds = {
        session(identity=identity, seed=seed).task.seed
        for identity in (("d", "s", "m"), ("d", "s", "n")) for seed in (0, 1)
    }  # fmt: skip
    assert len(seeds) == 4
    assert session().task.seed == session(settings={**NETWORK, "loss": "l1"}).task.seed


def test_a_checkpoint_comes_back_with_its_record(session, tmp_path, bits):
    one = session()
    model = train(one.task, Fit(epochs=2, learning_rate=0.01, batch_size=5))
    one.state_folder.mkdir()
    one.save(model, extra="x")
    assert not one.state_folder.exists()
    again = session().load(tmp_path / "seed_0.safetensors")
    assert bits(again) == bits(model) and not again.training
    record = checkpoints.record_of(tmp_path / "seed_0.safetensors")
    assert record["extra"] == "x" and record["identity"] == ["d", "s", "m"]
    assert (record["rows"], record["steps"]) == ({"retain": 14, "forget": 6}, 2 * 3)
    assert record["seconds"] > 0 and len(record["history"][0]) == 2
    assert json.dumps(record)


@pytest.mark.parametrize("broken", ["absent", "cut", "other_network"])
def test_a_checkpoint_that_cannot_be_loaded_is_named(session, tmp_path, broken):
    path = tmp_path / "m.safetensors"
    one = session()
    checkpoints.save(one.task.new_model(), path, {})
    if broken == "absent":
        path.unlink()
    elif broken == "cut":
        path.write_bytes(path.read_bytes()[:100])
    else:
        other = {**NETWORK, "model": {**NETWORK["model"], "hidden": 5}}
        one = session(settings=other)
    with pytest.raises(UserError, match=r"cannot load .*m\.safetensors into SentencePairLSTM"):
        one.load(path)


def test_a_given_model_is_taken_as_it_is_and_its_record_invents_nothing(session, tmp_path, bits):
    path = tmp_path / "mine.safetensors"
    model = session(seed=5).task.new_model()
    checkpoints.save(model, path, {})
    before = path.read_bytes()
    one = session(parts=None, inputs=[path])
    one.take(path)
    assert path.read_bytes() == before
    assert bits(session().load(tmp_path / "seed_0.safetensors")) == bits(model)
    record = checkpoints.record_of(tmp_path / "seed_0.safetensors")
    digest = hashlib.sha256(before).hexdigest()
    assert record["given"] == {"file": str(path), "sha256": digest, "trained_here": False}
    assert record["data"][str(path)] == digest and record["settings"] == NETWORK
    assert not {"seconds", "steps", "history", "rows"} & set(record)


def test_a_given_model_with_a_weight_that_is_no_number_is_refused(session, tmp_path):
    path = tmp_path / "mine.safetensors"
    model = session().task.new_model()
    with torch.no_grad():
        model.output.bias.fill_(float("nan"))
    checkpoints.save(model, path, {})
    with pytest.raises(UserError, match=r"mine\.safetensors: the weight 'output\.bias' holds"):
        session(parts=None, inputs=[path]).take(path)
    assert not (tmp_path / "seed_0.safetensors").exists()


def test_an_absent_or_broken_dataset_is_named(tmp_path):
    with pytest.raises(UserError, match=r"arrays\.safetensors does not exist: prepare"):
        load_prepared(tmp_path, "sentence_pairs")
    (tmp_path / "arrays.safetensors").write_bytes(b"cut")
    with pytest.raises(UserError, match=r"cannot read .*arrays\.safetensors.* prepare"):
        load_prepared(tmp_path, "sentence_pairs")


def test_a_gpu_that_is_not_there(session, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="a GPU is asked for and none can be seen"):
        session(device="cuda")


def test_rows_held_out_are_like_the_forgotten_ones_or_any_where_nothing_is():
    """Random rows are like no held-out row; a band may have its only ones in test."""
    parts = {"validation_forget": torch.tensor([4, 5]), "validation_retain": torch.tensor([6])}
    assert like_them(parts).tolist() == [4, 5]
    none = {**parts, "validation_forget": torch.tensor([], dtype=torch.int64)}
    assert like_them({**none, "test_forget": torch.tensor([])}).tolist() == [6]
    assert like_them({**none, "test_forget": torch.tensor([9])}).tolist() == []


def test_a_gpu_is_deterministic_without_filling_fresh_memory(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.utils.deterministic, "fill_uninitialized_memory", True)
    try:
        assert set_up("cuda", 1) == "cuda"
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.utils.deterministic.fill_uninitialized_memory
    finally:
        torch.use_deterministic_algorithms(False)

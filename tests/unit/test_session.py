"""One program's work: its identity, its checkpoint, and what a broken one says."""

import argparse
import hashlib
import signal

import pytest
import torch

from regression_unlearning.data.forget_sets import read_selector, select
from regression_unlearning.data.prepared import load_prepared, prepare, read_rows
from regression_unlearning.data.sources import demo_pairs
from regression_unlearning.errors import UserError
from regression_unlearning.files import sha256, write_npz
from regression_unlearning.settings.jobs import NetworkJob
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Fit
from regression_unlearning.training import checkpoints
from regression_unlearning.training.device import set_up
from regression_unlearning.training.parts import like_them
from regression_unlearning.training.session import Session
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

    def make(settings=NETWORK, **changes):
        values = {
            "prepared": prepared / "data", "parts": prepared / "parts.npz", "seed": [0],
            "threads": 1, "gpus": 0, "device": "cpu", "code": [],
            "output": [tmp_path / "seed_0.safetensors"], **changes,
        }  # fmt: skip
        return Session(argparse.Namespace(**values), validated(NetworkJob, settings))

    yield make
    for number, handler in old.items():
        signal.signal(number, handler)


def run_of(session, names=("d", "s", "m"), seed=0, settings=None, inputs=None):
    """The run of a session's first output."""
    output = next(iter(session.outputs.values()))
    return session.run("train", output, names, seed, settings or {}, inputs or {})


def task_of(session, **changes):
    return session.task(run_of(session, **changes))


def test_prepared_again_the_same_bytes(prepared, tmp_path):
    settings = demo_pairs.Settings(train=20, validation=20, test=20, vocabulary=60, dimension=3)
    vectors = demo_pairs.word_vectors(settings)
    before = (prepared / "data/arrays.safetensors").read_bytes()
    for time in range(8):  # a header in random order would be the same now and then
        prepare(prepared / "raw", tmp_path / str(time), "demo_pairs", settings, vectors)
        assert (tmp_path / str(time) / "arrays.safetensors").read_bytes() == before


def test_parts_and_rows(session, prepared):
    task = task_of(session())
    assert (len(task.retain), len(task.forget), len(task.validation)) == (14, 6, 20)
    assert task.train.tolist() == task.data.rows_of("train").tolist()
    forgotten = task.is_forgotten(task.train)
    assert torch.equal(task.train[forgotten], task.forget)
    whole = task_of(session(parts=None))
    assert len(whole.retain) == 20 and len(whole.forget) == 0
    rows = read_rows(prepared / "data")
    assert torch.allclose(task.data.target.double(), torch.tensor(rows["target"].to_numpy()))


def test_the_identity_follows_everything_that_the_result_depends_on(session, tmp_path):
    code = tmp_path / "code.txt"
    code.write_text("one", encoding="utf-8")
    same = session(code=[("train", code)])
    prints = [run_of(same).sha256]
    assert run_of(session(code=[("train", code)])).sha256 == prints[0]
    prints += [
        run_of(same, seed=1).sha256,
        run_of(same, names=("d", "s", "n")).sha256,
        run_of(same, settings={"training": {"epochs": 1}}).sha256,
        run_of(same, inputs={"original": "1"}).sha256,
        run_of(same, inputs={"helper": "1"}).sha256,
        run_of(session(parts=None, code=[("train", code)])).sha256,
        run_of(session({**NETWORK, "loss": "l1"}, code=[("train", code)])).sha256,
        run_of(session()).sha256,  # all of the library
    ]
    code.write_text("two", encoding="utf-8")
    prints.append(run_of(session(code=[("train", code)])).sha256)
    assert len(set(prints)) == len(prints)


def test_the_code_of_another_step_is_not_this_one_s(session, tmp_path):
    own, other = tmp_path / "own.txt", tmp_path / "other.txt"
    own.write_text("own", encoding="utf-8")
    found = set()
    for text in ("one", "two"):
        other.write_text(text, encoding="utf-8")
        found.add(run_of(session(code=[("train", own), ("observe", other)])).sha256)
    assert len(found) == 1


def test_unfinished_work_belongs_to_a_device_and_a_number_of_threads(session):
    """A finished result is as good on another; the bits of a half trained one are not."""
    one, two = session(), session(threads=2)
    assert run_of(one).sha256 == run_of(two).sha256
    assert task_of(one).fingerprint != task_of(two).fingerprint
    torch.set_num_threads(1)


def test_seeds_come_from_names_and_training_seed(session):
    seeds = {
        task_of(session(), names=names, seed=seed).seed
        for names in (("d", "s", "m"), ("d", "s", "n")) for seed in (0, 1)
    }  # fmt: skip
    assert len(seeds) == 4
    assert task_of(session()).seed == task_of(session({**NETWORK, "loss": "l1"})).seed


def test_a_checkpoint_comes_back_with_its_record(session, tmp_path, bits):
    one = session()
    run = run_of(one)
    task = one.task(run)
    model = train(task, Fit(epochs=2, learning_rate=0.01, batch_size=5))
    one.save(run, model, task, extra="x")
    assert not (tmp_path / "seed_0.safetensors").exists() and run.folder.exists()
    one.finish()
    assert not run.folder.exists()
    again = session().load(tmp_path / "seed_0.safetensors")
    assert bits(again) == bits(model) and not again.training
    record = checkpoints.record_of(tmp_path / "seed_0.safetensors")
    assert record["extra"] == "x" and record["names"] == ["d", "s", "m"]
    assert (record["rows"], record["steps"]) == ({"retain": 14, "forget": 6}, 2 * 3)
    assert record["seconds"] > 0 and len(record["history"][0]) == 2
    assert record["kept_epochs"] == [2]
    assert record["sha256"] == sha256(tmp_path / "seed_0.safetensors")
    assert run_of(session()).finished


@pytest.mark.parametrize("broken", ["absent", "cut", "other_network"])
def test_a_checkpoint_that_cannot_be_loaded_is_named(session, tmp_path, broken):
    path = tmp_path / "m.safetensors"
    one = session()
    checkpoints.save(task_of(one).new_model(), path, {})
    if broken == "absent":
        path.unlink()
    elif broken == "cut":
        path.write_bytes(path.read_bytes()[:100])
    else:
        one = session({**NETWORK, "model": {**NETWORK["model"], "hidden": 5}})
    with pytest.raises(
        UserError,
        match=r"cannot load .*m\.safetensors into SentencePairLSTM|m\.safetensors is not what",
    ):
        one.load(path)


def test_a_given_model_is_taken_as_it_is_and_its_record_invents_nothing(session, tmp_path, bits):
    path = tmp_path / "mine.safetensors"
    model = task_of(session(), seed=5).new_model()
    checkpoints.save(model, path, {})
    before = path.read_bytes()
    one = session({**NETWORK, "target_scale": {"divide": 100}}, parts=None)
    one.take(run_of(one), path)
    one.finish()
    assert path.read_bytes() == before
    assert bits(session().load(tmp_path / "seed_0.safetensors")) == bits(model)
    record = checkpoints.record_of(tmp_path / "seed_0.safetensors")
    digest = hashlib.sha256(before).hexdigest()
    assert record["given"] == {"file": str(path), "sha256": digest, "trained_here": False}
    assert record["settings"]["family"] == "sentence_pairs"
    assert record["target_scale"] == {"shift": 0.0, "divide": 100.0}
    assert not {"seconds", "steps", "history", "rows"} & set(record)


def test_a_given_model_with_a_weight_that_is_no_number_is_refused(session, tmp_path):
    path = tmp_path / "mine.safetensors"
    one = session(parts=None)
    model = task_of(one).new_model()
    with torch.no_grad():
        model.output.bias.fill_(float("nan"))
    checkpoints.save(model, path, {})
    with pytest.raises(UserError, match=r"mine\.safetensors: the weight 'output\.bias' holds"):
        one.take(run_of(one), path)
    assert not (tmp_path / "seed_0.safetensors").exists()


def test_a_path_for_each_seed(session, tmp_path):
    with pytest.raises(UserError, match="--output needs a path for each of 2 seeds, not 1"):
        session(seed=[0, 1])
    with pytest.raises(UserError, match="--seed names a seed twice"):
        session(seed=[0, 0], output=[tmp_path / "a", tmp_path / "b"])


def test_an_absent_or_broken_dataset_is_named(tmp_path):
    with pytest.raises(UserError, match=r"arrays\.safetensors does not exist: prepare"):
        load_prepared(tmp_path, "sentence_pairs")
    (tmp_path / "arrays.safetensors").write_bytes(b"cut")
    with pytest.raises(UserError, match=r"arrays\.safetensors is not what was written"):
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
    more = {
        **parts,
        "unseen_validation_forget": torch.tensor([14, 15]),
        "unseen_validation_retain": torch.tensor([16]),
    }  # of the training rows' own kind, where the data have such rows
    assert like_them(more).tolist() == [14, 15]
    assert like_them({**more, "unseen_validation_forget": none["validation_forget"]}).tolist() == [
        16
    ]


def test_a_gpu_is_deterministic_without_filling_fresh_memory(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.utils.deterministic, "fill_uninitialized_memory", True)
    try:
        assert set_up("cuda", 1) == "cuda"
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.utils.deterministic.fill_uninitialized_memory
    finally:
        torch.use_deterministic_algorithms(False)

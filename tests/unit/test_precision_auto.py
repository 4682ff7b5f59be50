"""`precision: auto`: one choice for a dataset, timed once, recorded, and part of the identity."""

import argparse
import errno
import json
import os
import runpy
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, chain, cycle
from pathlib import Path

import pytest
import torch
from plain_settings import DATA, PLAIN, changed

from regression_unlearning.data.prepared import prepare
from regression_unlearning.data.sources import table
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, write_record
from regression_unlearning.pipeline import plan, reported
from regression_unlearning.reporting import provenance
from regression_unlearning.settings.document import check
from regression_unlearning.settings.jobs import TrainingJob, UnlearningJob
from regression_unlearning.settings.precision import with_precision
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Fit
from regression_unlearning.training import precision, precision_record
from regression_unlearning.training.precision import ROUNDS, STEPS, decided, settled, timed
from regression_unlearning.training.precision_record import as_recorded, keep, kept_to, read
from regression_unlearning.training.session import Session
from regression_unlearning.training.task import Task
from regression_unlearning.training.train import train

SCRIPT = Path(__file__).parents[2] / "workflow_scripts/train.py"
FIT = {"epochs": 1, "learning_rate": 0.01, "batch_size": 5}
NETWORK = {
    "family": "rows",
    "model": {"name": "mlp", "hidden": [6, 4], "dropout": 0.1},
    "loss": "mse",
    "reading": {},
}
BFLOAT = {"precision": "bfloat16", "why": "a test says so"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A prepared table of 30 rows, 20 of them to train on."""
    folder = tmp_path_factory.mktemp("prepared")
    split = ["train"] * 20 + ["val"] * 5 + ["test"] * 5
    lines = [f"{row},{row % 7},{row * 0.5},{part}" for row, part in enumerate(split)]
    (folder / "t.csv").write_text("\n".join(["name,size,price,split", *lines]), encoding="utf-8")
    told = {"file": "t.csv", "folder": str(folder), "target": "price", "id": "name"}
    settings = validated(table.Settings, told, "source")
    sums = folder / "c.json"
    table.download(folder / "raw", settings, mirror=None, checksums=sums, embedding=None)
    prepare(folder / "raw", folder / "data", "table", settings, None)
    return folder / "data"


@pytest.fixture(autouse=True)
def handlers():
    """The signal handlers that a session sets are taken back."""
    old = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in old.items():
        signal.signal(number, handler)


@pytest.fixture
def record(tmp_path):
    """Where the choice is kept."""
    return tmp_path / "checkpoints/retrained/pairs/precision.json"


@pytest.fixture
def job_of(record):
    """The settings of a training, with the place of the record."""

    def make(word="auto", kept=True, **more):
        models = [str(record.parent), str(record.parents[2] / "original/pairs")]
        where = {"chosen_precision": {"record": str(record), "models": models}} if kept else {}
        training = {**FIT, **more, "precision": word}
        return TrainingJob.model_validate({**NETWORK, **where, "training": training})

    return make


@pytest.fixture
def session_of(prepared, tmp_path):
    """A session with a job's settings."""

    def make(job, seed=0):
        output = [tmp_path / f"seed_{seed}.safetensors"]
        given = argparse.Namespace(
            prepared=prepared, parts=None, seed=[seed], threads=1, gpus=0, device="cpu", code=[],
            output=output,
        )  # fmt: skip
        return Session(given, job)

    return make


def task_of(session):
    """The task of a session's run; no file is made."""
    return session.task(session.run("train", Path("none.safetensors"), ["d"], 0, {}, {}))


def a_clock(plain, bfloat):
    """Seconds as a step of float32 took `plain` of them, one of bfloat16 `bfloat`, in turn."""
    pauses = cycle([plain * STEPS, 7.0, bfloat * STEPS, 11.0])
    times = accumulate(chain([0.0], pauses))
    return lambda: next(times)


@pytest.mark.parametrize(
    ("bfloat", "word"), [(0.5, "bfloat16"), (0.89, "bfloat16"), (0.91, "float32"), (2, "float32")]
)
def test_bfloat16_only_where_it_is_clearly_faster(session_of, job_of, monkeypatch, bfloat, word):
    order, fit = [], Task.fit

    def noted(task, model, settings, **options):
        order.append((settings.precision, settings.batch_size))
        return fit(task, model, settings, **options)

    monkeypatch.setattr(Task, "fit", noted)
    job = job_of()
    choice = timed(task_of(session_of(job)), job.training, a_clock(1.0, bfloat))
    assert choice["precision"] == word
    assert choice["seconds_per_step"] == pytest.approx({"float32": 1.0, "bfloat16": bfloat})
    assert order == [("float32", 5), ("bfloat16", 5)] * ROUNDS
    assert choice["timed"]["rows"] == 20 and choice["machine"]["threads"] == 1
    assert json.loads(json.dumps(choice)) == choice


def test_one_slow_moment_decides_nothing():
    seconds = {"float32": [1, 1, 90, 1, 1], "bfloat16": [1, 1, 1, 1, 1]}
    assert decided(seconds)["precision"] == "float32"
    seconds = {"float32": [1, 1, 1, 1, 1], "bfloat16": [0.5, 0.5, 90, 0.5, 0.5]}
    assert decided(seconds)["precision"] == "bfloat16"


def test_timing_leaves_random_numbers_and_models_as_they_are(session_of, job_of, bits):
    job = job_of("float32")
    session = session_of(job)
    before = bits(train(task_of(session).having(state_folder=None), job.training))
    model = task_of(session).new_model()
    own, state = bits(model), torch.get_rng_state()
    timed(task_of(session), job.training)
    assert torch.equal(torch.get_rng_state(), state)
    assert bits(model) == own
    assert bits(train(task_of(session).having(state_folder=None), job.training)) == before
    assert not Path("none.unfinished").exists()


def test_a_network_that_cannot_do_bfloat16_stays_in_float32(session_of, job_of, monkeypatch):
    fit = Task.fit

    def refuses(task, model, settings, **options):
        if settings.precision == "bfloat16":
            raise RuntimeError("no such kernel")
        return fit(task, model, settings, **options)

    monkeypatch.setattr(Task, "fit", refuses)
    job = job_of()
    choice = timed(task_of(session_of(job)), job.training)
    assert choice["precision"] == "float32" and "no such kernel" in choice["why"]


def test_the_first_training_chooses_and_all_later_jobs_read_it(
    session_of, job_of, record, monkeypatch
):
    monkeypatch.setattr(precision, "timed", lambda task, fit: BFLOAT)
    assert settled(session_of(job_of()), job_of()).training.precision == "bfloat16"
    content = record.read_bytes()

    def again(*_):
        raise AssertionError("timed twice")

    monkeypatch.setattr(precision, "timed", again)
    later = job_of(epochs=3)
    assert settled(session_of(later, seed=1), later).training.precision == "bfloat16"
    values = {**job_of().plain(), "options": {**FIT, "precision": "auto"}}
    values["relearning"] = {"precision": "auto"}
    del values["training"]
    job = settled(session_of(job_of()), UnlearningJob.model_validate(values))
    assert job.options == {**FIT, "precision": "bfloat16"}
    assert job.relearning.precision == "bfloat16"
    assert record.read_bytes() == content
    assert settled(session_of(job_of()), job_of("float32")).training.precision == "float32"


def test_the_identity_is_that_of_the_word(session_of, job_of, record, tmp_path):
    found = {}
    for word in ("float32", "bfloat16"):
        record.unlink(missing_ok=True)
        keep(record, {**BFLOAT, "precision": word})
        for said, kept in (("auto", True), (word, True), (word, False)):
            job = job_of(said, kept)
            session = session_of(job)
            fit = {"training": settled(session, job).training.plain()}
            run = session.run("train", tmp_path / "m.safetensors", ["d"], 0, fit, {})
            assert run.identity["settings"]["training"]["precision"] == word
            found.setdefault(word, set()).add(run.sha256)
    assert len(found["float32"]) == len(found["bfloat16"]) == 1
    assert found["float32"] != found["bfloat16"]


@pytest.mark.parametrize("links", [True, False])
def test_of_several_writers_the_first_one_s_choice_stays(record, monkeypatch, links):
    if not links:

        def no_links(*_):
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(os, "link", no_links)

    def write(number):
        keep(record, {**BFLOAT, "number": number})
        return record.read_bytes()

    with ThreadPoolExecutor(8) as threads:
        seen = set(threads.map(write, range(40)))
    kept = read(record)["number"]
    keep(record, {**BFLOAT, "number": 99})
    assert read(record)["number"] == kept
    assert len(seen) == 1
    assert [path.name for path in record.parent.iterdir()] == ["precision.json"]


def test_a_lock_that_was_left_is_named(record, monkeypatch):
    def no_links(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(precision_record, "WAIT", 0.1)
    record.parent.mkdir(parents=True, exist_ok=True)
    (record.parent / ".precision.json.lock").touch()
    with pytest.raises(UserError, match=r"\.precision\.json\.lock is left of a job"):
        keep(record, BFLOAT)
    assert not record.exists()


@pytest.mark.parametrize("how", ["cut", "edited", "no_word"])
def test_a_damaged_record_is_one_error(session_of, job_of, record, how):
    keep(record, {**BFLOAT, **({"precision": "half"} if how == "no_word" else {})})
    if how == "cut":
        record.write_bytes(record.read_bytes()[:30])
    elif how == "edited":
        text = record.read_text(encoding="utf-8")
        record.write_text(text.replace("bfloat16", "float32"), encoding="utf-8")
    with pytest.raises(UserError, match=r"precision\.json is not what was written") as caught:
        settled(session_of(job_of()), job_of())
    assert "\n" not in str(caught.value)


def test_models_that_are_there_are_kept_to(session_of, job_of, record, tmp_path, monkeypatch):
    monkeypatch.setattr(precision, "timed", lambda task, fit: BFLOAT)

    def model(path, **settings):
        write_record(tmp_path / "checkpoints" / path, {"settings": settings})

    folders = job_of().chosen_precision.models
    assert kept_to(folders) is None
    model("original/pairs/seed_1.json")  # trained elsewhere
    model("unlearned/pairs/low/finetune/seed_0.json", training={"precision": "bfloat16"})
    assert kept_to(folders) is None
    model("original/pairs/seed_0.json", training={"precision": "float32"})
    assert settled(session_of(job_of()), job_of()).training.precision == "float32"
    assert "had models before" in read(record)["why"]
    model("retrained/pairs/low/seed_0.json", training={"precision": "bfloat16"})
    assert kept_to(folders)["precision"] == "float32"  # of both kinds
    model("original/pairs/seed_0.json", training={"precision": "bfloat16"})
    assert kept_to(folders)["precision"] == "bfloat16"
    (tmp_path / "checkpoints/original/pairs/seed_0.json").write_text("{", encoding="utf-8")
    assert kept_to(folders)["precision"] == "bfloat16"


def test_without_a_record_it_is_float32_and_the_log_says_so(session_of, job_of, bits, caplog):
    states, session = {}, session_of(job_of("float32"))
    for word in ("float32", "bfloat16", "auto"):
        task = task_of(session).having(state_folder=None)
        states[word] = task.new_model()
        caplog.clear()
        task.fit(states[word], Fit(**FIT, precision=word))
        assert ("precision: auto is float32 here" in caplog.text) == (word == "auto")
    float32 = bits(states["float32"])
    assert bits(states["auto"]) == float32 != bits(states["bfloat16"])
    caplog.clear()
    job = job_of(kept=False)
    assert settled(session_of(job), job).training.precision == "float32"
    assert "precision: auto is float32 here" in caplog.text


def test_auto_elsewhere_follows_the_training(tmp_path):
    for place in ("blindspot/precision", "methods/finetune/precision", "unlearning", "relearning"):
        value = "auto" if place.endswith("precision") else {"precision": "auto"}
        with pytest.raises(UserError, match="precision: auto follows the training's choice"):
            check(changed(f"{DATA}/{place}", value))
    values = changed(f"{DATA}/training/precision", "auto")
    values["datasets"]["pairs"] |= {
        "unlearning": {"precision": "auto"},
        "relearning": {"precision": "auto"},
    }
    pairs = check(values).datasets["pairs"]
    chosen = with_precision(pairs, "bfloat16")
    assert chosen.training.precision == chosen.relearning.precision == "bfloat16"
    assert chosen.blindspot.precision == "float32"  # as said, or rather not said
    assert {one.options["precision"] for one in chosen.methods.values()} == {"bfloat16"}
    assert as_recorded(pairs, tmp_path / "precision.json") == pairs
    keep(tmp_path / "precision.json", BFLOAT)
    assert as_recorded(pairs, tmp_path / "precision.json") == chosen


def test_only_jobs_of_a_dataset_that_says_auto_hear_of_a_record():
    assert "chosen_precision" not in plan.training(check(PLAIN), "pairs")
    settings = check(changed(f"{DATA}/training/precision", "auto"))
    own = plan.training(settings, "pairs")
    assert own == plan.training(check(PLAIN), "pairs") | {
        "training": {**own["training"], "precision": "auto"},
        "chosen_precision": {
            "record": "checkpoints/retrained/pairs/precision.json",
            "models": ["checkpoints/original/pairs", "checkpoints/retrained/pairs"],
        },
    }
    TrainingJob.model_validate(own)


def test_the_provenance_shows_the_choice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = reported.of_report(check(changed(f"{DATA}/training/precision", "auto")), {})
    machine = {"host": "secret", "device": "A CPU"}
    keep(Path("checkpoints/retrained/pairs/precision.json"), {**BFLOAT, "machine": machine})
    made = provenance.gather(told, [], "")
    assert made["settings"]["datasets"]["pairs"]["training"]["precision"] == "bfloat16"
    assert made["precisions"] == {"pairs": {**BFLOAT, "machine": {"device": "A CPU"}}}
    assert "precisions" not in provenance.gather(reported.of_report(check(PLAIN), {}), [], "")


def test_from_the_command_to_the_checkpoint(prepared, job_of, record, tmp_path, monkeypatch):
    def run(job, *seeds):
        outputs = [f"{tmp_path}/checkpoints/original/pairs/seed_{n}.safetensors" for n in seeds]
        words = ["--prepared", prepared, "--seed", *seeds, "--output", *outputs, "--device", "cpu"]
        words += ["--identity", "pairs", "original", "--settings", json.dumps(job.plain())]
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), *map(str, words)])
        runpy.run_path(str(SCRIPT))["main"]()
        return [read_record(Path(path).with_suffix(".json")) for path in outputs]

    (first,) = run(job_of(), 0)
    word = read_record(record)["precision"]
    assert set(read_record(record)["seconds_per_step"]) == {"float32", "bfloat16"}
    assert first["settings"]["training"]["precision"] == word
    kept = record.read_bytes()
    again, second = run(job_of(), 0, 1)
    assert again == first and second["settings"]["training"]["precision"] == word
    assert run(job_of(word, kept=False), 0, 1) == [first, second]  # the word makes nothing anew
    assert record.read_bytes() == kept

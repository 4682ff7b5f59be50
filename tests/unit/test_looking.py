"""Relearning as the programs let it happen: to whose loss, on which rows, in whose orders."""

import argparse
import signal

import pytest
import torch

from regression_unlearning.data.forget_sets import read_selector, select
from regression_unlearning.data.prepared import prepare, read_rows
from regression_unlearning.data.sources import demo_pairs
from regression_unlearning.files import read_json, write_npz
from regression_unlearning.settings.jobs import ObservingJob
from regression_unlearning.settings.section import validated
from regression_unlearning.training import checkpoints, looking
from regression_unlearning.training.looking import Model, observe_model, relearn_model
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.session import Session

NETWORK = {
    "family": "sentence_pairs",
    "model": {"name": "lstm", "hidden": 4, "head": [8, 6]},
    "loss": "mse",
    "reading": {},
}
RELEARNING = {"learning_rate": 0.02, "batch_size": 6, "orders": 2, "cap": 200, "alpha": 0.05}
FORGET_SETS = {
    "low": {"title": "T", "select": "band", "from": 0, "below": 2},
    "random": {"title": "T", "select": "random", "rows": 6},
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A prepared dataset of 80 made pairs, with a band and a random forget set."""
    folder = tmp_path_factory.mktemp("prepared")
    settings = demo_pairs.Settings(train=40, validation=20, test=20, vocabulary=60, dimension=3)
    vectors = demo_pairs.word_vectors(settings)
    demo_pairs.download(
        folder / "raw", settings, mirror=None, checksums=folder / "c.json", embedding=vectors
    )
    prepare(folder / "raw", folder / "data", "demo_pairs", settings, vectors)
    for name, how in FORGET_SETS.items():
        parts = select(read_rows(folder / "data"), read_selector(how), name)
        write_npz(folder / f"{name}.npz", parts)
    return folder


@pytest.fixture
def looked(prepared, tmp_path):
    """A session on a forget set, models with fresh weights by name, and settings."""
    old = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def make(forget_set="low", target_scale="none", **changes):
        told = {**NETWORK, "target_scale": target_scale, "relearning": {**RELEARNING, **changes}}
        settings = validated(ObservingJob, told)
        given = argparse.Namespace(
            prepared=prepared / "data", parts=prepared / f"{forget_set}.npz", seed=[0], threads=1,
            gpus=0, device="cpu", code=[], output=[tmp_path / "seed_0.npz"],
        )  # fmt: skip
        session = Session(given, settings)
        run = session.run("s", tmp_path / "none.json", ("d", forget_set, "relearning"), 0, {}, {})
        task = session.task(run)
        files = {}
        for name in ("original", "gold_0", "gold_1"):
            model = task.new_model(name)
            if name == "original":  # it says what the forget rows are like: somewhere to arrive
                model.output.bias.data.fill_(task.data.target[task.forget].mean())
            files[name] = tmp_path / f"{name}.safetensors"
            checkpoints.save(model, files[name], {})

        def of(name, seed):
            return Model(session, files[name], ("d", forget_set), seed)

        return session, of, settings, files

    yield make
    for number, handler in old.items():
        signal.signal(number, handler)


def counts_of(run):
    return read_json(run.result)["counts"]


@pytest.mark.parametrize("rows", ["train", "validation"])
def test_the_checkpoint_of_an_original_stands_for_its_observation(looked, tmp_path, rows):
    """Like with like: a gold model in its own place counts the same by either road."""
    session, of, settings, files = looked(rows=rows)
    seen = observe_model(of("original", 0), tmp_path / "seen.npz", settings).result
    own = relearn_model(of("gold_0", 0), tmp_path / "own.json", seen, settings)
    pair = relearn_model(
        of("gold_0", 0), tmp_path / "pair.json", files["original"], settings, other_seed=9
    )
    assert counts_of(own) == counts_of(pair)
    assert read_json(pair.result)["other_seed"] == 9
    assert all(0 < one["steps"] < 200 and one["reached"] for one in counts_of(own))
    assert len(session.parts["validation_forget"]) > 0


def test_another_seed_s_gold_relearns_in_this_seed_s_place(looked, tmp_path, monkeypatch):
    """The same loss to arrive at and the same batch orders as the seed's own gold model has."""
    _, of, settings, files = looked()
    places = []

    def noted(model, task, goal, settings, rows):
        places.append((task.seed, goal, rows.tolist()))
        return relearn(model, task, goal, settings, rows)

    monkeypatch.setattr(looking, "relearn", noted)
    found = {
        name: relearn_model(of(name, 0), tmp_path / f"{name}.json", files["original"], settings)
        for name in ("gold_0", "gold_1")
    }
    assert places[0] == places[1]
    assert places[0][0] == seed_for("d", "low", "relearning", 0)
    assert counts_of(found["gold_0"]) != counts_of(found["gold_1"])  # the models differ


@pytest.mark.parametrize("scale", ["none", {"divide": 1000}])
def test_the_rows_looked_at_are_a_setting(looked, tmp_path, monkeypatch, scale):
    watched = {}

    def noted(model, task, goal, settings, rows):
        watched[settings.rows] = (goal, rows.tolist())
        return []

    monkeypatch.setattr(looking, "relearn", noted)
    for rows in ("train", "validation"):
        session, of, settings, _ = looked(target_scale=scale, rows=rows)
        original = of("original", 0)
        seen = observe_model(original, tmp_path / "seen.npz", settings).result
        relearn_model(of("gold_0", 0), tmp_path / f"{rows}.json", seen, settings)
        part = session.parts["forget" if rows == "train" else "validation_forget"]
        output = original.network(session.data.batch(part))[:, 0]
        loss = (output - session.data.target[part]).double().square().mean().item()
        goal, looked_at = watched[rows]
        assert looked_at == part.tolist()
        assert goal == pytest.approx(loss, rel=(8 + len(part)) * torch.finfo(torch.float32).eps)


def test_where_no_row_is_like_the_forget_set_nobody_relearns(looked, tmp_path):
    _, of, settings, files = looked("random", rows="validation")
    run = relearn_model(of("gold_0", 0), tmp_path / "r.json", files["original"], settings)
    found = read_json(run.result)
    assert (found["counts"], found["absent"]) == ([], looking.NO_ROWS)


def test_what_no_table_asks_for_is_said(looked, tmp_path):
    _, of, settings, files = looked()
    settings = settings.model_copy(update={"relearning": None})
    run = relearn_model(of("gold_0", 0), tmp_path / "r.json", files["original"], settings)
    found = read_json(run.result)
    assert (found["counts"], found["absent"]) == ([], looking.NOT_ASKED)

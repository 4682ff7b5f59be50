"""A model that was trained elsewhere, in the workflow: taken, not trained; refused early."""

import json
import os
import re
import shlex

import pytest
import torch
from projects import checked
from safetensors.torch import load_file, save_file

MINE = "my models/pairs.safetensors"
ORIGINAL = "checkpoints/original/demo_pairs/seed_0.safetensors"
UNLEARNED = "checkpoints/unlearned/demo_pairs/random_20/finetune/seed_0.safetensors"
COST = "measures/demo/demo_pairs/random_20.csv"


def example_of(project, name):
    """The command line that a program's help shows."""
    text = checked(project.script(name, "--help")).stdout.split("example:\n")[1]
    program, *arguments = shlex.split(text.replace("\\\n", " "))[1:]
    assert program == f"workflow_scripts/{name}.py"
    return arguments


def bring(project, path=MINE):
    project.edit_params(lambda v: v["datasets"]["demo_pairs"].update(original=path))


def elsewhere(project):
    """Train a model of the tiny network by hand, at MINE."""
    settings = {
        "family": "sentence_pairs",
        "model": {"name": "lstm", "hidden": 4, "dropout": 0.3, "head": [4, 4, 4]},
        "loss": "mse",
        "training": {"epochs": 1, "learning_rate": 0.01, "batch_size": 32},
    }
    checked(
        project.script(
            "train",
            *("--identity", "elsewhere", "--prepared", "data/prepared/demo_pairs", "--seed", 9),
            *("--settings", json.dumps(settings), "--output", MINE),
        )
    )


@pytest.mark.slow
def test_the_examples_of_the_help_run(prepared):
    """The second starts from the model that the first has made."""
    for name in ("train", "unlearn"):
        arguments = [part.replace("score_0_2", "random_20") for part in example_of(prepared, name)]
        checked(prepared.script(name, *arguments))
        assert (prepared.root / arguments[arguments.index("--output") + 1]).is_file()


def test_a_file_that_is_not_there_stops_a_dry_run(tiny):
    bring(tiny)
    done = tiny.snakemake("-n")
    text = done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in text
    assert f"datasets.demo_pairs.original: {MINE}: there is no such file." in text


class Hostile:
    """Unpickled by pickle itself, it makes a folder."""

    def __reduce__(self):
        return os.mkdir, ("made by a pickle",)


def test_a_hostile_pickle_stops_a_dry_run_and_runs_nothing(tiny):
    (tiny.root / "my models").mkdir()
    torch.save({"a": torch.ones(1), "more": Hostile()}, tiny.root / MINE)
    bring(tiny)
    done = tiny.snakemake("-n")
    text = done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in text
    assert f"{MINE}: it holds more than tensors (posix.mkdir), which is never loaded; save" in text
    assert not (tiny.root / "made by a pickle").exists()


def test_a_model_of_another_network_stops_the_run_before_anything_is_trained(tiny):
    (tiny.root / "my models").mkdir()
    save_file({"fc.weight": torch.ones(1)}, tiny.root / MINE)
    bring(tiny)
    done = tiny.snakemake()
    text = done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in text
    said = "12 of 12 weights missing, the first 'lstm.weight_ih_l0'; 1 foreign, the first 'fc.weig"
    assert said in text
    assert not (tiny.root / "checkpoints").exists(), "a model was trained before the check"


@pytest.fixture
def taken(prepared):
    """A tiny copy that has taken a model and unlearned it."""
    elsewhere(prepared)
    bring(prepared)
    checked(prepared.snakemake(UNLEARNED, COST))
    return prepared


@pytest.mark.slow
def test_a_model_is_taken_and_what_depends_on_it_follows_it(taken):
    root = taken.root
    mine, original = load_file(root / MINE), load_file(root / ORIGINAL)
    assert set(mine) == set(original)
    assert all(torch.equal(original[name], value) for name, value in mine.items())
    record = json.loads((root / ORIGINAL).with_suffix(".json").read_text(encoding="utf-8"))
    assert record["given"]["file"] == MINE and "seconds" not in record
    assert not (root / "logs/train_original").exists()
    lines = (root / COST).read_text(encoding="utf-8").splitlines()
    costs = [line for line in lines if re.search(r",original,(seconds|peak)", line)]
    assert len(costs) == 6 and all("given as a file" in line for line in costs)

    def jobs(*arguments):
        return {job.rule for job in taken.jobs(*arguments, "--", UNLEARNED, COST)}

    assert jobs() == set()
    taken.edit_params(lambda v: v["datasets"]["demo_pairs"]["training"].update(epochs=4))
    # how the gold model is trained, and no other
    assert jobs() == {"train_retrained", "observe", "measure", "unlearn"}
    taken.edit_params(lambda v: v["datasets"]["demo_pairs"]["training"].update(epochs=3))

    before = (root / MINE).read_bytes()
    save_file({name: value + 1 if "bias" in name else value for name, value in mine.items()},
              root / MINE)  # fmt: skip
    assert jobs() == {"take_original", "observe", "unlearn", "measure"}
    (root / MINE).write_bytes(before)
    assert jobs() == set()
    taken.edit_params(lambda v: v["datasets"]["demo_pairs"].pop("original"))
    assert jobs() == {"train_original", "observe", "unlearn", "measure"}


NET = """
import torch
from torch import nn

class Means(nn.Module):
    def __init__(self, width, hidden=4):
        super().__init__()
        self.hidden = nn.Linear(2 * width, hidden)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, pairs):
        return self.fc(torch.tanh(self.hidden(pairs.mean(2).flatten(1))))[:, 0]
"""
UNLEARNED_MEANS = "checkpoints/unlearned/demo_pairs/random_20/cf_k/seed_0.safetensors"


@pytest.mark.slow
def test_a_class_of_one_s_own_is_unlearned_and_its_source_is_followed(prepared):
    """One entry of settings: the class, its state as DataParallel saves it, its optimiser."""
    root = prepared.root
    (root / "my_nets.py").write_text(NET, encoding="utf-8")
    torch.manual_seed(0)
    state = {
        "hidden.weight": torch.randn(4, 16),
        "hidden.bias": torch.randn(4),
        "fc.weight": torch.randn(1, 4),
        "fc.bias": torch.randn(1),
    }
    wrapped = {f"module.{name}": value for name, value in state.items()}
    torch.save({"state_dict": wrapped, "epoch": 3}, root / "mine.pt")

    def own(values):
        chosen = values["datasets"]["demo_pairs"]
        chosen["model"] = {"name": "my_nets:Means", "arguments": {"width": 8}}
        chosen["original"] = "mine.pt"
        chosen["methods"]["cf_k"] = {"k": 1, "optimizer": "sgd", "momentum": 0.9}

    prepared.edit_params(own)
    checked(prepared.snakemake(UNLEARNED_MEANS))
    original, unlearned = load_file(root / ORIGINAL), load_file(root / UNLEARNED_MEANS)
    assert all(torch.equal(original[name], value) for name, value in state.items())
    changed = {name for name, value in state.items() if not torch.equal(unlearned[name], value)}
    assert changed == {"fc.weight", "fc.bias"}

    def jobs():
        return {job.rule for job in prepared.jobs("--", UNLEARNED_MEANS)}

    assert jobs() == set()
    text = NET.replace("torch.tanh", "torch.relu")
    (root / "my_nets.py").write_text(text, encoding="utf-8")
    # whatever runs the network, or stands on a model of it
    assert jobs() == {"take_original", "train_retrained", "observe", "unlearn"}

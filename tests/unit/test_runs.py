"""One result of a program: made once, kept until all are delivered, made again if spoilt."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from regression_unlearning.files import sha256, write_json
from regression_unlearning.training import checkpoints
from regression_unlearning.training.runs import Run, deliver

SUFFIXES = (".safetensors", ".npz", ".json")


def write(run):
    """Write a run's result, whichever it is."""
    if run.output.suffix == ".npz":
        run.write_arrays({"a": np.arange(3)})
    elif run.output.suffix == ".json":
        run.write_values(counts=[1, 2])
    else:
        torch.manual_seed(0)
        checkpoints.save(nn.Linear(2, 1), run.waiting, {"fingerprint": run.sha256})


def again(run, **identity):
    return Run(run.output, {**run.identity, **identity})


@pytest.fixture(params=SUFFIXES)
def run(request, tmp_path):
    return Run(tmp_path / "place" / f"seed_0{request.param}", {"names": ["d"], "seed": 0})


def test_a_result_waits_until_it_is_delivered(run):
    assert not run.finished
    write(run)
    assert not run.output.exists() and again(run).finished
    assert again(run).result == run.waiting
    run.deliver()
    assert run.output.is_file() and not run.folder.exists()
    assert again(run).finished and again(run).result == run.output
    if run.output.suffix == ".safetensors":
        assert run.output.with_suffix(".json").is_file()


def test_a_result_of_another_identity_is_not_it(run):
    write(run)
    run.deliver()
    assert not again(run, seed=1).finished
    assert not again(run, code="other").finished


def test_delivering_what_is_there_already_changes_nothing(run):
    write(run)
    run.deliver()
    before = run.output.read_bytes(), run.output.stat().st_mtime_ns
    again(run).deliver()
    assert (run.output.read_bytes(), run.output.stat().st_mtime_ns) == before


@pytest.mark.parametrize("harm", ["cut", "byte", "empty", "folder"])
def test_a_damaged_result_is_made_again(run, harm):
    write(run)
    run.deliver()
    content = run.output.read_bytes()
    if harm == "folder":
        run.output.unlink()
        run.output.mkdir()
    else:
        place = content.rfind(b"}") if run.output.suffix == ".json" else len(content) // 2
        flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        harmed = {"cut": content[: len(content) // 2], "byte": flipped, "empty": b""}[harm]
        run.output.write_bytes(harmed)
    assert not again(run).finished


@pytest.mark.parametrize("record", ["[]", "{}", "", "null", '{"fingerprint": 1}'])
def test_a_record_that_is_none_does_not_count(tmp_path, record):
    run = Run(tmp_path / "seed_0.safetensors", {})
    write(run)
    run.deliver()
    run.output.with_suffix(".json").write_text(record, encoding="utf-8")
    assert not again(run).finished


def test_weights_of_another_file_under_a_good_record(tmp_path):
    run = Run(tmp_path / "seed_0.safetensors", {})
    write(run)
    run.deliver()
    record = json.loads(run.output.with_suffix(".json").read_text(encoding="utf-8"))
    assert record["sha256"] == sha256(run.output)
    write_json(run.output.with_suffix(".json"), {**record, "sha256": "0" * 64})
    assert not again(run).finished


def test_what_was_finished_before_a_failure_is_used(tmp_path):
    """A program over two seeds that fails at the second: the next one makes the second alone."""

    def program(fails):
        made = []
        runs = [Run(tmp_path / f"seed_{seed}.npz", {"seed": seed}) for seed in (0, 1)]
        for number, run in enumerate(runs):
            if run.finished:
                continue
            if fails and number == 1:
                return made
            write(run)
            made.append(number)
        deliver(runs)
        return made

    assert program(fails=True) == [0]
    assert not list(tmp_path.glob("*.npz"))
    assert program(fails=False) == [1]
    assert program(fails=False) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["seed_0.npz", "seed_1.npz"]

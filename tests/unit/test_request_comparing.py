"""Models of a project held against each other: `compare`, and models that never saw the rows."""

import json

import numpy as np
import pytest
import request_projects
import torch
from console import run
from request_projects import DATASET
from rounding import close
from tiny_project import as_yaml

from regression_unlearning.data.dataset import load_dataset
from regression_unlearning.data.forget_sets import select
from regression_unlearning.data.prepared import read_rows
from regression_unlearning.files import sha256, write_npz
from regression_unlearning.pipeline import paths
from regression_unlearning.requests.references import reference_losses
from regression_unlearning.training.checkpoints import save_model
from regression_unlearning.training.task import Task


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with an original, and another model in the place of a request's."""
    folder = tmp_path_factory.mktemp("project")
    settings, rows = request_projects.project(folder, epochs=1)
    (folder / "params.yaml").write_text(as_yaml(request_projects.plain_settings()))
    chosen, data = settings.datasets[DATASET], load_dataset(settings, DATASET, folder / "data")
    parts = select(rows, chosen.forget_sets["some"], "some")
    model = Task.of(chosen, data, parts, 7).new_model()
    save_model(model, folder / "requests/three/model.safetensors")
    return folder, settings


@pytest.fixture
def made(project, monkeypatch):
    """The project as the working folder, and its settings."""
    monkeypatch.chdir(project[0])
    return project


def test_two_models_are_compared_on_a_forget_set(made, monkeypatch, capsys):
    """A model is no way from itself; the other's numbers are those of its audit's own kind."""
    original = paths.original(DATASET, 0)
    asked = ("--dataset", DATASET, "--forget-set", "some")
    assert run(monkeypatch, "compare", original, original, *asked, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["apart"] for one in found["errors"][:3]] == [0, 0, 0]
    assert all(one["before"] == one["after"] for one in found["errors"] + found["attacks"])
    assert run(monkeypatch, "compare", original, "three", *asked) == 0
    shown = capsys.readouterr().out
    assert "second: requests/three/model.safetensors" in shown and "apart 0;" not in shown
    assert shown.count("AUC of the loss attack: first 0.") == 1
    for words, said in (
        (("nobody", "three", *asked), "nobody is neither"),
        ((original, "three", *asked[:3], "sum"), "did you mean 'some'"),
    ):
        assert run(monkeypatch, "compare", *words) == 2
        assert said in capsys.readouterr().err


def test_references_are_retrained_models_that_never_saw_the_rows(made):
    """Of the same data and parts: those of others, and models that saw a row, are none."""
    folder, settings = made
    prepared = folder / "data/prepared" / DATASET
    chosen, rows = settings.datasets[DATASET], read_rows(prepared)
    parts = select(rows, chosen.forget_sets["some"], "some")
    write_npz(place := paths.parts(DATASET, "some"), parts)
    data = load_dataset(settings, DATASET)
    models = []
    for seed in (0, 1, 2):
        made = {"prepared": data.sha256 if seed < 2 else "other", "parts": sha256(place)}
        models.append(Task.of(chosen, data, parts, seed).new_model())
        save_model(models[-1], paths.retrained(DATASET, "some", seed), inputs=made)
    asked = {"forget": parts["forget"][:3], "test": parts["test_retain"]}
    task = Task.of(chosen, data, parts, 9)
    found, number = reference_losses(folder, DATASET, chosen, task, asked)
    assert number == 2
    for name, numbers in asked.items():
        index = torch.as_tensor(numbers).long()
        with torch.no_grad():
            seen = [model.eval()(data.batch(index))[:, 0] for model in models[:2]]
            outputs = [data.scale.undone(one).double() for one in seen]
        expected = sum((one - data.target_in_unit[index].double()) ** 2 for one in outputs) / 2
        # of the same outputs: the difference is rounded once, and its square twice as much and once
        close(found[name], expected, 4, expected)
    asked["forget"] = np.append(asked["forget"], parts["retain"][0])
    assert reference_losses(folder, DATASET, chosen, task, asked) == ({}, 0)

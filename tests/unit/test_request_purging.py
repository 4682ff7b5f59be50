"""After an answer: what is purged, what stays, and what later runs leave out."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import request_projects
from console import run
from request_projects import DATASET, request
from tiny_project import as_yaml

from regression_unlearning import program
from regression_unlearning.data.dataset import open_dataset
from regression_unlearning.data.forget_sets import select
from regression_unlearning.data.prepared import read_rows
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_npz
from regression_unlearning.pipeline import paths, plan
from regression_unlearning.requests import answering, ledger, purging
from regression_unlearning.requests.forgotten import forgotten
from regression_unlearning.requests.purging import purge
from regression_unlearning.requests.verifying import verify
from regression_unlearning.settings.jobs import NetworkJob
from regression_unlearning.settings.section import validated
from regression_unlearning.training.session import Session, add_arguments

LENIENT = {"error_rise": 9, "auc": 0.99}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project with an original, and three requests: two passed, the one between them not."""
    folder = tmp_path_factory.mktemp("project")
    settings, rows = request_projects.project(folder, epochs=1)
    (folder / "params.yaml").write_text(as_yaml(request_projects.plain_settings()))
    ids = rows["id"][rows["split"] == "train"].tolist()
    strict = {"must_show": 0.51}
    for name, some, limits in (("one", 0, LENIENT), ("two", 3, strict), ("three", 6, LENIENT)):
        asked = request(name, ids[some : some + 3], "finetune", thresholds=limits)
        answering.forget(settings, asked, project=folder)
    return folder, settings, ids


@pytest.fixture
def again(made, tmp_path, monkeypatch):
    """The same project, to be changed, as the working folder; its settings and ids."""
    shutil.copytree(made[0], tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project", *made[1:]


TAKEN = {
    f"data/prepared/{DATASET}", f"data/raw/{DATASET}", f"checkpoints/original/{DATASET}",
    f"observations/{DATASET}", ".dvc/cache",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "models", "left"),
    [
        ("one", set(), set()),
        ("three", {"one/model", "two/failed"}, {"one/model", "two/failed"}),
    ],
)
def test_what_holds_the_rows_goes_and_the_last_model_stays(again, name, models, left):
    folder, settings, ids = again
    for place in (f"observations/{DATASET}/some/x.npz", ".dvc/cache/files/a", "data/raw/other/b"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(b"123")
    (folder / ".dvc/config").write_text(
        "['remote \"far\"']\nurl = ssh://far/away\n[cache]\ndir = /scratch/dvc\n"
    )
    (folder / "data/elsewhere").mkdir()
    (folder / "data/elsewhere/x").write_bytes(b"123")
    (folder / f"relearning/{DATASET}").parent.mkdir()
    (folder / f"relearning/{DATASET}").symlink_to(folder / "data/elsewhere")
    shutil.copytree(folder / f"data/prepared/{DATASET}", folder / "data/prepared/short")
    (folder / "data/prepared/half").mkdir()
    (folder / "data/prepared/half/rows.csv").write_text("id\n")
    found = purge(name)
    expected = TAKEN | {f"requests/{one}.safetensors" for one in models}
    assert {one["place"] for one in found["taken"]} == expected and not found["left"]
    assert not any((folder / place).exists() for place in expected)
    assert all((folder / place).exists() for place in ("data/raw/other/b", "data/elsewhere/x"))
    assert (folder / "requests/three/model.safetensors").is_file()
    for place in ("ssh://far/away", "/scratch/dvc: DVC's cache", "data/elsewhere"):
        assert any(place in one for one in found["outside"]), found["outside"]
    assert any("data/prepared/short: 3 of the ids stand there" in one for one in found["outside"])
    assert any("data/prepared/half: it could not be read" in one for one in found["outside"])
    assert any("datasets.pairs.source" in one for one in found["outside"])
    assert verify(folder / "requests", found["head"]) == []
    assert [line.id for line in ledger.read(folder / "requests")] == ["one", "two", "three"]
    asked = request("four", ids[9:12], "finetune", thresholds=LENIENT)
    assert answering.forget(settings, asked).passed  # the data are prepared anew
    assert verify(folder / "requests") == []
    for one in left:
        (folder / f"requests/{one}.safetensors").write_bytes(b"1")
    assert len(verify(folder / "requests")) == len(left)


def test_a_live_model_of_another_seed_is_named_and_stays(again):
    folder, settings, ids = again
    original = folder / paths.original(DATASET, 0)
    shutil.copytree(original.parent, folder / "given")
    given = {"seed": 1, "checkpoint": f"given/{original.name}"}
    other = request("other", ids[6:9], "finetune", thresholds=LENIENT, **given)
    assert answering.forget(settings, other).passed
    found = purge("one")
    assert [one["place"] for one in found["left"]] == ["requests/other/model.safetensors"]
    assert f"given/{original.name}: request 'other' began with this model" in found["outside"]
    assert (folder / "requests/other/model.safetensors").is_file()


def test_a_purge_that_was_cut_off_is_finished(again, monkeypatch):
    folder, _, _ = again
    with monkeypatch.context() as broken:
        broken.setattr(purging, "_delete", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            purge("three")
    assert (folder / "checkpoints/original").exists()
    assert purge("three")["purged"] and verify(folder / "requests") == []
    assert not (folder / f"checkpoints/original/{DATASET}").exists()


@pytest.mark.parametrize(
    ("name", "said"), [("two", "unknown request 'two'"), ("thre", "did you mean 'three'")]
)
def test_what_cannot_be_purged_is_said(again, name, said):
    with pytest.raises(UserError, match=said):
        purge(name)
    assert (again[0] / paths.original(DATASET, 0)).exists()


def test_the_command_asks_first(again, monkeypatch, capsys):
    original = again[0] / paths.original(DATASET, 0)
    for said in ("", "no\n"):
        assert run(monkeypatch, "purge", "--request", "one", said=said) == 1
        shown = capsys.readouterr()
        assert "take all of this away?" in shown.err and "nothing was taken" in shown.out
        assert original.exists()
    assert run(monkeypatch, "purge", "--request", "one", "--json", said="yes\n") == 0
    assert json.loads(capsys.readouterr().out)["purged"] and not original.exists()
    assert run(monkeypatch, "purge", "--request", "three", "--yes") == 0
    assert "requests/one/model.safetensors: a model" in capsys.readouterr().out
    assert run(monkeypatch, "list-requests") == 0
    assert "three: pairs, seed 0: passed, purged\n" in capsys.readouterr().out


def test_no_later_training_or_forget_set_holds_what_requests_named(again):
    """Also where the parts are older than the requests, and the rows moved; the failed one too."""
    folder, settings, ids = again
    prepared = folder / "data/prepared" / DATASET
    rows = read_rows(prepared)
    named = set(rows["row"][rows["id"].isin(ids[:9])])
    assert set(np.flatnonzero(forgotten(prepared))) == named and len(named) == 9
    _, parts = open_dataset(settings, DATASET, "some")
    assert not named & {*parts["retain"], *parts["forget"]}
    old = select(rows, settings.datasets[DATASET].forget_sets["some"], "some")
    write_npz("old.npz", old)
    job = validated(NetworkJob, plan.network(settings, DATASET), "settings")
    for parts_given in ((), ("--parts", "old.npz")):
        parser = program.parser("")
        add_arguments(parser)
        words = ("--prepared", str(prepared), "--seed", "0", "--output", "out", *parts_given)
        session = Session(parser.parse_args(words), job)
        retain = set(session.task(session.run("train", Path("out"), ["d"], 0, {}, {})).retain)
        before = set(old["retain"]) if parts_given else set(rows.index[rows["split"] == "train"])
        assert {int(one) for one in retain} == before - named
    shutil.rmtree("requests")
    assert forgotten(prepared) is None


def cut_off(folder):
    """Take the last line out of the ledger; give all of it as it was."""
    path = folder / "requests" / ledger.LEDGER
    text = path.read_text()
    path.write_text("".join(text.splitlines(keepends=True)[:-1]))
    return text


def test_an_answer_that_lacks_its_line_alone_is_entered_by_the_next_run(again):
    folder, settings, ids = again
    asked = request("three", ids[6:9], "finetune", thresholds=LENIENT)
    before = cut_off(folder)
    assert any("is in no line of" in one for one in verify(folder / "requests"))
    assert answering.forget(settings, asked).audit["request"]["id"] == "three"
    assert (folder / "requests" / ledger.LEDGER).read_text() == before
    cut_off(folder)
    other = request("four", ids[9:12], "finetune", thresholds=LENIENT)
    assert answering.forget(settings, other).audit["start"]["file"] == (
        "requests/three/model.safetensors"
    )
    assert verify(folder / "requests") == []


@pytest.mark.parametrize(
    "change",
    [
        lambda place: (place / "audit.html").write_text("x"),
        lambda place: (place / "model.safetensors").unlink(),
        lambda place: (place / "model.safetensors").write_bytes(b"x"),
        lambda place: (place / "more").write_text("x"),
        lambda place: shutil.copy(place.parent / "one/audit.json", place / "audit.json"),
    ],
)
def test_what_is_no_whole_answer_is_refused_and_not_entered(again, change):
    folder, settings, ids = again
    cut_off(folder)
    change(folder / "requests/three")
    with pytest.raises(UserError, match="is no whole answer"):
        answering.forget(settings, request("three", ids[6:9], "finetune"))
    assert len(ledger.read(folder / "requests")) == 2


def test_an_answer_whose_files_were_changed_is_not_given_again(again):
    """The very same request is told what was written, or what was changed; not what was purged."""
    folder, settings, ids = again
    asked = request("one", ids[:3], "finetune", thresholds=LENIENT)
    for name in ("audit.html", "model.safetensors"):
        path = folder / "requests/one" / name
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        with pytest.raises(UserError, match=f"{name} is not what was written"):
            answering.forget(settings, asked)
        path.write_bytes(content)
    purge("three")
    assert not (folder / "requests/one/model.safetensors").exists()
    assert answering.forget(settings, asked).passed

"""Requests answered in a tiny project: verdicts, the chain, what stays out, what is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import request_projects
from request_projects import DATASET, request

from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, sha256
from regression_unlearning.pipeline import paths
from regression_unlearning.requests import answering, ledger
from regression_unlearning.requests.verifying import verify


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project with an original, and three requests: one failed, two passed."""
    folder = tmp_path_factory.mktemp("project")
    settings, rows = request_projects.project(folder)
    ids = rows["id"][rows["split"] == "train"].tolist()
    asked = [
        request("first", ids[:30]),
        request("nothing", ids[30:50], "nothing", reference="4711"),
        request("second", [*ids[20:30], *ids[50:70]], thresholds={"error_rise": 0.5, "auc": 0.6}),
    ]
    answers = [answering.forget(settings, one, project=folder) for one in asked]
    return folder, settings, rows, ids, answers


@pytest.fixture
def again(made, tmp_path):
    """The same project, to be changed; its settings and ids."""
    folder, settings, _, ids, _ = made
    shutil.copytree(folder, tmp_path / "project")
    return tmp_path / "project", settings, ids


def test_verdicts_and_files(made):
    """What passed is offered; what failed is kept under another name."""
    folder, _, _, _, answers = made
    assert [one.passed for one in answers] == [True, False, True], [
        one.audit["verdict"] for one in answers
    ]
    for one, name in zip(answers, ("model", "failed", "model"), strict=True):
        files = {path.name for path in one.folder.iterdir()}
        assert files == {f"{name}.safetensors", f"{name}.json", "audit.json", "audit.html"}
        assert read_record(one.folder / "audit.json") == json.loads(json.dumps(one.audit))
    assert "still knows" in answers[1].audit["verdict"]
    assert verify(folder / "requests", answers[-1].head) == []
    assert not list((folder / "requests").glob("*.unfinished"))


def test_the_chain(made):
    """Each begins with the last model that passed, and names its audit."""
    folder, _, _, _, (first, nothing, second) = made
    lines = ledger.read(folder / "requests")
    assert lines[0].start == sha256(folder / paths.original(DATASET, 0))
    model = sha256(first.folder / "model.safetensors")
    assert lines[1].start == lines[2].start == model == second.audit["start"]["sha256"]
    assert first.audit["previous_audit"] is None
    audit = sha256(first.folder / "audit.json")
    assert nothing.audit["previous_audit"] == second.audit["previous_audit"] == audit
    kept = [one.audit["errors"][0] for one in (first, nothing, second)]
    assert kept[0]["before_the_chain"] is None
    assert kept[1]["before_the_chain"] == kept[2]["before_the_chain"] == kept[0]["before"]


def test_what_was_asked_for_stays_out_of_the_rows_to_keep(made):
    """That of a request which did not pass as well; what is forgotten is not forgotten again."""
    *_, answers = made
    assert [one.audit["rows"]["rows_to_keep"] for one in answers] == [90, 70, 50]
    assert [one.audit["rows"]["rows_forgotten"] for one in answers] == [30, 20, 20]
    assert answers[2].audit["rows"]["ids"] == {
        "forgotten now": 20, "already forgotten": 10, "held out": 0, "unknown": 0,
    }  # fmt: skip


def test_no_file_holds_an_id(made):
    folder, _, _, ids, answers = made
    named = {one.encode() for one in ids[:70]}
    for path in (folder / "requests").rglob("*"):
        words = path.read_bytes().replace(b'"', b" ").split() if path.is_file() else []
        assert path.suffix == ".safetensors" or not named & set(words), path
    key = ledger.key(folder / "requests")
    assert answers[0].audit["rows"]["hashes"] == sorted(ledger.hashed(key, ids[:30]))
    assert key.hex() not in json.dumps(answers[0].audit)


def test_a_failed_request_can_be_asked_again_and_prepared_rows_may_move(again):
    """Ids are known by their hashes: after the data were prepared anew in another order, too."""
    folder, settings, ids = again
    prepared = folder / "data/prepared" / DATASET
    shutil.rmtree(prepared)
    found = answering.forget(settings, request("third", ids[30:50], "retrain"), project=folder)
    assert found.passed and found.audit["advice"] is None, found.audit["verdict"]
    assert found.audit["method"]["options"]["epochs"] == request_projects.EPOCHS
    assert found.audit["rows"]["rows_forgotten"] == 20 and found.audit["rows"]["rows_to_keep"] == 50
    assert found.audit["start"]["file"].endswith("second/model.safetensors")


def test_any_changed_byte_is_found(again):
    """In each of more than 200 places, over every file under requests/."""
    requests = again[0] / "requests"
    files = [path for path in requests.rglob("*") if path.is_file() and path.name != ledger.LOCK]
    generator = np.random.default_rng(0)
    places = 0
    assert verify(requests) == []
    for path in files:
        content = path.read_bytes()
        chosen = {0, len(content) - 1, *generator.integers(0, len(content), 15).tolist()}
        for at in chosen:
            changed = bytearray(content)
            changed[at] ^= 1 << int(generator.integers(8))
            path.write_bytes(changed)
            assert verify(requests), f"{path}, byte {at}"
            places += 1
        path.write_bytes(content)
    assert places >= 200 and verify(requests) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda requests: (requests / "first/audit.json").unlink(), "first/audit.json"),
        (lambda requests: shutil.copy(requests / "nothing/failed.safetensors",
                                      requests / "nothing/model.safetensors"), "no file of the"),
        (lambda requests: (requests / ledger.KEY).unlink(), "missing or no key"),
        (lambda requests: shutil.rmtree(requests / "second"), "second/"),
        (lambda requests: cut(requests, 0), "does not follow"),
        (lambda requests: cut(requests, 2), "is in no line of"),
        (lambda requests: (requests / ledger.LEDGER).write_text("{}\n"), "no line of a ledger"),
        (lambda requests: (requests / ledger.LEDGER).write_bytes(b"\xff"), "not what was"),
    ],
)  # fmt: skip
def test_what_was_taken_away_is_found(again, change, said):
    requests = again[0] / "requests"
    change(requests)
    assert any(said in line for line in verify(requests)), verify(requests)
    assert all("\n" not in line for line in verify(requests))


@pytest.mark.parametrize("name", ["first", "nothing"])
def test_the_same_request_gets_the_answer_that_it_has(again, name):
    """And no line more; one that asks for anything else is refused."""
    folder, settings, ids = again
    before = (folder / "requests" / ledger.LEDGER).read_bytes()
    asked = {
        "first": {"name": "first", "ids": ids[29::-1]},  # in another order
        "nothing": {"name": "nothing", "ids": ids[30:50], "method": "nothing", "reference": "4711"},
    }[name]
    found = answering.forget(settings, request(**asked), project=folder)
    assert found.passed is (name == "first") and found.folder == folder / "requests" / name
    for more in ({"ids": ids[30:51]}, {"seed": 1}, {"reference": "9"}, {"method": "finetune"}):
        with pytest.raises(UserError, match="was answered"):
            answering.forget(settings, request(**asked | more), project=folder)
    with pytest.raises(UserError, match="was answered"):
        answering.forget(settings, request(**asked), with_gold=True, project=folder)
    assert (folder / "requests" / ledger.LEDGER).read_bytes() == before


def test_a_letter_that_was_edited_after_its_answer_is_found(again):
    folder, _, ids = again
    letter = "id: first\ndate: 2026-11-27\ndataset: pairs\nforget: {{select: ids, ids: {}}}\n"
    path = folder / "requests/first.yaml"
    path.write_text(letter.format(ids[:30]))
    assert verify(folder / "requests") == []
    for text, said in (
        (letter.format(ids[:31]), "it asks for something else"),
        (letter.format(ids[:30]).replace("27", "28"), "it asks for something else"),
        ("id: first\n", "first.yaml.date"),
    ):
        path.write_text(text)
        (wrong,) = verify(folder / "requests")
        assert "requests/first.yaml is no longer what" in wrong and said in wrong


def cut(requests, number):
    """Take a line out of the ledger."""
    path = requests / ledger.LEDGER
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:number] + lines[number + 1 :]))


def test_a_ledger_cut_at_its_end_with_the_answer_is_told_by_its_head(again):
    requests = again[0] / "requests"
    head = ledger.head(requests)
    cut(requests, 2)
    shutil.rmtree(requests / "second")
    assert verify(requests) == [] and "does not end with" in verify(requests, head)[0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": "first"}, "was answered .*first.audit.html.; give this one another id"),
        ({"checkpoint": paths.original(DATASET, 0)}, "is not the model of 'second'"),
        ({"checkpoint": "nowhere.safetensors"}, "is not the model of 'second'"),
        ({"seed": 3}, "seed_3.safetensors does not exist: train the model"),
        ({"method": "fintune"}, "did you mean 'finetune'"),
        ({"options": {"epoch": 3}}, "epoch"),
        ({"method": "auto"}, "auto has nothing to choose by"),
        ({"dataset": "pears"}, "did you mean 'pairs'"),
        ({"ids": ["nobody"]}, "1 of 1 ids are unknown: 'nobody'"),
        ({"ids": ["../../etc/passwd"]}, "are unknown"),
        ({"ids": "early"}, "its 30 rows are forgotten already; the answer is .*first.audit.html"),
        ({"ids": "all"}, "nothing would be left"),
    ],
)
def test_what_cannot_be_answered_is_refused_and_changes_nothing(again, asked, said, monkeypatch):
    folder, settings, ids = again
    monkeypatch.chdir(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    chosen = {"early": ids[:30], "all": ids}
    named = asked.pop("ids", ids[70:80])
    wanted = request(
        asked.pop("name", "new"), chosen[named] if isinstance(named, str) else named, **asked
    )
    with pytest.raises(UserError, match=said) as told:
        answering.forget(settings, wanted, project=folder)
    assert len(str(told.value).splitlines()) == 1
    after = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    after.pop(folder / "requests" / ledger.LOCK), before.pop(folder / "requests" / ledger.LOCK)
    assert after == before


def test_a_changed_model_is_no_start(again):
    folder, settings, ids = again
    path = folder / "requests/second/model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match="is not what was written.*Put it back from a copy"):
        answering.forget(settings, request("new", ids[70:80]), project=folder)


def test_one_at_a_time(again):
    folder, settings, ids = again
    with (
        ledger.locked(folder / "requests"),
        pytest.raises(UserError, match="another request is being answered"),
    ):
        answering.forget(settings, request("new", ids[70:80]), project=folder)


def test_the_rest_of_an_answer_that_was_cut_off_is_not_taken_for_one(again):
    folder, settings, ids = again
    Path(folder / "requests/new/rest").mkdir(parents=True)
    with pytest.raises(UserError, match="in no line of"):
        answering.forget(settings, request("new", ids[70:80]), project=folder)

"""`regression-unlearning forget`, `list-requests`, `verify-requests`."""

import json

import pytest
import request_projects
from console import run
from tiny_project import as_yaml


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """Run a command in a project whose original has seen each row once; give status and output."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(as_yaml(request_projects.plain_settings()))

    def give(*words):
        status = run(monkeypatch, *words)
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return give


def test_from_the_letter_to_the_proof(told, tmp_path):
    request_projects.project(tmp_path, epochs=1)
    asked = ("--date", "2026-11-27", "--dataset", "pairs", "--ids-file", "ids.txt")
    (tmp_path / "ids.txt").write_text("train-00003\ntrain-00004\ntrain-00005\n")
    (tmp_path / "REQUEST.yaml").write_text(
        "id: one\ndate: 2026-11-27\ndataset: pairs\nmethod: ruin\n"
    )
    status, out, _ = told(
        "forget", "--request", "REQUEST.yaml", "--ids", "train-00001", "train-00002", "--json"
    )
    found = json.loads(out)
    assert status == 1 and not found["passed"] and found["rows"]["rows_forgotten"] == 2
    status, out, _ = told("forget", "--id", "two", *asked, "--method", "finetune", "--with-gold")
    assert status == 0, out
    assert out.startswith("Passed: ") and "requests/two/audit.html: the audit" in out
    assert (tmp_path / "requests/two/model.safetensors").is_file()
    assert "Retrained" in (tmp_path / "requests/two/audit.html").read_text()
    status, out, _ = told("list-requests")
    assert (status, out) == (0, "one: pairs, seed 0: not passed\ntwo: pairs, seed 0: passed\n")
    head = json.loads(told("list-requests", "--json")[1])["head"]
    status, out, _ = told("verify-requests", "--head", head)
    assert (status, out) == (0, "2 requests: all is as it was written\n")
    (tmp_path / "requests/two/audit.html").write_text("")
    status, out, _ = told("verify-requests", "--json")
    assert status == 1 and "audit.html" in json.loads(out)["wrong"][0]
    status, out, err = told("forget", "--id", "two", *asked)
    assert (status, out) == (2, "") and len(err.strip().splitlines()) == 1
    assert "requests/two/audit.html is not what was written" in err
    status, _, err = told("forget", "--id", "one", *asked, "--method", "finetune")
    assert status == 2 and "request 'one' was answered" in err


def test_nothing_is_made_of_a_request_that_cannot_be_read(told, tmp_path):
    status, out, err = told("forget", "--id", "one")
    assert (status, out) == (2, "")
    places = [line.removeprefix("error: ").partition(":")[0] for line in err.splitlines()]
    assert sorted(places) == ["request.dataset", "request.date", "request.forget"]
    assert not (tmp_path / "requests").exists()


def test_no_request_yet(told):
    assert told("list-requests")[:2] == (0, "no request yet\n")
    assert told("verify-requests")[:2] == (0, "0 requests: all is as it was written\n")


def test_a_request_that_must_have_a_gpu_and_finds_none_is_not_begun(told, tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    request_projects.project(tmp_path, epochs=1)
    asked = ("--id", "one", "--date", "2026-11-27", "--dataset", "pairs", "--ids", "train-00001")
    status, out, err = told("forget", *asked, "--method", "finetune", "--gpus", "1")
    assert (status, out) == (2, "") and "gpus_per_job" in err and "without_gpu: cpu" in err
    assert not (tmp_path / "requests/one").exists()
    monkeypatch.setenv("REGRESSION_UNLEARNING_WITHOUT_GPU", "cpu")
    status, out, _ = told("forget", *asked, "--method", "finetune", "--gpus", "1")
    assert status in (0, 1) and "requests/one/" in out

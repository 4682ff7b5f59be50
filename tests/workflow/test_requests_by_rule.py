"""A deletion request through the workflow: `snakemake requests/ID/audit.html`."""

import json

import pytest
from projects import checked

REQUEST = """\
id: {name}
date: 2026-11-27
dataset: demo_pairs
method: finetune
forget: {{select: ids, ids: [{ids}]}}
thresholds: {{error_rise: 9, auc: 0.99{more}}}
"""


@pytest.mark.slow
def test_two_requests_are_answered_once_also_where_one_does_not_pass(prepared):
    """The second cannot pass: it is an answer as well. Nothing is answered twice."""
    folder = prepared.root / "requests"
    folder.mkdir()
    targets = []
    for name, ids, more in (
        ("one", "train-00001, train-00002", ""),
        ("two", "train-00003", ", must_show: 0.51"),
    ):
        text = REQUEST.format(name=name, ids=ids, more=more)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        targets.append(f"requests/{name}/audit.html")
    checked(prepared.snakemake(*targets))
    audits = [json.loads((folder / name / "audit.json").read_text()) for name in ("one", "two")]
    assert [one["passed"] for one in audits] == [True, False]
    before = (folder / "ledger.jsonl").read_text()
    assert before.count("\n") == 2
    (folder / "one.yaml").touch()
    assert prepared.jobs(*targets) == []
    checked(prepared.snakemake("--forcerun", "forget", "--", *targets))
    assert (folder / "ledger.jsonl").read_text() == before
    cut_off = "".join(before.splitlines(keepends=True)[:-1])
    (folder / "ledger.jsonl").write_text(cut_off)
    checked(prepared.snakemake("--forcerun", "forget", "--", targets[1]))
    assert (folder / "ledger.jsonl").read_text() == before
    text = (folder / "two.yaml").read_text()
    (folder / "two.yaml").write_text(text.replace("[train-00003]", "[train-00003, train-00004]"))
    edited = prepared.snakemake(*targets)
    assert edited.returncode != 0
    assert "requests/two.yaml is no longer what request 'two' answered" in edited.stderr
    wrong = folder / "three.yaml"
    wrong.write_text(REQUEST.format(name="three", ids="nobody", more=""), encoding="utf-8")
    failed = prepared.snakemake("requests/three/audit.html")
    assert failed.returncode != 0 and "are unknown: 'nobody'" in failed.stdout + failed.stderr
    assert not (folder / "three").exists() or not any((folder / "three").iterdir())
